"""SC.MSS/UX.39 — mails made to harm their reader: the product stays up, and nothing leaks."""

from pathlib import Path

from harness.bench import Bench
from harness.checks import filing
from harness.correspondence import CR_IMG, BuiltCda, hostile
from harness.findings import Bilingual
from harness.outcomes import NotTested
from harness.receiving import Reception
from harness.receiving_marks import receiving

NOT_REFUSED = Bilingual(
    "Le document n'a pas été refusé : ce qui en reste n'est pas un reste.",
    "The document was not refused: what is left of it is no remainder.",
)


@receiving(
    "SC.MSS-UX.39/after-damaged",
    requirements=["SC.MSS/UX.39"],
    fr="Courriel qui suit une archive endommagée",
    en="Mail after a damaged archive",
)
def test_after_damaged(bench: Bench) -> None:
    """A truncated archive, then a good mail.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés, quoi que porte le
      courriel d'avant.
    ATTENDU : le courriel suivant est traité, le produit reste debout.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated, whatever the mail before
      carries.
    EXPECTED: the next mail is treated, the product stays up.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    survives(bench, reception, hostile.truncated(reception.archive(document).content), document, "ZIP")


@receiving(
    "SC.MSS-UX.39/after-bomb",
    requirements=["SC.MSS/UX.39"],
    fr="Courriel qui suit une bombe de décompression",
    en="Mail after a decompression bomb",
)
def test_after_bomb(bench: Bench) -> None:
    """An archive of 160 KB that unpacks to 160 MB, then a good mail.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés, quoi que porte le
      courriel d'avant.
    ATTENDU : le courriel suivant est traité, le produit reste debout.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated, whatever the mail before
      carries.
    EXPECTED: the next mail is treated, the product stays up.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    survives(bench, reception, hostile.bomb(reception.archive(document).files), document, "160 MB")


@receiving(
    "SC.MSS-UX.39/after-nested-entities",
    requirements=["SC.MSS/UX.39"],
    fr="Courriel qui suit des entités XML emboîtées",
    en="Mail after nested XML entities",
)
def test_after_nested_entities(bench: Bench) -> None:
    """A document of entities nested nine deep, then a good mail.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés, quoi que porte le
      courriel d'avant.
    ATTENDU : le courriel suivant est traité, le produit reste debout.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated, whatever the mail before
      carries.
    EXPECTED: the next mail is treated, the product stays up.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    survives(
        bench,
        reception,
        reception.archive(hostile.with_entities_in_entities(document)).content,
        document,
        "10⁹ entités",
    )


@receiving(
    "SC.MSS-UX.39/after-other-code-system",
    requirements=["SC.MSS/UX.39"],
    fr="Courriel qui suit un système de codes inconnu",
    en="Mail after an unknown code system",
)
def test_after_other_code_system(bench: Bench) -> None:
    """A document whose type is of an unknown code system, then a good mail.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés, quoi que porte le
      courriel d'avant.
    ATTENDU : le courriel suivant est traité, le produit reste debout.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated, whatever the mail before
      carries.
    EXPECTED: the next mail is treated, the product stays up.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    survives(
        bench,
        reception,
        reception.archive(hostile.other_code_system(document)).content,
        document,
        "codeSystem",
    )


@receiving(
    "SC.MSS-UX.39/after-doctype",
    requirements=["SC.MSS/UX.39"],
    fr="Courriel qui suit une déclaration de type de document",
    en="Mail after a document type declaration",
)
def test_after_doctype(bench: Bench) -> None:
    """A document with a DOCTYPE, then a good mail.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés, quoi que porte le
      courriel d'avant.
    ATTENDU : le courriel suivant est traité, le produit reste debout.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated, whatever the mail before
      carries.
    EXPECTED: the next mail is treated, the product stays up.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    survives(bench, reception, reception.archive(hostile.with_doctype(document)).content, document, "DOCTYPE")


@receiving(
    "SC.MSS-UX.39/external-entity",
    requirements=["SC.MSS/UX.39"],
    fr="Entité XML externe",
    en="External XML entity",
)
def test_external_entity(bench: Bench) -> None:
    """The title of the document is an external entity: a local file.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés, quoi que porte le
      courriel d'avant.
    ATTENDU : le contenu du fichier local ne se voit nulle part.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated, whatever the mail before
      carries.
    EXPECTED: the content of the local file is seen nowhere.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    secret = f"fichier-local-{bench.tenant.id}"
    local = bench.space.folder / f"{bench.tenant.id}-local.txt"
    local.write_text(secret, encoding="utf-8")
    document = hostile.with_external_entity(document, local.as_uri())
    mailed = reception.post_archive(document)
    answer = reception.collect()
    reception.filed(mailed)
    texts = [str(answer.result), str(reception.held()), str(reception.items()), *reception.alerts]
    texts += [one.mail.raw.decode("utf-8", "replace") for one in bench.sent()]
    bench.judge(filing.nothing_leaked(secret, texts))


@receiving(
    "SC.MSS-UX.39/path-outside",
    requirements=["SC.MSS/UX.39"],
    needs=("collect", "documents", "files"),
    fr="Chemin qui sort de l'archive",
    en="Path that leads out of the archive",
)
def test_path_outside(bench: Bench) -> None:
    """The archive has a file whose path begins with ../.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés, quoi que porte le
      courriel d'avant.
    ATTENDU : aucun fichier n'est écrit hors du dossier du produit.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated, whatever the mail before
      carries.
    EXPECTED: no file is written outside the product's folder.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    name = f"mssante-{bench.tenant.id}.txt"
    reception.zip_parcel(hostile.outside(reception.archive(document).files, name), document)
    reception.collect()
    places = {Path(one).parent / name for one in bench.product.files()}
    found = [place for place in places if place.exists()]
    for place in found:
        place.unlink()
    bench.judge(filing.nothing_outside([str(place) for place in found]))


@receiving(
    "SC.MSS-UX.39/temporary-files",
    requirements=["SC.MSS/UX.39"],
    needs=("collect", "documents", "files"),
    fr="Fichiers temporaires après un refus",
    en="Temporary files after a refusal",
)
def test_temporary_files(bench: Bench) -> None:
    """A document with the wrong hash is refused.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés, quoi que porte le
      courriel d'avant.
    ATTENDU : le document refusé ne reste pas, décompressé, dans les fichiers du produit.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated, whatever the mail before
      carries.
    EXPECTED: the refused document does not stay, unpacked, in the product's files.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    mailed = reception.zip_parcel(hostile.other_hash(reception.archive(document).files), document)
    reception.collect()
    if reception.treated(mailed).get("outcome") in {"integrated", "waiting"}:
        raise NotTested(NOT_REFUSED)
    mark = document.header.id.encode()
    folders = [Path(one) for one in bench.product.files()]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    bench.judge(filing.nothing_left([str(path) for path in files if mark in path.read_bytes()]))


def survives(bench: Bench, reception: Reception, archive: bytes, document: BuiltCda, what: str) -> None:
    """Send the archive, then a good mail; judge that the good one is treated."""
    reception.zip_parcel(archive, document)
    good = reception.post(reception.make.n1(CR_IMG, reception.patient()))
    answer = reception.collect()
    if answer.status != "done":  # one mail was lost: the others may come with the next collection
        answer = reception.collect()
    said = reception.filed(good)
    bench.judge(filing.others_treated(answer, reception.held(), said, good.documents, what))
