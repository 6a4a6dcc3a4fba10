"""Codes that the builders write: each with its code system and label.

Restated from the value sets JDV_J01, J02, J04, J06, J07, J08, J142 of the CI-SIS (states of 2024-09-27 to
2025-01-31) and the association ASS_A11 (templateId to formatCode, 2026-06-29): DOSSIER §1.4, CDA.md §2.
"""

from __future__ import annotations

from dataclasses import dataclass

LOINC = "2.16.840.1.113883.6.1"
SNOMED_CT = "2.16.840.1.113883.6.96"
TRE_A06 = "1.2.250.1.213.1.1.4.2.282"
TRE_A11 = "1.3.6.1.4.1.19376.1.2.3"
SPECIALTY = "1.2.250.1.213.1.1.4.5"
SECTOR = "1.2.250.1.71.4.2.4"
PRACTICE = "1.2.250.1.213.1.1.4.9"
CLASS = "1.2.250.1.213.1.1.4.1"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
MASKING = "1.2.250.1.213.1.1.4.13"
ACT_CODE = "2.16.840.1.113883.5.4"
FUNCTION = "2.16.840.1.113883.5.88"
GENDER = "2.16.840.1.113883.5.1"

TA_ASIP = "1.2.250.1.213.1.1.4.322"
DICOM_CODES = "1.2.840.10008.2.16.4"
DICOM_UIDS = "1.2.840.10008.2.6.1"
CCAM = "1.2.250.1.215.300.1"
ATC = "2.16.840.1.113883.6.73"
EDQM = "0.4.0.127.0.16.1.1.2.1"
EMDN = "1.2.250.1.213.2.68"
LPP = "1.2.250.1.215.200.2.1"
INTERPRETATION = "2.16.840.1.113883.5.83"
SPECIMEN_TYPE = "2.16.840.1.113883.18.311"

SYSTEM_NAMES = {
    LOINC: "LOINC",
    SNOMED_CT: "SNOMED CT",
    TA_ASIP: "TA_ASIP",
    DICOM_CODES: "DCM",
    DICOM_UIDS: "DCMUID",
    CCAM: "CCAM",
    ATC: "ATC",
    EDQM: "EDQM",
    EMDN: "EMDN",
    LPP: "LPP",
}

PS_ROOT = "1.2.250.1.71.4.2.1"
"""Root of the national identifier of a professional (PS_IdNat)."""
STRUCTURE_ROOT = "1.2.250.1.71.4.2.2"
"""Root of the national identifier of a structure (Struct_IdNat)."""


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept: `code` of the code system `system` (an OID), `display` its label in French."""

    code: str
    system: str
    display: str


NORMAL = Code("N", CONFIDENTIALITY, "Normal")
RESTRICTED = Code("R", CONFIDENTIALITY, "Restreint")
HIDDEN_FROM_PATIENT = Code("INVISIBLE_PATIENT", MASKING, "Non visible par le patient")
HIDDEN_FROM_PROFESSIONALS = Code("MASQUE_PS", MASKING, "Masqué aux professionnels de santé")

GENDERS = {"M": Code("M", GENDER, "Masculin"), "F": Code("F", GENDER, "Féminin")}

SECTORS = {
    "SA01": Code("SA01", SECTOR, "Etablissement public de santé"),
    "SA05": Code("SA05", SECTOR, "Centre de santé"),
    "SA07": Code("SA07", SECTOR, "Cabinet individuel"),
    "SA08": Code("SA08", SECTOR, "Cabinet de groupe"),
    "SA25": Code("SA25", SECTOR, "Laboratoire de biologie médicale"),
}
PRACTICES = {
    "SA01": Code("ETABLISSEMENT", PRACTICE, "Etablissement de santé"),
    "SA05": Code("AMBULATOIRE", PRACTICE, "Ambulatoire"),
    "SA07": Code("AMBULATOIRE", PRACTICE, "Ambulatoire"),
    "SA08": Code("AMBULATOIRE", PRACTICE, "Ambulatoire"),
    "SA25": Code("AMBULATOIRE", PRACTICE, "Ambulatoire"),
}
SPECIALTIES = {
    "SM03": Code("G15_10/SM03", SPECIALTY, "Médecin - Biologie médicale (SM)"),
    "SM04": Code("G15_10/SM04", SPECIALTY, "Médecin - Cardiologie et maladies vasculaires (SM)"),
    "SM26": Code("G15_10/SM26", SPECIALTY, "Médecin - Qualifié en Médecine Générale (SM)"),
    "SM44": Code("G15_10/SM44", SPECIALTY, "Médecin - Radio-diagnostic (SM)"),
    "SM54": Code("G15_10/SM54", SPECIALTY, "Médecin - Médecine Générale (SM)"),
}
AMBULATORY = Code("AMB", ACT_CODE, "Ambulatoire")
INPATIENT = Code("IMP", ACT_CODE, "Hospitalisation (établissement, y compris HAD)")
REPORT = Code("10", CLASS, "Compte rendu")
IMAGING = Code("31", CLASS, "Imagerie médicale")
PRESCRIPTION = Code("42", CLASS, "Prescription")


@dataclass(frozen=True, slots=True)
class DocumentModel:
    """A document model of the CI-SIS: what its header and its XDS metadata always say.

    `root` and `version` name the model's templateId; `templates` are the IHE and DICOM ones beside it.
    """

    name: str
    version: str
    root: str
    templates: tuple[str, ...]
    code: Code
    title: str
    class_code: Code
    format_code: Code


CR_BIO = DocumentModel(
    "BIO-CR-BIO",
    "2024.01",
    "1.2.250.1.213.1.1.1.55",
    ("1.3.6.1.4.1.19376.1.3.3",),
    Code("11502-2", LOINC, "CR d'examens biologiques"),
    "Compte rendu d'examens biologiques",
    REPORT,
    Code("urn:ihe:lab:xd-lab:2008", TRE_A11, "Compte rendu structuré d'examens de biologie médicale"),
)
LDL_SES = DocumentModel(
    "LDL-SES",
    "2022.01",
    "1.2.250.1.213.1.1.1.29",
    (),
    Code("11490-0", LOINC, "Lettre de liaison à la sortie d'un établissement de soins"),
    "Lettre de liaison à la sortie d'un établissement de soins",
    REPORT,
    Code(
        "urn:asip:ci-sis:ldl-ses:2017",
        TRE_A06,
        "Lettre de Liaison à la sortie de l'établissement de santé",
    ),
)
EP_MED_DM = DocumentModel(
    "eP-MED-DM",
    "2024.01",
    "1.2.250.1.213.1.1.1.39",
    ("1.3.6.1.4.1.19376.1.9.1.1.1", "1.3.6.1.4.1.19376.1.5.3.1.1.1"),
    Code("57833-6", LOINC, "Prescription de produits de santé"),
    "Prescription de produits de santé",
    PRESCRIPTION,
    Code("urn:ihe:pharm:pre:2010", TRE_A11, "Prescription de produits de santé"),
)
CR_IMG = DocumentModel(
    "IMG-CR-IMG",
    "2024.01",
    "1.2.250.1.213.1.1.1.45",
    ("1.2.840.10008.9.1", "1.2.840.10008.9.20", "1.2.840.10008.9.21"),
    Code("18748-4", LOINC, "CR d'imagerie médicale"),
    "Compte rendu d'imagerie médicale",
    IMAGING,
    Code("urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013", TRE_A11, "Compte-rendu d'imagerie médicale"),
)
MODELS = (CR_BIO, LDL_SES, EP_MED_DM, CR_IMG)

N1_FORMATS = {
    "application/pdf": Code(
        "urn:ihe:iti:xds-sd:pdf:2008", TRE_A11, "Document à corps non structuré en Pdf/A-1"
    ),
    "text/plain": Code(
        "urn:ihe:iti:xds-sd:text:2008", TRE_A11, "Document à corps non structuré en texte brut"
    ),
    "text/rtf": Code("urn:ihe:iti-fr:xds-sd:rtf:2010", TRE_A11, "Document à corps non structuré en RTF"),
    "image/jpeg": Code("urn:ihe:iti-fr:xds-sd:jpeg:2010", TRE_A11, "Document à corps non structuré en JPEG"),
    "image/tiff": Code("urn:ihe:iti-fr:xds-sd:tiff:2010", TRE_A11, "Document à corps non structuré en TIFF"),
}
"""Media types that the volet allows in an N1, with the format that ASS_A11 and JDV_J10 give them."""
