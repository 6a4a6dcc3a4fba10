"""X-XDM-16 — integrity of what is received: size, hash, archive, document."""

from harness.bench import Bench
from harness.checks import filing
from harness.correspondence import CR_IMG, BuiltCda, hostile
from harness.receiving import Reception
from harness.receiving_marks import receiving


@receiving(
    "X-XDM-16/other-hash",
    requirements=["X-XDM-16"],
    fr="Empreinte qui n'est pas celle du document",
    en="Hash that is not the document's",
)
def test_other_hash(bench: Bench) -> None:
    """METADATA.XML has the hash of another file.

    EXIGENCE : le récepteur compare taille et empreinte de chaque document avec METADATA.XML et signale
      chaque écart et chaque défaut.
    ATTENDU : l'utilisateur est prévenu, et le document n'entre pas au dossier comme si de rien n'était.
    REQUIREMENT: the receiver compares size and hash of each document with METADATA.XML and tells each
      mismatch and fault.
    EXPECTED: the user is told, and the document does not enter the record as if nothing were.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    archive = reception.archive(document)
    judge(bench, reception, hostile.other_hash(archive.files), document, "hash")


@receiving(
    "X-XDM-16/other-size",
    requirements=["X-XDM-16"],
    fr="Taille qui n'est pas celle du document",
    en="Size that is not the document's",
)
def test_other_size(bench: Bench) -> None:
    """METADATA.XML has another size.

    EXIGENCE : le récepteur compare taille et empreinte de chaque document avec METADATA.XML et signale
      chaque écart et chaque défaut.
    ATTENDU : l'utilisateur est prévenu, et le document n'entre pas au dossier comme si de rien n'était.
    REQUIREMENT: the receiver compares size and hash of each document with METADATA.XML and tells each
      mismatch and fault.
    EXPECTED: the user is told, and the document does not enter the record as if nothing were.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    archive = reception.archive(document)
    judge(bench, reception, hostile.other_size(archive.files), document, "size")


@receiving(
    "X-XDM-16/truncated",
    requirements=["X-XDM-16"],
    fr="Archive tronquée",
    en="Truncated archive",
)
def test_truncated(bench: Bench) -> None:
    """The archive was cut.

    EXIGENCE : le récepteur compare taille et empreinte de chaque document avec METADATA.XML et signale
      chaque écart et chaque défaut.
    ATTENDU : l'utilisateur est prévenu, et le document n'entre pas au dossier comme si de rien n'était.
    REQUIREMENT: the receiver compares size and hash of each document with METADATA.XML and tells each
      mismatch and fault.
    EXPECTED: the user is told, and the document does not enter the record as if nothing were.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    archive = reception.archive(document)
    judge(bench, reception, hostile.truncated(archive.content), document, "ZIP")


@receiving(
    "X-XDM-16/empty",
    requirements=["X-XDM-16"],
    fr="Archive vide",
    en="Empty archive",
)
def test_empty(bench: Bench) -> None:
    """The archive has no file.

    EXIGENCE : le récepteur compare taille et empreinte de chaque document avec METADATA.XML et signale
      chaque écart et chaque défaut.
    ATTENDU : l'utilisateur est prévenu, et le document n'entre pas au dossier comme si de rien n'était.
    REQUIREMENT: the receiver compares size and hash of each document with METADATA.XML and tells each
      mismatch and fault.
    EXPECTED: the user is told, and the document does not enter the record as if nothing were.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    judge(bench, reception, hostile.empty(), document, "ZIP")


@receiving(
    "X-XDM-16/document-missing",
    requirements=["X-XDM-16"],
    fr="Document annoncé et absent",
    en="Document announced and missing",
)
def test_document_missing(bench: Bench) -> None:
    """METADATA.XML describes a file that is not there.

    EXIGENCE : le récepteur compare taille et empreinte de chaque document avec METADATA.XML et signale
      chaque écart et chaque défaut.
    ATTENDU : l'utilisateur est prévenu, et le document n'entre pas au dossier comme si de rien n'était.
    REQUIREMENT: the receiver compares size and hash of each document with METADATA.XML and tells each
      mismatch and fault.
    EXPECTED: the user is told, and the document does not enter the record as if nothing were.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    archive = reception.archive(document)
    judge(bench, reception, hostile.document_missing(archive.files), document, "URI")


@receiving(
    "X-XDM-16/metadata-missing",
    requirements=["X-XDM-16"],
    fr="Archive sans METADATA.XML",
    en="Archive without METADATA.XML",
)
def test_metadata_missing(bench: Bench) -> None:
    """There is no METADATA.XML.

    EXIGENCE : le récepteur compare taille et empreinte de chaque document avec METADATA.XML et signale
      chaque écart et chaque défaut.
    ATTENDU : l'utilisateur est prévenu, et le document n'entre pas au dossier comme si de rien n'était.
    REQUIREMENT: the receiver compares size and hash of each document with METADATA.XML and tells each
      mismatch and fault.
    EXPECTED: the user is told, and the document does not enter the record as if nothing were.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    archive = reception.archive(document)
    judge(bench, reception, hostile.metadata_missing(archive.files), document, "METADATA.XML")


@receiving(
    "X-XDM-16/not-xml",
    requirements=["X-XDM-16"],
    fr="Document qui n'est pas du XML lisible",
    en="Document that is no readable XML",
)
def test_not_xml(bench: Bench) -> None:
    """The document stops in the middle.

    EXIGENCE : le récepteur compare taille et empreinte de chaque document avec METADATA.XML et signale
      chaque écart et chaque défaut.
    ATTENDU : l'utilisateur est prévenu.
    REQUIREMENT: the receiver compares size and hash of each document with METADATA.XML and tells each
      mismatch and fault.
    EXPECTED: the user is told.
    """
    reception = Reception(bench)
    document = hostile.not_xml(reception.make.n1(CR_IMG, reception.patient()))
    judge(bench, reception, reception.archive(document).content, document, "CDA")


@receiving(
    "X-XDM-16/not-a-document",
    requirements=["X-XDM-16"],
    fr="Fichier qui n'est pas un CDA",
    en="File that is no CDA",
)
def test_not_a_document(bench: Bench) -> None:
    """DOC0001.XML is a web page.

    EXIGENCE : le récepteur compare taille et empreinte de chaque document avec METADATA.XML et signale
      chaque écart et chaque défaut.
    ATTENDU : l'utilisateur est prévenu.
    REQUIREMENT: the receiver compares size and hash of each document with METADATA.XML and tells each
      mismatch and fault.
    EXPECTED: the user is told.
    """
    reception = Reception(bench)
    document = hostile.not_a_document(reception.make.n1(CR_IMG, reception.patient()))
    judge(bench, reception, reception.archive(document).content, document, "CDA")


def judge(bench: Bench, reception: Reception, archive: bytes, document: BuiltCda, damage: str) -> None:
    """Send the archive, let the product treat it, judge what the user learns of it."""
    mailed = reception.zip_parcel(archive, document)
    reception.collect()
    said = reception.treated(mailed)
    bench.judge(
        filing.damage_told(said, reception.informed(mailed), damage),
        filing.damaged_kept_out(said, reception.held(), reception.alerts, mailed.documents, damage),
    )
