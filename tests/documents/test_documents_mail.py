"""Whole mails, read with the standard library."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from documents_help import ENVELOPE, SEEDS, attachments, factory, one, parse, read_mail, unzip

from simulators.documents import CR_BIO, CR_IMG, LDL_SES, MODELS, Action, DocumentModel


@pytest.mark.parametrize("seed", SEEDS)
def test_mail_of_one_n1(seed: int) -> None:
    # Given
    builder = factory(seed)
    cda = builder.n1(MODELS[seed % 4], builder.patient(qualified=seed % 3 != 0, minor=seed % 2 == 0))
    patient = cda.header.patient

    # When
    mail = builder.mail(ENVELOPE, cda)
    message = read_mail(mail.content)

    # Then the headers
    assert message["From"] == ENVELOPE.sender
    assert message["To"] == ENVELOPE.recipients[0]
    assert message["X-MSS-NIL"] == "4321"
    assert message["X-MSS-CODECDA"] == cda.header.model.code.code
    assert message["X-MSS-INS"] == ("N" if seed % 3 == 0 else "O")
    assert message["Subject"] == mail.subject
    assert mail.subject == (
        f"XDM/1.0/DDM+{cda.header.title} {patient.birth_family} {patient.first_given}"
        f" {patient.birth_date:%d/%m/%Y}"
    )
    assert message["Message-ID"] == mail.message_id
    assert message["Date"].datetime.isoformat() == "2026-01-15T10:00:00+01:00"

    # And the attachments: the archive, and the PDF that the CDA embeds
    files = attachments(message)
    assert list(files) == ["IHE_XDM.ZIP", cda.copy_name]
    document = parse(unzip(files["IHE_XDM.ZIP"])["IHE_XDM/SUBSET01/DOC0001.XML"])
    assert base64.b64decode(one(document, "//h:nonXMLBody/h:text")) == files[cda.copy_name]
    types = [part.get_content_type() for part in message.iter_attachments()]
    assert types == ["application/zip", "application/pdf"]


def test_lines_are_short_and_end_with_crlf() -> None:
    builder = factory()
    content = builder.mail(ENVELOPE, builder.n1(LDL_SES)).content

    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 250
    assert content.isascii()


def test_codes_are_repeated_in_order() -> None:
    builder = factory()
    patient = builder.patient()
    documents = [
        builder.n1(model, patient, file_number=str(n)) for n, model in enumerate((CR_BIO, CR_IMG, CR_BIO))
    ]

    message = read_mail(builder.mail(ENVELOPE, *documents).content)

    assert message["X-MSS-CODECDA"] == "11502-2,18748-4,11502-2"
    assert len(attachments(message)) == 4


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("model", MODELS)
def test_mail_of_an_n3(model: DocumentModel, seed: int) -> None:
    builder = factory(seed)
    first = builder.of_model(model, builder.patient(qualified=seed != 3))
    second = builder.of_model(model, replacing=first)

    message = read_mail(builder.mail(ENVELOPE, second).content)

    files = attachments(message)
    archive = unzip(files["IHE_XDM.ZIP"])
    assert archive["IHE_XDM/SUBSET01/DOC0001.XML"] == second.content
    assert files[second.copy_name] == second.copy
    assert message["X-MSS-INS"] == ("N" if seed == 3 else "O")
    metadata = parse(archive["IHE_XDM/SUBSET01/METADATA.XML"])
    action = "//rim:Slot[@name='urn:action:extraMetadataSlot']//rim:Value"
    assert one(metadata, action) == "C"
    body = message.get_body()
    assert body is not None
    assert "annule et remplace" in body.get_content()


def test_n1_and_n3_of_one_document_share_their_copy() -> None:
    builder = factory()
    n3 = builder.cr_bio()
    n1 = builder.n1_of(n3)

    message = read_mail(builder.mail(ENVELOPE, n3, n1).content)

    files = attachments(message)
    assert list(files) == ["IHE_XDM.ZIP", n3.copy_name]
    assert message["X-MSS-CODECDA"] == "11502-2,11502-2"
    archive = unzip(files["IHE_XDM.ZIP"])
    roots = {one(parse(archive[f"IHE_XDM/SUBSET01/DOC000{n}.XML"]), "h:id/@root") for n in (1, 2)}
    assert len(roots) == 2


def test_mail_of_several_subsets() -> None:
    builder = factory()
    patient = builder.patient()
    first = builder.submission(builder.cr_bio(patient))
    second = builder.submission(builder.ldl_ses(patient), builder.cr_img(patient))

    mail = builder.mail_of(ENVELOPE, builder.archive([first, second]))

    message = read_mail(mail.content)
    assert message["X-MSS-CODECDA"] == "11502-2,11490-0,18748-4"
    assert len(attachments(message)) == 4


def test_laboratory_mail_takes_little_time() -> None:
    """Under 50 ms; the least of several, so that a busy machine does not count."""
    builder = factory()
    taken = []
    for _ in range(8):
        start = time.perf_counter()
        builder.mail(ENVELOPE, builder.cr_bio())
        taken.append(time.perf_counter() - start)

    assert min(taken) < 0.050


def test_two_documents_with_one_copy_name_are_refused() -> None:
    builder = factory()
    first = builder.n1(CR_BIO)
    second = builder.n1(CR_BIO, replacing=first, text="Autre texte.")

    with pytest.raises(ValueError, match="file_number"):
        builder.mail(ENVELOPE, first, second)


@pytest.mark.parametrize(
    ("action", "word"),
    [(None, "ci-joint"), (Action.CHANGE, "annule et remplace"), (Action.DELETE, "supprimer")],
)
def test_body_announces_what_to_do(action: Action | None, word: str) -> None:
    builder = factory()
    message = read_mail(builder.mail(ENVELOPE, builder.n1(CR_BIO), action=action).content)

    body = message.get_body()
    assert body is not None
    assert word in body.get_content()


def test_options_of_the_envelope() -> None:
    builder = factory()
    envelope = replace(
        ENVELOPE,
        recipients=("a@x.mssante.fr", "b@y.mssante.fr"),
        copies_to=("c@z.mssante.fr",),
        label="ÉCHOGRAPHIE",
        text="Bonjour.\r\nÀ bientôt",
        acknowledge=True,
        thread="<1@x>",
    )

    message = read_mail(builder.mail(envelope, builder.n1(CR_BIO)).content)

    assert message["To"] == "a@x.mssante.fr, b@y.mssante.fr"
    assert message["Cc"] == "c@z.mssante.fr"
    assert message["Subject"].startswith("XDM/1.0/DDM+ÉCHOGRAPHIE ")
    assert message["Disposition-Notification-To"] == ENVELOPE.sender
    assert message["In-Reply-To"] == message["References"] == "<1@x>"
    body = message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["Bonjour.", "À bientôt"]


def test_a_plain_mail_asks_for_nothing() -> None:
    builder = factory()
    message = read_mail(builder.mail(ENVELOPE, builder.n1(CR_BIO)).content)

    for name in ("Cc", "Disposition-Notification-To", "In-Reply-To", "References"):
        assert message[name] is None


@pytest.mark.parametrize("nil", ["1234\r\nBcc: x@y.fr", "1234\nX: y", "12é4"])
def test_header_that_is_not_one_line_of_ascii_is_refused(nil: str) -> None:
    builder = factory()
    with pytest.raises(ValueError, match="X-MSS-NIL"):
        builder.mail(replace(ENVELOPE, nil=nil), builder.n1(CR_BIO))


def test_label_is_unfolded() -> None:
    builder = factory()
    label = "Compte rendu très long " * 8 + "\r\nBcc: x@y.fr"
    message = read_mail(builder.mail(replace(ENVELOPE, label=label), builder.n1(CR_BIO)).content)

    assert message["Bcc"] is None
    assert "Bcc: x@y.fr" in message["Subject"]


def test_same_seed_same_bytes() -> None:
    def made(seed: int) -> bytes:
        builder = factory(seed)
        return builder.mail(ENVELOPE, builder.n1(CR_BIO)).content

    assert made(2) == made(2)
    assert made(2) != made(3)


def test_bytes_do_not_depend_on_the_process() -> None:
    # Given a process that hashes strings otherwise
    script = (
        "import hashlib; from documents_help import ENVELOPE, factory; b = factory(2);"
        "print(hashlib.sha256(b.mail(ENVELOPE, b.cr_bio()).content).hexdigest())"
    )
    here = Path(__file__).parent
    root = str(here.parents[1])
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join((str(here), root))}

    # When it makes the same mail
    run = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )

    # Then the bytes are the same
    builder = factory(2)
    assert run.stdout.strip() == hashlib.sha256(builder.mail(ENVELOPE, builder.cr_bio()).content).hexdigest()
