"""One account: its mailboxes, subscriptions and quota."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import RLock
from typing import Protocol

from simulators.store.backend import Backend, MailboxRecord
from simulators.store.errors import MailboxExists, NotAllowed, QuotaExceeded, UnknownMailbox
from simulators.store.mailbox import Mailbox, NewMessage
from simulators.store.message import Digester, Message
from simulators.store.names import INBOX, SEPARATOR, normalise, parents

MAX_MAILBOXES = 5_000
MAX_SUBSCRIPTIONS = 10_000


class Numbering(Protocol):
    """Gives identifiers and UIDVALIDITY values that were never used."""

    def identifier(self) -> int:
        """Return a new mailbox identifier."""
        ...

    def uid_validity(self) -> int:
        """Return a UIDVALIDITY above all those given before."""
        ...

    @property
    def early(self) -> Sequence[Digester]:
        """What is derived from each new message at once."""
        ...


class Account:
    """What one address owns.

    `quota` is in octets, None for no limit; `used` is what its messages take.
    """

    def __init__(
        self, address: str, quota: int | None, backend: Backend, lock: RLock, numbering: Numbering
    ) -> None:
        self.address = address
        self.quota = quota
        self.mailboxes: dict[str, Mailbox] = {}
        self.subscriptions: set[str] = set()
        self._backend = backend
        self._lock = lock
        self._numbering = numbering

    @property
    def used(self) -> int:
        """Return the octets used by all messages."""
        return sum(mailbox.octets for mailbox in self.mailboxes.values())

    def __iter__(self) -> Iterator[Mailbox]:
        """Walk the mailboxes, INBOX first, then by name."""
        with self._lock:
            order = sorted(self.mailboxes, key=lambda name: (name != INBOX, name))
            return iter([self.mailboxes[name] for name in order])

    def find(self, name: str) -> Mailbox | None:
        """Return the mailbox of this name, or None. Raises `InvalidMailboxName`."""
        return self.mailboxes.get(normalise(name))

    def mailbox(self, name: str) -> Mailbox:
        """Return the mailbox that holds messages under this name; raises `UnknownMailbox`."""
        found = self.find(name)
        if found is None or not found.selectable:
            raise UnknownMailbox(f"{self.address} has no mailbox {name!r}; create it first")
        return found

    def special(self, use: str) -> Mailbox | None:
        r"""Return the mailbox with this special use (`\Sent`), or None."""
        return next((box for box in self if box.special_use.lower() == use.lower()), None)

    def add(self, name: str, items: Sequence[NewMessage]) -> tuple[Mailbox, list[Message]]:
        """Add messages to a mailbox within the quota, all or none."""
        with self._lock:
            mailbox = self.mailbox(name)
            self.check_quota(sum(item.size for item in items))
            return mailbox, mailbox.add(items)

    def check_quota(self, octets: int) -> None:
        """Raise `QuotaExceeded` when that many more octets do not fit."""
        if self.quota is not None and self.used + octets > self.quota:
            raise QuotaExceeded(
                f"{self.address} uses {self.used} of {self.quota} octets and {octets} more do not fit; "
                "delete messages or raise the quota"
            )

    def copy(self, messages: Sequence[Message], target: Mailbox) -> list[Message]:
        """Copy messages with their flags and dates, all or none; return the new ones in the same order."""
        with self._lock:
            self.check_quota(sum(message.size for message in messages))
            return target.add(_copies(messages))

    def move(self, messages: Sequence[Message], source: Mailbox, target: Mailbox) -> list[Message]:
        """Copy messages, then remove the originals, in one transaction (RFC 6851 §3.1)."""
        with self._lock, self._backend.transaction():
            moved = target.add(_copies(messages))
            source.expunge(message.uid for message in messages)
            return moved

    def create(self, name: str, *, special_use: str = "") -> Mailbox:
        """Create a mailbox and the superior ones that it needs (RFC 9051 §6.3.4)."""
        with self._lock:
            # A trailing separator only declares that inferiors will come: "MUST ignore" (RFC 3501 §6.3.3).
            name = normalise(name.removesuffix(SEPARATOR))
            existing = self.mailboxes.get(name)
            if existing is not None and existing.selectable:
                raise MailboxExists(f"{self.address} already has a mailbox {name!r}")
            if len(self.mailboxes) >= MAX_MAILBOXES:
                raise NotAllowed(f"{self.address} has {MAX_MAILBOXES} mailboxes already; delete some")
            with self._backend.transaction():
                for superior in parents(name):
                    if superior not in self.mailboxes:
                        self._make(superior)
                return self._make(name, special_use)

    def _make(self, name: str, special_use: str = "") -> Mailbox:
        record = MailboxRecord(
            self._numbering.identifier(),
            self.address,
            name,
            self._numbering.uid_validity(),
            1,
            1,
            1,
            special_use,
            True,
        )
        stale = self.mailboxes.get(name)
        if stale is not None:
            self._backend.drop_mailbox(stale.identifier)
        self._backend.put_mailbox(record)
        mailbox = self.mailboxes[name] = Mailbox(record, self._backend, self._lock, self._numbering.early)
        return mailbox

    def delete(self, name: str) -> None:
        r"""Delete a mailbox; one with inferiors stays as a `\Noselect` name (RFC 9051 §6.3.5)."""
        with self._lock:
            name = normalise(name)
            if name == INBOX:
                raise NotAllowed("INBOX cannot be deleted")
            mailbox = self.mailboxes.get(name)
            if mailbox is None:
                raise UnknownMailbox(f"{self.address} has no mailbox {name!r}")
            if self._inferiors(name):
                if not mailbox.selectable:
                    raise NotAllowed(f"{name!r} has inferior names and cannot be deleted; delete them first")
                with self._backend.transaction():
                    mailbox.expunge(list(mailbox.messages))
                    self._backend.put_mailbox(mailbox.record(selectable=False, special_use=""))
                mailbox.selectable, mailbox.special_use = False, ""
            else:
                with self._backend.transaction():
                    self._backend.drop_mailbox(mailbox.identifier)
                del self.mailboxes[name]
            mailbox.dismiss("the mailbox was deleted")

    def _inferiors(self, name: str) -> list[str]:
        return [other for other in self.mailboxes if other.startswith(name + SEPARATOR)]

    def rename(self, name: str, new_name: str) -> None:
        """Rename a mailbox and its inferiors; for INBOX, move its messages (RFC 9051 §6.3.6)."""
        with self._lock:
            name, new_name = normalise(name), normalise(new_name)
            mailbox = self.mailboxes.get(name)
            if mailbox is None:
                raise UnknownMailbox(f"{self.address} has no mailbox {name!r}")
            if new_name in self.mailboxes:
                raise MailboxExists(f"{self.address} already has a mailbox {new_name!r}")
            if new_name.startswith(name + SEPARATOR) and name != INBOX:
                raise NotAllowed(f"{name!r} cannot become its own inferior {new_name!r}")
            if name == INBOX:
                self.create(new_name)
                self.move(mailbox.snapshot(), mailbox, self.mailboxes[new_name])
                return
            renamed = [(old, new_name + old[len(name) :]) for old in [name, *self._inferiors(name)]]
            clash = next((new for _, new in renamed if new in self.mailboxes), None)
            if clash is not None:
                raise MailboxExists(f"{self.address} already has a mailbox {clash!r}")
            for _, new in renamed:
                normalise(new)
            with self._backend.transaction():
                for superior in parents(new_name):
                    if superior not in self.mailboxes:
                        self._make(superior)
                for old, new in renamed:
                    self._backend.put_mailbox(self.mailboxes[old].record(name=new))
            for old, new in renamed:
                moved = self.mailboxes.pop(old)
                moved.name = new
                self.mailboxes[new] = moved

    def subscribe(self, name: str, subscribed: bool) -> None:
        """Add a name to the subscriptions, or remove it."""
        with self._lock:
            name = normalise(name)
            if subscribed and len(self.subscriptions) >= MAX_SUBSCRIPTIONS:
                raise NotAllowed(f"{self.address} has {MAX_SUBSCRIPTIONS} subscriptions already; drop some")
            with self._backend.transaction():
                self._backend.put_subscription(self.address, name, subscribed)
            (self.subscriptions.add if subscribed else self.subscriptions.discard)(name)

    def set_quota(self, quota: int | None) -> None:
        """Change the quota, in octets; None for no limit."""
        with self._lock:
            with self._backend.transaction():
                self._backend.put_account(self.address, quota)
            self.quota = quota


def _copies(messages: Sequence[Message]) -> list[NewMessage]:
    return [NewMessage(message, message.internal_date, message.flags) for message in messages]
