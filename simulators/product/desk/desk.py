"""What the product's functions share: settings, sessions, time, alerts, folder."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from simulators.clock import SimulatedClock
from simulators.product.behaviour import Behaviour
from simulators.product.deadline import Deadline
from simulators.product.errors import Failed
from simulators.product.register import Register
from simulators.product.sessions import SessionKeeper
from simulators.product.settings import Mailbox, Settings
from simulators.product.web import Web

MAX_ALERTS = 200

Answer = dict[str, Any]
Params = Mapping[str, Any]
Action = Callable[[Params, Deadline], Answer]


class Group(Protocol):
    """A group of actions; what it remembers of a space goes with `forget`."""

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of the driver protocol that the group does, by name."""
        ...

    def forget(self) -> None:
        """Forget all of the space before: another one is configured."""
        ...


class Desk:
    """The services that every function uses; the caller holds the product's lock.

    `ended_exchange` tells that the user closed an exchange with a patient since `configure`.
    `watch` has to be called once a session was opened: from then on the product looks after it by itself.
    """

    def __init__(self, behaviour: Behaviour, clock: SimulatedClock, data_dir: Path | None) -> None:
        self.behaviour = behaviour
        self.clock = clock
        self.keeper: SessionKeeper | None = None
        self.web: Web | None = None
        self.watch: Callable[[], None] = lambda: None
        self.register = Register()
        self.ended_exchange = False
        self._alerts: list[str] = []
        self._data_dir = data_dir

    @property
    def configured(self) -> SessionKeeper:
        """Return the sessions of the configured space; raises `Failed` before `configure`."""
        if self.keeper is None:
            raise Failed("Le logiciel n'est pas paramétré : envoyez d'abord configure.")
        return self.keeper

    @property
    def settings(self) -> Settings:
        """Return what was configured; raises `Failed` before `configure`."""
        return self.configured.settings

    def mailbox(self, params: Params, name: str = "mailbox") -> Mailbox:
        """Return the configured mailbox that a parameter names; raises `Failed`."""
        return self.settings.mailbox(str(params.get(name)))

    def user(self, mailbox: Mailbox) -> str | None:
        """Return who acts on a mailbox, for the traces: the professional signed in; nobody for a BAL APP."""
        psc = self.configured.psc
        if mailbox.type == "APP" or psc is None or psc.identity is None:
            return None
        return f"{psc.identity.ps_idnat} {psc.identity.given} {psc.identity.family}"

    def alert(self, text: str) -> None:
        """Tell the user something; kept until `take_alerts`."""
        self._alerts = [*self._alerts[1 - MAX_ALERTS :], text]

    def take_alerts(self) -> list[str]:
        """Return what the user was told since the last time."""
        alerts, self._alerts = self._alerts, []
        return alerts

    def folder(self) -> Path:
        """Return the product's working folder, made when needed."""
        if self._data_dir is None:
            self._data_dir = Path(tempfile.mkdtemp(prefix="mssante-produit-"))
            weakref.finalize(self, shutil.rmtree, self._data_dir, ignore_errors=True)
        self._data_dir.mkdir(parents=True, exist_ok=True)
        return self._data_dir

    def forget(self) -> None:
        """Leave the space: connections are dropped without a word, nothing is remembered."""
        if self.keeper is not None:
            self.keeper.abandon()
        if self.web is not None:
            self.web.close()
        self.keeper = self.web = None
        self.register = Register()
        self.ended_exchange = False
        self._alerts = []
