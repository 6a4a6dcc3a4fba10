"""Lettre de liaison à la sortie d'un établissement de soins: LDL-SES 2022.01 (CDA.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lxml import etree

from simulators.documents.cda import BuiltCda, build_n3
from simulators.documents.codes import ACT_CODE, ATC, EDQM, LOINC, SNOMED_CT, TA_ASIP, Code
from simulators.documents.entries import (
    day,
    original_text,
    simple_observation,
    templates,
    text_reference,
)
from simulators.documents.header import Author, Header
from simulators.documents.header_xml import write_code
from simulators.documents.narrative import Table, Text, paragraph
from simulators.documents.sections import EntryWriter, Ids, Section
from simulators.documents.xmltree import add

DONE = Code("398166005", SNOMED_CT, "réalisé")
PLANNED_ADMISSION = Code("8715000", SNOMED_CT, "hospitalisation programmée")
EMERGENCY_ADMISSION = Code("183452005", SNOMED_CT, "hospitalisation en urgence")
RETURN_HOME = Code("160849004", SNOMED_CT, "retour au domicile")
OTHER_HOSPITAL = Code("GEN-092.06.01", TA_ASIP, "Autre établissement de santé")
ORAL_ROUTE = Code("20053000", EDQM, "Voie orale")

_OBSERVATION = "1.2.250.1.213.1.1.3.48"


@dataclass(frozen=True, slots=True)
class Treatment:
    """A treatment at discharge: `drug` an ATC code, tablets a dose, hours between doses, from day to day."""

    drug: Code
    tablets: int
    every_hours: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class DischargeLetter:
    """The clinical content of the letter.

    `admission` is of JDV_ModaliteEntree, `discharge` of JDV_ModaliteSortie; the three flags say whether
    resistant germs were looked for, blood products were transfused, and blood derivatives given.
    """

    reason: str
    admission: Code
    discharge: Code
    synthesis: str
    adverse_events: str = "Aucun"
    resistant_germs_sought: bool = False
    transfused: bool = False
    blood_derivatives: bool = False
    treatments: tuple[Treatment, ...] = ()


def build_ldl_ses(header: Header, letter: DischargeLetter) -> BuiltCda:
    """Build the document; the header's stay gives the dates of admission and discharge."""
    return build_n3(header, (_status(header), _reason(letter), _events(header, letter), _treatments(letter)))


def _status(header: Header) -> Section:
    def write(section: etree._Element, ids: Ids) -> None:
        simple_observation(
            add(section, "entry"),
            ids,
            subtypes=(f"{_OBSERVATION}.16", f"{_OBSERVATION}.16.1"),
            code=Code("GEN-065", TA_ASIP, "Statut du document"),
            text_id="statut",
            time=header.time,
            value=DONE,
        )

    return Section(
        ("1.2.250.1.213.1.1.2.35", "1.2.250.1.213.1.1.2.35.1"),
        Code("33557-0", LOINC, "Etat d'achèvement"),
        "Statut du document",
        (paragraph(DONE.display, "statut"),),
        (write,),
    )


def _reason(letter: DischargeLetter) -> Section:
    return Section(
        ("1.3.6.1.4.1.19376.1.5.3.1.3.1", "1.2.250.1.213.1.1.2.127"),
        Code("42349-1", LOINC, "Raison de la recommandation"),
        "Motif de l'hospitalisation",
        (paragraph(letter.reason, "motif"),),
    )


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    template: str
    code: str
    label: str
    shown: str
    value: bool | str | Code
    day: date
    author: Author | None = None


def _event_list(header: Header, letter: DischargeLetter) -> tuple[_Event, ...]:
    stay = header.encounter
    first, last = stay.start.date(), (stay.end or stay.start).date()
    author = header.authors[0]
    admission = f"{first:%d/%m/%Y}, {letter.admission.display}"
    discharge = f"{last:%d/%m/%Y}, {letter.discharge.display}"
    return (
        _Event("entree", "6", "ORG-070", "Modalité d'entrée", admission, letter.admission, first, author),
        _Event("sortie", "7", "ORG-074", "Modalité de sortie", discharge, letter.discharge, last),
        _Event(
            "synthese", "9", "MED-142", "Synthèse médicale", letter.synthesis, letter.synthesis, last, author
        ),
        _Event(
            "indesirables",
            "3",
            "MED-143",
            "Evènements indésirables survenus pendant l'hospitalisation",
            letter.adverse_events,
            letter.adverse_events,
            last,
        ),
        _flag(
            "germes",
            "8",
            "MED-309",
            "Recherche de microorganismes multi-résistants ou émergents effectuée",
            value=letter.resistant_germs_sought,
            when=last,
        ),
        _flag(
            "transfusion",
            "10",
            "MED-145",
            "Transfusion de produits sanguins",
            value=letter.transfused,
            when=last,
        ),
        _flag(
            "derives",
            "2",
            "MED-147",
            "Administration de dérivés du sang",
            value=letter.blood_derivatives,
            when=last,
        ),
    )


def _flag(id_: str, template: str, code: str, label: str, *, value: bool, when: date) -> _Event:
    return _Event(id_, template, code, label, "Oui" if value else "Non", value, when)


def _events(header: Header, letter: DischargeLetter) -> Section:
    events = _event_list(header, letter)
    return Section(
        (
            "1.3.6.1.4.1.19376.1.5.3.1.1.21.2.9",
            "1.3.6.1.4.1.19376.1.7.3.1.1.13.7",
            "1.2.250.1.213.1.1.2.163",
            "1.2.250.1.213.1.1.2.163.1",
        ),
        Code("42545-4", LOINC, "Evènements observés"),
        "Synthèse médicale du séjour",
        (
            Table(
                ("Evènement", "Observation"),
                tuple((Text(event.label), Text(event.shown, event.id)) for event in events),
            ),
        ),
        tuple(_event_writer(event) for event in events),
    )


def _event_writer(event: _Event) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        simple_observation(
            add(section, "entry"),
            ids,
            subtypes=(f"{_OBSERVATION}.{event.template}",),
            code=Code(event.code, TA_ASIP, event.label),
            text_id=event.id,
            time=event.day,
            value=event.value,
            author=event.author,
        )

    return write


def _treatments(letter: DischargeLetter) -> Section:
    return treatments_section(
        ("1.3.6.1.4.1.19376.1.5.3.1.3.22", "1.2.250.1.213.1.1.2.146"),
        Code("10183-2", LOINC, "Traitements à la sortie"),
        "Traitements à la sortie",
        letter.treatments,
    )


def treatments_section(
    roots: tuple[str, ...], code: Code, title: str, treatments: tuple[Treatment, ...]
) -> Section:
    """Return a section of treatments: at admission, in progress, at discharge."""
    titles = ("Début", "Fin", "Médicament", "Dose", "Fréquence", "Voie")
    rows = tuple(
        (
            Text(f"{treatment.start:%d/%m/%Y}"),
            Text(f"{treatment.end:%d/%m/%Y}"),
            Text(treatment.drug.display, f"traitement-{rank}"),
            Text(f"{treatment.tablets} comprimé(s)"),
            Text(f"toutes les {treatment.every_hours} h"),
            Text(ORAL_ROUTE.display),
        )
        for rank, treatment in enumerate(treatments, start=1)
    )
    narrative = (Table(titles, rows),) if rows else (paragraph("Aucun traitement"),)
    return Section(
        roots,
        code,
        title,
        narrative,
        tuple(
            _treatment_writer(f"traitement-{rank}", treatment)
            for rank, treatment in enumerate(treatments, start=1)
        ),
    )


def _treatment_writer(id_: str, treatment: Treatment) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        element = add(add(section, "entry"), "substanceAdministration", classCode="SBADM", moodCode="EVN")
        templates(
            element,
            "1.2.250.1.213.1.1.3.42",
            "2.16.840.1.113883.10.20.1.24",
            "1.3.6.1.4.1.19376.1.5.3.1.4.7",
            "1.3.6.1.4.1.19376.1.5.3.1.4.7.1",
        )
        add(element, "id", root=ids.next())
        write_code(element, "code", Code("DRUG", ACT_CODE, "Médicament"))
        text_reference(element, id_)
        add(element, "statusCode", code="completed")
        span = add(element, "effectiveTime", xsi_type="IVL_TS")
        add(span, "low", value=day(treatment.start))
        add(span, "high", value=day(treatment.end))
        rhythm = add(element, "effectiveTime", xsi_type="PIVL_TS", operator="A")
        add(rhythm, "period", value=str(treatment.every_hours), unit="h")
        write_code(element, "routeCode", ORAL_ROUTE)
        dose = add(element, "doseQuantity")
        add(dose, "low", value=str(treatment.tablets), unit="{tbl}")
        add(dose, "high", value=str(treatment.tablets), unit="{tbl}")
        product = add(add(element, "consumable"), "manufacturedProduct")
        write_product(product, id_, treatment.drug)

    return write


def write_product(product: etree._Element, text_id: str, drug: Code) -> etree._Element:
    """Write a drug prescribed by its substance (ATC): no commercial code, so `code` has nullFlavor NA.

    Returns the `manufacturedMaterial`, to which a prescription adds its own.
    """
    templates(
        product,
        "1.2.250.1.213.1.1.3.43",
        "2.16.840.1.113883.10.20.1.53",
        "1.3.6.1.4.1.19376.1.5.3.1.4.7.2",
    )
    material = add(product, "manufacturedMaterial")
    code = add(material, "code", nullFlavor="NA")
    original_text(code, text_id)
    write_code(code, "translation", Code(drug.code, ATC, drug.display))
    add(material, "name", drug.display)
    return material
