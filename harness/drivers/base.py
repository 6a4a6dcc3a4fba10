"""What `command` and `http` share: ids, checks both ways, capabilities, journal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from harness.drivers.faults import DriverFault
from harness.drivers.protocol import Answer, Capabilities
from harness.drivers.record import DriverRecord
from harness.drivers.wire import decode_answer, encode_request
from schemas.messages import message
from simulators.journal import Journal

GRACE_S = 0.5
"""The product is told `deadline_s` and waited for a little longer: it may itself say `failed` in time."""


class WireDriver:
    """A driver that carries `driver/1` JSON to the product's program or endpoint."""

    def __init__(self, journal: Journal, timeout_s: float, worker: str) -> None:
        self.record = DriverRecord(journal)
        self.timeout_s = timeout_s
        self._numbers = count(1)
        self._worker = worker
        self._capabilities: Capabilities | None = None

    @property
    def described(self) -> bool:
        """Tell whether the product already answered once."""
        return self._capabilities is not None

    def describe(self) -> Capabilities:
        """Ask what the product can do; the answer is kept."""
        try:
            self.prepare()
            answer = self._exchange("describe", {}, self.timeout_s, "")
            self._capabilities = capabilities_of(answer)
        finally:
            if self._capabilities is None:
                self.stop()
        return self._capabilities

    def call(self, action: str, params: Mapping[str, Any], deadline_s: float, *, tenant: str = "") -> Answer:
        """Do one action; one that the product does not announce is `unsupported` without asking it."""
        if self._capabilities is not None and not self._capabilities.can(action):
            return Answer("unsupported", {}, message("drivers.not-announced").filled(action=action).fr)
        return self._exchange(action, params, deadline_s, tenant)

    def close(self) -> None:
        """Stop what was started, for good."""
        self.stop()

    def stop(self) -> None:
        """Stop what `prepare` started."""

    def prepare(self) -> None:
        """Start what must run before the first request."""

    def carry(self, identifier: str, request: bytes, deadline_s: float, tenant: str) -> Carried:
        """Carry the request and return what came back within the deadline; raises `DriverFault`."""
        raise NotImplementedError

    def _exchange(self, action: str, params: Mapping[str, Any], deadline_s: float, tenant: str) -> Answer:
        identifier = f"{self._worker}-{next(self._numbers)}"
        request = encode_request(identifier, action, params, deadline_s)
        self.record.request(tenant, identifier, action, params)
        began = time.monotonic()
        try:
            carried = self.carry(identifier, request, deadline_s + GRACE_S, tenant)
            answer = decode_answer(carried.content, identifier, action)
            self.check(answer, carried)
        except DriverFault as fault:
            self.record.fault(tenant, identifier, fault)
            raise
        answer = replace(answer, duration_ms=round((time.monotonic() - began) * 1000, 3))
        self.record.answer(tenant, identifier, answer)
        return answer

    def check(self, answer: Answer, carried: Carried) -> None:
        """Check the answer against the way it came; raises `DriverFault`."""


class Carried:
    """What came back: the octets of the answer, and the exit code of a program."""

    __slots__ = ("content", "exit_code")

    def __init__(self, content: bytes, exit_code: int = 0) -> None:
        self.content = content
        self.exit_code = exit_code


def capabilities_of(answer: Answer) -> Capabilities:
    """Return what a `describe` answer announces; one that is not `done` announces nothing."""
    result = answer.result if answer.status == "done" else {}
    parameters = result.get("parameters", {})
    return Capabilities(
        actions=frozenset(result.get("actions", ())) - {"describe"},
        parameters={action: frozenset(names) for action, names in parameters.items()},
        clock=bool(result.get("clock", False)),
        sessions=bool(result.get("sessions", False)),
        product=str(result.get("product", "")),
        version=str(result.get("version", "")),
    )
