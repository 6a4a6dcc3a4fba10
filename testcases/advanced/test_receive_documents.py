"""SC.MSS/UX.39, SC.MSS/UX.01, X-XDM-64, LGC.MDV.08 — mails of documents recognised, their documents integrated."""

import pytest

from harness.bench import Bench
from harness.checks import filing
from harness.correspondence import CR_IMG, LDL_SES, ZIP, Joined, Wrapped, with_mark, written_in, zipped
from harness.receiving import Reception
from harness.receiving_marks import receiving

BIG = 17_400_000
"""Octets of a PDF of which the whole mail comes close to the 25 MB that operators take."""
TITLE = "Échographie de contrôle"


@receiving(
    "SC.MSS-UX.39/n1",
    requirements=["SC.MSS/UX.39"],
    fr="Document N1 intégré",
    en="N1 document integrated",
)
def test_n1(bench: Bench) -> None:
    """A correspondent sends an N1 of a known patient.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : le document est dans le dossier du patient, le même qu'à l'envoi, à l'octet près.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: the document is in the patient's record, the same as sent, to the octet.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    mailed = reception.post(make.n1(CR_IMG, patient))
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.39/n3",
    requirements=["SC.MSS/UX.39"],
    fr="Document N3 intégré",
    en="N3 document integrated",
)
def test_n3(bench: Bench) -> None:
    """A correspondent sends an N3 of a known patient.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : le document est dans le dossier du patient, le même qu'à l'envoi, à l'octet près.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: the document is in the patient's record, the same as sent, to the octet.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    mailed = reception.post(make.ldl_ses(patient))
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.39/several-documents",
    requirements=["SC.MSS/UX.39"],
    fr="Plusieurs documents dans une archive",
    en="Several documents in one archive",
)
def test_several_documents(bench: Bench) -> None:
    """A correspondent sends three documents of one patient in one archive.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : les trois documents sont dans le dossier.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: all three documents are in the record.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    mailed = reception.post(make.cr_bio(patient), make.cr_img(patient), make.ldl_ses(patient))
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.39/several-sets",
    requirements=["SC.MSS/UX.39"],
    fr="Plusieurs lots dans une archive",
    en="Several submission sets in one archive",
)
def test_several_sets(bench: Bench) -> None:
    """The archive has two submission sets of one document each.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : les documents des deux lots sont dans le dossier.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: the documents of both sets are in the record.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    documents = (make.cr_img(patient), make.ldl_ses(patient))
    archive = make.archive([make.submission(one) for one in documents])
    mailed = reception.zip_parcel(archive.content, *documents)
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.39/without-copy",
    requirements=["SC.MSS/UX.39"],
    fr="Archive sans copie PDF",
    en="Archive without PDF copy",
)
def test_without_copy(bench: Bench) -> None:
    """The mail has the archive and no PDF beside it.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : le document est dans le dossier du patient, le même qu'à l'envoi, à l'octet près.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: the document is in the patient's record, the same as sent, to the octet.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = make.n1(CR_IMG, patient)
    mailed = reception.zip_parcel(reception.archive(document).content, document, copies=False)
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.39/byte-order-mark",
    requirements=["SC.MSS/UX.39"],
    fr="Document qui commence par une marque d'ordre des octets",
    en="Document that begins with a byte order mark",
)
def test_byte_order_mark(bench: Bench) -> None:
    """The CDA begins with a UTF-8 byte order mark, as official samples do.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : le document est dans le dossier du patient, le même qu'à l'envoi, à l'octet près.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: the document is in the patient's record, the same as sent, to the octet.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = with_mark(make.n1(CR_IMG, patient))
    mailed = reception.zip_parcel(reception.archive(document).content, document)
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@pytest.mark.parametrize(
    "charset",
    [
        pytest.param(
            charset,
            marks=receiving(
                f"SC.MSS-UX.39/{charset}",
                requirements=["SC.MSS/UX.39"],
                fr=f"Document écrit en {charset.upper()}",
                en=f"Document written in {charset.upper()}",
            ),
        )
        for charset in ("iso-8859-1", "utf-16")
    ],
)
def test_encoding(bench: Bench, charset: str) -> None:
    """The CDA declares, and has, another encoding than UTF-8.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : le document est pris ou refusé ; s'il est pris, ses lettres sont montrées comme elles sont écrites.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: the document is taken or refused; if taken, its letters are shown as they are written.
    """
    reception = Reception(bench)
    document = written_in(reception.make.n1(CR_IMG, reception.patient()), charset, TITLE)
    mailed = reception.zip_parcel(reception.archive(document).content, document)
    reception.settled_or_refused(mailed)
    held = reception.held()
    bench.judge(filing.legible(held, mailed.documents))


@receiving(
    "SC.MSS-UX.39/big",
    requirements=["SC.MSS/UX.39"],
    fr="Document de plusieurs mégaoctets",
    en="Document of several megabytes",
)
def test_big(bench: Bench) -> None:
    """An N1 carries a text of 11 MB: a mail of some 16 MB.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : le document est dans le dossier du patient, le même qu'à l'envoi, à l'octet près.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: the document is in the patient's record, the same as sent, to the octet.
    """
    reception = Reception(bench)
    document = reception.heavy(octets=BIG)
    mailed = reception.zip_parcel(reception.archive(document).content, document, copies=False)
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.01/lower-case-name",
    requirements=["SC.MSS/UX.01"],
    fr="Nom d'archive en minuscules",
    en="Archive name in lower case",
)
def test_lower_case_name(bench: Bench) -> None:
    """The archive is called ihe_xdm.zip.

    EXIGENCE : le système identifie les courriels qui portent une archive IHE_XDM.
    ATTENDU : le courriel est reconnu et son document intégré.
    REQUIREMENT: the system recognises received mails that carry an IHE_XDM archive.
    EXPECTED: the mail is recognised and its document integrated.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = make.n1(CR_IMG, patient)
    archive = reception.archive(document).content
    mailed = reception.parcel(Joined("ihe_xdm.zip", ZIP, archive), documents=(document,))
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.01/other-media-type",
    requirements=["SC.MSS/UX.01"],
    fr="Archive typée application/octet-stream",
    en="Archive typed application/octet-stream",
)
def test_other_media_type(bench: Bench) -> None:
    """The archive has the right name and a media type that says nothing.

    EXIGENCE : le système identifie les courriels qui portent une archive IHE_XDM.
    ATTENDU : le courriel est reconnu et son document intégré.
    REQUIREMENT: the system recognises received mails that carry an IHE_XDM archive.
    EXPECTED: the mail is recognised and its document integrated.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = make.n1(CR_IMG, patient)
    archive = reception.archive(document).content
    mailed = reception.parcel(
        Joined("IHE_XDM.ZIP", "application/octet-stream", archive), documents=(document,)
    )
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.01/named-in-type-alone",
    requirements=["SC.MSS/UX.01"],
    fr="Archive nommée dans Content-Type seulement",
    en="Archive named in Content-Type alone",
)
def test_named_in_type_alone(bench: Bench) -> None:
    """The part has no Content-Disposition.

    EXIGENCE : le système identifie les courriels qui portent une archive IHE_XDM.
    ATTENDU : le courriel est reconnu et son document intégré.
    REQUIREMENT: the system recognises received mails that carry an IHE_XDM archive.
    EXPECTED: the mail is recognised and its document integrated.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = make.n1(CR_IMG, patient)
    archive = reception.archive(document).content
    mailed = reception.parcel(Joined("IHE_XDM.ZIP", ZIP, archive, "type"), documents=(document,))
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.01/after-others",
    requirements=["SC.MSS/UX.01"],
    fr="Archive après d'autres pièces jointes",
    en="Archive after other attachments",
)
def test_01_after_others(bench: Bench) -> None:
    """A PDF, a text and an image come before the archive.

    EXIGENCE : le système identifie les courriels qui portent une archive IHE_XDM.
    ATTENDU : le courriel est reconnu et son document intégré.
    REQUIREMENT: the system recognises received mails that carry an IHE_XDM archive.
    EXPECTED: the mail is recognised and its document integrated.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = make.n1(CR_IMG, patient)
    archive = reception.archive(document).content
    mailed = reception.parcel(
        Joined(document.copy_name, "application/pdf", document.copy, "disposition"),
        Joined("notes.txt", "text/plain", b"Notes du cabinet"),
        Joined("IHE_XDM.ZIP", ZIP, archive),
        Joined("logo.png", "image/png", b"PNG"),
        documents=(document,),
        copies=False,
    )
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.01/forwarded",
    requirements=["SC.MSS/UX.01"],
    fr="Courriel de documents transféré en pièce jointe",
    en="Mail of documents forwarded as attachment",
)
def test_forwarded(bench: Bench) -> None:
    """The mail with the archive is inside another, as message/rfc822.

    EXIGENCE : le système identifie les courriels qui portent une archive IHE_XDM.
    ATTENDU : le courriel est reconnu et son document intégré.
    REQUIREMENT: the system recognises received mails that carry an IHE_XDM archive.
    EXPECTED: the mail is recognised and its document integrated.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = make.n1(CR_IMG, patient)
    inside = make.mail(reception.envelope(), document)
    mailed = reception.parcel(
        Wrapped(inside.content), documents=(document,), subject="TR: documents", copies=False
    )
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.01/two-archives",
    requirements=["SC.MSS/UX.01"],
    fr="Deux archives dans un courriel",
    en="Two archives in one mail",
)
def test_two_archives(bench: Bench) -> None:
    """The mail has two archives of the same name, each with a document.

    EXIGENCE : le système identifie les courriels qui portent une archive IHE_XDM.
    ATTENDU : les documents des deux archives sont intégrés.
    REQUIREMENT: the system recognises received mails that carry an IHE_XDM archive.
    EXPECTED: the documents of both archives are integrated.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    documents = (make.n1(CR_IMG, patient), make.n1(LDL_SES, patient))
    parts = [Joined("IHE_XDM.ZIP", ZIP, reception.archive(one).content) for one in documents]
    mailed = reception.parcel(*parts, documents=documents)
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.01/other-zip",
    requirements=["SC.MSS/UX.01"],
    fr="Courriel avec une autre archive ZIP",
    en="Mail with another ZIP archive",
)
def test_other_zip(bench: Bench) -> None:
    """A mail has photos.zip and no documents.

    EXIGENCE : le système identifie les courriels qui portent une archive IHE_XDM.
    ATTENDU : le courriel est traité comme un courriel ordinaire.
    REQUIREMENT: the system recognises received mails that carry an IHE_XDM archive.
    EXPECTED: the mail is treated as an ordinary one.
    """
    reception = Reception(bench)
    mailed = reception.parcel(Joined("photos.zip", ZIP, zipped({"IMG_0001.JPG": b"image"})), subject="Photos")
    reception.collect()
    bench.judge(filing.ordinary(reception.treated(mailed)))


@receiving(
    "SC.MSS-UX.01/error-mail",
    requirements=["SC.MSS/UX.01"],
    fr="Courriel d'erreur qui ramène une archive",
    en="Error mail that brings an archive back",
)
def test_error_mail(bench: Bench) -> None:
    """An ordinary error mail has the mail that the product had sent inside, with its archive.

    EXIGENCE : le système identifie les courriels qui portent une archive IHE_XDM.
    ATTENDU : ce courriel d'erreur n'est pas un envoi de documents : rien n'est intégré, rien ne repart.
    REQUIREMENT: the system recognises received mails that carry an IHE_XDM archive.
    EXPECTED: this error mail is no sending of documents: nothing is filed, nothing leaves.
    """
    reception = Reception(bench)
    document = reception.make.n1(CR_IMG, reception.patient())
    before = reception.make.mail(reception.envelope(asks=True), document)
    mailed = reception.parcel(
        Wrapped(before.content),
        documents=(document,),
        subject=f"[KO Intégration système !][902] {before.subject}",
        copies=False,
    )
    reception.collect()
    bench.judge(
        filing.ordinary(reception.treated(mailed)), filing.kept_out(reception.held(), mailed.documents)
    )


@receiving(
    "X-XDM-64/after-others",
    requirements=["X-XDM-64"],
    fr="Objet où XDM/1.0/DDM n'est pas en tête",
    en="Subject with XDM/1.0/DDM not at its beginning",
)
def test_64_after_others(bench: Bench) -> None:
    """The subject has something before XDM/1.0/DDM.

    EXIGENCE : le récepteur accepte un objet qui contient XDM/1.0/DDM, où que ce soit.
    ATTENDU : le courriel est reconnu et son document intégré.
    REQUIREMENT: the receiver accepts a subject that contains XDM/1.0/DDM anywhere.
    EXPECTED: the mail is recognised and its document integrated.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = make.n1(CR_IMG, patient)
    archive = reception.archive(document).content
    mailed = reception.zip_parcel(archive, document, subject=f"[Externe] {reception.subject(document)}")
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "X-XDM-64/of-a-reply",
    requirements=["X-XDM-64"],
    fr="Objet d'un transfert",
    en="Subject of a forwarded mail",
)
def test_of_a_reply(bench: Bench) -> None:
    """The subject has something before XDM/1.0/DDM.

    EXIGENCE : le récepteur accepte un objet qui contient XDM/1.0/DDM, où que ce soit.
    ATTENDU : le courriel est reconnu et son document intégré.
    REQUIREMENT: the receiver accepts a subject that contains XDM/1.0/DDM anywhere.
    EXPECTED: the mail is recognised and its document integrated.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    document = make.n1(CR_IMG, patient)
    archive = reception.archive(document).content
    mailed = reception.zip_parcel(archive, document, subject=f"TR : {reception.subject(document)}")
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "LGC.MDV.08/biology",
    requirements=["LGC.MDV.08"],
    fr="Compte rendu de biologie intégré",
    en="Biology report integrated",
)
def test_biology(bench: Bench) -> None:
    """A laboratory sends a biology report in N3.

    EXIGENCE : le système intègre les comptes rendus de biologie du CI-SIS.
    ATTENDU : le compte rendu est dans le dossier du patient.
    REQUIREMENT: the system integrates the biology reports of the CI-SIS.
    EXPECTED: the report is in the patient's record.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    mailed = reception.post(make.cr_bio(patient))
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))
