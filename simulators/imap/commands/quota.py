"""GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208), resource STORAGE in units of 1024 octets."""

from __future__ import annotations

from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.responses import Refused, Status, no, ok
from simulators.imap.session import Session

ROOT = "User quota"


def _send_quota(session: Session) -> None:
    owner = session.owner
    if owner.quota is None:
        session.send(f'QUOTA "{ROOT}" ()'.encode("ascii"))
    else:
        used = -(-owner.used // 1024)
        session.send(f'QUOTA "{ROOT}" (STORAGE {used} {owner.quota // 1024})'.encode("ascii"))


@command("GETQUOTA", "RFC 9208 §4.1.1", AUTHENTICATED)
async def getquota(session: Session, call: Call) -> Status:
    """Tell use and limit of the quota root."""
    call.arguments.space()
    root = call.arguments.text()
    call.arguments.end()
    if root != ROOT:
        raise Refused(no("No such quota root.", "NONEXISTENT"))
    _send_quota(session)
    return ok("GETQUOTA completed.")


@command("GETQUOTAROOT", "RFC 9208 §4.1.2", AUTHENTICATED)
async def getquotaroot(session: Session, call: Call) -> Status:
    """Tell which quota root a mailbox has, and its state."""
    call.arguments.space()
    mailbox = session.owner.mailbox(call.arguments.mailbox())
    call.arguments.end()
    session.send(b"QUOTAROOT " + session.name(mailbox.name) + f' "{ROOT}"'.encode("ascii"))
    _send_quota(session)
    return ok("GETQUOTAROOT completed.")


@command("SETQUOTA", "RFC 9208 §4.1.3", AUTHENTICATED)
async def setquota(session: Session, call: Call) -> Status:
    """Refuse: the operator sets quotas (QUOTASET is not offered)."""
    call.arguments.space()
    call.arguments.text()
    call.arguments.space()
    call.arguments.parenthesised(lambda: _resource(call), empty=True)
    call.arguments.end()
    del session
    return no("Quotas are set by the operator.", "NOPERM")


def _resource(call: Call) -> tuple[str, int]:
    name = call.arguments.atom()
    call.arguments.space()
    return name, call.arguments.number64()
