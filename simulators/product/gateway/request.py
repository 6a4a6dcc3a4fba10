"""What the software asks of the PFI: an ORU or MDM of volet TX 2.1, read, judged, acknowledged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from simulators.documents import Action, BuiltCda
from simulators.product.behaviour import Behaviour
from simulators.product.draft import checked_address
from simulators.product.errors import Failed
from simulators.product.gateway.cda import read_cda
from simulators.product.gateway.er7 import Line, Message, Peers, Unreadable, joined, line, msh

ORDERS: Mapping[str, tuple[str, str]] = {"T02": ("NW", "F"), "T10": ("RO", "C"), "T04": ("CA", "D")}
ACTIONS = {"NW": None, "RO": Action.CHANGE, "CA": Action.DELETE}
NOBODY = Peers("", "", "", "")
TEXTS = ("CORPSMAIL_PS", "CORPSMAIL_PATIENT")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that can be done: documents, action, who gets them, what comes back to whom."""

    control_id: str
    peers: Peers
    action: Action | None
    documents: tuple[BuiltCda, ...]
    recipients: tuple[str, ...]
    reply_to: str | None
    flags: Mapping[str, bool]
    texts: Mapping[str, str]
    finished: bool

    def flag(self, name: str) -> bool:
        """Tell whether a metadata is `Y`."""
        return self.flags.get(name, False)


def read_request(message: Message, behaviour: Behaviour) -> Asked:
    """Return what a message asks; raises `Unreadable` with what to acknowledge."""
    if message.kind not in {"ORU", "MDM"}:
        raise Unreadable("200", "Type de message non traité", "MSH^1^9")
    oru = message.kind == "ORU"
    if message.event not in ({"R01"} if oru else set(ORDERS)):
        raise Unreadable("201", "Évènement non traité", "MSH^1^9")
    if message.msh.part(12) != ("2.5" if oru else "2.6"):
        raise Unreadable("203", "Version non traitée", "MSH^1^12")
    if oru and behaviour.pfi_takes == "mdm":
        raise Unreadable("200", "Type de message non traité", "MSH^1^9")
    if message.charset != "UNICODE UTF-8" and behaviour.pfi_charsets == "utf-8":
        raise Unreadable("102", "Jeu de caractères non traité", "MSH^1^18")
    for name in ("PID", "ORC", "OBR", "OBX") if oru else ("EVN", "PID", "PV1", "ORC", "OBR", "TXA", "OBX"):
        message.first(name)
    action = _action(message, behaviour)
    flags = {one.part(3): one.part(5) == "Y" for one in message.all("OBX") if one.part(3, 3) == "MetaDMPMSS"}
    texts = {
        one.part(3): one.octets().decode("utf-8", "replace")
        for one in message.all("OBX")
        if one.part(3) in TEXTS
    }
    _matrix(flags, behaviour)
    return Asked(
        control_id=message.msh.part(10),
        peers=peers_of(message),
        action=action,
        documents=tuple(read_cda(one.octets()) for one in _documents(message)),
        recipients=tuple(dict.fromkeys(_addresses(message, "RCT"))),
        reply_to=next(_addresses(message, "REPLY"), None),
        flags=flags,
        texts=texts,
        finished=_finished(message),
    )


def peers_of(message: Message) -> Peers:
    """Return who speaks to whom."""
    return Peers(*(message.msh.part(number) for number in (3, 4, 5, 6)))


def _documents(message: Message) -> list[Line]:
    return [one for one in message.all("OBX") if one.part(3, 3) != "MetaDMPMSS" and one.part(2) == "ED"]


def _action(message: Message, behaviour: Behaviour) -> Action | None:
    control = message.first("ORC").part(1)
    if control not in ACTIONS:
        raise Unreadable("103", "ORC-1 inconnu", "ORC^1^1")
    wanted = {order: status for order, status in ORDERS.values()}[control]
    statuses = {one.part(11) for one in _documents(message)}
    agree = statuses == {wanted} and (message.kind == "ORU" or ORDERS[message.event][0] == control)
    if not agree and behaviour.pfi_checks_consistency:
        raise Unreadable("207", "Évènement, ORC-1 et OBX-11 ne disent pas la même action", "ORC^1^1")
    return ACTIONS[control]


def _matrix(flags: Mapping[str, bool], behaviour: Behaviour) -> None:
    """Refuse what the volet forbids in words; its matrix as a whole cannot be enforced."""
    forbidden = flags.get("INVISIBLE_PATIENT", False) and flags.get("DESTMSSANTEPAT", False)
    if forbidden and behaviour.pfi_matrix != "ignored":
        raise Unreadable("207", "Document invisible au patient : il ne peut pas lui être envoyé", "OBX")
    only_patient = flags.get("DESTMSSANTEPAT", False) and not flags.get("DESTMSSANTEPS", False)
    if only_patient and behaviour.pfi_matrix == "no-patient-only":
        raise Unreadable("207", "Aucun destinataire professionnel", "OBX")


def _addresses(message: Message, role: str) -> Iterator[str]:
    for one in message.all("PRT"):
        if one.part(4) == role and one.part(15, 4):
            try:
                yield checked_address(one.part(15, 4))
            except Failed as error:
                raise Unreadable("102", "Adresse de messagerie impossible", "PRT^1^15") from error


def _finished(message: Message) -> bool:
    """Tell whether NTE-4 FIN stands under DESTMSSANTEPAT."""
    under = ""
    for one in message.lines:
        if one.name == "OBX":
            under = one.part(3)
        elif one.name == "NTE" and under == "DESTMSSANTEPAT" and one.part(4) == "FIN":
            return True
    return False


def acknowledge(
    message: Message | None,
    now: datetime,
    identifier: str,
    trouble: Unreadable | None,
    behaviour: Behaviour,
    *,
    code: Literal["AE", "AR"] = "AE",
    fault: str = "none",
    own: Peers = NOBODY,
) -> bytes:
    """Return the ACK of a message; `fault` is how a variant spoils it."""
    asked = own if message is None else peers_of(message)
    event, version, control, processing = "T02", "2.6", "", "P"
    charset = "UNICODE UTF-8"
    if message is not None:
        event, version = message.event, message.msh.part(12)
        control, processing = message.msh.field(10), message.msh.part(11) or "P"
        charset = message.charset
    swapped = Peers(asked.to_application, asked.to_facility, asked.application, asked.facility)
    if fault == "not-swapped":
        swapped = asked
    if fault == "other-version":
        version = "2.3"
    if fault == "other-id":
        control = identifier
    lines = [msh(swapped, now, f"ACK^{event}^ACK", identifier, version, charset, processing=processing)]
    lines.append(line("MSA", {1: "AA" if trouble is None else code, 2: control}))
    if trouble is not None and fault != "no-error":
        lines.append(_error(trouble, with_detail=fault != "no-detail"))
    return joined(lines, charset)


def _error(trouble: Unreadable, *, with_detail: bool) -> str:
    labels = {"100": "Segment sequence error", "207": "Application error"}
    fields = {
        2: trouble.place,
        3: f"{trouble.code}^{labels.get(trouble.code, 'Error')}^messageErrorCondition",
        4: "E^Error^errorSeverity",
    }
    if trouble.application and with_detail:
        fields[5] = f"{trouble.application}^{trouble.text}^applicationErrorCondition"
    return line("ERR", fields)
