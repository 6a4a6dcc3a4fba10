"""What comes back for a mail that the PFI sent, as business acknowledgements: ZAM^Z02 and ZAM^Z03."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Mail

from simulators.product.behaviour import Behaviour
from simulators.product.gateway.er7 import Peers, escaped, joined, line, msh, stamp
from simulators.product.reports import header, parse

PROFILE = "2.1^CISIS_CDA_HL7_V2"
_CODE = re.compile(r"\b([45][0-9]{2})\b")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_TOLD = re.compile(r"(9[0-9]{2})\s*\^\s*([^^]*)")


@dataclass(frozen=True, slots=True)
class Returned:
    """One recipient of one mail: delivered or read, or why not (code and label)."""

    about: str
    address: str
    read: bool
    error: tuple[str, str] | None = None


def read_delivery(raw: bytes) -> Iterator[Returned]:
    """Yield what a delivery report says of each recipient."""
    mail = parse(raw)
    about = _about(mail)
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks[1:] if isinstance(blocks, list) else ():
            if not isinstance(block, Mail) or "Final-Recipient" not in block:
                continue
            action = header(block, "Action").casefold()
            address = header(block, "Final-Recipient").partition(";")[2].strip()
            if action in {"delivered", "relayed", "expanded"}:
                yield Returned(about, address, read=False)
            elif action == "failed":
                said = header(block, "Diagnostic-Code").partition(";")[2].strip()
                found = _CODE.search(said)
                code = found.group(1) if found else "554"
                yield Returned(about, address, read=False, error=(code, said[:200] or "Échec de remise"))


def read_receipt(raw: bytes) -> Iterator[Returned]:
    """Yield what a read receipt or integration acknowledgement says."""
    mail = parse(raw)
    for part in mail.walk():
        if part.get_content_type() != "message/disposition-notification":
            continue
        payload = part.get_payload()
        block = payload[0] if isinstance(payload, list) and payload else None
        fields = block if isinstance(block, Mail) else parse(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
        ids = _ID.findall(header(fields, "Original-Message-ID"))
        address = header(fields, "Final-Recipient").partition(";")[2].strip()
        disposition = header(fields, "Disposition")
        error = None
        if "/" in disposition.partition(";")[2]:
            told = _TOLD.search(header(fields, "Error")) or _TOLD.search(disposition)
            error = (told.group(1), told.group(2).strip()) if told else ("906", "Erreur 'Autre'")
        yield Returned(ids[0] if ids else "", address, read=True, error=error)


def _about(mail: Mail) -> str:
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Mail):
                return _first_id(header(inner[0], "Message-ID"))
        elif kind in {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
            octets = part.get_payload(decode=True)
            if isinstance(octets, bytes):
                return _first_id(header(parse(octets), "Message-ID"))
    return ""


def _first_id(text: str) -> str:
    found = _ID.search(text)
    return found.group(0) if found else ""


def write_zam(  # noqa: PLR0917  (what it is made of)
    returned: Returned, request: str, peers: Peers, now: datetime, identifier: str, behaviour: Behaviour
) -> bytes:
    """Return the business acknowledgement of one return; `request` is MSH-10 of what the software sent."""
    event = "Z03" if returned.read else "Z02"
    status = (
        "ACK_LECTURE_MSS^Accusé de lecture"
        if returned.read
        else "ACK_RECEPTION_MSS^Accusé de réception MSSanté"
    )
    person = (
        "LECTEUR_MSS^Lecteur du courriel MSSanté"
        if returned.read
        else "DESTINATAIRE_MSS^Destinataire MSSanté"
    )
    error = returned.error
    if error is not None and not behaviour.pfi_failure_told:
        error = None
    about = {"request": escaped(request), "absent": "", "own": identifier}[behaviour.pfi_about]
    lines = [
        msh(peers, now, f"ZAM^{event}^ZAM_Z01", identifier, profile=PROFILE),
        line("EVN", {2: stamp(now)}),
        line(
            "OBX",
            {
                1: "1",
                2: "CWE",
                3: f"{status}^AckMetierZAM",
                4: about,
                5: f"{'N' if error else 'Y'}^^expandedYes-NoIndicator",
                11: "F",
            },
        ),
    ]
    if not returned.read or behaviour.pfi_reader:
        address = f"^^X.400^{escaped(returned.address)}"
        lines.append(line("OBX", {1: "2", 2: "XTN", 3: f"{person}^AckMetierZAM", 5: address, 11: "F"}))
    if error is not None:
        system = "applicationErrorCondition" if returned.read else "SMTPERRORCODE"
        lines.append(
            line(
                "ERR",
                {
                    3: "207^Application error^messageErrorCondition",
                    4: "E^Error^errorSeverity",
                    5: f"{escaped(error[0])}^{escaped(error[1])}^{system}",
                },
            )
        )
    return joined(lines)


def write_dmp_failure(
    request: str, peers: Peers, now: datetime, identifier: str, behaviour: Behaviour
) -> bytes:
    """Return the acknowledgement of a document meant for the DMP, to which this product has no access."""
    about = {"request": escaped(request), "absent": "", "own": identifier}[behaviour.pfi_about]
    lines = [
        msh(peers, now, "ZAM^Z01^ZAM_Z01", identifier, profile=PROFILE),
        line("EVN", {2: stamp(now)}),
        line(
            "OBX",
            {
                1: "1",
                2: "CWE",
                3: "ACK_RECEPTION_DMP^Accusé de réception DMP^AckMetierZAM",
                4: about,
                5: "N^^expandedYes-NoIndicator",
                11: "F",
            },
        ),
    ]
    if behaviour.pfi_dmp_error:
        error = "DMPIndisponible^Accès au DMP non paramétré^DMP_ERROR_CODE"
        fields = {3: "207^Application error^messageErrorCondition", 4: "E^Error^errorSeverity", 5: error}
        lines.append(line("ERR", fields))
    return joined(lines)
