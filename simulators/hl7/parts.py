"""Segments that both directions share: PID, TXA, PRT, the OBX of the document (DOSSIER §6.6)."""

from __future__ import annotations

from datetime import datetime

from simulators.documents import BuiltCda, Patient
from simulators.hl7.er7 import base64_text, composed, escaped, hl7_time, segment
from simulators.people import Professional


def patient_identification(patient: Patient, *, file_number: str = "") -> str:
    """Return PID: every identifier of the CDA, an INS with the type `INS`, names, birth, sex, status."""
    ids: list[str] = []
    if patient.qualified:
        authority = f"ASIP-SANTE-INS-NIR&{patient.ins_oid.value}&ISO"
        ids.append(f"{patient.matricule}^^^{authority}^INS")
    ids.append(f"{escaped(patient.ipp)}^^^&{patient.ipp_root}&ISO^PI")
    family, first = escaped(patient.birth_family), escaped(patient.first_given)
    used = composed(patient.used_family, patient.used_given)
    fields = {
        3: "~".join(ids),
        5: f"{family}^{first}^{escaped(' '.join(patient.given_names))}^^^^L~{used}^^^^^D",
        7: f"{patient.birth_date:%Y%m%d}",
        8: patient.sex,
        11: f"^^^^^^BDL^^{patient.birth_place.cog}",
        32: "VALI" if patient.qualified else "PROV",
    }
    if file_number:
        fields[18] = f"{file_number}^^^AUT-AFFECTATION&1.2.250.1.71.4.2.2&ISO^AN"
    return segment("PID", fields)


def type_code(cda: BuiltCda) -> str:
    """Return the code of the document: OBR-4 and OBX(1)-3."""
    code = cda.header.model.code
    system = "LN" if code.system == "2.16.840.1.113883.6.1" else "TRE_A05"
    return composed(code.code, code.display, system)


def transcription(cda: BuiltCda, *, replaces: bool) -> str:
    """Return TXA; TXA-13 is the id of the document replaced (or, for a deletion, deleted)."""
    header = cda.header
    fields = {
        1: "1",
        2: header.model.code.code,
        3: "TEXT",
        4: _time(header.time),
        12: header.id,
        17: "AU",
        22: header.authors[0].professional.ps_idnat,
    }
    if replaces:
        fields[13] = header.replaces or header.id
    return segment("TXA", fields)


def document_obx(cda: BuiltCda, status: str, subtype: str) -> str:
    """Return the OBX of the document; `subtype` is `TEXT` in an ORU, `text` in an MDM."""
    return segment(
        "OBX",
        {
            1: "1",
            2: "ED",
            3: type_code(cda),
            5: f"^{subtype}^XML^Base64^{base64_text(cda.content)}",
            11: status,
        },
    )


def participation(role: str, *, address: str = "", professional: Professional | None = None) -> str:
    """Return PRT: `SB` who sends, `RCT` who receives, `REPLY` where to answer."""
    labels = {"SB": "Send by", "RCT": "Result Copies To", "REPLY": "Reply To"}
    fields = {2: "UC", 4: f"{role}^{labels[role]}^participation"}
    if professional is not None:
        names = composed(professional.ps_idnat, professional.family, professional.given)
        fields[5] = f"{names}^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
        structure = professional.structure
        fields[8] = (
            f"{escaped(structure.name)}^^^^^ASIP-SANTE-ST&1.2.250.1.71.4.2.2&ISO^IDNST^^^{structure.struct_idnat}"
        )
    if address:
        fields[15] = f"^^X.400^{escaped(address)}"
    return segment("PRT", fields)


def _time(instant: datetime) -> str:
    return hl7_time(instant)
