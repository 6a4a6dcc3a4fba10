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
TRE_A14 = "1.2.250.1.213.1.1.4.328"
ANS_TYPE = "1.2.250.1.213.1.1.4.12"
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
ICD_10 = "2.16.840.1.113883.6.3"
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
    ICD_10: "CIM-10",
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
SUMMARY = Code("11", CLASS, "Synthèse")
DISPENSATION = Code("43", CLASS, "Dispensation")
CERTIFICATE = Code("52", CLASS, "Certificat, déclaration")
SCREENING = Code("DEPISTAGE", PRACTICE, "Dépistage")


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
"""The models whose clinical content is built in full."""

VSM = DocumentModel(
    "VSM",
    "2023.01",
    "1.2.250.1.213.1.1.1.13",
    (),
    Code("SYNTH", ANS_TYPE, "Synthèse"),
    "Volet de synthèse médicale",
    SUMMARY,
    Code("urn:asip:ci-sis:vsm:2012", TRE_A06, "Synthèse médicale"),
)
LDL_EES = DocumentModel(
    "LDL-EES",
    "2022.01",
    "1.2.250.1.213.1.1.1.21",
    (),
    Code("18761-7", LOINC, "Note de transfert (dont lettre de liaison à l'entrée en établissement de soins)"),
    "Lettre de liaison à l'entrée d'un établissement de soins",
    SUMMARY,
    Code("urn:asip:ci-sis:ldl-ees:2017", TRE_A06, "Lettre de Liaison à l'entrée de l'établissement de santé"),
)
FLUDT = DocumentModel(
    "DLU-EHPAD-FLUDT",
    "2022.01",
    "1.2.250.1.213.1.1.1.23",
    (),
    Code("74207-2", LOINC, "Document de liaison d'urgence"),
    "Fiche de liaison d'urgence : transfert de l'EHPAD vers les urgences",
    SUMMARY,
    Code(
        "urn:asip:ci-sis:fludt:2017",
        TRE_A06,
        "Fiche de liaison d'urgence -Transfert de l'EHPAD vers les urgences",
    ),
)
EDISP_MED = DocumentModel(
    "eDISP-MED",
    "2024.01",
    "1.2.250.1.213.1.1.1.54",
    ("1.3.6.1.4.1.19376.1.5.3.1.1.1", "1.3.6.1.4.1.19376.1.9.1.1.3"),
    Code("60593-1", LOINC, "Dispensation médicamenteuse"),
    "Dispensation médicamenteuse",
    DISPENSATION,
    Code("urn:ihe:pharm:dis:2010", TRE_A11, "Dispensation médicamenteuse"),
)
CSE_CS8 = DocumentModel(
    "CSE-CS8",
    "2025.01",
    "1.2.250.1.213.1.1.1.5.1",
    ("1.2.250.1.213.1.1.1.5", "1.3.6.1.4.1.19376.1.7.3.1.1.13.1"),
    Code("CERT_DECL", ANS_TYPE, "Certificat, déclaration"),
    "Certificat de santé du 8e jour",
    CERTIFICATE,
    Code("urn:asip:ci-sis:cse-cs8:2017", TRE_A06, "Certificat de santé du 8éme jour de l'enfant"),
)
TROD = DocumentModel(
    "BIO-TROD",
    "2024.01",
    "1.2.250.1.213.1.1.1.59",
    ("1.3.6.1.4.1.19376.1.5.3.1.1.1",),
    Code("96173-0", LOINC, "Test rapide d'orientation diagnostique"),
    "Test rapide d'orientation diagnostique : TROD Covid-19",
    CERTIFICATE,
    Code("urn:ans:ci-sis:trod:2024", TRE_A14, "Test rapide d'orientation diagnostique"),
)
MORE_MODELS = (VSM, LDL_EES, FLUDT, EDISP_MED, CSE_CS8, TROD)
"""Models of which a plain document is built, with what the model demands and little more."""

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
