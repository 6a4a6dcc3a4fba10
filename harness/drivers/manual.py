"""The `manual` driver: a person makes the product act, told what to do and how many steps remain.

The person is reached through a `Prompter`. Where there is nobody (no terminal), the case is not tested: the
run never waits for an answer that cannot come.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from harness.drivers.protocol import Answer, Capabilities, Status
from harness.drivers.record import DriverRecord
from harness.drivers.wire import encode_request
from harness.outcomes import NotTested
from schemas.messages import message
from schemas.text import Bilingual
from simulators.journal import Journal

PERSON_ACTIONS = (
    "configure",
    "connect",
    "send",
    "reply",
    "list",
    "fetch",
    "read",
    "disconnect",
    "status",
    "search_directory",
    "update_directory",
    "write_to_patient",
    "send_documents",
    "replace_documents",
    "delete_documents",
    "file_document",
    "reject_document",
)
"""What a person can be asked and can answer in a few lines. What a screen holds in rows and columns (work
list, traces, what became of sent mails) is declared with a capture rather than typed."""
_WANTS_LINES = frozenset({"list", "fetch", "read", "status", "search_directory"})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person is asked to do.

    `remaining` counts the steps after this one, None when not known. `wants` says what to write down when
    it is done, None when nothing.
    """

    number: int
    remaining: int | None
    action: str
    instruction: Bilingual
    wants: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person answered; `lines` is what `Step.wants` asked for."""

    status: Status
    detail: str = ""
    lines: tuple[str, ...] = ()


class Prompter(Protocol):
    """Reaches the person."""

    def ask(self, step: Step) -> Reply | None:
        """Put the step to the person; return the answer, or None when there is nobody."""
        ...


class ManualDriver:
    """Drives a product by asking a person. `steps` keeps the instructions given, for the run record."""

    def __init__(self, journal: Journal, prompter: Prompter, worker: str = "main") -> None:
        self.steps: list[str] = []
        self.planned_steps: int | None = None
        self._record = DriverRecord(journal)
        self._prompter = prompter
        self._worker = worker
        self._numbers = count(1)

    def describe(self) -> Capabilities:
        """Return what a person can do: whatever a user can; time cannot be advanced."""
        return Capabilities(frozenset(PERSON_ACTIONS), sessions=True, means="person")

    def call(self, action: str, params: Mapping[str, Any], deadline_s: float, *, tenant: str = "") -> Answer:
        """Ask for one action; `deadline_s` does not bind a person. Raises `NotTested` without a person."""
        if action not in PERSON_ACTIONS:
            return Answer("unsupported", {}, message("drivers.not-announced").filled(action=action).fr)
        number = next(self._numbers)
        identifier = f"{self._worker}-{number}"
        encode_request(identifier, action, params, deadline_s)  # refuses a request outside the protocol
        remaining = None if self.planned_steps is None else max(self.planned_steps - number, 0)
        wants = message(f"drivers.wants-{action}") if action in _WANTS_LINES else None
        step = Step(number, remaining, action, instruction(action, params), wants)
        self._record.request(tenant, identifier, action, params)
        self.steps.append(step.instruction.fr)
        began = time.monotonic()
        reply = self._prompter.ask(step)
        if reply is None:
            raise NotTested(message("drivers.nobody"))
        duration_ms = round((time.monotonic() - began) * 1000, 3)
        result = _result(action, reply) if reply.status == "done" else {}
        answer = Answer(reply.status, result, reply.detail, duration_ms)
        self._record.answer(tenant, identifier, answer)
        return answer

    def close(self) -> None:
        """Nothing was started."""


def instruction(action: str, params: Mapping[str, Any]) -> Bilingual:
    """Return what the person is asked to do, with everything needed to do it."""
    values = {
        "mailbox": params.get("mailbox", ""),
        "message_id": params.get("message_id", ""),
        "sender": params.get("from", ""),
        "to": ", ".join(params.get("to", ())),
        "subject": params.get("subject", ""),
        "text": params.get("text", ""),
        "patient": params.get("patient", ""),
        "reason": params.get("reason", ""),
        "documents": ", ".join(_document(one) for one in params.get("documents", ())),
        "criteria": ", ".join(f"{name} = {value}" for name, value in params.items()),
    }
    said = message(f"drivers.do-{action}").filled(**values)
    if action == "configure":
        settings = "\n".join(f"  {line}" for line in settings_lines(params))
        return Bilingual(f"{said.fr}\n{settings}", f"{said.en}\n{settings}")
    extras = list(_extras(params))
    if not extras:
        return said
    return Bilingual(
        f"{said.fr}\n({', '.join(extra.fr for extra in extras)})",
        f"{said.en}\n({', '.join(extra.en for extra in extras)})",
    )


def settings_lines(params: Mapping[str, Any]) -> list[str]:
    """Return the settings of `configure`, one a line; nothing is masked, since the person types them."""
    lines = []
    for name in ("smtp", "imap", "autoconfig", "dns"):
        if endpoint := params.get(name):
            host = f" ({endpoint['host']})" if "host" in endpoint else ""
            lines.append(f"{name.upper()} : {endpoint['address']}:{endpoint['port']}{host}")
    for mailbox in params.get("mailboxes", ()):
        lines.append(f"BAL {mailbox['type']} : {mailbox['address']} ({mailbox['label']})")
        lines.extend(f"  {key} : {mailbox[key]}" for key in ("certificate", "key") if mailbox.get(key))
    lines.extend(f"{key} : {value}" for key, value in params.get("trust", {}).items())
    lines.extend(f"PSC {key} : {value}" for key, value in (params.get("psc") or {}).items())
    if directory := params.get("directory"):
        lines.append(f"ANNUAIRE : {directory['base_url']} (ESANTE-API-KEY : {directory['api_key']})")
        extractions = (directory.get(name) for name in ("extraction_url", "libre_acces_url"))
        lines.extend(f"EXTRACTION : {url}" for url in extractions if url)
    lines.append(f"X-MSS-NIL : {params.get('nil', '')}")
    lines.extend(_record_line(patient) for patient in params.get("patients", ()))
    return lines


def _record_line(patient: Mapping[str, Any]) -> str:
    """Return a record as a person creates it: key, traits, identity and its status, refusals."""
    traits = f"{patient['birth_family']} {patient['birth_given']}, {patient['sex']}, {patient['birth_date']}"
    matricule = f", INS {patient['ins']}" if patient.get("ins") else ""
    refused = f", {', '.join(patient['opposed_to'])}" if patient.get("opposed_to") else ""
    return f"DOSSIER {patient['key']} : {traits}{matricule}, {patient['ins_status']}{refused}"


def _document(wanted: object) -> str:
    if isinstance(wanted, Mapping):
        words = [str(wanted[name]) for name in ("model", "format", "title") if wanted.get(name)]
        words += ["(partiel / partial)"] * (wanted.get("partial") is True)
        words += ["(même document que le précédent / same document)"] * (wanted.get("same_document") is True)
        return " ".join(words)
    return str(wanted)


def _extras(params: Mapping[str, Any]) -> list[Bilingual]:
    found = []
    if attachments := params.get("attachments"):
        found.append(message("drivers.attach").filled(files=", ".join(item["path"] for item in attachments)))
    if params.get("request_dsn"):
        found.append(message("drivers.ask-dsn"))
    if params.get("request_mdn"):
        found.append(message("drivers.ask-mdn"))
    if reply_to := params.get("reply_to"):
        found.append(message("drivers.ask-reply-to").filled(address=reply_to))
    if params.get("end"):
        found.append(message("drivers.ask-end"))
    if params.get("way") == "draft":
        found.append(message("drivers.ask-draft"))
    if receipt := params.get("receipt"):
        found.append(message(f"drivers.receipt-{receipt}"))
    return found


def _result(action: str, reply: Reply) -> Mapping[str, Any]:
    match action:
        case "list":
            return {"messages": [{"subject": line} for line in reply.lines]}
        case "fetch":
            return {"text": "\n".join(reply.lines)}
        case "read":
            return {"text": "\n".join(reply.lines)}
        case "search_directory":
            return {"entries": [{"address": line.split()[0]} for line in reply.lines if line.split()]}
        case "status":
            return {"alerts": list(reply.lines)}
    return {}
