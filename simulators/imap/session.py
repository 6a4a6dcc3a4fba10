"""The state of one IMAP session, and what commands may do with it (RFC 9051 §3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from simulators.clock import Clock
from simulators.imap import formats
from simulators.imap.config import ImapConfig, capabilities
from simulators.imap.faults import Misbehaviour
from simulators.imap.parser.framing import Line, TooLong
from simulators.imap.parser.sets import SequenceSet, compact
from simulators.imap.responses import Refused, Status, no, ok
from simulators.imap.view import MailboxView, Numbered
from simulators.operator import Gate
from simulators.store import Account, Mailbox, MailStore, Message, Watch
from simulators.store.flags import SYSTEM_FLAGS
from simulators.wire import TlsState


class State(Enum):
    """Where a session stands."""

    NOT_AUTHENTICATED = "not authenticated"
    AUTHENTICATED = "authenticated"
    SELECTED = "selected"
    LOGOUT = "logout"


class Channel(Protocol):
    """What the transport offers to a session."""

    @property
    def tls(self) -> bool:
        """Whether the channel is protected."""
        ...

    @property
    def tls_state(self) -> TlsState | None:
        """What is known of the protected channel."""
        ...

    def record(
        self, name: str, text: str, *, from_product: bool, data: Mapping[str, Any] | None = None
    ) -> None:
        """Put an event into the journal."""
        ...

    idle: bool
    may_append: bool
    closing_reason: str

    def send(self, line: bytes, shown: str | None = None) -> None:
        """Queue one response (without its line end); `shown` is what the journal says of it."""
        ...

    async def drain(self) -> None:
        """Send what is queued, waiting for a peer that reads slowly."""
        ...

    async def line(self) -> Line | TooLong:
        """Return the next bare line; raises `ConnectionError` when the peer left."""
        ...

    async def wait(self) -> None:
        """Return when the peer sent something or `notify` was called; raises `ConnectionError`."""
        ...

    def waiting_line(self) -> Line | TooLong | None:
        """Return a line that is already there."""
        ...

    def notify(self) -> None:
        """Wake `wait`: something changed in the mailbox."""
        ...

    async def start_tls(self, answer: bytes) -> None:
        """Send `answer` in clear, forget what the peer sent ahead, and negotiate TLS."""
        ...


@dataclass(slots=True)
class Services:
    """What a session gets from its server."""

    store: MailStore
    clock: Clock
    config: ImapConfig
    gate: Gate


class Session:
    """One session. Commands change it; it writes through its channel."""

    def __init__(self, services: Services, channel: Channel, faults: Misbehaviour) -> None:
        self.services = services
        self.channel = channel
        self.faults = faults
        self.state = State.NOT_AUTHENTICATED
        self.account: Account | None = None
        self.view: MailboxView | None = None
        self.enabled: set[str] = set()
        self.condstore = False
        self.saved: list[int] = []
        self.errors = 0
        self.command_name = ""
        self.client_id: dict[str, str] = {}

    def over(self) -> bool:
        """Say whether the session has ended."""
        return self.state is State.LOGOUT

    # -- state --------------------------------------------------------------------------------------------

    @property
    def utf8(self) -> bool:
        """Whether names and quoted strings are in UTF-8."""
        return bool(self.enabled & {"IMAP4REV2", "UTF8=ACCEPT"})

    @property
    def rev2(self) -> bool:
        """Whether the client enabled IMAP4rev2."""
        return "IMAP4REV2" in self.enabled

    @property
    def qresync(self) -> bool:
        """Whether the client enabled QRESYNC: VANISHED takes the place of EXPUNGE."""
        return "QRESYNC" in self.enabled

    @property
    def owner(self) -> Account:
        """Return the account of the authenticated user."""
        if self.account is None:
            raise Refused(no("Authenticate first."))
        return self.account

    @property
    def selected(self) -> MailboxView:
        """Return the view of the selected mailbox."""
        if self.view is None:
            raise Refused(no("Select a mailbox first."))
        return self.view

    @property
    def writable(self) -> MailboxView:
        """Return the view, unless the mailbox was opened with EXAMINE."""
        if self.selected.read_only:
            raise Refused(no("The mailbox is open read-only.", "READ-ONLY"))
        return self.selected

    def capabilities(self) -> list[str]:
        """Return what the session is offered now, after the faults that change it."""
        listed = capabilities(
            self.services.config,
            tls=self.channel.tls,
            authenticated=self.account is not None,
            mechanisms=self.services.gate.mechanisms(self.channel.tls_state),
            starttls=self.faults.starttls_offered,
        )
        return self.faults.capabilities(listed)

    def login(self, account: Account) -> None:
        """Become authenticated as the owner of this account."""
        self.account = account
        self.state = State.AUTHENTICATED
        self.channel.may_append = True

    def open(self, mailbox: Mailbox, *, read_only: bool) -> MailboxView:
        """Select a mailbox."""
        self.close_mailbox()
        loop = asyncio.get_running_loop()
        self.view = MailboxView(mailbox, read_only=read_only, loop=loop, wake=self.channel.notify)
        self.state = State.SELECTED
        return self.view

    def close_mailbox(self) -> None:
        """Leave the selected mailbox without expunging."""
        if self.view is not None:
            self.view.close()
            self.view = None
            self.saved = []
            self.state = State.AUTHENTICATED

    def end(self) -> None:
        """Release everything: the session is over."""
        self.close_mailbox()
        self.state = State.LOGOUT

    def enable_condstore(self) -> None:
        """Show mod-sequences from now on (RFC 7162 §3.1)."""
        if self.condstore:
            return
        self.condstore = True
        if self.view is not None:
            modseq = self.view.mailbox.highest_modseq
            self.status(ok("Highest mod-sequence.", f"HIGHESTMODSEQ {modseq}"))

    # -- writing ------------------------------------------------------------------------------------------

    def send(self, line: bytes, shown: str | None = None) -> None:
        """Send one untagged response, given without `* `."""
        self.channel.send(b"* " + line, None if shown is None else "* " + shown)

    def status(self, status: Status, tag: str = "*") -> None:
        """Send a status response."""
        self.channel.send(status.line(tag))

    def name(self, name: str) -> bytes:
        """Write a mailbox name as this session reads it."""
        return formats.mailbox(name, utf8=self.utf8)

    # -- messages -----------------------------------------------------------------------------------------

    def messages(self, chosen: SequenceSet, *, uid: bool) -> list[Numbered]:
        """Return the messages of a set; for `$` those of the saved search (RFC 5182)."""
        return self.selected.select(chosen, uid=uid, saved=self.saved)

    def fetch_line(self, number: int, message: Message, *, uid: bool = False) -> bytes:
        """Write the FETCH response that tells new flags.

        With IMAP4rev2 and QRESYNC unsolicited ones "MUST include UID" (RFC 9051 §7.5.2).
        """
        parts = [b"UID %d" % message.uid] if uid or self.qresync or self.rev2 else []
        parts.append(b"FLAGS " + self.flags(message))
        if self.condstore:
            parts.append(b"MODSEQ (%d)" % message.modseq)
        return b"%d FETCH (" % number + b" ".join(parts) + b")"

    def flags(self, message: Message) -> bytes:
        r"""Write the flags of a message; IMAP4rev2 knows no `\Recent` (RFC 9051 appendix E)."""
        shown: Iterable[str] = message.flags if self.rev2 else self.selected.flags(message)
        return formats.flag_list(shown)

    def tell_recent(self, view: MailboxView, *, always: bool = False) -> None:
        """Tell how many messages are recent, when that changed (IMAP4rev2 knows no RECENT)."""
        if not self.rev2 and (always or view.recent_told != len(view.recent)):
            view.recent_told = len(view.recent)
            self.send(b"%d RECENT" % view.recent_told)

    def tell_flags(self, view: MailboxView) -> None:
        """Tell which flags the mailbox has."""
        view.keywords_told = len(view.mailbox.keywords)
        flags = [*SYSTEM_FLAGS, *view.mailbox.keywords.values()]
        self.send(b"FLAGS " + formats.flag_list(flags))
        permanent = [] if view.read_only else [*flags, "\\*"]
        shown = formats.flag_list(permanent).decode("ascii", "replace")
        self.status(ok("Flags that can be kept.", f"PERMANENTFLAGS {shown}"))

    def tell_new_keywords(self) -> None:
        """Tell the flags again when someone brought a new keyword."""
        if self.view is not None and self.view.keywords_told != len(self.view.mailbox.keywords):
            self.tell_flags(self.view)

    @property
    def watch(self) -> Watch:
        """Return the watch of the view, for changes that the session makes itself."""
        return self.selected.watch

    def tell_updates(self, *, expunge: bool, uid: bool = False) -> str:
        """Tell what happened in the selected mailbox; return why it can no longer be used, or nothing."""
        if self.view is None or not self.view.pending:
            return ""
        updates = self.view.sync(expunge=expunge)
        if self.view.gone:
            return self.view.gone
        if updates.expunged and self.qresync:
            self.send(b"VANISHED " + compact(sorted(one for _, one in updates.expunged)).encode("ascii"))
        else:
            for number, _ in updates.expunged:
                self.send(b"%d EXPUNGE" % number)
        if updates.expunged and self.saved:
            lost = {one for _, one in updates.expunged}
            self.saved = [one for one in self.saved if one not in lost]
        if updates.exists is not None:
            self.send(b"%d EXISTS" % updates.exists)
        self.tell_recent(self.view)
        if updates.changed or updates.exists is not None:
            self.tell_new_keywords()
        for number, message in updates.changed:
            self.send(self.fetch_line(number, message, uid=uid))
        return ""
