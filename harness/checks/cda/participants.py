"""Professionals and organisations of the header: CDA-H-042 to CDA-H-053, CDA-H-065.

Sources: Structuration minimale v1.16.8 and the official StrucMin rules. An author without speciality or
organisation, or identified under an unknown OID, passes the official check: it warns here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.nodes import (
    identified,
    is_null,
    kid,
    kids,
    local,
    lost,
    member,
    parent_name,
    shown,
    words,
)
from harness.checks.cda.patient import INS_ROOTS
from harness.checks.cda.walk import Book, Reading
from schemas.identifiers import idnat
from schemas.identifiers.oid import PS_IDNAT_AUTHORITY, STRUCT_IDNAT_AUTHORITY
from schemas.valuesets import value_set

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
_PATIENT_STORE = "1.2.250.1.213.4.1"
"""Custodian of documents that the patient makes."""
_PEOPLE = ("assignedPerson", "associatedPerson", "informationRecipient")
_CIVILITY, _TITLE = "JDV_J245_Civilite", "JDV_J246_Titre"


def _in_header(element: _Element) -> bool:
    return parent_name(element) == "ClinicalDocument"


@book.element(*_PEOPLE)
def person_name(reading: Reading, element: _Element) -> None:
    """CDA-H-042: name of a professional."""
    if parent_name(element) == "ClinicalDocument" or (parent := element.getparent()) is None:
        return
    if not _is_header_role(parent):
        return
    for name in kids(element, "name"):
        if is_null(name):
            continue
        families, givens = kids(name, "family"), kids(name, "given")
        if len(families) != 1 or len(givens) > 1 or not (words(families[0]) or is_null(families[0])):
            found = f"{len(families)} family, {len(givens)} given : {words(name)}"
            reading.fault("CDA-H-042", name, "1 family, 0..1 given", found)
        for part, codes in (("prefix", _CIVILITY), ("suffix", _TITLE)):
            for each in kids(name, part):
                if not value_set(codes).systems_of(words(each)):
                    reading.fault("CDA-H-042", each, f"{part} : {codes}", words(each))


def _is_header_role(role: _Element) -> bool:
    """Tell whether a role is played in the header: its participation, or its act, is under the root."""
    node: _Element | None = role
    for _ in range(4):
        node = node.getparent() if node is not None else None
        if node is None:
            return False
        if local(node) == "component":
            return False
        if local(node) == "ClinicalDocument":
            return True
    return False


@book.element("assignedAuthor", "assignedEntity", "associatedEntity")
def role(reading: Reading, element: _Element) -> None:
    """CDA-H-043, CDA-H-065: speciality, keys of the national ids."""
    code = kid(element, "code")
    if code is not None and not is_null(code) and _speciality_matters(element):
        member(reading, "CDA-H-043", code, "JDV_J01_XdsAuthorSpecialty")
        if not code.get("displayName"):
            reading.fault("CDA-H-043", code, "@displayName", shown(code))
    for each in kids(element, "id"):
        if each.get("root") == PS_IDNAT_AUTHORITY and reading.is_new(each.get("extension")):
            for problem in idnat.check_ps(each.get("extension", "")):
                reading.fault("CDA-H-065", each, "PS_IdNat", problem.text.fr, "extension")


def _speciality_matters(element: _Element) -> bool:
    """Tell whether the code is a speciality: authors everywhere, other professionals in the header."""
    name = local(element)
    return name == "assignedAuthor" or (name == "assignedEntity" and _is_header_role(element))


@book.element("representedOrganization", "representedCustodianOrganization", "scopingOrganization")
def organisation(reading: Reading, element: _Element) -> None:
    """CDA-H-065: keys of the national ids of structures."""
    for each in kids(element, "id"):
        if each.get("root") == STRUCT_IDNAT_AUTHORITY and reading.is_new(each.get("extension")):
            for problem in idnat.check_struct(each.get("extension", "")):
                reading.fault("CDA-H-065", each, "Struct_IdNat", problem.text.fr, "extension")


@book.element("functionCode")
def function(reading: Reading, element: _Element) -> None:
    """CDA-H-044: role played, in the header."""
    participation = element.getparent()
    if participation is None or is_null(element) or element.get("code") is None:
        return
    if _in_header(participation) or parent_name(participation) == "serviceEvent":
        member(reading, "CDA-H-044", element, "JDV_J47_FunctionCode")


@book.element("author")
def author(reading: Reading, element: _Element) -> None:
    """CDA-H-045 to CDA-H-047: who wrote the document."""
    if not _in_header(element):
        return
    time, assigned = kid(element, "time"), kid(element, "assignedAuthor")
    if time is not None and not time.get("value"):
        reading.fault("CDA-H-045", time, "@value", shown(time))
    if assigned is None:
        return
    for each in kids(assigned, "id"):
        if not identified(each):
            reading.fault("CDA-H-045", each, "@root @extension", shown(each))
    device = kid(assigned, "assignedAuthoringDevice")
    if device is None and kid(assigned, "assignedPerson") is None:
        reading.fault("CDA-H-045", assigned, "assignedPerson | assignedAuthoringDevice", "absent")
    elif device is not None:
        names = ("manufacturerModelName", "softwareName")
        if not all(words(kid(device, name)) for name in names):
            reading.fault("CDA-H-045", device, ", ".join(names), words(device) or "absent")
    _kind_of_author(reading, assigned, device)


def _kind_of_author(reading: Reading, assigned: _Element, device: _Element | None) -> None:
    roots = {each.get("root") for each in kids(assigned, "id")}
    if device is None and roots & INS_ROOTS:
        return  # the patient: neither speciality nor organisation
    if device is None and PS_IDNAT_AUTHORITY not in roots and any(roots):
        found = ", ".join(sorted(map(str, roots)))
        reading.fault("CDA-H-047", kids(assigned, "id")[0], PS_IDNAT_AUTHORITY, found, "root")
    missing = [
        name
        for name, node in (
            ("code", kid(assigned, "code")),
            ("representedOrganization/id", kid(assigned, "representedOrganization", "id")),
            ("representedOrganization/name", kid(assigned, "representedOrganization", "name")),
        )
        if node is None
    ]
    if missing:
        reading.fault("CDA-H-046", assigned, "code, representedOrganization (id, name)", lost(missing))


@book.element("legalAuthenticator")
def legal_authenticator(reading: Reading, element: _Element) -> None:
    """CDA-H-048: who answers for the document."""
    _signature(reading, element, "CDA-H-048")


@book.element("authenticator")
def authenticator(reading: Reading, element: _Element) -> None:
    """CDA-H-049: who validated it, a professional."""
    _signature(reading, element, "CDA-H-049")
    ids = kids(kid(element, "assignedEntity"), "id")
    if ids and not any(each.get("root") == PS_IDNAT_AUTHORITY for each in ids):
        reading.fault("CDA-H-049", ids[0], PS_IDNAT_AUTHORITY, shown(ids[0]), "root")


def _signature(reading: Reading, element: _Element, rule_id: str) -> None:
    time, signature = kid(element, "time"), kid(element, "signatureCode")
    if time is not None and not time.get("value"):
        reading.fault(rule_id, time, "time/@value", shown(time))
    if signature is not None and signature.get("code") != "S":
        reading.fault(rule_id, signature, 'signatureCode code="S"', shown(signature), "code")
    for each in kids(kid(element, "assignedEntity"), "id")[:1]:
        if not identified(each):
            reading.fault(rule_id, each, "assignedEntity/id @root @extension", shown(each))


@book.element("representedCustodianOrganization")
def custodian(reading: Reading, element: _Element) -> None:
    """CDA-H-050: who keeps the document."""
    ids = kids(element, "id")
    roots = [each.get("root") for each in ids]
    if len(ids) != 1 or roots[0] not in (STRUCT_IDNAT_AUTHORITY, _PATIENT_STORE):
        place = ids[0] if len(ids) == 1 else element
        found = ", ".join(map(str, roots))
        reading.fault("CDA-H-050", place, f"1 × id {STRUCT_IDNAT_AUTHORITY}", found, "root")


@book.element("relatedEntity")
def related(reading: Reading, element: _Element) -> None:
    """CDA-H-051: informant who is no professional."""
    wanted = ("ECON", "NOK", "CON", "CAREGIVER", "PAT")
    if parent_name(element) != "informant" or not _is_header_role(element):
        return
    if element.get("classCode") not in wanted:
        reading.fault("CDA-H-051", element, " | ".join(wanted), shown(element), "classCode")
    member(reading, "CDA-H-051", kid(element, "code"), "JDV_J11_RelationPatient")


@book.element("intendedRecipient")
def recipient(reading: Reading, element: _Element) -> None:
    """CDA-H-052: recipients are professionals known by their national id."""
    for each in kids(element, "id"):
        if not is_null(each) and each.get("root") not in (PS_IDNAT_AUTHORITY, *INS_ROOTS):
            reading.fault("CDA-H-052", each, PS_IDNAT_AUTHORITY, shown(each), "root")


@book.element("participant")
def participant(reading: Reading, element: _Element) -> None:
    """CDA-H-053: other participants."""
    if not _in_header(element):
        return
    kinds = value_set("JDV_J144_ParticipationType").codes["2.16.840.1.113883.5.90"]
    if element.get("typeCode") not in kinds:
        reading.fault("CDA-H-053", element, " | ".join(kinds), shown(element), "typeCode")
    if kid(element, "time") is None:
        reading.fault("CDA-H-053", element, "time", "absent")
    entity = kid(element, "associatedEntity")
    if entity is not None and entity.get("classCode") not in ("PROV", "AGNT"):
        reading.fault("CDA-H-053", entity, "PROV | AGNT", shown(entity), "classCode")
