"""Certificat de santé du 8e jour: CSE-CS8 2025.01, its eight sections (CDA.md §5)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from simulators.documents.cda import BuiltCda, build_n3
from simulators.documents.clinical import FR_ENTRY, FR_SECTION, PCC, observed
from simulators.documents.codes import ACT_CODE, ATC, LOINC, SNOMED_CT, TA_ASIP, Code
from simulators.documents.entries import original_text, templates, text_reference
from simulators.documents.header import Header
from simulators.documents.header_xml import write_code
from simulators.documents.narrative import Items, Text, paragraph
from simulators.documents.sections import EntryWriter, Ids, Section
from simulators.documents.times import cda_time
from simulators.documents.xmltree import add

MOTHER = Code("MTH", "2.16.840.1.113883.5.111", "Mère")
EXAMINATION = Code("11429006", SNOMED_CT, "consultation")
_EVENTS = "1.3.6.1.4.1.19376.1.7.3.1.1.13.7"
_IMMUNIZATION = ("2.16.840.1.113883.10.20.1.24", f"{PCC}.4.12", f"{FR_ENTRY}.45")


@dataclass(frozen=True, slots=True)
class Birth:
    """What the certificate tells of pregnancy, birth and child; the observed values are in words."""

    mother_work: str
    coverage: str
    pregnancies: int
    antenatal: str
    onset: str
    analgesia: bool
    method: str
    delivery: str
    vaccine: Code
    plan: str


def build_cse_cs8(header: Header, birth: Birth) -> BuiltCda:
    """Build the certificate; the mother should be an informant of the header."""
    return build_n3(
        header,
        (
            _lifestyle(header, birth),
            _words(f"{PCC}.1.5.3.7", None, Code("48768-6", LOINC, "Couverture sociale"), birth.coverage),
            _pregnancies(header, birth),
            _words(
                f"{PCC}.1.21.2.5.1",
                f"{PCC}.1.21.2.5",
                Code("57078-8", LOINC, "Examens et surveillance prénataux"),
                birth.antenatal,
            ),
            _labour(header, birth),
            _words(
                f"{PCC}.1.21.2.4",
                None,
                Code("57075-4", LOINC, "Informations sur l'accouchement"),
                birth.delivery,
            ),
            _immunizations(header, birth),
            _words(
                f"{PCC}.3.36",
                "2.16.840.1.113883.10.20.1.10",
                Code("18776-5", LOINC, "Plan de soins"),
                birth.plan,
                f"{FR_SECTION}.158",
            ),
        ),
    )


def _words(root: str, parent: str | None, code: Code, text: str, *more: str) -> Section:
    roots = (root,) if parent is None else (parent, root)
    return Section((*roots, *more), code, code.display, (paragraph(text),))


def _lifestyle(header: Header, birth: Birth) -> Section:
    def write(section: etree._Element, ids: Ids) -> None:
        element = add(add(section, "entry"), "observation", classCode="OBS", moodCode="EVN")
        templates(
            element,
            "2.16.840.1.113883.10.20.1.33",
            f"{PCC}.4.13",
            f"{PCC}.4.13.4",
            f"{FR_ENTRY}.52",
        )
        add(element, "id", root=ids.next())
        write_code(element, "code", Code("11345-6", LOINC, "Autre élément social"))
        text_reference(element, "travail")
        add(element, "statusCode", code="completed")
        add(element, "effectiveTime", value=cda_time(header.time))
        add(element, "value", birth.mother_work, xsi_type="ST")

    return Section(
        ("2.16.840.1.113883.10.20.1.15", f"{PCC}.3.16", f"{PCC}.3.16.1", f"{FR_SECTION}.141"),
        Code("29762-2", LOINC, "Habitus, Mode de vie"),
        "Mode de vie",
        (paragraph(birth.mother_work, "travail"),),
        (write,),
    )


def _pregnancies(header: Header, birth: Birth) -> Section:
    def write(section: etree._Element, ids: Ids) -> None:
        element = add(add(section, "entry"), "observation", classCode="OBS", moodCode="EVN")
        templates(element, f"{PCC}.4.13", f"{PCC}.4.13.5", f"{FR_ENTRY}.53")
        add(element, "id", root=ids.next())
        write_code(element, "code", Code("11996-6", LOINC, "Nombre de grossesses"))
        text_reference(element, "grossesses")
        add(element, "statusCode", code="completed")
        add(element, "effectiveTime", value=cda_time(header.time))
        add(element, "value", value=str(birth.pregnancies), xsi_type="INT")

    return Section(
        (f"{PCC}.1.5.3.4", f"{FR_SECTION}.77"),
        Code("10162-6", LOINC, "Historique des grossesses"),
        "Historique des grossesses",
        (paragraph(str(birth.pregnancies), "grossesses"),),
        (write,),
    )


def _labour(header: Header, birth: Birth) -> Section:
    events = (
        ("debut", Code("73813-8", LOINC, "Début de travail"), birth.onset),
        ("analgesie", Code("MED-168", TA_ASIP, "Analgésie au cours du travail"), birth.analgesia),
        ("methode", Code("57071-3", LOINC, "Méthode d'accouchement"), birth.method),
    )
    shown = tuple(
        Text(f"{code.display} : {_yes_no(value) if isinstance(value, bool) else value}", id_)
        for id_, code, value in events
    )
    below = Section(
        (f"{PCC}.1.21.2.9", _EVENTS, f"{FR_SECTION}.163"),
        Code("42545-4", LOINC, "Evènements observés"),
        "Déroulement",
        (Items(shown),),
        tuple(observed(id_, code, value, header.time) for id_, code, value in events),
    )
    return Section(
        (f"{PCC}.1.21.2.3",),
        Code("57074-7", LOINC, "Travail et accouchement"),
        "Travail et accouchement",
        (paragraph("Informations sur la mère"),),
        (_mother,),
        (below,),
    )


def _mother(section: etree._Element, _ids: Ids) -> None:
    """Say that the section is about the mother (written before its sub-sections, as the schema wants)."""
    subject = add(section, "subject", typeCode="SBJ")
    write_code(add(subject, "relatedSubject", classCode="PRS"), "code", MOTHER)


def _immunizations(header: Header, birth: Birth) -> Section:
    return Section(
        ("2.16.840.1.113883.10.20.1.6", f"{PCC}.3.23", f"{FR_SECTION}.147"),
        Code("11369-6", LOINC, "Historique des vaccinations"),
        "Vaccinations",
        (paragraph(birth.vaccine.display, "vaccin"),),
        (_shot("vaccin", birth.vaccine, header),),
    )


def _shot(id_: str, vaccine: Code, header: Header) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        shot = add(
            add(section, "entry"),
            "substanceAdministration",
            classCode="SBADM",
            moodCode="EVN",
            negationInd="false",
        )
        templates(shot, *_IMMUNIZATION)
        add(shot, "id", root=ids.next())
        write_code(shot, "code", Code("INITIMMUNIZ", ACT_CODE, "1ère série vaccinante"))
        text_reference(shot, id_)
        add(shot, "statusCode", code="completed")
        add(shot, "effectiveTime", value=cda_time(header.time))
        product = add(add(shot, "consumable"), "manufacturedProduct")
        templates(product, "2.16.840.1.113883.10.20.1.53", f"{PCC}.4.7.2", f"{FR_ENTRY}.43")
        material = add(product, "manufacturedMaterial")
        code = add(material, "code")
        original_text(code, id_)
        write_code(code, "translation", Code(vaccine.code, ATC, vaccine.display))
        add(material, "name", vaccine.display)
        rank = add(
            add(shot, "entryRelationship", typeCode="SUBJ"), "observation", classCode="OBS", moodCode="EVN"
        )
        templates(rank, "2.16.840.1.113883.10.20.1.46", f"{FR_ENTRY}.82")
        write_code(rank, "code", Code("30973-2", LOINC, "Rang de la vaccination"))
        add(rank, "statusCode", code="completed")
        add(rank, "value", value="1", xsi_type="INT")

    return write


def _yes_no(value: bool) -> str:
    return "Oui" if value else "Non"
