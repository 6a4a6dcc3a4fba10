"""X-XDM-09 to 15 and 60 — METADATA.XML as a whole: its objects, how they hold together, and the files they name."""

from harness.bench import Bench
from harness.specimens.catalogue import ORDINARY
from harness.specimens.judging import ARCHIVE, judge_specimens
from harness.specimens.marks import document_case


@document_case(
    "X-XDM-09/request",
    requirements=["X-XDM-09"],
    scenes=ORDINARY,
    fr="SubmitObjectsRequest",
    en="SubmitObjectsRequest",
)
def test_request(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : METADATA.XML est un SubmitObjectsRequest ebXML (lcm 3.0, rim 3.0).
    ATTENDU : le fichier se lit, avec cette racine et ces espaces de noms.
    REQUIREMENT: METADATA.XML is an ebXML SubmitObjectsRequest (lcm 3.0, rim 3.0).
    EXPECTED: the file reads, with this root and these namespaces.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-10/one-set",
    requirements=["X-XDM-10"],
    scenes=ORDINARY,
    fr="Un seul lot de soumission",
    en="One SubmissionSet",
)
def test_one_set(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : METADATA.XML décrit un lot de soumission et un seul.
    ATTENDU : un seul RegistryPackage classé a54d6aa5-….
    REQUIREMENT: METADATA.XML describes one submission set and one only.
    EXPECTED: one single RegistryPackage classified a54d6aa5-….
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-11/entries",
    requirements=["X-XDM-11"],
    scenes=ORDINARY,
    fr="Fiches DocumentEntry",
    en="DocumentEntry objects",
)
def test_entries(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : chaque document a sa fiche (ExtrinsicObject stable).
    ATTENDU : au moins une fiche, de type 7edca82f-…, complète et une par document.
    REQUIREMENT: every document has its entry (stable ExtrinsicObject).
    EXPECTED: at least one entry, of type 7edca82f-…, complete and one per document.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-12/associations",
    requirements=["X-XDM-12"],
    scenes=ORDINARY,
    fr="Association HasMember",
    en="HasMember association",
)
def test_associations(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : une association HasMember relie le lot à chaque fiche, avec SubmissionSetStatus =
      Original.
    ATTENDU : une association par fiche, du lot vers la fiche.
    REQUIREMENT: a HasMember association ties the set to each entry, with SubmissionSetStatus =
      Original.
    EXPECTED: one association per entry, from the set to the entry.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-13/uri",
    requirements=["X-XDM-13"],
    scenes=ORDINARY,
    fr="URI et fichier concordants",
    en="URI matches file",
)
def test_uri(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : le slot URI de chaque fiche désigne un fichier de l'archive.
    ATTENDU : chaque URI mène à un fichier présent ; un fichier sans fiche n'est qu'un avertissement.
    REQUIREMENT: slot URI of each entry designates a file of the archive.
    EXPECTED: every URI leads to a file that is there; a file without entry is a warning only.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-14/hash",
    requirements=["X-XDM-14"],
    scenes=ORDINARY,
    fr="Empreinte du fichier",
    en="Hash of the file",
)
def test_hash(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : le slot hash est le SHA-1 du fichier.
    ATTENDU : l'empreinte recalculée est celle annoncée, pour chaque document.
    REQUIREMENT: slot hash is the SHA-1 of the file.
    EXPECTED: the hash computed again is the announced one, for each document.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-15/size",
    requirements=["X-XDM-15"],
    scenes=ORDINARY,
    fr="Taille du fichier",
    en="Size of the file",
)
def test_size(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : le slot size est la taille du fichier en octets.
    ATTENDU : la taille du fichier est celle annoncée, pour chaque document.
    REQUIREMENT: slot size is the size of the file in octets.
    EXPECTED: the size of the file is the announced one, for each document.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-60/references",
    requirements=["X-XDM-60"],
    scenes=ORDINARY,
    fr="Références internes des objets",
    en="Classified/registry object ids",
)
def test_references(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : classifiedObject et registryObject désignent l'objet qui les porte.
    ATTENDU : chaque référence interne est celle de son objet.
    REQUIREMENT: classifiedObject and registryObject point to the object that bears them.
    EXPECTED: every internal reference is that of its object.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)
