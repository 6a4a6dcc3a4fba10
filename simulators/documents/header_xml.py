"""Writes a `Header` into a ClinicalDocument, in the order of the CDA schema (CDA.md §1 and §1.1)."""

from __future__ import annotations

from lxml import etree

from simulators.documents.codes import GENDERS, PS_ROOT, STRUCTURE_ROOT, SYSTEM_NAMES, Code
from simulators.documents.header import (
    Act,
    Author,
    Encounter,
    Header,
    Order,
    Participant,
    Relative,
    Signature,
    phone_of,
    specialty_of,
)
from simulators.documents.patients import Address, Patient
from simulators.documents.times import cda_time
from simulators.documents.xmltree import DICOM, LAB, add
from simulators.people import Professional, Structure

TEMPLATE_HL7_FRANCE = "2.16.840.1.113883.2.8.2.1"
TEMPLATE_CI_SIS = "1.2.250.1.213.1.1.1.1"
TEMPLATE_N1 = "1.3.6.1.4.1.19376.1.2.20"


def write_header(root: etree._Element, header: Header, *, n1: bool) -> None:
    """Write every element above `component`; an N1 has the templateId of XDS-SD, an N3 its model's."""
    add(root, "realmCode", code="FR")
    add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    _templates(root, header, n1=n1)
    add(root, "id", root=header.id)
    write_code(root, "code", header.model.code)
    add(root, "title", header.title)
    add(root, "effectiveTime", value=cda_time(header.time))
    write_code(root, "confidentialityCode", header.confidentiality)
    add(root, "languageCode", code=header.language)
    add(root, "setId", root=header.set_id)
    add(root, "versionNumber", value=str(header.version))
    _record_target(root, header.patient)
    for author in header.authors:
        write_author(root, author)
    for relative in header.informants:
        _informant(root, relative)
    _custodian(root, header.custodian)
    _signature(root, "legalAuthenticator", header.legal_authenticator)
    for signature in header.authenticators:
        _signature(root, "authenticator", signature, header.authenticator_template)
    for participant in header.participants:
        _participant(root, participant)
    for order in header.orders:
        _order(root, order)
    for act in header.acts:
        _act(root, header, act)
    if header.replaces is not None:
        parent = add(add(root, "relatedDocument", typeCode="RPLC"), "parentDocument")
        add(parent, "id", root=header.replaces)
    _encounter(root, header.encounter, header.facility_code)


def write_code(parent: etree._Element, name: str, code: Code) -> etree._Element:
    """Write a coded element with its system and label."""
    return add(
        parent,
        name,
        code=code.code,
        displayName=code.display,
        codeSystem=code.system,
        codeSystemName=SYSTEM_NAMES.get(code.system),
    )


def write_person(parent: etree._Element, role: str, person: Professional) -> None:
    """Write the name of a professional under `role` (`assignedPerson`, `associatedPerson`)."""
    name = add(add(parent, role), "name")
    add(name, "family", person.family)
    add(name, "given", person.given)
    add(name, "prefix", person.civility)
    if person.exercise_title:
        add(name, "suffix", person.exercise_title)


def write_assigned_entity(
    parent: etree._Element, person: Professional, practice: Code | None = None
) -> etree._Element:
    """Write an `assignedEntity`: identifier, speciality, place, name and structure of a professional."""
    entity = add(parent, "assignedEntity")
    _role(entity, person)
    write_person(entity, "assignedPerson", person)
    write_organisation(entity, "representedOrganization", person.structure, practice)
    return entity


def write_organisation(
    parent: etree._Element, name: str, structure: Structure, practice: Code | None = None
) -> None:
    """Write a structure: identifier, name, telephone, address, and its frame of practice when given."""
    organisation = add(parent, name)
    add(organisation, "id", root=STRUCTURE_ROOT, extension=structure.struct_idnat)
    add(organisation, "name", structure.name)
    add(organisation, "telecom", value=f"tel:{phone_of(structure)}", use="WP")
    _address(organisation, address_of(structure))
    if practice is not None:
        write_code(organisation, "standardIndustryClassCode", practice)


def address_of(structure: Structure) -> Address:
    """Return the postal address of a structure."""
    return Address(structure.street_number, structure.street, structure.postcode, structure.city)


def _templates(root: etree._Element, header: Header, *, n1: bool) -> None:
    add(root, "templateId", root=TEMPLATE_HL7_FRANCE)
    add(root, "templateId", root=TEMPLATE_CI_SIS)
    if n1:
        add(root, "templateId", root=TEMPLATE_N1)
        return
    for template in header.model.templates:
        add(root, "templateId", root=template)
    add(root, "templateId", root=header.model.root, extension=header.model.version)


def _record_target(root: etree._Element, patient: Patient) -> None:
    role = add(add(root, "recordTarget"), "patientRole")
    if patient.qualified:
        add(role, "id", root=patient.ins_oid.value, extension=patient.matricule)
    add(role, "id", root=patient.ipp_root, extension=patient.ipp)
    _address(role, patient.address, use="H")
    add(role, "telecom", value=f"tel:{patient.phone}", use="MC")
    if patient.qualified:
        add(role, "telecom", value=f"mailto:{patient.mss_address}")
    person = add(role, "patient")
    name = add(person, "name")
    add(name, "family", patient.birth_family, qualifier="BR")
    add(name, "given", " ".join(patient.given_names))
    add(name, "given", patient.first_given, qualifier="BR")
    add(name, "family", patient.used_family, qualifier="CL")
    add(name, "given", patient.used_given, qualifier="CL")
    write_code(person, "administrativeGenderCode", GENDERS[patient.sex])
    add(person, "birthTime", value=f"{patient.birth_date:%Y%m%d}")
    place = add(add(add(person, "birthplace"), "place"), "addr")
    add(place, "county", patient.birth_place.cog)
    add(place, "city", patient.birth_place.name)


def write_author(root: etree._Element, author: Author) -> None:
    """Write an `author`, of the document or of an entry."""
    element = add(root, "author")
    if author.function is not None:
        write_code(element, "functionCode", author.function)
    add(element, "time", value=cda_time(author.time))
    assigned = add(element, "assignedAuthor")
    _role(assigned, author.professional)
    write_person(assigned, "assignedPerson", author.professional)
    write_organisation(assigned, "representedOrganization", author.professional.structure)


def _role(parent: etree._Element, person: Professional) -> None:
    add(parent, "id", root=PS_ROOT, extension=person.ps_idnat)
    write_code(parent, "code", specialty_of(person))
    _address(parent, address_of(person.structure))
    add(parent, "telecom", value=f"tel:{phone_of(person.structure)}", use="WP")


def _address(parent: etree._Element, address: Address, *, use: str | None = None) -> None:
    element = add(parent, "addr", use=use)
    add(element, "houseNumber", address.number)
    add(element, "streetName", address.street)
    add(element, "postalCode", address.postcode)
    add(element, "city", address.city)
    add(element, "country", "FRANCE")


def _informant(root: etree._Element, relative: Relative) -> None:
    entity = add(add(root, "informant"), "relatedEntity", classCode="CON")
    write_code(entity, "code", relative.link)
    add(entity, "telecom", value=f"tel:{relative.phone}", use="MC")
    name = add(add(entity, "relatedPerson"), "name")
    add(name, "family", relative.family)
    add(name, "given", relative.given)


def _custodian(root: etree._Element, structure: Structure) -> None:
    assigned = add(add(root, "custodian"), "assignedCustodian")
    write_organisation(assigned, "representedCustodianOrganization", structure)


def _signature(root: etree._Element, name: str, signature: Signature, template: str | None = None) -> None:
    element = add(root, name)
    if template is not None:
        add(element, "templateId", root=template)
    add(element, "time", value=cda_time(signature.time))
    add(element, "signatureCode", code="S")
    write_assigned_entity(element, signature.professional)


def _participant(root: etree._Element, participant: Participant) -> None:
    element = add(root, "participant", typeCode=participant.type_code)
    if participant.template is not None:
        add(element, "templateId", root=participant.template)
    if participant.function is not None:
        write_code(element, "functionCode", participant.function)
    add(element, "time", value=cda_time(participant.time))
    entity = add(element, "associatedEntity", classCode="PROV")
    _role(entity, participant.professional)
    write_person(entity, "associatedPerson", participant.professional)
    write_organisation(entity, "scopingOrganization", participant.professional.structure)


def _order(root: etree._Element, order: Order) -> None:
    element = add(add(root, "inFulfillmentOf"), "order")
    add(element, "id", root=order.id, extension=order.extension)
    if order.accession is not None:
        number_root, extension = order.accession
        add(element, "accessionNumber", ns=DICOM, root=number_root, extension=extension)


def _act(root: etree._Element, header: Header, act: Act) -> None:
    event = add(add(root, "documentationOf"), "serviceEvent")
    if act.id is not None:
        add(event, "id", root=act.id, extension=act.id_extension)
    if act.code is not None:
        code = write_code(event, "code", act.code)
        for translation, meaning in act.translations:
            element = write_code(code, "translation", translation)
            if meaning is not None:
                write_code(add(element, "qualifier"), "name", meaning)
    if act.status is not None:
        add(event, "statusCode", ns=LAB, code=act.status)
    period = add(event, "effectiveTime")
    add(period, "low", value=cda_time(act.start))
    if act.end is not None:
        add(period, "high", value=cda_time(act.end))
    performer = add(event, "performer", typeCode="PRF")
    if act.performer_template is not None:
        add(performer, "templateId", root=act.performer_template)
    add(performer, "time", value=cda_time(min(act.end or act.start, header.time)))
    write_assigned_entity(performer, act.performer, header.practice_code)


def _encounter(root: etree._Element, encounter: Encounter, facility: Code) -> None:
    element = add(add(root, "componentOf"), "encompassingEncounter")
    write_code(element, "code", encounter.kind)
    period = add(element, "effectiveTime")
    add(period, "low", value=cda_time(encounter.start))
    if encounter.end is not None:
        add(period, "high", value=cda_time(encounter.end))
    if encounter.responsible is not None:
        write_assigned_entity(add(element, "responsibleParty"), encounter.responsible)
    place = add(add(element, "location"), "healthCareFacility")
    write_code(place, "code", facility)
    location = add(place, "location")
    add(location, "name", encounter.structure.name)
    _address(location, address_of(encounter.structure))
