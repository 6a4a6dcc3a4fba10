"""What a PFI gives the software of its hospital: a document that came by mail (volet LPS 1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
from simulators.hl7.messages import METADATA, Order
from simulators.hl7.parts import (
    document_obx,
    participation,
    patient_identification,
    transcription,
    type_code,
)

PROFILE_LPS = "1.1^CISIS_CDA_HL7_LPS"
MASKS = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX", "MODIF_CONF_CODE")


@dataclass(frozen=True, slots=True)
class Transfer:
    """A document for the software, and the mail that it came by.

    `version` replaces MSH-12, `document` the octets of the CDA, `without` are segments left out: the faults
    that the software has to name in its acknowledgement (X-LPS-02).
    """

    cda: BuiltCda
    parties: Parties
    control_id: str
    now: datetime
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    subject: str
    body: str = "Bonjour,\nVeuillez trouver le document joint.\n"
    order: Order = Order.NEW
    charset: Charset = "UNICODE UTF-8"
    version: str = "2.6"
    without: frozenset[str] = frozenset()


def write_transfer(transfer: Transfer) -> bytes:
    """Return the MDM."""
    event, control, status = transfer.order.value
    cda = transfer.cda
    kind = f"MDM^{event}^MDM_T02"
    mail = composed(transfer.message_id, transfer.subject)
    body = base64_text(transfer.body.encode("utf-8"))
    lines = [
        header(
            transfer.parties, transfer.now, kind, transfer.control_id, transfer.version,
            transfer.charset, PROFILE_LPS,
        ),
        segment("EVN", {2: hl7_time(transfer.now)}),
        patient_identification(cda.header.patient),
        segment("PV1", {1: "1", 2: "N"}),
        segment("ORC", {1: control}),
        segment("OBR", {1: "1", 4: type_code(cda)}),
        transcription(cda, replaces=transfer.order is Order.REPLACE),
        document_obx(cda, status, "text"),
        participation("SB", address=transfer.sender, professional=cda.header.authors[0].professional),
        *(participation("RCT", address=address) for address in transfer.recipients),
        segment("OBX", {1: "2", 2: "ED", 3: mail, 5: f"^text^^Base64^{body}", 11: "F"}),
        *(
            segment(
                "OBX",
                {
                    1: str(number), 2: "CWE", 3: f"{name}^{escaped(METADATA[name])}^MetaDMPMSS",
                    5: "N^^expandedYes-NoIndicator", 11: "F",
                },
            )
            for number, name in enumerate(MASKS, 3)
        ),
    ]  # fmt: skip
    kept = [line for line in lines if line.split("|", 1)[0] not in transfer.without]
    return encoded(kept, transfer.charset)
