"""The reference product: a complete LPS client behind the driver protocol."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import tempfile
import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulators.clock import SimulatedClock
from simulators.product.behaviour import REFERENCE, Behaviour
from simulators.product.composer import compose
from simulators.product.deadline import Deadline
from simulators.product.draft import Draft, checked_address, clean, parse_draft
from simulators.product.errors import ConnectionLost, Failed, ProductError, Refused, Unsupported
from simulators.product.monitor import Monitor
from simulators.product.opening import Opener
from simulators.product.psc import PscEnded, PscSession
from simulators.product.reports import (
    body_text,
    original_of,
    read_delivery_report,
    reply_addresses,
    show,
)
from simulators.product.sessions import ProtocolName, SessionKeeper
from simulators.product.settings import Mailbox, Settings, parse_settings
from simulators.product.smtp import FinalRefusal
from simulators.product.tls import web_context
from simulators.product.web import Web

VERSION = "1.0"
ANSWER_SHARE = 0.85
"""Part of the time given by the request that network waits may take; the rest is for the answer."""
DEFAULT_DEADLINE_S = 30.0
MAX_ALERTS = 200
LAST_YEAR = 9000

Answer = dict[str, Any]
Params = Mapping[str, Any]


class Product:
    """One running product; thread-safe, driven by `handle`.

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
        self._clock = clock or SimulatedClock()
        self._name = name
        self._lock = threading.RLock()
        self._data_dir = data_dir
        self._keeper: SessionKeeper | None = None
        self._web: Web | None = None
        self._monitor: Monitor | None = None
        self._alerts: list[str] = []
        self._dead = False
        self._actions: dict[str, Callable[[Params, Deadline], Answer]] = {
            "describe": self._describe,
            "configure": self._configure,
            "connect": self._connect,
            "send": self._send,
            "reply": self._reply,
            "list": self._list,
            "fetch": self._fetch,
            "disconnect": self._disconnect,
            "status": self._status,
            "advance": self._advance,
            "files": self._files,
        }

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
        action = self._actions.get(str(request.get("action")))
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
        action: Callable[[Params, Deadline], Answer],
        params: Params,
        deadline: Deadline,
    ) -> Answer:
        if self._dead:
            return _answer(identifier, "failed", detail="Le logiciel ne répond plus.")
        try:
            return _answer(identifier, "done", result=action(params, deadline))
        except PscEnded as error:
            if self._keeper is not None:
                self._keeper.psc_ended(error)
            return _answer(identifier, "failed", detail=str(error))
        except ProductError as error:
            return self._trouble(identifier, error)
        except Exception as error:  # the last wall between hostile input and the user: told, never hidden
            return self._trouble(identifier, Failed(f"Erreur interne ({type(error).__name__} : {error})."))

    def _trouble(self, identifier: str, error: ProductError) -> Answer:
        self._dead = not self._behaviour.survives_errors and not isinstance(error, Refused)
        if not self._behaviour.tells_errors and not isinstance(error, Refused):
            return _answer(identifier, "done", result={"messages": [], "paths": []})
        self._alert(str(error))
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
        self._clock = SimulatedClock(self._clock.base)
        web = Web(web_context(settings))
        self._web = web
        self._keeper = SessionKeeper(
            settings=settings,
            clock=self._clock,
            behaviour=self._behaviour,
            web=web,
            opener=Opener(settings, self._clock, self._behaviour, web),
            psc=None if settings.psc is None else PscSession(settings.psc, web, self._clock, self._behaviour),
            alert=self._alert,
            signed_in=self._signed_in,
        )
        self._save_preferences(settings)
        return {}

    def _connect(self, params: Params, deadline: Deadline) -> Answer:
        keeper = self._configured()
        mailbox = self._mailbox(params)
        wanted = params.get("protocols") or ["smtp", "imap"]
        found = keeper.servers(mailbox, deadline)
        told: Answer = {}
        if found is not None and not self._behaviour.autoconfig_tested:
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
        self._watch()
        if trouble is not None:
            raise trouble
        return told

    def _send(self, params: Params, deadline: Deadline) -> Answer:
        return self._deliver(parse_draft(params, self._configured().settings), deadline)

    def _reply(self, params: Params, deadline: Deadline) -> Answer:
        keeper = self._configured()
        mailbox = self._mailbox(params)
        message_id = str(params.get("message_id"))
        raw = self._read(mailbox, "INBOX", message_id, deadline)
        to, cc = reply_addresses(raw, mailbox.address, everyone=params.get("all") is True)
        if not to:
            raise Failed("Ce message n'a pas d'expéditeur à qui répondre.")
        subject = show(raw, REFERENCE).subject
        draft = Draft(
            sender=keeper.settings.mailbox(mailbox.address),
            to=tuple(checked_address(address) for address in to),
            cc=tuple(checked_address(address) for address in cc),
            subject=subject if subject.casefold().startswith("re:") else f"Re: {subject}".strip(),
            text=clean(str(params.get("text"))),
            original=original_of(raw, message_id),
        )
        return self._deliver(draft, deadline)

    def _deliver(self, draft: Draft, deadline: Deadline) -> Answer:
        keeper = self._configured()
        mail = compose(draft, keeper.settings.nil, self._clock.now(), self._behaviour)
        session = keeper.smtp(draft.sender, deadline)
        self._watch()
        try:
            sent = session.send(mail.sender, mail.recipients, mail.data, dsn=draft.request_dsn)
        except ConnectionLost:
            keeper.drop(draft.sender, "smtp")
            raise
        except FinalRefusal as error:
            if self._behaviour.respects_size or not _about_size(str(error)):
                raise
            return {"message_id": mail.message_id or ""}
        for recipient, reply in sent.refused:
            self._alert(f"{recipient} n'a pas été accepté par l'opérateur : {reply}.")
        result: Answer = {"reply": str(sent.reply), "refused": [address for address, _ in sent.refused]}
        if mail.message_id is not None:
            result["message_id"] = mail.message_id
        return result

    def _list(self, params: Params, deadline: Deadline) -> Answer:
        mailbox = self._mailbox(params)
        folder = _folder(params)
        session = self._configured().imap(mailbox, deadline)
        self._watch()
        messages = []
        try:
            for item in session.list(folder):
                shown = show(item.head, self._behaviour)
                report = None
                if shown.kind == "delivery-report":
                    raw = session.read(folder, item.uid, mark_seen=False)
                    told = read_delivery_report(raw, self._behaviour)
                    report = {
                        "action": told.action,
                        "status": told.status,
                        "diagnostic": told.diagnostic,
                        "recipient": told.recipient,
                        "original_message_id": told.original_message_id,
                    }
                messages.append(
                    {
                        "message_id": shown.message_id,
                        "uid": item.uid,
                        "subject": shown.subject,
                        "from": shown.sender,
                        "seen": item.seen,
                        "kind": shown.kind,
                        "report": report,
                    }
                )
        except ConnectionLost:
            self._configured().drop(mailbox, "imap")
            raise
        return {"messages": messages}

    def _fetch(self, params: Params, deadline: Deadline) -> Answer:
        mailbox = self._mailbox(params)
        raw = self._read(mailbox, _folder(params), str(params.get("message_id")), deadline)
        return {"raw_base64": base64.b64encode(raw).decode("ascii"), "text": body_text(raw)}

    def _read(self, mailbox: Mailbox, folder: str, message_id: str, deadline: Deadline) -> bytes:
        session = self._configured().imap(mailbox, deadline)
        self._watch()
        try:
            uid = session.find(folder, message_id)
            if uid is None:
                raise Failed(f"Le message {message_id} n'est pas dans {folder}.")
            return session.read(folder, uid, mark_seen=True)
        except ConnectionLost:
            self._configured().drop(mailbox, "imap")
            raise

    def _disconnect(self, params: Params, deadline: Deadline) -> Answer:
        keeper = self._configured()
        address = None if params.get("mailbox") is None else self._mailbox(params).address
        keeper.close(address)
        if keeper.psc is not None and params.get("psc_logout") is True:
            keeper.close()
            keeper.psc.sign_out(deadline)
        return {}

    def _status(self, params: Params, deadline: Deadline) -> Answer:
        keeper = self._configured()
        address = None if params.get("mailbox") is None else self._mailbox(params).address
        keeper.tend()
        identity = keeper.psc.identity if keeper.psc is not None else None
        alerts, self._alerts = self._alerts, []
        return {
            "smtp": "open" if keeper.is_open("smtp", address) else "closed",
            "imap": "open" if keeper.is_open("imap", address) else "closed",
            "psc": "open" if keeper.psc is not None and keeper.psc.open else "closed",
            "alerts": alerts,
            "identity": None
            if identity is None
            else {"ps_idnat": identity.ps_idnat, "family": identity.family, "given": identity.given},
        }

    def _advance(self, params: Params, deadline: Deadline) -> Answer:
        seconds = params.get("seconds")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not 0 <= seconds < 1e10:
            raise Failed("Durée impossible : un nombre de secondes positif était attendu.")
        if self._clock.now().year + seconds / 31e6 > LAST_YEAR:
            raise Failed("Durée impossible : la date sort du calendrier.")
        self._clock.advance(float(seconds))
        if self._keeper is not None:
            self._keeper.tend()
        return {}

    def _files(self, params: Params, deadline: Deadline) -> Answer:
        return {"paths": [str(self._folder())]}

    def _mailbox(self, params: Params) -> Mailbox:
        return self._configured().settings.mailbox(str(params.get("mailbox")))

    def _configured(self) -> SessionKeeper:
        if self._keeper is None:
            raise Failed("Le logiciel n'est pas paramétré : envoyez d'abord configure.")
        return self._keeper

    def _forget_space(self) -> None:
        if self._keeper is not None:
            self._keeper.abandon()
        if self._web is not None:
            self._web.close()
        self._keeper = self._web = None
        self._alerts = []
        self._dead = False

    def _watch(self) -> None:
        if self._monitor is None:
            self._monitor = Monitor(self._lock, self._watched, self._tend)

    def _watched(self) -> tuple[list[socket.socket], float | None]:
        keeper = self._keeper
        return ([], None) if keeper is None else (keeper.sockets(), keeper.wait_s())

    def _tend(self) -> None:
        if self._keeper is None or self._dead:
            return
        try:
            self._keeper.tend()
        except Exception as error:  # the same wall as in `handle`, for what happens between two requests
            self._alert(f"Erreur interne ({type(error).__name__} : {error}).")

    def _alert(self, text: str) -> None:
        self._alerts = [*self._alerts[1 - MAX_ALERTS :], text]

    def _signed_in(self, token: str) -> None:
        if self._behaviour.token_on_disk:
            (self._folder() / "session.json").write_text(json.dumps({"jeton": token}), encoding="utf-8")

    def _save_preferences(self, settings: Settings) -> None:
        kept = {
            "bal": [{"adresse": m.address, "type": m.type, "libelle": m.label} for m in settings.mailboxes]
        }
        text = json.dumps(kept, ensure_ascii=True)
        (self._folder() / "preferences.json").write_text(text, encoding="utf-8")

    def _folder(self) -> Path:
        if self._data_dir is None:
            self._data_dir = Path(tempfile.mkdtemp(prefix="mssante-produit-"))
            weakref.finalize(self, shutil.rmtree, self._data_dir, ignore_errors=True)
        self._data_dir.mkdir(parents=True, exist_ok=True)
        return self._data_dir


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


def _protocols(value: object) -> tuple[ProtocolName, ...]:
    if not isinstance(value, list):
        raise Failed("Les protocoles se donnent en liste : smtp, imap.")
    known: tuple[ProtocolName, ...] = ("smtp", "imap")
    chosen = tuple(name for name in known if name in value)
    if not chosen:
        raise Unsupported("Le logiciel ne connaît que smtp et imap.")
    return chosen


def _folder(params: Params) -> str:
    folder = params.get("folder", "INBOX")
    if not isinstance(folder, str) or not folder:
        raise Failed("Nom de dossier impossible.")
    return folder


def _about_size(text: str) -> bool:
    return "552" in text or "5.3.4" in text or "size" in text.casefold()
