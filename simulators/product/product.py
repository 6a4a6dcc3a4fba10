"""The reference product: a complete LPS client behind the driver protocol."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.clock import SimulatedClock
from simulators.product.behaviour import REFERENCE, Behaviour
from simulators.product.deadline import Deadline
from simulators.product.desk.connections import Connections
from simulators.product.desk.desk import Action, Answer, Desk, Group, Params
from simulators.product.desk.directory import Directory
from simulators.product.desk.documents import Documents
from simulators.product.desk.gateway import Gateway
from simulators.product.desk.keeping import Keeping
from simulators.product.desk.messaging import Messaging
from simulators.product.desk.patients import Patients
from simulators.product.desk.reception import Reception
from simulators.product.desk.software import Software
from simulators.product.errors import Failed, ProductError, Refused
from simulators.product.monitor import Monitor
from simulators.product.psc import PscEnded
from simulators.product.settings import parse_settings

VERSION = "1.0"
ANSWER_SHARE = 0.85
"""Part of the time given by the request that network waits may take; the rest is for the answer."""
DEFAULT_DEADLINE_S = 30.0


class Product:
    """One running product; thread-safe, driven by `handle`.

    Dispatches the requests under one lock and one deadline, and turns what goes wrong into answers; what the
    product can do is in the groups of `simulators.product.desk`.

    `behaviour` is the reference one or a variant's. `data_dir` is where the product keeps files (a temporary
    folder when none is given; no secret ever goes there). `close` it, or use it as a context manager.
    """

    def __init__(
        self,
        behaviour: Behaviour = REFERENCE,
        *,
        clock: SimulatedClock | None = None,
        data_dir: Path | None = None,
        name: str = "Produit de référence",
    ) -> None:
        self._behaviour = behaviour
        self._name = name
        self._lock = threading.RLock()
        self._monitor: Monitor | None = None
        self._dead = False
        self._desk = Desk(behaviour, clock or SimulatedClock(), data_dir)
        self._desk.watch = self._watch
        self._connections = Connections(self._desk)
        self._directory = Directory(self._desk)
        self._groups: tuple[Group, ...] = (
            self._connections,
            self._directory,
            Messaging(self._desk),
            Documents(self._desk),
            Keeping(self._desk),
            Patients(self._desk),
            Reception(self._desk),
        )
        self._gateway = Gateway(self._desk, self._lock)
        self._software = Software(self._desk, self._lock)
        self._actions: dict[str, Action] = {"describe": self._describe, "configure": self._configure}
        for group in self._groups:
            self._actions.update(group.actions())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop: close every connection and thread; idempotent."""
        monitor, self._monitor = self._monitor, None
        if monitor is not None:
            monitor.stop()
        with self._lock:
            self._forget_space()

    def handle(self, request: object) -> Answer:
        """Answer one request of the driver protocol; never raises."""
        if not isinstance(request, dict):
            return _answer("", "failed", detail="La demande n'est pas un objet JSON.")
        identifier = request.get("id")
        identifier = identifier if isinstance(identifier, str) else ""
        params = request.get("params", {})
        name = str(request.get("action"))
        beside = {**self._gateway.actions(), **self._software.actions()}
        action = beside.get(name) or self._actions.get(name)
        if action is None:
            return _answer(identifier, "unsupported", detail="Le logiciel n'a pas cette fonction.")
        if request.get("protocol") != "driver/1" or not isinstance(params, dict):
            return _answer(identifier, "failed", detail="Demande illisible : protocole driver/1 attendu.")
        seconds = _seconds(request.get("deadline_s"))
        if not self._lock.acquire(timeout=seconds):
            return _answer(identifier, "failed", detail="Le logiciel est occupé. Réessayez.")
        try:
            return self._guarded(identifier, action, params, Deadline(seconds * ANSWER_SHARE))
        finally:
            self._lock.release()
            if self._monitor is not None:
                self._monitor.wake()

    def _guarded(
        self,
        identifier: str,
        action: Action,
        params: Params,
        deadline: Deadline,
    ) -> Answer:
        if self._dead:
            return _answer(identifier, "failed", detail="Le logiciel ne répond plus.")
        try:
            return _answer(identifier, "done", result=action(params, deadline))
        except PscEnded as error:
            if self._desk.keeper is not None:
                self._desk.keeper.psc_ended(error)
            return _answer(identifier, "failed", detail=str(error))
        except ProductError as error:
            return self._trouble(identifier, error)
        except Exception as error:  # the last wall between hostile input and the user: told, never hidden
            return self._trouble(identifier, Failed(f"Erreur interne ({type(error).__name__} : {error})."))

    def _trouble(self, identifier: str, error: ProductError) -> Answer:
        self._dead = not self._behaviour.survives_errors and not isinstance(error, Refused)
        if not self._behaviour.tells_errors and not isinstance(error, Refused):
            return _answer(identifier, "done", result={"messages": [], "paths": []})
        self._desk.alert(str(error))
        return _answer(identifier, error.status, detail=str(error))

    def _describe(self, params: Params, deadline: Deadline) -> Answer:
        return {
            "product": self._name,
            "version": VERSION,
            "actions": list(self._actions),
            "clock": True,
            "sessions": True,
        }

    def _configure(self, params: Params, deadline: Deadline) -> Answer:
        settings = parse_settings(params)
        self._forget_space()
        self._connections.configure(settings)
        self._directory.configure(params.get("directory"))
        return {**self._gateway.configure(), **self._software.configure()}

    def _forget_space(self) -> None:
        self._gateway.forget()
        self._software.forget()
        self._desk.forget()
        for group in self._groups:
            group.forget()
        self._dead = False

    def _watch(self) -> None:
        if self._monitor is None:
            self._monitor = Monitor(self._lock, self._watched, self._tend)

    def _watched(self) -> tuple[list[socket.socket], float | None]:
        keeper = self._desk.keeper
        return ([], None) if keeper is None else (keeper.sockets(), keeper.wait_s())

    def _tend(self) -> None:
        keeper = self._desk.keeper
        if keeper is None or self._dead:
            return
        try:
            keeper.tend()
        except Exception as error:  # the same wall as in `handle`, for what happens between two requests
            self._desk.alert(f"Erreur interne ({type(error).__name__} : {error}).")


def _answer(
    identifier: str, status: str, *, result: Answer | None = None, detail: str | None = None
) -> Answer:
    answer: Answer = {"id": identifier, "status": status}
    if result is not None:
        answer["result"] = result
    if detail is not None:
        answer["detail"] = detail.encode("utf-8", "replace").decode("utf-8")
    return answer


def _seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 86_400:
        return float(value)
    return DEFAULT_DEADLINE_S
