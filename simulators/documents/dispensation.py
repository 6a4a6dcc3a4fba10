"""Dispensation and screening: eDISP-MED and BIO-TROD 2024.01, with what their models demand (CDA.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from simulators.documents.cda import BuiltCda, build_n3
from simulators.documents.clinical import FR_ENTRY, FR_SECTION
from simulators.documents.codes import LOINC, SNOMED_CT, Code
from simulators.documents.entries import original_text, templates, text_reference, typed_code
from simulators.documents.header import Header
from simulators.documents.header_xml import write_code
from simulators.documents.ldl_ses import write_product
from simulators.documents.narrative import Items, Table, Text
from simulators.documents.sections import EntryWriter, Ids, Section
from simulators.documents.times import cda_time
from simulators.documents.xmltree import add

_PHARM = "1.3.6.1.4.1.19376.1.9.1"
_XD_LAB = "1.3.6.1.4.1.19376.1.3"
UDI = "2.51.1.1"
"""Root of a device identifier of GS1."""


@dataclass(frozen=True, slots=True)
class Dispensed:
    """A drug handed over: its ATC code and how many boxes."""

    drug: Code
    boxes: int


@dataclass(frozen=True, slots=True)
class RapidTest:
    """A rapid test: what was looked for (LOINC), what was found (SNOMED CT), with which device (its UDI)."""

    examination: Code
    result: Code
    device: str
    device_name: str
    time: datetime


def build_edisp_med(header: Header, drugs: tuple[Dispensed, ...]) -> BuiltCda:
    """Build the document; raises `ValueError` when nothing was handed over."""
    if not drugs:
        raise ValueError("a dispensation needs a drug")
    named = tuple((f"med-{rank}", each) for rank, each in enumerate(drugs, start=1))
    section = Section(
        (f"{_PHARM}.2.3", "2.16.840.1.113883.10.20.1.8", f"{FR_SECTION}.236"),
        Code("60590-7", LOINC, "Médicaments délivrés"),
        "Médicaments délivrés",
        (Items(tuple(Text(f"{each.drug.display} : {each.boxes} boîte(s)", id_) for id_, each in named)),),
        tuple(_dispensed(id_, each) for id_, each in named),
    )
    return build_n3(header, (section,))


def _dispensed(id_: str, line: Dispensed) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        supply = add(add(section, "entry"), "supply", classCode="SPLY", moodCode="EVN")
        templates(
            supply,
            "2.16.840.1.113883.10.20.1.34",
            "1.3.6.1.4.1.19376.1.5.3.1.4.7.3",
            f"{_PHARM}.3.4",
            f"{FR_ENTRY}.204",
        )
        add(supply, "id", root=ids.next())
        text_reference(supply, id_)
        add(supply, "quantity", value=str(line.boxes))
        product = add(add(supply, "product"), "manufacturedProduct", classCode="MANU")
        write_product(product, id_, line.drug)
        _prescription(supply, ids, id_)

    return write


def _prescription(supply: etree._Element, ids: Ids, id_: str) -> None:
    """Write which line of a prescription was answered."""
    link = add(supply, "entryRelationship", typeCode="REFR", inversionInd="false")
    item = add(link, "substanceAdministration", classCode="SBADM", moodCode="INT")
    templates(item, f"{_PHARM}.3.11", f"{FR_ENTRY}.90")
    add(item, "id", root=ids.next())
    code = write_code(item, "code", Code("PREItem", "1.3.6.1.4.1.19376.1.9.2.2", "Prescription Item"))
    original_text(code, id_)
    product = add(add(item, "consumable"), "manufacturedProduct")
    add(add(product, "manufacturedMaterial", nullFlavor="NA"), "name", nullFlavor="NA")


def build_trod(header: Header, test: RapidTest) -> BuiltCda:
    """Build the document; the header's practice should be the one of screening."""

    def write(section: etree._Element, ids: Ids) -> None:
        entry = add(section, "entry", typeCode="DRIV")
        templates(entry, f"{_XD_LAB}.1", f"{FR_ENTRY}.21")
        act = add(entry, "act", classCode="ACT", moodCode="EVN")
        write_code(act, "code", Code("92893-7", LOINC, "Sérologie virale"))
        add(act, "statusCode", code="completed")
        role = add(add(act, "participant", typeCode="DEV"), "participantRole", classCode="MANU")
        add(role, "id", root=UDI, extension=test.device)
        device = add(role, "playingDevice", classCode="DEV", determinerCode="INSTANCE")
        original_text(add(device, "code"), "dispositif")
        link = add(act, "entryRelationship", typeCode="COMP")
        element = add(link, "observation", classCode="OBS", moodCode="EVN")
        templates(element, f"{_XD_LAB}.1.6", f"{FR_ENTRY}.80")
        original_text(write_code(element, "code", test.examination), "examen")
        add(element, "statusCode", code="completed")
        add(element, "effectiveTime", value=cda_time(test.time))
        original_text(typed_code(element, "value", test.result), "resultat")

    row = (
        Text(test.examination.display, "examen"),
        Text(test.result.display, "resultat"),
        Text(test.device_name, "dispositif"),
    )
    section = Section(
        (f"{_XD_LAB}.3.2.1", f"{FR_SECTION}.70"),
        Code("18725-2", LOINC, "Microbiologie"),
        "Résultat du test rapide d'orientation diagnostique",
        (Table(("Examen", "Résultat", "Dispositif"), (row,)),),
        (write,),
    )
    return build_n3(header, (section,))


NEGATIVE = Code("260385009", SNOMED_CT, "négatif")
POSITIVE = Code("10828004", SNOMED_CT, "positif")
