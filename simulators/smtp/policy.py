"""What a submission server accepts, and from what it learns it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulators.operator import Account, Accounts
from simulators.operator.accounts import domain_of
from simulators.smtp import replies
from simulators.smtp.faults import MAGIC, MAGIC_BOUNCE, MAGIC_DELAY
from simulators.smtp.replies import Reply

DEFAULT_SIZE = 26_214_400
"""Octets of a message. Operators publish 10 to 25 MB; the largest of them here (inferred)."""


@dataclass(frozen=True, slots=True)
class SubmissionPolicy:
    """Rules of one submission server.

    `is_trusted` says whether a domain belongs to the Espace de Confiance (white list). `hostname` is how
    the server calls itself. `size` bounds a message, `recipients` its recipients, `errors` the refused
    commands of a session.
    """

    hostname: str
    is_trusted: Callable[[str], bool]
    size: int = DEFAULT_SIZE
    recipients: int = 1000
    errors: int = 20

    def refuses_recipient(self, address: str, accounts: Accounts, *, accept_unknown: bool) -> Reply | None:
        """Return why a recipient is refused at RCPT, None when it is accepted.

        Mailboxes of this operator must exist; those of others are only known to be in a trusted domain.
        """
        domain = domain_of(address)
        if not self.is_trusted(domain) and not accounts.has_domain(domain):
            return replies.OUTSIDE_TRUST
        local = address.rpartition("@")[0].lower()
        if local in MAGIC:
            return MAGIC[local]
        if local in (MAGIC_BOUNCE, MAGIC_DELAY) or accept_unknown or not accounts.has_domain(domain):
            return None
        account = accounts.get(address)
        if account is None:
            return replies.UNKNOWN_MAILBOX
        return None if account.open else replies.CLOSED_MAILBOX


def may_send_as(user: Account | None, mail_from: str) -> bool:
    """Say whether a mailbox may use a reverse-path: its own address, or the null one (MDN, DSN)."""
    return not mail_from or (user is not None and mail_from.lower() == user.address.lower())
