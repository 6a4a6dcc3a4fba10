"""IDLE (RFC 9051 §6.3.13)."""

from __future__ import annotations

from simulators.imap import trace
from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.faults import DeafIdle, EndlessIdle
from simulators.imap.parser.framing import Line, TooLong
from simulators.imap.responses import Status, bad, ok
from simulators.imap.session import Session


@command("IDLE", "RFC 9051 §6.3.13", AUTHENTICATED)
async def idle(session: Session, call: Call) -> Status:
    """Tell changes as they happen until the client says DONE."""
    call.arguments.end()
    channel = session.channel
    deaf = session.faults.of(DeafIdle, "IDLE") is not None
    endless = session.faults.of(EndlessIdle, "IDLE") is not None
    channel.send(b"+ idling")
    channel.idle = not (deaf or endless)
    try:
        while True:
            if channel.idle and session.tell_updates(expunge=True):
                # Why it is gone is said by whoever tells updates before the answer.
                return ok("IDLE ended.")
            line = channel.waiting_line()
            if line is None or endless:
                await channel.wait()
                continue
            if isinstance(line, Line):
                shown = trace.readable(line.octets)
                channel.record("command", shown, from_product=True, data={"name": shown[:40]})
            if isinstance(line, TooLong) or line.octets.strip().upper() != b"DONE":
                return bad("Expected DONE.")
            return ok("IDLE completed.")
    finally:
        channel.idle = False
