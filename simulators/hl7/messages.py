"""What the software of a hospital sends to a PFI: ORU^R01 and MDM (volet TX 2.1), and the PFI's ZAM.

DOSSIER §6.1, §6.2, §6.6; the labels of the metadata are those of the volet's examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Literal

from simulators.documents import BuiltCda
from simulators.hl7.er7 import (
    Charset,
    Parties,
    base64_text,
    composed,
    encoded,
    escaped,
    header,
    hl7_time,
    segment,
)
from simulators.hl7.parts import (
    document_obx,
    participation,
    patient_identification,
    transcription,
    type_code,
)

METADATA = {
    "MASQUE_PS": "Masqué aux professionnels de Santé",
    "INVISIBLE_PATIENT": "Document Non Visible par le patient",
    "INVISIBLE_REP_LEGAUX": "Non visible par les représentants Légaux du patient",
    "CONNEXION_SECRETE": "Connexion Secrete",
    "MODIF_CONF_CODE": "Modification Confidentiality Code",
    "DESTDMP": "Destinataire DMP",
    "DESTMSSANTEPS": "Destinataire (Professionnel de Santé, organisation ou BAL applicative)",
    "DESTMSSANTEPAT": "Destinataire Patient",
    "ACK_RECEPTION": "Accusé de réception",
    "ACK_LECTURE_MSS": "Accusé de lecture",
}
"""The ten Y/N metadata, in the order that the volet prescribes."""
PROFILE_TX = "2.1^CISIS_CDA_HL7_V2"


class Order(Enum):
    """What is asked: event of an MDM, ORC-1, OBX-11 of the document."""

    NEW = ("T02", "NW", "F")
    REPLACE = ("T10", "RO", "C")
    DELETE = ("T04", "CA", "D")


@dataclass(frozen=True, slots=True)
class Request:
    """A document that the software gives the PFI.

    `recipients` are addresses (PRT RCT), `reply_to` PRT REPLY; `flags` are the metadata that are `Y`;
    `bodies` the CORPSMAIL_*; `finished` puts NTE-4 FIN under DESTMSSANTEPAT. `event`, `order_control` and
    `status` replace what `order` says, for a request that contradicts itself; `without` are segments left
    out.
    """

    documents: tuple[BuiltCda, ...]
    parties: Parties
    control_id: str
    now: datetime
    recipients: tuple[str, ...]
    order: Order = Order.NEW
    kind: Literal["MDM", "ORU"] = "MDM"
    reply_to: str | None = None
    flags: frozenset[str] = frozenset({"DESTMSSANTEPS"})
    finished: bool = False
    bodies: Mapping[str, str] = field(default_factory=dict)
    charset: Charset = "UNICODE UTF-8"
    event: str | None = None
    order_control: str | None = None
    status: str | None = None
    without: frozenset[str] = frozenset()


def write_request(request: Request) -> bytes:
    """Return the message; an MDM carries the first document alone."""
    event, control, status = request.order.value
    event = request.event or event
    first = request.documents[0].header
    oru = request.kind == "ORU"
    kind = "ORU^R01^ORU_R01" if oru else f"MDM^{event}^MDM_T02"
    lines = [
        header(
            request.parties, request.now, kind, request.control_id, "2.5" if oru else "2.6",
            request.charset, PROFILE_TX,
        )
    ]  # fmt: skip
    if not oru:
        lines.append(segment("EVN", {2: hl7_time(request.now)}))
    lines.append(patient_identification(first.patient, file_number="405660"))
    lines.append(segment("PV1", {1: "1", 2: "I", 3: "UFNEPH", 19: "897406^^^AUT-AFFECTATION"}))
    documents = request.documents if oru else request.documents[:1]
    number = 0
    for rank, cda in enumerate(documents, 1):
        lines.append(segment("ORC", {1: request.order_control or control}))
        lines.append(segment("OBR", {1: str(rank), 4: type_code(cda)}))
        if not oru:
            lines.append(transcription(cda, replaces=request.order is not Order.NEW))
        number = 1
        lines.append(document_obx(cda, request.status or status, "TEXT" if oru else "text"))
        lines.extend(_participations(request, cda))
        lines.extend(_metadata(request, number))
    kept = [line for line in lines if line.split("|", 1)[0] not in request.without]
    return encoded(kept, request.charset)


def _participations(request: Request, cda: BuiltCda) -> list[str]:
    author = cda.header.authors[0].professional
    lines = [participation("SB", professional=author)]
    lines += [participation("RCT", address=address) for address in request.recipients]
    if request.reply_to is not None:
        lines.append(participation("REPLY", address=request.reply_to))
    return lines


def _metadata(request: Request, number: int) -> list[str]:
    kind = "CE" if request.kind == "ORU" else "CWE"
    lines: list[str] = []
    for name, label in METADATA.items():
        number += 1
        value = "Y" if name in request.flags else "N"
        lines.append(
            segment(
                "OBX",
                {
                    1: str(number), 2: kind, 3: f"{name}^{escaped(label)}^MetaDMPMSS",
                    5: f"{value}^^expandedYes-NoIndicator", 11: "F",
                },
            )
        )  # fmt: skip
        if name == "DESTMSSANTEPAT" and request.finished:
            lines.append("NTE|1|||FIN")
    subtype = "TEXT" if request.kind == "ORU" else "text"
    for name, text in request.bodies.items():
        number += 1
        label = "Corps du mail pour un PS" if name == "CORPSMAIL_PS" else "Corps du mail pour un patient"
        body = base64_text(text.encode("utf-8"))
        lines.append(
            segment(
                "OBX",
                {
                    1: str(number), 2: "ED", 3: f"{name}^{label}^MetaDMPMSS",
                    5: f"^{subtype}^^Base64^{body}", 11: "F",
                },
            )
        )  # fmt: skip
    return lines


def write_zam(
    event: Literal["Z01", "Z02", "Z03"],
    parties: Parties,
    control_id: str,
    about: str,
    now: datetime,
    *,
    address: str = "",
    error: tuple[str, str] | None = None,
) -> bytes:
    """Return a business acknowledgement of the request `about` (its MSH-10).

    `address` is the recipient (Z02) or reader (Z03); `error` is the code and its label, None for a success.
    """
    status, label, person, system = {
        "Z01": ("ACK_RECEPTION_DMP", "Accusé de réception DMP", "", "DMP_ERROR_CODE"),
        "Z02": (
            "ACK_RECEPTION_MSS",
            "Accusé de réception MSSanté",
            "DESTINATAIRE_MSS^Destinataire MSSanté",
            "SMTPERRORCODE",
        ),
        "Z03": (
            "ACK_LECTURE_MSS",
            "Accusé de lecture",
            "LECTEUR_MSS^Lecteur du courriel MSSanté",
            "applicationErrorCondition",
        ),
    }[event]
    value = "N" if error else "Y"
    lines = [
        header(parties, now, f"ZAM^{event}^ZAM_Z01", control_id, "2.6", profile=PROFILE_TX),
        segment("EVN", {2: hl7_time(now)}),
        segment(
            "OBX",
            {
                1: "1", 2: "CWE", 3: f"{status}^{label}^AckMetierZAM", 4: escaped(about),
                5: f"{value}^^expandedYes-NoIndicator", 11: "F",
            },
        ),
    ]  # fmt: skip
    if person:
        lines.append(
            segment("OBX", {1: "2", 2: "XTN", 3: f"{person}^AckMetierZAM", 5: f"^^X.400^{address}", 11: "F"})
        )
    if error is not None:
        lines.append(
            "ERR|||207^Application error^messageErrorCondition|E^Error^errorSeverity|"
            + composed(error[0], error[1], system)
        )
    return encoded(lines, "UNICODE UTF-8")
