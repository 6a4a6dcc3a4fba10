"""HL7 v2 data types of the metadata: CX, XCN, XON, PID fields (DOSSIER §1.4; ITI TF-3 4.2.3.1.7)."""

from __future__ import annotations

from simulators.documents.codes import PS_ROOT, STRUCTURE_ROOT
from simulators.documents.header import specialty_of
from simulators.documents.patients import Patient
from simulators.people import Professional, Structure

_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})


def escape(text: str) -> str:
    r"""Return `text` with the separators of HL7 escaped (`|` as `\F\` and so on)."""
    return text.translate(_ESCAPES)


def cx_of(patient: Patient) -> str:
    """Return the patient's identifier: the INS (`NH`), or the IPP (`PI`) when the identity is not qualified.

    The profile wants an INS; what to write without one is not said [inferred].
    """
    if patient.qualified:
        return _cx(patient.matricule, patient.ins_oid.value, "NH")
    return source_patient_id(patient)


def source_patient_id(patient: Patient) -> str:
    """Return the identifier in the structure (IPP, `PI`)."""
    return _cx(patient.ipp, patient.ipp_root, "PI")


def patient_info(patient: Patient) -> tuple[str, ...]:
    """Return the PID fields: birth name, used name, birth date, sex, birth place.

    The third component of the birth name is the whole list of given names, the first one included.
    """
    family, first = escape(patient.birth_family), escape(patient.first_given)
    given = escape(" ".join(patient.given_names))
    used = f"{escape(patient.used_family)}^{escape(patient.used_given)}"
    return (
        f"PID-5|{family}^{first}^{given}^^^^L",
        f"PID-5|{used}^^^^^D",
        f"PID-7|{patient.birth_date:%Y%m%d}",
        f"PID-8|{patient.sex}",
        f"PID-11|^^^^^^BDL^^{patient.birth_place.cog}",
    )


def xcn(professional: Professional) -> str:
    """Return a professional: national identifier, names, authority, `D`, `IDNPS`."""
    names = f"{escape(professional.family)}^{escape(professional.given)}"
    return f"{professional.ps_idnat}^{names}^^^^^^&{PS_ROOT}&ISO^D^^^IDNPS"


def xon(structure: Structure) -> str:
    """Return a structure: name, authority, `IDNST`, national identifier."""
    return f"{escape(structure.name)}^^^^^&{STRUCTURE_ROOT}&ISO^IDNST^^^{structure.struct_idnat}"


def specialty(professional: Professional) -> str:
    """Return the speciality: code, label, code system."""
    code = specialty_of(professional)
    return f"{code.code}^{escape(code.display)}^{code.system}"


def _cx(value: str, oid: str, kind: str) -> str:
    return f"{value}^^^&{oid}&ISO^{kind}"
