"""X-XDM-20 to 39 — each metadata of a document's entry: present, well written, and equal to the CDA header."""

from harness.bench import Bench
from harness.specimens.catalogue import ORDINARY, STYLESHEET
from harness.specimens.judging import ARCHIVE, judge_specimens
from harness.specimens.marks import document_case


@document_case(
    "X-XDM-20/mime-type",
    requirements=["X-XDM-20"],
    scenes=(*ORDINARY, STYLESHEET),
    fr="Fiche : mimeType",
    en="DocumentEntry.mimeType",
)
def test_mime_type(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : mimeType de la fiche vaut text/xml (application/xslt+xml admis pour un document
      autoprésentable).
    ATTENDU : l'une de ces valeurs, une fois.
    REQUIREMENT: mimeType of the entry is text/xml (application/xslt+xml allowed for a self-presenting
      document).
    EXPECTED: one of these values, once.
    """
    judge_specimens(bench, *(*ORDINARY, STYLESHEET), kinds=ARCHIVE)


@document_case(
    "X-XDM-21/creation-time",
    requirements=["X-XDM-21"],
    scenes=ORDINARY,
    fr="Fiche : creationTime en UTC",
    en="DocumentEntry.creationTime UTC",
)
def test_creation_time(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : creationTime est effectiveTime du CDA, en UTC.
    ATTENDU : un slot DTM égal à la date du CDA convertie en UTC.
    REQUIREMENT: creationTime is effectiveTime of the CDA, in UTC.
    EXPECTED: one DTM slot equal to the date of the CDA converted to UTC.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-22/language-code",
    requirements=["X-XDM-22"],
    scenes=ORDINARY,
    fr="Fiche : languageCode fr-FR",
    en="DocumentEntry.languageCode fr-FR",
)
def test_language_code(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : languageCode vaut fr-FR.
    ATTENDU : un slot languageCode, comme le CDA.
    REQUIREMENT: languageCode is fr-FR.
    EXPECTED: one slot languageCode, as in the CDA.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-23/author",
    requirements=["X-XDM-23"],
    scenes=ORDINARY,
    fr="Fiche : author",
    en="DocumentEntry.author",
)
def test_author(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : la fiche nomme chaque auteur du CDA : authorPerson, et institution, rôle et spécialité
      s'ils sont connus.
    ATTENDU : un author par auteur du CDA, dans l'ordre, en XCN et XON.
    REQUIREMENT: the entry names every author of the CDA: authorPerson, and institution, role and
      specialty if known.
    EXPECTED: one author per CDA author, in order, as XCN and XON.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-24/legal-authenticator",
    requirements=["X-XDM-24"],
    scenes=ORDINARY,
    fr="Fiche : legalAuthenticator (XCN)",
    en="DocumentEntry.legalAuthenticator XCN",
)
def test_legal_authenticator(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : legalAuthenticator est le responsable du CDA, en XCN.
    ATTENDU : un slot XCN égal au legalAuthenticator du CDA.
    REQUIREMENT: legalAuthenticator is that of the CDA, as XCN.
    EXPECTED: one XCN slot equal to the legalAuthenticator of the CDA.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-25/service-start-time",
    requirements=["X-XDM-25"],
    scenes=ORDINARY,
    fr="Fiche : serviceStartTime",
    en="DocumentEntry.serviceStartTime",
)
def test_service_start_time(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : serviceStartTime est le début de l'acte principal, en UTC.
    ATTENDU : un slot DTM égal à effectiveTime/low du premier documentationOf.
    REQUIREMENT: serviceStartTime is the beginning of the main act, in UTC.
    EXPECTED: one DTM slot equal to effectiveTime/low of the first documentationOf.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-26/service-stop-time",
    requirements=["X-XDM-26"],
    scenes=ORDINARY,
    fr="Fiche : serviceStopTime",
    en="DocumentEntry.serviceStopTime",
)
def test_service_stop_time(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : serviceStopTime est la fin de l'acte principal, en UTC, si le CDA la donne.
    ATTENDU : présent exactement quand le CDA a une fin, et égal à elle.
    REQUIREMENT: serviceStopTime is the end of the main act, in UTC, if the CDA gives it.
    EXPECTED: there exactly when the CDA has an end, and equal to it.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-27/source-patient-id",
    requirements=["X-XDM-27"],
    scenes=ORDINARY,
    fr="Fiche : sourcePatientId (CX)",
    en="DocumentEntry.sourcePatientId CX",
)
def test_source_patient_id(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : sourcePatientId est un identifiant du patient chez l'émetteur, en CX.
    ATTENDU : un slot CX : IPP typé PI, ou INS typé NH.
    REQUIREMENT: sourcePatientId is an identifier of the patient at the sender's, as CX.
    EXPECTED: one CX slot: local id typed PI, or INS typed NH.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-28/source-patient-info",
    requirements=["X-XDM-28"],
    scenes=ORDINARY,
    fr="Fiche : sourcePatientInfo",
    en="DocumentEntry.sourcePatientInfo",
)
def test_source_patient_info(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : sourcePatientInfo redit les traits du patient (PID-5, PID-7, PID-8, PID-11).
    ATTENDU : les traits sont ceux du CDA.
    REQUIREMENT: sourcePatientInfo repeats the traits of the patient (PID-5, PID-7, PID-8, PID-11).
    EXPECTED: the traits are those of the CDA.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-29/title",
    requirements=["X-XDM-29"],
    scenes=ORDINARY,
    fr="Fiche : title",
    en="DocumentEntry.title",
)
def test_title(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : le titre de la fiche est celui du CDA, 128 caractères au plus.
    ATTENDU : un titre, égal à celui du CDA.
    REQUIREMENT: the title of the entry is that of the CDA, 128 characters at most.
    EXPECTED: one title, equal to that of the CDA.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-30/patient-id",
    requirements=["X-XDM-30"],
    scenes=ORDINARY,
    fr="Fiche : patientId (INS, CX)",
    en="DocumentEntry.patientId INS CX",
)
def test_patient_id(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : patientId est l'INS du patient, en CX.
    ATTENDU : le même identifiant que le lot et que le CDA.
    REQUIREMENT: patientId is the INS of the patient, as CX.
    EXPECTED: the same identifier as the set and the CDA.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-31/unique-id",
    requirements=["X-XDM-31"],
    scenes=ORDINARY,
    fr="Fiche : uniqueId",
    en="DocumentEntry.uniqueId",
)
def test_unique_id(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : uniqueId est l'id du CDA.
    ATTENDU : égal à ClinicalDocument/id, et différent d'un document à l'autre.
    REQUIREMENT: uniqueId is the id of the CDA.
    EXPECTED: equal to ClinicalDocument/id, and different from document to document.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-32/class-code",
    requirements=["X-XDM-32"],
    scenes=ORDINARY,
    fr="Fiche : classCode",
    en="DocumentEntry.classCode",
)
def test_class_code(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : classCode est un code de JDV_J06 cohérent avec le type du document.
    ATTENDU : une classe du jeu de valeurs.
    REQUIREMENT: classCode is a code of JDV_J06 consistent with the type of the document.
    EXPECTED: one class of the value set.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-33/confidentiality-code",
    requirements=["X-XDM-33"],
    scenes=ORDINARY,
    fr="Fiche : confidentialityCode",
    en="DocumentEntry.confidentialityCode",
)
def test_confidentiality_code(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : confidentialityCode porte la confidentialité du CDA, et d'un à quatre codes.
    ATTENDU : des codes du jeu de valeurs, dont celui du CDA.
    REQUIREMENT: confidentialityCode bears the confidentiality of the CDA, one to four codes.
    EXPECTED: codes of the value set, that of the CDA among them.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-34/event-code-list",
    requirements=["X-XDM-34"],
    scenes=ORDINARY,
    fr="Fiche : eventCodeList",
    en="DocumentEntry.eventCodeList",
)
def test_event_code_list(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : eventCodeList redit les codes des actes documentés.
    ATTENDU : chaque code d'acte du CDA est présent ; d'autres sont permis.
    REQUIREMENT: eventCodeList repeats the codes of the documented acts.
    EXPECTED: every act code of the CDA is there; others are allowed.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-35/format-code",
    requirements=["X-XDM-35"],
    scenes=ORDINARY,
    fr="Fiche : formatCode",
    en="DocumentEntry.formatCode",
)
def test_format_code(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : formatCode est celui du modèle ou du corps du document.
    ATTENDU : un code du jeu de valeurs, cohérent avec le templateId.
    REQUIREMENT: formatCode is that of the model or of the body of the document.
    EXPECTED: one code of the value set, consistent with the templateId.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-36/facility-type",
    requirements=["X-XDM-36"],
    scenes=ORDINARY,
    fr="Fiche : healthcareFacilityTypeCode",
    en="DocumentEntry.healthcareFacilityTypeCode",
)
def test_facility_type(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : healthcareFacilityTypeCode est le secteur d'activité du CDA.
    ATTENDU : un code de JDV_J02, égal au code de location.
    REQUIREMENT: healthcareFacilityTypeCode is the sector of activity of the CDA.
    EXPECTED: one code of JDV_J02, equal to the location code.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-37/practice-setting",
    requirements=["X-XDM-37"],
    scenes=ORDINARY,
    fr="Fiche : practiceSettingCode",
    en="DocumentEntry.practiceSettingCode",
)
def test_practice_setting(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : practiceSettingCode est le cadre d'exercice du CDA.
    ATTENDU : un code de JDV_J04, égal à standardIndustryClassCode.
    REQUIREMENT: practiceSettingCode is the practice setting of the CDA.
    EXPECTED: one code of JDV_J04, equal to standardIndustryClassCode.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-38/type-code",
    requirements=["X-XDM-38"],
    scenes=ORDINARY,
    fr="Fiche : typeCode",
    en="DocumentEntry.typeCode",
)
def test_type_code(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : typeCode est le code du CDA.
    ATTENDU : un code de JDV_J07, égal à ClinicalDocument/code.
    REQUIREMENT: typeCode is the code of the CDA.
    EXPECTED: one code of JDV_J07, equal to ClinicalDocument/code.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-39/reference-id-list",
    requirements=["X-XDM-39"],
    scenes=ORDINARY,
    fr="Fiche : referenceIdList",
    en="DocumentEntry.referenceIdList",
)
def test_reference_id_list(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : referenceIdList, s'il y en a une, est faite de CX du type voulu.
    ATTENDU : chaque valeur est un CX dont le type est de JDV_J197.
    REQUIREMENT: referenceIdList, if there is one, is made of CX of the right type.
    EXPECTED: each value is a CX whose type is of JDV_J197.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)
