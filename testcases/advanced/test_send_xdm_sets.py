"""X-XDM-45 to 51 — each metadata of the submission set."""

from harness.bench import Bench
from harness.specimens.catalogue import ORDINARY
from harness.specimens.judging import ARCHIVE, judge_specimens, judge_unique_sets
from harness.specimens.marks import document_case


@document_case(
    "X-XDM-45/submission-time",
    requirements=["X-XDM-45"],
    scenes=ORDINARY,
    fr="Lot : submissionTime",
    en="SubmissionSet.submissionTime",
)
def test_submission_time(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : submissionTime est la date de l'envoi du lot (DTM).
    ATTENDU : un slot DTM, différent d'un lot à l'autre.
    REQUIREMENT: submissionTime is the time of the sending of the set (DTM).
    EXPECTED: one DTM slot, different from set to set.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-46/author",
    requirements=["X-XDM-46"],
    scenes=ORDINARY,
    fr="Lot : author",
    en="SubmissionSet.author",
)
def test_author(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : le lot nomme son auteur.
    ATTENDU : un author (XCN, XON), personne et institution.
    REQUIREMENT: the set names its author.
    EXPECTED: an author (XCN, XON), person and institution.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-47/content-type-code",
    requirements=["X-XDM-47"],
    scenes=ORDINARY,
    fr="Lot : contentTypeCode",
    en="SubmissionSet.contentTypeCode",
)
def test_content_type_code(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : contentTypeCode est un code de JDV_J03.
    ATTENDU : un code du jeu de valeurs.
    REQUIREMENT: contentTypeCode is a code of JDV_J03.
    EXPECTED: one code of the value set.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-48/patient-id",
    requirements=["X-XDM-48"],
    scenes=ORDINARY,
    fr="Lot : patientId",
    en="SubmissionSet.patientId",
)
def test_patient_id(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : patientId du lot est celui des fiches.
    ATTENDU : un identifiant CX, le même que celui de chaque fiche.
    REQUIREMENT: patientId of the set is that of the entries.
    EXPECTED: one CX identifier, the same as in each entry.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-49/source-id",
    requirements=["X-XDM-49"],
    scenes=ORDINARY,
    fr="Lot : sourceId (OID)",
    en="SubmissionSet.sourceId OID",
)
def test_source_id(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : sourceId est l'OID du système émetteur.
    ATTENDU : un OID bien formé.
    REQUIREMENT: sourceId is the OID of the sending system.
    EXPECTED: one well-formed OID.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-50/unique-id",
    requirements=["X-XDM-50"],
    scenes=ORDINARY,
    fr="Lot : uniqueId (OID)",
    en="SubmissionSet.uniqueId OID",
)
def test_unique_id(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : uniqueId du lot est un OID qui ne sert qu'une fois.
    ATTENDU : un OID bien formé, différent d'un lot à l'autre.
    REQUIREMENT: uniqueId of the set is an OID used only once.
    EXPECTED: one well-formed OID, different from set to set.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)
    judge_unique_sets(bench, *ORDINARY)


@document_case(
    "X-XDM-51/title",
    requirements=["X-XDM-51"],
    scenes=ORDINARY,
    fr="Lot : title",
    en="SubmissionSet.title",
)
def test_title(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : le lot peut avoir un titre.
    ATTENDU : un titre au plus, bien formé.
    REQUIREMENT: the set may have a title.
    EXPECTED: at most one title, well formed.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)
