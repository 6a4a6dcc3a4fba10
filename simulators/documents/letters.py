"""Letters and summaries with what their models demand: VSM, LDL-EES, DLU-EHPAD-FLUDT (CDA.md §5)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from simulators.documents.cda import BuiltCda, build_n3
from simulators.documents.clinical import (
    FR_ENTRY,
    FR_SECTION,
    PCC,
    TREATMENT_SECTION,
    Allergy,
    Problem,
    VitalSign,
    allergies_section,
    comment_section,
    free_text,
    observed,
    problems_section,
    vital_signs_section,
)
from simulators.documents.codes import EMDN, LOINC, TA_ASIP, Code
from simulators.documents.entries import templates, text_reference
from simulators.documents.header import Header
from simulators.documents.ldl_ses import Treatment, treatments_section
from simulators.documents.narrative import paragraph
from simulators.documents.sections import EntryWriter, Ids, Section
from simulators.documents.times import cda_time
from simulators.documents.xmltree import add

_TREATMENTS = Code("10160-0", LOINC, "Traitements")
_RESULTS = Code("30954-2", LOINC, "Résultats d'examens")
_EVENTS = "1.3.6.1.4.1.19376.1.7.3.1.1.13.7"


@dataclass(frozen=True, slots=True)
class Record:
    """What a physician knows of a patient, and writes into one of these documents."""

    reason: str
    problems: tuple[Problem, ...]
    past: tuple[Problem, ...]
    allergies: tuple[Allergy, ...]
    treatments: tuple[Treatment, ...]
    signs: tuple[VitalSign, ...]
    lifestyle: str
    comment: str


def build_vsm(header: Header, record: Record) -> BuiltCda:
    """Build the medical summary; the regular physician should be among the header's participants."""
    history = Section(
        (f"{FR_SECTION}.30",),
        Code("34117-2", LOINC, "Historique et clinique"),
        "Pathologies en cours, antécédents et allergies",
        sections=(
            problems_section(
                ("2.16.840.1.113883.10.20.1.11", f"{PCC}.3.6", f"{FR_SECTION}.132"),
                Code("11450-4", LOINC, "Liste des problèmes actifs"),
                "Pathologies en cours",
                record.problems,
            ),
            problems_section(
                (f"{PCC}.3.8", f"{FR_SECTION}.134"),
                Code("11348-0", LOINC, "Antécédents médicaux"),
                "Antécédents médicaux",
                record.past,
            ),
            allergies_section(record.allergies),
        ),
    )
    risks = Section(
        (f"{FR_SECTION}.31",),
        Code("57207-3", LOINC, "Facteurs de risque"),
        "Facteurs de risque",
        sections=(
            free_text(
                (f"{PCC}.1.5.3.1", f"{FR_SECTION}.74"),
                Code("10161-8", LOINC, "Facteurs de risques professionnels"),
                "Facteurs de risques professionnels",
                record.lifestyle,
            ),
        ),
    )
    known = Section(
        (f"{FR_SECTION}.29",),
        Code("46612-8", LOINC, "Conclusions de synthèse"),
        "Pathologies en cours, antécédents, allergies et facteurs de risque",
        sections=(history, risks),
    )
    care = Section(
        (f"{FR_SECTION}.32",),
        Code("18776-5", LOINC, "Plan de traitement"),
        "Traitements au long cours",
        sections=(treatments_section(TREATMENT_SECTION, _TREATMENTS, "Traitements", record.treatments),),
    )
    watch = free_text((f"{PCC}.3.27", f"{FR_SECTION}.150"), _RESULTS, "Points de vigilance", record.comment)
    return build_n3(header, (known, watch, care))


def build_ldl_ees(header: Header, record: Record) -> BuiltCda:
    """Build the letter that goes with a patient into hospital."""
    return build_n3(
        header,
        (
            free_text(
                (f"{PCC}.3.1", f"{FR_SECTION}.127"),
                Code("42349-1", LOINC, "Raison de la recommandation"),
                "Motif de l'hospitalisation",
                record.reason,
            ),
            treatments_section(
                (f"{PCC}.3.20", f"{FR_SECTION}.144"),
                Code("42346-7", LOINC, "Traitements à l'admission"),
                "Traitements à l'admission",
                record.treatments,
            ),
            allergies_section(record.allergies),
            comment_section(record.comment),
        ),
    )


def build_fludt(header: Header, record: Record) -> BuiltCda:
    """Build the transfer sheet from a nursing home to an emergency ward."""
    time = header.time
    transfer = Section(
        (f"{PCC}.1.21.2.9", _EVENTS, f"{FR_SECTION}.163"),
        Code("42545-4", LOINC, "Evènements observés"),
        "Transfert du patient de l'EHPAD vers le service des urgences",
        (paragraph(record.reason, "motif"),),
        (
            observed(
                "motif",
                Code("57277-6", LOINC, "Motif du transfert vers le service des urgences"),
                record.reason,
                time,
            ),
        ),
    )
    state = Section(
        (f"{PCC}.3.27", f"{PCC}.3.28", f"{FR_SECTION}.151"),
        _RESULTS,
        "Observations",
        (paragraph("Conscient et éveillé", "conscience"), paragraph("Examen à la chambre", "examen")),
        (
            _examination("examen", header),
            observed("conscience", Code("DLU_002", TA_ASIP, "Conscient et éveillé"), True, time),
        ),
    )
    meal = Section(
        ("1.3.6.1.4.1.19376.1.7.3.1.1.13.5", f"{FR_SECTION}.162"),
        Code("47420-5", LOINC, "Évaluation du statut fonctionnel"),
        "Date et heure du dernier repas",
        (paragraph(f"{time:%d/%m/%Y}, midi", "repas"),),
        (observed("repas", Code("GEN-244", TA_ASIP, "Date et heure du dernier repas"), "midi", time),),
    )
    belongings = Section(
        (f"{FR_SECTION}.53",),
        Code("46264-8", LOINC, "Dispositifs médicaux"),
        "Prothèses et objets personnels",
        (paragraph("Lunettes", "lunettes"),),
        (
            observed(
                "lunettes",
                Code("Q021003", EMDN, "LUNETTES PRÊTES À PORTER (OU LUNETTES MONTÉES)"),
                True,
                time,
                f"{FR_ENTRY}.12",
            ),
        ),
    )
    treatments = treatments_section(TREATMENT_SECTION, _TREATMENTS, "Traitement habituel", record.treatments)
    signs = vital_signs_section(record.signs, time)
    return build_n3(
        header, (transfer, signs, state, treatments, meal, belongings, comment_section(record.comment))
    )


def _examination(id_: str, header: Header) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        act = add(add(section, "entry"), "procedure", classCode="PROC", moodCode="EVN")
        templates(act, "2.16.840.1.113883.10.20.1.29", f"{PCC}.4.19", f"{FR_ENTRY}.62")
        add(act, "id", root=ids.next())
        add(act, "code", nullFlavor="NA")
        text_reference(act, id_)
        add(act, "statusCode", code="completed")
        add(act, "effectiveTime", value=cda_time(header.time))

    return write
