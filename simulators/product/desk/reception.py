"""Documents received by mail: collected, filed, refused, shown, acknowledged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from simulators.product.deadline import Deadline
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.errors import ConnectionLost, Failed, ProductError
from simulators.product.filing.acknowledgement import Outcome, write_acknowledgement
from simulators.product.filing.cabinet import Cabinet
from simulators.product.filing.listing import counted, shown_documents, shown_items
from simulators.product.filing.parcel import open_parcel
from simulators.product.filing.treatment import Treated, Treatment
from simulators.product.register import Deed
from simulators.product.settings import Mailbox

REASONS = {
    "patient-unknown": "902",
    "wrong-recipient": "902",
    "unreadable": "906",
    "duplicate": "906",
    "other": "906",
}


class Reception:
    """Reads the mails that carry documents and treats them; the work list holds what a person decides."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.forget()

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of this group."""
        return {
            "collect": self._collect,
            "documents": self._documents,
            "worklist": self._worklist,
            "file_document": self._file,
            "reject_document": self._reject,
            "statistics": self._statistics,
        }

    def forget(self) -> None:
        """Forget the documents, the work list and which mails were treated."""
        self._cabinet = Cabinet()
        self._seen: set[tuple[str, int]] = set()
        self._treated: list[tuple[Mailbox, Treated]] = []
        self._rejected: set[int] = set()

    # --- actions ----------------------------------------------------------------------------------------

    def _collect(self, params: Params, deadline: Deadline) -> Answer:
        mailbox = self._desk.mailbox(params)
        told = []
        for raw in self._new_mails(mailbox, deadline):
            treated = self._treat(raw)
            if treated is None:
                continue
            if treated.parcel.report:
                self._send(mailbox, treated, "", deadline)
                continue
            self._treated.append((mailbox, treated))
            self._tell(mailbox, treated, deadline)
            self._trace(mailbox, "receive", treated)
            told.append(
                {
                    "message_id": treated.parcel.message_id or None,
                    "outcome": treated.outcome,
                    "patient": treated.patient,
                    "reason": treated.reason,
                }
            )
        return {"messages": told}

    def _documents(self, params: Params, deadline: Deadline) -> Answer:
        record = self._desk.settings.patient(str(params.get("patient")))
        held = self._cabinet.of(record.key)
        return {"documents": shown_documents(held, params, self._desk.behaviour)}

    def _worklist(self, params: Params, deadline: Deadline) -> Answer:
        if not self._desk.behaviour.list_kept:
            return {"items": []}
        integrated = list(self._cabinet) if params.get("unread") is True else []
        waiting = [treated for _, treated in self._waiting(params)]
        return {"items": shown_items(waiting, integrated, params, self._desk.behaviour)}

    def _file(self, params: Params, deadline: Deadline) -> Answer:
        index = self._item(params)
        mailbox, treated = self._treated[index]
        record = self._desk.settings.patient(str(params.get("patient")))
        if self._desk.behaviour.filing == "forgotten":
            self._rejected.add(index)
            return {}
        after = self._treatment().file(treated, record, self._desk.clock.now())
        self._treated[index] = (mailbox, after)
        if after.outcome == "integrated" and self._desk.behaviour.filing_traced:
            self._trace(mailbox, "integrate", after)
        self._acknowledge(mailbox, after, deadline, by_hand=True)
        if after.outcome == "refused":
            raise Failed(f"Non classé : {after.reason}.")
        return {}

    def _reject(self, params: Params, deadline: Deadline) -> Answer:
        index = self._item(params)
        mailbox, treated = self._treated[index]
        code = REASONS.get(str(params.get("reason")), "906")
        match self._desk.behaviour.rejecting:
            case "kept":
                return {}
            case "filed":
                record = next(
                    (one for one in self._desk.settings.patients if one.key == treated.patient), None
                )
                if record is not None:
                    self._treatment().file(treated, record, self._desk.clock.now())
            case "done":
                pass
        self._rejected.add(index)
        self._send(mailbox, treated, code, deadline, by_hand=True)
        return {}

    def _statistics(self, params: Params, deadline: Deadline) -> Answer:
        treated = [treated for _, treated in self._treated]
        rows = counted(list(self._cabinet), treated, self._since(params), self._desk.behaviour)
        return {"types": rows}

    # --- the mails --------------------------------------------------------------------------------------

    def _new_mails(self, mailbox: Mailbox, deadline: Deadline) -> Iterator[bytes]:
        session = self._desk.configured.imap(mailbox, deadline)
        self._desk.watch()
        try:
            for item in session.list("INBOX"):
                if (mailbox.address, item.uid) not in self._seen:
                    yield session.read("INBOX", item.uid, mark_seen=False)
                    self._seen.add((mailbox.address, item.uid))  # once it was treated
        except ConnectionLost:
            self._desk.configured.drop(mailbox, "imap")
            raise

    def _treat(self, raw: bytes) -> Treated | None:
        parcel = open_parcel(raw, self._desk.behaviour)
        now = self._desk.clock.now()
        if parcel.report:
            answered = bool(parcel.asks) and self._desk.behaviour.answers_reports
            return Treated(parcel, "ordinary", now) if answered else None
        try:
            return self._treatment().treat(parcel, self._desk.settings.patients, now)
        except (MemoryError, ProductError):  # the first: nothing can be saved any more
            raise
        except Exception as error:  # one mail that cannot be treated must not keep the others from it
            reason = f"Non intégré : le courriel ne peut pas être traité ({type(error).__name__})."
            return Treated(parcel, "refused", now, code="906", reason=reason)

    def _treatment(self) -> Treatment:
        return Treatment(self._cabinet, self._desk.behaviour, self._desk.folder)

    def _tell(self, mailbox: Mailbox, treated: Treated, deadline: Deadline) -> None:
        """Tell the user and the sender what became of a mail."""
        if treated.outcome == "ordinary":
            return
        if treated.reason:
            self._desk.alert(f"{treated.parcel.subject} : {treated.reason}")
        for held in self._cabinet:
            critical = held.message_id == treated.parcel.message_id and held.document.results.critical
            if critical and self._desk.behaviour.critical:
                self._desk.alert(f"Résultat critique à lire immédiatement : {held.document.title}")
        self._acknowledge(mailbox, treated, deadline, by_hand=False)

    def _trace(self, mailbox: Mailbox, event: Literal["receive", "integrate"], treated: Treated) -> None:
        """Trace that a mail was received, and that its documents entered a record (SC.MSS/UX.37)."""
        desk, parcel = self._desk, treated.parcel
        deed = Deed(event, mailbox.address, parcel.subject, parcel.message_id or None)
        desk.register.succeeded(deed, desk.clock.now(), desk.user(mailbox), treated.reason or None)
        if event == "receive" and treated.outcome == "integrated" and desk.behaviour.filing_traced:
            self._trace(mailbox, "integrate", treated)

    # --- acknowledgements -------------------------------------------------------------------------------

    def _acknowledge(self, mailbox: Mailbox, treated: Treated, deadline: Deadline, *, by_hand: bool) -> None:
        if treated.outcome in ("waiting", "ordinary"):
            return
        code = (treated.code or "906") if treated.outcome == "refused" else ""
        self._send(mailbox, treated, code, deadline, by_hand=by_hand)

    def _send(
        self, mailbox: Mailbox, treated: Treated, code: str, deadline: Deadline, *, by_hand: bool = False
    ) -> None:
        parcel = treated.parcel
        to = self._asking(treated, by_hand=by_hand)
        if to is None:
            return
        behaviour = self._desk.behaviour
        content = write_acknowledgement(
            parcel, mailbox, Outcome(to, code, by_hand), self._desk.clock.now(), behaviour
        )
        try:
            session = self._desk.configured.smtp(mailbox, deadline)
            self._desk.watch()
            path = "" if behaviour.acknowledgement_path == "null" else mailbox.address
            for _ in range(1 if behaviour.acknowledges_once else 2):
                session.send(path, (to,), content, dsn=False)
        except ConnectionLost as error:
            self._desk.configured.drop(mailbox, "smtp")
            self._desk.alert(f"L'accusé de {parcel.subject} n'est pas parti : {error}")
        except ProductError as error:
            self._desk.alert(f"L'accusé de {parcel.subject} n'est pas parti : {error}")

    def _asking(self, treated: Treated, *, by_hand: bool) -> str | None:
        """Return to whom an acknowledgement goes, None when to nobody."""
        parcel, behaviour = treated.parcel, self._desk.behaviour
        if not parcel.asks:
            return (parcel.sender or None) if behaviour.acknowledgement == "always" else None
        allowed = parcel.automatic_allowed or by_hand or parcel.report
        if not allowed and not behaviour.acknowledges_elsewhere:
            self._desk.alert(f"{parcel.subject} : un accusé est demandé pour une autre adresse, à confirmer.")
            return None
        return parcel.asks[0]

    # --- finding ----------------------------------------------------------------------------------------

    def _waiting(self, params: Params) -> Iterator[tuple[int, Treated]]:
        asked = params.get("mailbox")
        for index, (mailbox, treated) in enumerate(self._treated):
            mine = asked is None or mailbox.address.casefold() == str(asked).casefold()
            if mine and treated.outcome == "waiting" and index not in self._rejected:
                yield index, treated

    def _item(self, params: Params) -> int:
        wanted = str(params.get("message_id"))
        for index, treated in self._waiting({}):
            if treated.parcel.message_id == wanted:
                return index
        raise Failed(f"Le message {wanted} n'attend pas dans la liste de travail.")

    def _since(self, params: Params) -> datetime | None:
        value = params.get("since")
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise Failed("Date impossible : ISO 8601 attendu.") from error
        return found if found.tzinfo else found.replace(tzinfo=self._desk.clock.now().tzinfo)
