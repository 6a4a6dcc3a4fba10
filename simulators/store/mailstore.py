"""The mailbox store shared by the SMTP and IMAP sides of a simulated operator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import RLock

from simulators.clock import Clock
from simulators.store.account import Account
from simulators.store.backend import Backend, MemoryBackend
from simulators.store.errors import MailboxExists, UnknownAccount
from simulators.store.mailbox import Mailbox, NewMessage
from simulators.store.message import Digester, Message
from simulators.store.names import STANDARD_MAILBOXES

MAX_UID_VALIDITY = 0xFFFF_FFFF


class MailStore:
    """Accounts by address. Every method may be called from any thread.

    Addresses are compared without case (inferred: MSSanté operators publish lower-case addresses). Internal
    dates and UIDVALIDITY values come from `clock`. In memory by default; a `backend` makes it outlive the
    process. What is in `early` is derived from each new message at once (see `Content.derive`).
    """

    def __init__(self, clock: Clock, *, backend: Backend | None = None) -> None:
        self.clock = clock
        self.lock = RLock()
        self.early: list[Digester] = []
        self._backend = backend or MemoryBackend()
        self._accounts: dict[str, Account] = {}
        self._last_identifier, self._last_uid_validity = self._backend.counters()
        self._restore()

    def _restore(self) -> None:
        for saved in self._backend.load():
            account = Account(saved.address, saved.quota, self._backend, self.lock, self)
            account.subscriptions.update(saved.subscriptions)
            for kept in saved.mailboxes:
                mailbox = Mailbox(kept.record, self._backend, self.lock, self.early)
                mailbox.restore(kept)
                account.mailboxes[mailbox.name] = mailbox
            self._accounts[saved.address.lower()] = account

    def identifier(self) -> int:
        """Return a mailbox identifier that was never used."""
        self._last_identifier += 1
        return self._last_identifier

    def uid_validity(self) -> int:
        """Return a UIDVALIDITY above all those given before: the clock's seconds, or the next number."""
        now = int(self.clock.now().timestamp())
        self._last_uid_validity = max(self._last_uid_validity + 1, now) % MAX_UID_VALIDITY or 1
        return self._last_uid_validity

    def create_account(self, address: str, *, quota: int | None = None) -> Account:
        """Open an account with the standard mailboxes; raises `MailboxExists` when it is there."""
        with self.lock:
            if address.lower() in self._accounts:
                raise MailboxExists(f"the account {address} exists already; use another address")
            account = Account(address, quota, self._backend, self.lock, self)
            with self._backend.transaction():
                self._backend.put_account(address, quota)
                for name, use in STANDARD_MAILBOXES:
                    account.create(name, special_use=use)
                    account.subscribe(name, True)
            self._accounts[address.lower()] = account
            return account

    def has_account(self, address: str) -> bool:
        """Say whether this address has an account."""
        return address.lower() in self._accounts

    def account(self, address: str) -> Account:
        """Return the account of this address; raises `UnknownAccount`."""
        try:
            return self._accounts[address.lower()]
        except KeyError:
            raise UnknownAccount(f"no account has the address {address!r}; open it first") from None

    def accounts(self) -> Sequence[Account]:
        """Return all accounts."""
        with self.lock:
            return tuple(self._accounts.values())

    def mailbox(self, address: str, name: str = "INBOX") -> Mailbox:
        """Return one mailbox; raises `UnknownAccount`, `UnknownMailbox`."""
        return self.account(address).mailbox(name)

    def messages(self, address: str, mailbox: str = "INBOX") -> list[Message]:
        """Return the messages of a mailbox by ascending UID."""
        return self.mailbox(address, mailbox).snapshot()

    def deliver(
        self,
        address: str,
        content: bytes,
        *,
        mailbox: str = "INBOX",
        flags: Iterable[str] = (),
        internal_date: datetime | None = None,
    ) -> int:
        """Put a message into a mailbox and return its UID.

        The octets are kept exactly as given. When this returns, the message is stored (on disk too, where
        the backend keeps one) and watchers have been told. Raises `StoreError` kinds; then nothing changed.
        """
        item = NewMessage(content, internal_date or self.clock.now(), tuple(flags))
        _, added = self.account(address).add(mailbox, [item])
        return added[0].uid

    def close(self) -> None:
        """Release what the backend holds."""
        self._backend.close()
