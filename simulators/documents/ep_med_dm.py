"""Prescription de médicaments et de dispositifs médicaux: eP-MED-DM 2024.01 (CDA.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lxml import etree

from simulators.documents.cda import BuiltCda
from simulators.documents.codes import ACT_CODE, ATC, EMDN, LOINC, LPP, TA_ASIP, Code
from simulators.documents.entries import (
    build_with_pdf_section,
    day,
    original_text,
    simple_observation,
    templates,
    text_reference,
)
from simulators.documents.header import Header
from simulators.documents.header_xml import write_code
from simulators.documents.narrative import Table, Text
from simulators.documents.sections import EntryWriter, Ids, Section
from simulators.documents.xmltree import PHARM, add

MEDICAL_BED = Code("V0806", EMDN, "LITS MÉDICAUX")
BED_RENTAL = Code("1215702", LPP, "Lit médical, forfait de livraison du lit et accessoires")

_OBSERVATION = "1.2.250.1.213.1.1.3.48"
_INSTRUCTION_SYSTEM = "1.3.6.1.4.1.19376.1.5.3.2"
_LONG_DISEASE = ("13", "MED-574", "En rapport avec une ALD")
_ACCIDENT = (
    "14",
    "GEN-180",
    "En rapport avec un accident du travail ou une maladie professionnelle",
)
_NOT_REIMBURSED = ("15", "GEN-181", "Non remboursable")
_PREVENTION = ("34", "GEN-295", "En rapport avec la prévention")
_OFF_LABEL = ("12", "GEN-179", "Hors Autorisation de Mise sur le Marché (AMM)")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What health insurance asks about a line: long disease, work accident, not reimbursed, prevention."""

    long_disease: bool = False
    accident: bool = False
    not_reimbursed: bool = False
    prevention: bool = False


@dataclass(frozen=True, slots=True)
class PrescribedDrug:
    """A drug: ATC code, how to take it, from when for how many days, renewals, advice to the patient."""

    drug: Code
    dosage: str
    start: date
    days: int
    renewals: int = 0
    advice: str | None = None
    off_label: bool = False
    coverage: Coverage = Coverage()


@dataclass(frozen=True, slots=True)
class PrescribedDevice:
    """A device: EMDN category and LPP line, from when for how many days, how many, renewals."""

    category: Code
    line: Code
    start: date
    days: int
    quantity: int = 1
    renewals: int = 0
    coverage: Coverage = Coverage()


@dataclass(frozen=True, slots=True)
class Prescription:
    """The clinical content: at least one drug or one device."""

    drugs: tuple[PrescribedDrug, ...] = ()
    devices: tuple[PrescribedDevice, ...] = ()


def build_ep_med_dm(header: Header, prescription: Prescription) -> BuiltCda:
    """Build the document; the main act's low and high are the validity of the prescription.

    Raises `ValueError` when nothing is prescribed, or the validity has no end.
    """
    if not prescription.drugs and not prescription.devices:
        raise ValueError("a prescription needs a drug or a device")
    if header.main_act.end is None:
        raise ValueError("a prescription needs an end of validity: give the main act an end")
    sections = []
    if prescription.drugs:
        sections.append(_drugs(header.time, prescription.drugs))
    if prescription.devices:
        sections.append(_devices(header.time, prescription.devices))
    return build_with_pdf_section(header, tuple(sections))


def _drugs(time: datetime, drugs: tuple[PrescribedDrug, ...]) -> Section:
    titles = (
        "Durée", "Médicament", "Posologie", "Conseil", "Renouvellements",
        "ALD", "AT/MP", "Prévention", "Non remboursable", "Hors AMM",
    )  # fmt: skip
    rows = tuple(
        (
            Text(_span(line.start, line.days)),
            Text(line.drug.display, f"med-{rank}"),
            Text(line.dosage, f"med-{rank}-posologie"),
            Text(line.advice or "", f"med-{rank}-conseil"),
            Text(str(line.renewals)),
            *_coverage_cells(f"med-{rank}", line.coverage),
            Text(_yes_no(line.off_label), f"med-{rank}-12"),
        )
        for rank, line in enumerate(drugs, start=1)
    )
    return Section(
        ("1.3.6.1.4.1.19376.1.9.1.2.1", "1.2.250.1.213.1.1.2.171"),
        Code("57828-6", LOINC, "Prescriptions"),
        "Prescription de médicaments",
        (Table(titles, rows),),
        tuple(_drug_writer(f"med-{rank}", line, time) for rank, line in enumerate(drugs, start=1)),
    )


def _drug_writer(id_: str, line: PrescribedDrug, time: datetime) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        element = add(add(section, "entry"), "substanceAdministration", classCode="SBADM", moodCode="INT")
        templates(
            element,
            "2.16.840.1.113883.10.20.1.24",
            "1.3.6.1.4.1.19376.1.5.3.1.4.7",
            "1.3.6.1.4.1.19376.1.9.1.3.2",
            "1.2.250.1.213.1.1.3.83",
            "1.3.6.1.4.1.19376.1.5.3.1.4.7.1",
        )
        add(element, "id", root=ids.next())
        write_code(element, "code", Code("DRUG", ACT_CODE, "Médicament"))
        text_reference(element, id_)
        add(element, "statusCode", code="completed")
        _period(element, line.start, line.days)
        add(element, "repeatNumber", value=str(line.renewals))
        _product(add(element, "consumable"), id_, line.drug)
        if line.advice is not None:
            _advice(element, f"{id_}-conseil")
        _quantity(element)
        _coverage(element, ids, id_, line.coverage, time)
        _flag(element, ids, id_, _OFF_LABEL, value=line.off_label, time=time)

    return write


def _product(consumable: etree._Element, id_: str, drug: Code) -> None:
    product = add(consumable, "manufacturedProduct", classCode="MANU")
    templates(
        product,
        "2.16.840.1.113883.10.20.1.53",
        "1.3.6.1.4.1.19376.1.5.3.1.4.7.2",
        "1.2.250.1.213.1.1.3.43",
    )
    material = add(product, "manufacturedMaterial", classCode="MMAT", determinerCode="KIND")
    templates(material, "1.3.6.1.4.1.19376.1.9.1.3.1")
    original_text(add(material, "code", nullFlavor="NA"), id_)
    add(material, "name", drug.display)
    kind = add(material, "asSpecializedKind", ns=PHARM, classCode="GRIC")
    medicine = add(kind, "generalizedMedicineClass", ns=PHARM, classCode="MMAT")
    add(
        medicine,
        "code",
        ns=PHARM,
        code=drug.code,
        displayName=drug.display,
        codeSystem=ATC,
        codeSystemName="ATC",
    )
    add(medicine, "name", drug.display, ns=PHARM)


def _advice(parent: etree._Element, text_id: str) -> None:
    relationship = add(parent, "entryRelationship", typeCode="SUBJ", inversionInd="true")
    act = add(relationship, "act", classCode="ACT", moodCode="INT")
    templates(act, "2.16.840.1.113883.10.20.1.49", "1.3.6.1.4.1.19376.1.5.3.1.4.3", "1.2.250.1.213.1.1.3.33")
    write_code(act, "code", Code("PINSTRUCT", _INSTRUCTION_SYSTEM, "Instructions au patient"))
    text_reference(act, text_id)
    add(act, "statusCode", code="completed")


def _quantity(parent: etree._Element) -> None:
    supply = add(
        add(parent, "entryRelationship", typeCode="COMP"), "supply", classCode="SPLY", moodCode="RQO"
    )
    templates(supply, "1.3.6.1.4.1.19376.1.9.1.3.8", "1.2.250.1.213.1.1.3.86")
    add(supply, "independentInd", value="false")
    add(supply, "quantity", value="1")


def _devices(time: datetime, devices: tuple[PrescribedDevice, ...]) -> Section:
    titles = (
        "Durée", "Dispositif", "Quantité", "Renouvellements",
        "ALD", "AT/MP", "Prévention", "Non remboursable",
    )  # fmt: skip
    rows = tuple(
        (
            Text(_span(line.start, line.days)),
            Text(f"{line.line.display} [LPP {line.line.code}]", f"dm-{rank}"),
            Text(str(line.quantity)),
            Text(str(line.renewals)),
            *_coverage_cells(f"dm-{rank}", line.coverage),
        )
        for rank, line in enumerate(devices, start=1)
    )
    return Section(
        ("1.2.250.1.213.1.1.2.222",),
        Code("46264-8", LOINC, "Dispositifs médicaux"),
        "Prescription de dispositifs médicaux",
        (Table(titles, rows),),
        tuple(_device_writer(f"dm-{rank}", line, time) for rank, line in enumerate(devices, start=1)),
    )


def _device_writer(id_: str, line: PrescribedDevice, time: datetime) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        supply = add(add(section, "entry"), "supply", classCode="SPLY", moodCode="INT")
        templates(supply, "2.16.840.1.113883.10.20.1.34", "1.2.250.1.213.1.1.3.20")
        add(supply, "id", root=ids.next())
        text_reference(supply, id_)
        _period(supply, line.start, line.days)
        add(supply, "repeatNumber", value=str(line.renewals))
        add(supply, "quantity", value=str(line.quantity))
        add(add(supply, "expectedUseTime"), "width", value=str(line.days), unit="d")
        role = add(add(supply, "participant", typeCode="DEV"), "participantRole", classCode="MANU")
        device = add(role, "playingDevice", classCode="DEV", determinerCode="INSTANCE")
        code = write_code(device, "code", line.category)
        original_text(code, id_)
        write_code(code, "translation", line.line)
        _coverage(supply, ids, id_, line.coverage, time)

    return write


def _period(parent: etree._Element, start: date, days: int) -> None:
    period = add(parent, "effectiveTime", xsi_type="IVL_TS")
    add(period, "low", value=day(start))
    add(period, "high", value=day(start + timedelta(days=days)))


def _coverage(parent: etree._Element, ids: Ids, id_: str, coverage: Coverage, time: datetime) -> None:
    _flag(parent, ids, id_, _LONG_DISEASE, value=coverage.long_disease, time=time)
    _flag(parent, ids, id_, _ACCIDENT, value=coverage.accident, time=time)
    _flag(parent, ids, id_, _PREVENTION, value=coverage.prevention, time=time)
    _flag(parent, ids, id_, _NOT_REIMBURSED, value=coverage.not_reimbursed, time=time)


def _flag(
    parent: etree._Element, ids: Ids, id_: str, kind: tuple[str, str, str], *, value: bool, time: datetime
) -> None:
    template, code, label = kind
    simple_observation(
        add(parent, "entryRelationship", typeCode="COMP"),
        ids,
        subtypes=(f"{_OBSERVATION}.{template}",),
        code=Code(code, TA_ASIP, label),
        text_id=f"{id_}-{template}",
        time=time,
        value=value,
    )


def _coverage_cells(id_: str, coverage: Coverage) -> tuple[Text, ...]:
    return (
        Text(_yes_no(coverage.long_disease), f"{id_}-13"),
        Text(_yes_no(coverage.accident), f"{id_}-14"),
        Text(_yes_no(coverage.prevention), f"{id_}-34"),
        Text(_yes_no(coverage.not_reimbursed), f"{id_}-15"),
    )


def _span(start: date, days: int) -> str:
    return f"du {start:%d/%m/%Y} au {start + timedelta(days=days):%d/%m/%Y}"


def _yes_no(value: bool) -> str:
    return "Oui" if value else "Non"
