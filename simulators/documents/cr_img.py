"""Compte rendu d'examen d'imagerie médicale: IMG-CR-IMG 2024.01 (CDA.md §5, DICOM PS3.20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from simulators.documents.cda import BuiltCda, build_n3
from simulators.documents.codes import DICOM_CODES, DICOM_UIDS, LOINC, SNOMED_CT, Code
from simulators.documents.entries import original_text, templates, text_reference, typed_code
from simulators.documents.header import Header
from simulators.documents.header_xml import write_code
from simulators.documents.narrative import Table, Text, paragraph
from simulators.documents.sections import EntryWriter, Ids, Section
from simulators.documents.times import cda_time
from simulators.documents.xmltree import add

MODALITY = Code("121139", DICOM_CODES, "Modalité d'imagerie")
CT = Code("CT", DICOM_CODES, "Tomodensitométrie")
ULTRASOUND = Code("US", DICOM_CODES, "Échographie")
CT_CHEST = Code("24627-2", LOINC, "CT thorax")
ULTRASOUND_CHEST = Code("24630-6", LOINC, "échographie thorax")
CHEST = Code("302551006", SNOMED_CT, "thorax entier")
_STORAGE = {
    "CT": Code("1.2.840.10008.5.1.4.1.1.2", DICOM_UIDS, "CT Image Storage"),
    "US": Code("1.2.840.10008.5.1.4.1.1.6.1", DICOM_UIDS, "Ultrasound Image Storage"),
}


@dataclass(frozen=True, slots=True)
class Imaging:
    """An act of imaging: its code (JDV_CodesDocumentImagerie), modality, body site, how it was done.

    `study`, and the series and object below it, are DICOM instance UIDs; `viewer` is the address where the
    images can be seen.
    """

    act: Code
    modality: Code
    site: Code
    technique: str
    time: datetime
    study: str
    viewer: str


@dataclass(frozen=True, slots=True)
class ImagingReport:
    """The clinical content: why, medical and surgical history, the acts, findings, conclusion."""

    reason: str
    purpose: str
    medical_history: str
    surgical_history: str
    acts: tuple[Imaging, ...]
    findings: str
    conclusion: str


def build_cr_img(header: Header, report: ImagingReport) -> BuiltCda:
    """Build the document; the header's acts should be the report's, each with its modality as translation.

    Raises `ValueError` without an act, or for a modality without a known storage class.
    """
    if not report.acts:
        raise ValueError("an imaging report needs an act")
    unknown = sorted({act.modality.code for act in report.acts} - _STORAGE.keys())
    if unknown:
        raise ValueError(f"no DICOM storage class is known here for {', '.join(unknown)}")
    acts = tuple(_act(rank, imaging) for rank, imaging in enumerate(report.acts, start=1))
    return build_n3(header, (_clinical(header, report), *acts, _findings(report), _conclusion(report)))


def _clinical(header: Header, report: ImagingReport) -> Section:
    request = Section(
        ("1.2.840.10008.9.7", "1.2.250.1.213.1.1.2.211"),
        Code("55115-0", LOINC, "Demande"),
        "Justification de la demande d'examen / Finalité de l'examen",
        (
            paragraph(f"Justification : {report.reason}", "justification"),
            paragraph(f"Finalité : {report.purpose}", "finalite"),
        ),
    )
    history = Section(
        ("2.16.840.1.113883.10.20.22.2.39", "1.2.250.1.213.1.1.2.213"),
        Code("11329-0", LOINC, "Historique médical"),
        "Antécédents médicaux / Antécédents chirurgicaux",
        (
            paragraph(report.medical_history, "antecedents-medicaux"),
            paragraph(report.surgical_history, "antecedents-chirurgicaux"),
        ),
        (
            _history_writer(
                "antecedents-medicaux", Code("11348-0", LOINC, "Antécédents médicaux"), header.time
            ),
            _history_writer(
                "antecedents-chirurgicaux", Code("47519-4", LOINC, "Antécédents chirurgicaux"), header.time
            ),
        ),
    )
    return Section(
        ("1.2.840.10008.9.2", "1.2.250.1.213.1.1.2.205"),
        Code("55752-0", LOINC, "Informations cliniques"),
        "Informations cliniques",
        (paragraph("Demande et antécédents"),),
        sections=(request, history),
    )


def _history_writer(id_: str, code: Code, time: datetime) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        element = add(add(section, "entry"), "observation", classCode="OBS", moodCode="EVN")
        templates(element, "2.16.840.1.113883.10.20.6.2.13", "1.2.250.1.213.1.1.3.150")
        add(element, "id", root=ids.next())
        write_code(element, "code", code)
        text_reference(element, id_)
        add(element, "statusCode", code="completed")
        add(element, "effectiveTime", value=cda_time(time))
        original_text(add(element, "value", xsi_type="CD"), id_)
        add(element, "targetSiteCode", nullFlavor="MSK")

    return write


def _act(rank: int, imaging: Imaging) -> Section:
    id_ = f"acte-{rank}"
    titles = ("Acte d'imagerie", "Description", "Modalité", "Localisation anatomique")
    row = (
        Text(imaging.act.display, id_),
        Text(imaging.technique, f"{id_}-description"),
        Text(imaging.modality.display, f"{id_}-modalite"),
        Text(imaging.site.display, f"{id_}-localisation"),
    )
    return Section(
        ("1.2.840.10008.9.3", "1.2.250.1.213.1.1.2.206"),
        Code("55111-9", LOINC, "Description de l'acte d'imagerie"),
        "Technique d'imagerie",
        (Table(titles, (row,)),),
        (_technique_writer(id_, imaging),),
        (_catalogue(rank, imaging),),
    )


def _technique_writer(id_: str, imaging: Imaging) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        element = add(add(section, "entry"), "procedure", classCode="PROC", moodCode="EVN")
        templates(element, "1.2.840.10008.9.14", "1.2.250.1.213.1.1.3.153")
        add(element, "id", root=ids.next())
        original_text(write_code(element, "code", imaging.act), id_)
        text_reference(element, f"{id_}-description")
        add(element, "effectiveTime", value=cda_time(imaging.time))
        original_text(write_code(element, "methodCode", imaging.modality), f"{id_}-modalite")
        original_text(typed_code(element, "targetSiteCode", imaging.site), f"{id_}-localisation")

    return write


def _catalogue(rank: int, imaging: Imaging) -> Section:
    id_ = f"examen-{rank}"

    def write(section: etree._Element, ids: Ids) -> None:
        study = _dicom_act(add(section, "entry"), ("16", "155"), imaging.study)
        write_code(study, "code", Code("113014", DICOM_CODES, "Examen"))
        add(study, "effectiveTime", value=cda_time(imaging.time))
        below = add(study, "entryRelationship", typeCode="COMP")
        series = _dicom_act(below, ("17", "156"), f"{imaging.study}.1")
        code = write_code(series, "code", Code("113015", DICOM_CODES, "Séries"))
        qualifier = add(code, "qualifier")
        write_code(qualifier, "name", MODALITY)
        original_text(write_code(qualifier, "value", imaging.modality), f"{id_}-modalite")
        add(series, "effectiveTime", value=cda_time(imaging.time))
        instance = add(
            add(series, "entryRelationship", typeCode="COMP"),
            "observation",
            classCode="DGIMG",
            moodCode="EVN",
        )
        templates(instance, "1.2.840.10008.9.18", "1.2.250.1.213.1.1.3.157")
        add(instance, "id", root=f"{imaging.study}.1.1")
        original_text(write_code(instance, "code", _STORAGE[imaging.modality.code]), f"{id_}-images")
        link = add(instance, "text", mediaType="application/dicom")
        add(link, "reference", value=imaging.viewer)
        add(instance, "effectiveTime", value=cda_time(imaging.time))

    row = (
        Text(f"Study Instance UID : {imaging.study}"),
        Text(imaging.modality.display, f"{id_}-modalite"),
        Text(imaging.viewer, f"{id_}-images"),
    )
    return Section(
        ("2.16.840.1.113883.10.20.6.1.1", "1.2.250.1.213.1.1.2.217"),
        Code("121181", DICOM_CODES, "Catalogue d'objets DICOM"),
        "Catalogue d'objets DICOM",
        (Table(("Examen", "Modalité d'acquisition", "Lien vers les images"), (row,)),),
        (write,),
    )


def _dicom_act(parent: etree._Element, kind: tuple[str, str], uid: str) -> etree._Element:
    act = add(parent, "act", classCode="ACT", moodCode="EVN")
    templates(act, f"1.2.840.10008.9.{kind[0]}", f"1.2.250.1.213.1.1.3.{kind[1]}")
    add(act, "id", root=uid)
    return act


def _findings(report: ImagingReport) -> Section:
    return Section(
        ("2.16.840.1.113883.10.20.6.1.2", "1.2.250.1.213.1.1.2.208"),
        Code("59776-5", LOINC, "Résultats de l'acte"),
        "Résultats",
        (paragraph(report.findings, "resultats"),),
    )


def _conclusion(report: ImagingReport) -> Section:
    return Section(
        ("1.2.840.10008.9.5", "1.2.250.1.213.1.1.2.209"),
        Code("19005-8", LOINC, "Conclusions"),
        "Conclusion",
        (paragraph(report.conclusion, "conclusion"),),
    )
