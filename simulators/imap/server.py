"""The simulated operator's IMAP server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from simulators.clock import Clock
from simulators.imap.config import ImapConfig
from simulators.imap.dialogue import Dialogue
from simulators.imap.faults import ImapFault, Misbehaviour
from simulators.imap.mime import digest
from simulators.imap.responses import bye
from simulators.imap.session import Services, Session
from simulators.imap.transport import ImapProtocol
from simulators.journal import Journal
from simulators.operator import BEARER, Accounts, Gate, TokenChecker
from simulators.store import MailStore
from simulators.wire import TlsProfile, WireFault, WireLimits, WireServer
from simulators.wire.faults import FaultBook

LITERAL_MINUS = 4096
"""Octets of the largest non-synchronising literal under LITERAL- (RFC 7888 §5)."""


class ImapServer:
    """IMAP4rev1 and IMAP4rev2 over STARTTLS on one loopback port.

    `accounts` says whose mailboxes are and `tokens` judges Pro Santé Connect tokens; each account has its
    mailboxes in `store` under the same address. `faults` may be changed while it runs. `tls` None means that
    STARTTLS is impossible. Sessions of one store see each other's changes at once.
    """

    def __init__(
        self,
        store: MailStore,
        accounts: Accounts,
        tokens: TokenChecker,
        *,
        journal: Journal,
        tenant: str,
        clock: Clock,
        tls: TlsProfile | None,
        bearer: tuple[str, ...] = BEARER,
        address: str = "127.0.0.1",
        port: int = 0,
        faults: FaultBook | Iterable[WireFault] = (),
        config: ImapConfig | None = None,
        limits: WireLimits | None = None,
    ) -> None:
        self.store = store
        if digest.early not in store.early:
            store.early.append(digest.early)
        self.config = config or ImapConfig()
        self.faults = faults if isinstance(faults, FaultBook) else FaultBook(faults)
        self._services = Services(store, clock, self.config, Gate(accounts, tokens, tenant, bearer))
        self._limits = self.config.limits
        if not self.config.literal_plus:
            self._limits = replace(self._limits, non_synchronising=LITERAL_MINUS)
        self._sessions: dict[ImapProtocol, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failures: list[BaseException] = []
        self.wire = WireServer(
            self._connection,
            journal=journal,
            tenant=tenant,
            protocol_name="imap",
            tls=tls,
            address=address,
            port=port,
            faults=self.faults,
            limits=limits or replace(WireLimits(), idle_s=self.config.idle_s),
            clock=clock,
            busy_answer=b"* BYE [UNAVAILABLE] Too many connections.\r\n",
        )

    @property
    def port(self) -> int:
        """The port, once started."""
        return self.wire.port

    async def start(self) -> int:
        """Listen and return the port."""
        self._loop = asyncio.get_running_loop()
        return await self.wire.start()

    async def stop(self) -> None:
        """Close everything; return when all sessions are over.

        Raises an `ExceptionGroup` when a session ended by a defect of the server.
        """
        await self.wire.stop()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))
            # The callbacks that note how tasks ended run one turn later.
            await asyncio.sleep(0)
        if self._failures:
            failures, self._failures = self._failures, []
            raise BaseExceptionGroup("IMAP sessions ended by a defect", failures)

    def close_sessions(self, address: str, reason: str) -> None:
        """Say BYE to all sessions of a mailbox owner and close them now; callable from any thread."""
        assert self._loop is not None, "the server is not started"
        self._loop.call_soon_threadsafe(self._close_sessions, address.lower(), reason)

    def sessions_of(self, address: str) -> int:
        """Return how many sessions of this owner are open."""
        return sum(
            session.account is not None and session.account.address.lower() == address.lower()
            for session in list(self._sessions.values())
        )

    def _close_sessions(self, address: str, reason: str) -> None:
        for channel, session in list(self._sessions.items()):
            if session.account is not None and session.account.address.lower() == address:
                channel.say_bye(bye(reason, "UNAVAILABLE"), f"closed by the operator: {reason}")

    def _connection(self) -> ImapProtocol:
        return ImapProtocol(self._limits, self._converse, self._started)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)

    async def _converse(self, channel: ImapProtocol) -> None:
        transport = channel.transport

        def note(fault: ImapFault) -> None:
            data = {"fault": type(fault).__name__, "at": fault.at}
            transport.record("fault", f"‹panne› {fault}", from_product=False, data=data)

        session = Session(self._services, channel, Misbehaviour(self.faults, transport.suffers, note))

        def too_late() -> None:
            if session.account is None:
                channel.say_bye(bye("Not authenticated in time."), "login time-out")

        timer = asyncio.get_running_loop().call_later(self.config.login_s, too_late)
        self._sessions[channel] = session
        try:
            await Dialogue(session, channel).run()
        finally:
            timer.cancel()
            del self._sessions[channel]
