"""What the product, being the software of a hospital, gives its PFI: ORU^R01 and MDM (volet TX 2.1)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.identifiers.ins import PATIENT_DOMAIN
from simulators.documents import CR_BIO, Action, BuiltCda
from simulators.product.behaviour import Behaviour
from simulators.product.gateway.er7 import Peers, escaped, joined, line, msh, stamp

PROFILE = "2.1^CISIS_CDA_HL7_V2"
LOINC = "2.16.840.1.113883.6.1"
METADATA = (
    "MASQUE_PS",
    "INVISIBLE_PATIENT",
    "INVISIBLE_REP_LEGAUX",
    "CONNEXION_SECRETE",
    "MODIF_CONF_CODE",
    "DESTDMP",
    "DESTMSSANTEPS",
    "DESTMSSANTEPAT",
    "ACK_RECEPTION",
    "ACK_LECTURE_MSS",
)
ORDERS = {None: ("T02", "NW", "F"), Action.CHANGE: ("T10", "RO", "C"), Action.DELETE: ("T04", "CA", "D")}


@dataclass(frozen=True, slots=True)
class Order:
    """One document to send through the PFI."""

    cda: BuiltCda
    action: Action | None
    recipients: tuple[str, ...]
    reply_to: str | None
    text: str | None
    delivery: bool
    reading: bool


def write_order(order: Order, peers: Peers, now: datetime, identifier: str, behaviour: Behaviour) -> bytes:
    """Return the message: ORU for a laboratory report, MDM for the rest."""
    header = order.cda.header
    oru = header.model.root == CR_BIO.root
    event, control, status = ORDERS[order.action]
    if order.action is not None:
        if behaviour.hl7_order == "always-new":
            event, control, status = ORDERS[None]
        elif behaviour.hl7_order == "contradicts":
            control = "NW"
    code = header.model.code
    typed = f"{code.code}^{escaped(code.display)}^{'LN' if code.system == LOINC else 'TRE_A05'}"
    kind = "ORU^R01^ORU_R01" if oru else f"MDM^{event}^MDM_T02"
    encoded = base64.b64encode(order.cda.content).decode("ascii")
    subtype = "TEXT" if oru else "text"
    lines = [msh(peers, now, kind, identifier, "2.5" if oru else "2.6", profile=PROFILE)]
    if not oru:
        lines.append(line("EVN", {2: stamp(now)}))
    lines += [_pid(order.cda), line("PV1", {1: "1", 2: "O"}), line("ORC", {1: control})]
    lines.append(line("OBR", {1: "1", 4: typed}))
    if not oru:
        txa = {1: "1", 2: code.code, 3: "TEXT", 4: stamp(header.time), 12: header.id, 17: "AU"}
        if order.action is Action.CHANGE:
            txa[13] = header.replaces or header.id
        lines.append(line("TXA", txa))
    lines.append(line("OBX", {1: "1", 2: "ED", 3: typed, 5: f"^{subtype}^XML^Base64^{encoded}", 11: status}))
    lines += _participations(order, behaviour)
    lines += _metadata(order, oru=oru, behaviour=behaviour)
    return joined(lines)


def _pid(cda: BuiltCda) -> str:
    patient = cda.header.patient
    ids = [f"{escaped(patient.ipp)}^^^&{patient.ipp_root}&ISO^PI"]
    if patient.qualified:
        ids.insert(0, f"{patient.matricule}^^^ASIP-SANTE-INS-NIR&{patient.ins_oid.value}&ISO^INS")
    names = (
        f"{escaped(patient.birth_family)}^{escaped(patient.first_given)}"
        f"^{escaped(' '.join(patient.given_names))}^^^^L"
    )
    return line("PID", {3: "~".join(ids), 5: names, 7: f"{patient.birth_date:%Y%m%d}", 8: patient.sex})


def _participations(order: Order, behaviour: Behaviour) -> list[str]:
    author = order.cda.header.authors[0].professional
    person = f"{author.ps_idnat}^{escaped(author.family)}^{escaped(author.given)}"
    authority = "^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    lines = [line("PRT", {2: "UC", 4: "SB^Send by^participation", 5: person + authority})]
    if behaviour.hl7_recipients:
        lines += [_prt("RCT^Result Copies To", one) for one in order.recipients]
    if order.reply_to:
        lines.append(_prt("REPLY^Reply To", order.reply_to))
    return lines


def _prt(role: str, address: str) -> str:
    return line("PRT", {2: "UC", 4: f"{role}^participation", 15: f"^^X.400^{escaped(address)}"})


def _metadata(order: Order, *, oru: bool, behaviour: Behaviour) -> list[str]:
    patients = [one for one in order.recipients if one.casefold().endswith(f"@{PATIENT_DOMAIN}")]
    yes = {
        "DESTMSSANTEPS": len(patients) < len(order.recipients),
        "DESTMSSANTEPAT": bool(patients),
        "ACK_RECEPTION": order.delivery,
        "ACK_LECTURE_MSS": order.reading,
    }
    names: Sequence[str] = METADATA if behaviour.hl7_metadata == "ordered" else METADATA[::-1]
    lines = [
        line(
            "OBX",
            {
                1: str(number),
                2: "CE" if oru else "CWE",
                3: f"{name}^{name}^MetaDMPMSS",
                5: f"{'Y' if yes.get(name) else 'N'}^^expandedYes-NoIndicator",
                11: "F",
            },
        )
        for number, name in enumerate(names, 2)
    ]
    if order.text is not None:
        body = base64.b64encode(order.text.encode("utf-8")).decode("ascii")
        subtype = "TEXT" if oru else "text"
        coded = "CORPSMAIL_PS^Corps du mail pour un PS^MetaDMPMSS"
        lines.append(line("OBX", {1: "12", 2: "ED", 3: coded, 5: f"^{subtype}^^Base64^{body}", 11: "F"}))
    return lines
