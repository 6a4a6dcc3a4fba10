"""X-XDM-61 to 66 — the CDA documents that an archive carries: identity, header, replacement, deletion."""

from harness.bench import Bench
from harness.specimens.catalogue import DELETION, ORDINARY, REPLACEMENT, STYLESHEET, UNQUALIFIED
from harness.specimens.judging import (
    ARCHIVE,
    DOCUMENT,
    deleted,
    judge_specimens,
    judge_takes,
    replaced,
)
from harness.specimens.marks import document_case


@document_case(
    "X-XDM-61/no-ins-c",
    requirements=["X-XDM-61"],
    scenes=ORDINARY,
    fr="INS-C refusé",
    en="INS-C refused",
)
def test_no_ins_c(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : l'INS-C n'est plus utilisé : une INS a l'un des OID .8 à .11.
    ATTENDU : aucun identifiant de l'OID 1.2.250.1.213.1.4.2, ni dans le CDA ni dans METADATA.XML.
    REQUIREMENT: INS-C is no longer used: an INS has one of the OIDs .8 to .11.
    EXPECTED: no identifier of the OID 1.2.250.1.213.1.4.2, neither in the CDA nor in METADATA.XML.
    """
    judge_specimens(bench, *ORDINARY, kinds=DOCUMENT)


@document_case(
    "X-XDM-62/replacement",
    requirements=["X-XDM-62"],
    scenes=(REPLACEMENT,),
    fr="Marque de remplacement",
    en="Replacement marker",
)
def test_replacement(bench: Bench) -> None:
    """A document is sent, corrected, and sent again.

    EXIGENCE : une archive qui remplace un document porte le slot C et un CDA de version suivante
      (RPLC).
    ATTENDU : slot C, versionNumber plus grand, même setId, relatedDocument RPLC vers l'ancien document.
    REQUIREMENT: an archive that replaces a document has slot C and a CDA of a later version (RPLC).
    EXPECTED: slot C, greater versionNumber, same setId, relatedDocument RPLC to the old document.
    """
    judge_specimens(bench, REPLACEMENT, kinds=ARCHIVE)
    judge_takes(bench, REPLACEMENT, replaced)


@document_case(
    "X-XDM-63/deletion",
    requirements=["X-XDM-63"],
    scenes=(DELETION,),
    fr="Marque de suppression",
    en="Deletion marker",
)
def test_deletion(bench: Bench) -> None:
    """A document is sent, then deleted.

    EXIGENCE : une archive de suppression répète le document, avec le slot D, et le corps le dit.
    ATTENDU : slot D, l'id du document à supprimer, et une phrase dans le corps.
    REQUIREMENT: a deletion archive repeats the document, with slot D, and the body says it.
    EXPECTED: slot D, the id of the document to delete, and a sentence in the body.
    """
    judge_specimens(bench, DELETION, kinds=ARCHIVE)
    judge_takes(bench, DELETION, deleted)


@document_case(
    "X-XDM-65/header",
    requirements=["X-XDM-65"],
    scenes=(*ORDINARY, STYLESHEET),
    fr="En-tête CDA minimal",
    en="CDA header minimal",
)
def test_header(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : l'en-tête du CDA suit le volet Structuration minimale.
    ATTENDU : chaque document est conforme : structure, en-tête, corps, et son modèle à la profondeur
      connue.
    REQUIREMENT: the header of the CDA follows the volet Structuration minimale.
    EXPECTED: every document conforms: structure, header, body, and its model to the depth known.
    """
    judge_specimens(bench, *(*ORDINARY, STYLESHEET), kinds=DOCUMENT)


@document_case(
    "X-XDM-66/same-patient",
    requirements=["X-XDM-66"],
    scenes=(*ORDINARY, UNQUALIFIED),
    fr="Même patient partout",
    en="Same patient everywhere",
)
def test_same_patient(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : l'INS du CDA, de METADATA.XML et le nom de l'objet sont ceux d'un seul patient.
    ATTENDU : le même patient dans chaque document, chaque fiche, le lot et l'objet.
    REQUIREMENT: the INS of the CDA, of METADATA.XML and the name of the subject are those of one
      patient.
    EXPECTED: the same patient in every document, entry, set and in the subject.
    """
    judge_specimens(bench, *(*ORDINARY, UNQUALIFIED), kinds=DOCUMENT)
