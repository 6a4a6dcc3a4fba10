"""What the user is shown of one mail, of the mails sent, and the functional traces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from email.message import Message

from simulators.product.behaviour import Behaviour
from simulators.product.comeback import fates, read_comeback
from simulators.product.deadline import Deadline
from simulators.product.desk.delivery import submit
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.desk.reading import read_mail
from simulators.product.errors import ConnectionLost
from simulators.product.filing.parcel import ERROR_MAIL
from simulators.product.filing.returned import read_returned, with_returned
from simulators.product.receipt import Request, read_request, write_receipt
from simulators.product.register import Trace
from simulators.product.reports import body_text, header, parse
from simulators.product.screen import shown_subject
from simulators.product.settings import Mailbox

SHIFT = timedelta(hours=3)


class Keeping:
    """Opens a mail on the screen and answers the request for a receipt; shows sent mails and traces."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._answered: dict[tuple[str, str], str] = {}

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of this group."""
        return {"read": self._read, "outbox": self._outbox, "traces": self._traces}

    def forget(self) -> None:
        """Forget which requests for a receipt were answered."""
        self._answered = {}

    def _read(self, params: Params, deadline: Deadline) -> Answer:
        desk = self._desk
        mailbox = desk.mailbox(params)
        message_id = str(params.get("message_id"))
        raw = read_mail(desk, mailbox, "INBOX", message_id, deadline)
        return {
            "subject": shown_subject(raw, desk.behaviour),
            "label": header(parse(raw), "From"),
            "text": body_text(raw),
            "receipt": self._receipt(mailbox, message_id, raw, params, deadline),
        }

    def _receipt(
        self, mailbox: Mailbox, message_id: str, raw: bytes, params: Params, deadline: Deadline
    ) -> str:
        """Do what the user answers to a request for a receipt; return what the screen then says.

        Never without the user's word: that is always allowed (RFC 8098 §2.1), and simpler to explain than
        the cases in which it might leave by itself.
        """
        behaviour, choice = self._desk.behaviour, params.get("receipt")
        request, key = read_request(raw), (mailbox.address, message_id)
        if request.report and not (request.to and behaviour.mdn_for_reports):
            return "not-asked"
        if not request.to and behaviour.mdn_return != "unasked":
            return "not-asked"
        if key in self._answered and behaviour.mdn_once:
            return self._answered[key]
        if choice == "decline" and behaviour.mdn_return != "despite-decline":
            self._answered[key] = "declined"
        elif choice != "accept" and behaviour.mdn_return not in {"automatic", "unasked", "despite-decline"}:
            return "asked"
        elif behaviour.mdn_return in {"never", "told-only"}:
            return "sent" if behaviour.mdn_return == "told-only" else "declined"
        else:
            self._send_receipt(mailbox, request, deadline)
            self._answered[key] = "sent"
        return self._answered[key]

    def _send_receipt(self, mailbox: Mailbox, request: Request, deadline: Deadline) -> None:
        desk = self._desk
        first = desk.settings.mailboxes[0]
        sender = mailbox if mailbox is first or desk.behaviour.mdn_from_own else first
        receipt = write_receipt(
            request,
            mailbox,
            sender,
            now=desk.clock.now(),
            nil=desk.settings.nil,
            behaviour=desk.behaviour,
        )
        submit(desk, mailbox, receipt, deadline)

    def _outbox(self, params: Params, deadline: Deadline) -> Answer:
        mailbox = self._desk.mailbox(params)
        copies = [copy for copy in self._desk.register.sent if copy.mailbox == mailbox.address]
        behaviour = self._desk.behaviour
        reports = self._reports(mailbox, deadline) if copies else []
        comebacks = [found for found in map(read_comeback, reports) if found is not None]
        told = [fate.to_json() for fate in fates(copies, comebacks, behaviour)]
        returned = [found for raw in reports if (found := read_returned(raw, behaviour)) is not None]
        return {"messages": with_returned(told, returned)}

    def _reports(self, mailbox: Mailbox, deadline: Deadline) -> list[bytes]:
        session = self._desk.configured.imap(mailbox, deadline)
        self._desk.watch()
        try:
            return [
                session.read("INBOX", item.uid, mark_seen=False)
                for item in session.list("INBOX")
                if _comes_back(parse(item.head))
            ]
        except ConnectionLost:
            self._desk.configured.drop(mailbox, "imap")
            raise

    def _traces(self, params: Params, deadline: Deadline) -> Answer:
        chosen = [
            trace
            for trace in self._desk.register.traces
            if params.get("message_id") in {None, trace.deed.message_id}
            and str(params.get("mailbox") or trace.deed.mailbox).casefold() == trace.deed.mailbox.casefold()
        ]
        told = (_told(trace, self._desk.behaviour) for trace in chosen)
        return {"traces": [line for line in told if line is not None]}


def _comes_back(head: Message) -> bool:
    """Tell whether a mail is about one that was sent: a report, or the error mail of an integration."""
    report = head.get_content_type() == "multipart/report"
    return report or ERROR_MAIL.match(header(head, "Subject")) is not None


def _told(trace: Trace, behaviour: Behaviour) -> Answer | None:
    """Return one trace as the log shows it; None for one that the product does not keep (variants)."""
    fault, deed = behaviour.trace_fault, trace.deed
    if (
        (fault == "no-sending" and deed.event == "send")
        or (fault == "no-reading" and deed.event == "read")
        or (fault == "no-failure" and not trace.success)
    ):
        return None
    line: Answer = {
        "at": trace.at.isoformat(timespec="milliseconds"),
        "event": deed.event,
        "mailbox": deed.mailbox,
        "user": trace.user,
        "from": deed.mailbox,
        "to": list(deed.to),
        "message_id": deed.message_id,
        "request": deed.request,
        "reply": trace.reply,
        "outcome": "success" if trace.success else "failure",
        "detail": trace.detail,
    }
    match fault:
        case "failure-as-success":
            line["outcome"] = "success"
        case "no-author" | "station-account":
            line["user"] = None if fault == "no-author" else "POSTE-12\\accueil"
        case "no-offset":
            line["at"] = trace.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        case "date-alone":
            line["at"] = trace.at.date().isoformat()
        case "shifted":
            line["at"] = (trace.at - SHIFT).isoformat(timespec="seconds")
        case "no-action":
            line["event"] = "other"
        case "no-request":
            line |= {"request": None, "from": "", "to": []}
        case "no-reply":
            line |= {"reply": None, "detail": ""}
        case _:
            pass
    return line
