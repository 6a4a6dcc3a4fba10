"""The operator's submission server: a listener, its rules, and the way of an accepted message."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from itertools import count

from simulators.clock import Clock
from simulators.journal import Actor, Journal
from simulators.operator import BEARER, Accounts, Gate, TokenChecker
from simulators.smtp import replies
from simulators.smtp.envelope import Deliver, Envelope
from simulators.smtp.policy import SubmissionPolicy
from simulators.smtp.receiver import Received
from simulators.smtp.replies import Reply
from simulators.smtp.session import SubmissionSession
from simulators.wire import FaultBook, TlsProfile, WireFault, WireLimits, WireServer


class SubmissionServer:
    """SMTP submission with STARTTLS for one tenant (RFC 6409, ECO.1.2.1).

    `deliver` is called with each accepted message before the client is answered; when it raises, the client
    is told 451 and the journal says why.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        tenant: str,
        tls: TlsProfile | None,
        accounts: Accounts,
        tokens: TokenChecker,
        deliver: Deliver,
        policy: SubmissionPolicy,
        bearer: tuple[str, ...] = BEARER,
        address: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        faults: FaultBook | Iterable[WireFault] = (),
        limits: WireLimits | None = None,
        actor: Actor = "operator",
        peer: Actor = "product",
    ) -> None:
        self.accounts = accounts
        self.policy = policy
        self.gate = Gate(accounts, tokens, tenant, bearer)
        self.limits = limits or WireLimits()
        self.wire = WireServer(
            lambda: SubmissionSession(self),
            journal=journal,
            tenant=tenant,
            protocol_name="smtp",
            tls=tls,
            address=address,
            port=port,
            faults=faults,
            limits=self.limits,
            clock=clock,
            busy_answer=replies.BUSY.to_bytes(),
            actor=actor,
            peer=peer,
        )
        self.faults = self.wire.faults
        self._journal = journal
        self._tenant = tenant
        self._deliver = deliver
        self._queue_ids = count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port listened on."""
        return self.wire.port

    async def start(self) -> int:
        """Listen and return the port."""
        return await self.wire.start()

    async def stop(self) -> None:
        """Close everything; messages being handed over are finished first."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))
        await self.wire.stop()

    def next_queue_id(self) -> str:
        """Return a new queue identifier."""
        return f"{next(self._queue_ids):08X}"

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run `work`, which `stop` waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def record_message(self, envelope: Envelope, received: Received, refusal: Reply | None) -> None:
        """Put a whole message into the journal: `message`, or `message-refused` with the reply."""
        recipients = ", ".join(recipient.address for recipient in envelope.recipients[:5])
        wire = self.wire
        self._journal.record(
            self._tenant,
            "mail",
            "message" if refusal is None else "message-refused",
            f"message de <{envelope.mail_from}> à {recipients}, {received.size} octets"
            + (f" : {refusal}" if refusal else ""),
            source=wire.peer,
            target=wire.actor,
            connection=envelope.connection,
            data={
                **envelope.as_data(),
                "size": received.size,
                "longest_line": received.longest_line,
                "bare_lf": received.bare_lf,
                "bare_cr": received.bare_cr,
                "nul": received.nul,
                "refusal": str(refusal) if refusal else None,
            },
            raw=envelope.content if not received.too_big else None,
            media_type="message/rfc822",
        )

    async def hand_over(self, envelope: Envelope) -> bool:
        """Give the message to `deliver`; False when it failed."""
        try:
            await self._deliver(envelope)
        except Exception as error:
            self._journal.record(
                self._tenant,
                "bench",
                "error",
                f"remise de {envelope.queue_id} impossible : {type(error).__name__}: {error}",
                source="operator",
                target="bench",
                connection=envelope.connection,
                data={"queue_id": envelope.queue_id, "error": type(error).__name__},
            )
            return False
        return True
