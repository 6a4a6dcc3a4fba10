"""The product's own state: settings, sessions, time, files."""

from __future__ import annotations

import json
from collections.abc import Mapping

from simulators.clock import SimulatedClock
from simulators.product.deadline import Deadline
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.errors import Failed, ProductError, Unsupported
from simulators.product.opening import Opener
from simulators.product.psc import PscEnded, PscSession
from simulators.product.sessions import ProtocolName, SessionKeeper
from simulators.product.settings import Settings
from simulators.product.tls import web_context
from simulators.product.web import Web

LAST_YEAR = 9000


class Connections:
    """Takes the settings, connects, disconnects, tells the state, lets time pass."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of this group."""
        return {
            "connect": self._connect,
            "disconnect": self._disconnect,
            "status": self._status,
            "advance": self._advance,
            "files": self._files,
        }

    def forget(self) -> None:
        """Nothing is remembered but by the desk."""

    def configure(self, settings: Settings) -> None:
        """Take the settings of a new space; the space before is forgotten already."""
        desk = self._desk
        desk.clock = SimulatedClock(desk.clock.base)
        web = Web(web_context(settings))
        desk.web = web
        desk.keeper = SessionKeeper(
            settings=settings,
            clock=desk.clock,
            behaviour=desk.behaviour,
            web=web,
            opener=Opener(settings, desk.clock, desk.behaviour, web),
            psc=None if settings.psc is None else PscSession(settings.psc, web, desk.clock, desk.behaviour),
            alert=desk.alert,
            signed_in=self._signed_in,
        )
        self._save_preferences(settings)

    def _connect(self, params: Params, deadline: Deadline) -> Answer:
        keeper = self._desk.configured
        mailbox = self._desk.mailbox(params)
        wanted = params.get("protocols") or ["smtp", "imap"]
        found = keeper.servers(mailbox, deadline)
        told: Answer = {}
        if found is not None and not self._desk.behaviour.autoconfig_tested:
            return {"smtp": {"port": found.smtp.port}, "imap": {"port": found.imap.port}}
        trouble: ProductError | None = None
        for protocol in _protocols(wanted):
            try:
                keeper.connect(mailbox, protocol, deadline)
                told[protocol] = {"state": "open"}
            except PscEnded:
                raise
            except ProductError as error:
                told[protocol] = {"state": "closed", "detail": str(error)}
                trouble = trouble or error
        self._desk.watch()
        if trouble is not None:
            raise trouble
        return told

    def _disconnect(self, params: Params, deadline: Deadline) -> Answer:
        keeper = self._desk.configured
        keeper.close(self._chosen(params))
        if keeper.psc is not None and params.get("psc_logout") is True:
            keeper.close()
            keeper.psc.sign_out(deadline)
        return {}

    def _status(self, params: Params, deadline: Deadline) -> Answer:
        keeper = self._desk.configured
        address = self._chosen(params)
        keeper.tend()
        identity = keeper.psc.identity if keeper.psc is not None else None
        return {
            "smtp": "open" if keeper.is_open("smtp", address) else "closed",
            "imap": "open" if keeper.is_open("imap", address) else "closed",
            "psc": "open" if keeper.psc is not None and keeper.psc.open else "closed",
            "alerts": self._desk.take_alerts(),
            "identity": None
            if identity is None
            else {"ps_idnat": identity.ps_idnat, "family": identity.family, "given": identity.given},
        }

    def _advance(self, params: Params, deadline: Deadline) -> Answer:
        seconds = params.get("seconds")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not 0 <= seconds < 1e10:
            raise Failed("Durée impossible : un nombre de secondes positif était attendu.")
        desk = self._desk
        if desk.clock.now().year + seconds / 31e6 > LAST_YEAR:
            raise Failed("Durée impossible : la date sort du calendrier.")
        desk.clock.advance(float(seconds))
        if desk.keeper is not None:
            desk.keeper.tend()
        return {}

    def _files(self, params: Params, deadline: Deadline) -> Answer:
        return {"paths": [str(self._desk.folder())]}

    def _chosen(self, params: Params) -> str | None:
        return None if params.get("mailbox") is None else self._desk.mailbox(params).address

    def _signed_in(self, token: str) -> None:
        if self._desk.behaviour.token_on_disk:
            text = json.dumps({"jeton": token})
            (self._desk.folder() / "session.json").write_text(text, encoding="utf-8")

    def _save_preferences(self, settings: Settings) -> None:
        kept = {
            "bal": [{"adresse": m.address, "type": m.type, "libelle": m.label} for m in settings.mailboxes]
        }
        text = json.dumps(kept, ensure_ascii=True)
        (self._desk.folder() / "preferences.json").write_text(text, encoding="utf-8")


def _protocols(value: object) -> tuple[ProtocolName, ...]:
    if not isinstance(value, list):
        raise Failed("Les protocoles se donnent en liste : smtp, imap.")
    known: tuple[ProtocolName, ...] = ("smtp", "imap")
    chosen = tuple(name for name in known if name in value)
    if not chosen:
        raise Unsupported("Le logiciel ne connaît que smtp et imap.")
    return chosen
