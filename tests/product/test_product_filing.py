"""The reference product's reading of what it receives: bounded, tolerant, and fooled by nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from simulators.clock import FrozenClock
from simulators.correspondents.integration import About, Integration, build_integration
from simulators.documents import CR_IMG, DocumentFactory, hostile
from simulators.documents.hostile import zipped
from simulators.product.behaviour import REFERENCE
from simulators.product.filing.archive import MAX_FILE, open_archive
from simulators.product.filing.cabinet import Cabinet, Held
from simulators.product.filing.cda import iso, read_cda
from simulators.product.filing.matching import plain
from simulators.product.filing.parcel import open_parcel
from simulators.product.filing.returned import read_returned
from simulators.product.filing.xml import Unreadable, parse_xml

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


@pytest.fixture
def make():
    return DocumentFactory(random.Random(7), FrozenClock(NOW))


@pytest.fixture
def archive(make):
    return make.archive([make.submission(make.n1(CR_IMG))])


def opened(content):
    def nowhere():
        raise AssertionError("nothing is written to disk")

    return open_archive(content, REFERENCE, nowhere)


def held(document, **changes):
    return Held(replace(document, **changes), "patient-1", "<m@x.fr>", "10", NOW, alone=True)


def test_an_archive_gives_its_documents(archive):
    (one,) = opened(archive.content)
    assert one.content == archive.files["IHE_XDM/SUBSET01/DOC0001.XML"]
    assert one.entry.size == len(one.content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda archive: hostile.other_hash(archive.files),
        lambda archive: hostile.other_size(archive.files),
        lambda archive: hostile.document_missing(archive.files),
        lambda archive: hostile.metadata_missing(archive.files),
        lambda archive: hostile.truncated(archive.content),
        lambda archive: hostile.bomb(archive.files),
        lambda archive: hostile.empty(),
        lambda archive: b"",
        lambda archive: zipped({f"IHE_XDM/{number}": b"" for number in range(2_500)}),
    ],
)
def test_a_damaged_or_hostile_archive_is_unreadable(archive, damage):
    with pytest.raises(Unreadable):
        opened(damage(archive))


def test_a_file_outside_is_not_written(archive):
    assert len(opened(hostile.outside(archive.files, "evade.txt"))) == 1


def test_the_bomb_is_small_and_unpacks_beyond_the_limit(archive):
    assert len(hostile.bomb(archive.files)) < 500_000
    assert hostile.BOMB_OCTETS > MAX_FILE


def test_entities_are_not_resolved(make, tmp_path):
    local = tmp_path / "local.txt"
    local.write_text("secret", encoding="utf-8")
    for trap in (
        hostile.with_external_entity(make.n1(CR_IMG), local.as_uri()),
        hostile.with_entities_in_entities(make.n1(CR_IMG)),
    ):
        with pytest.raises(Unreadable):
            read_cda(trap.content, "DOC0001.XML", REFERENCE)


def test_a_harmless_doctype_and_a_byte_order_mark_are_borne(make):
    for shape in (hostile.with_doctype, hostile.with_mark):
        built = make.n1(CR_IMG)
        assert read_cda(shape(built).content, "DOC0001.XML", REFERENCE).id == built.header.id


def test_what_is_no_document_is_told(make):
    for shape in (hostile.not_xml, hostile.not_a_document):
        with pytest.raises(Unreadable, match="DOC0001"):
            read_cda(shape(make.n1(CR_IMG)).content, "DOC0001.XML", REFERENCE)


def test_a_long_text_node_is_read():
    content = b"<a>" + b"x" * 11_000_000 + b"</a>"
    assert len(parse_xml(content, "DOC", REFERENCE).text) == 11_000_000


def test_the_header_is_read(make):
    built = make.ldl_ses()
    found = read_cda(built.content, "DOC0001.XML", REFERENCE)
    patient = built.header.patient
    assert (found.id, found.set_id, found.version) == (built.header.id, built.header.set_id, 1)
    assert (found.traits.family, found.traits.ins) == (patient.birth_family, patient.matricule)
    assert found.traits.given == patient.first_given
    assert found.traits.birth_date == patient.birth_date.isoformat()
    assert built.header.authors[0].professional.family in found.authors[0]
    assert found.structured
    assert found.text


def test_versions_of_a_document(make):
    first = read_cda(make.n1(CR_IMG).content, "DOC", REFERENCE)
    second = replace(first, id="2.25.2", version=2)

    def take(cabinet, document, action=""):
        return cabinet.take(held(document), action=action, validated=False, behaviour=REFERENCE)

    cabinet = Cabinet()
    assert take(cabinet, first).outcome == "filed"
    assert take(cabinet, first).outcome == "refused"
    assert take(cabinet, replace(first, id="2.25.3")).code == "900"
    assert take(cabinet, replace(second, author_ids=frozenset({"2.25.77"}))).code == "901"
    assert take(cabinet, second).outcome == "filed"
    assert [one.status for one in cabinet.of("patient-1")] == ["replaced", "current"]
    assert take(cabinet, second, "D").outcome == "filed"
    assert [one.status for one in cabinet.of("patient-1")] == ["replaced", "deleted"]
    assert take(cabinet, replace(second, id="2.25.4"), "D").code == "900"


def test_an_older_version_is_kept_behind(make):
    second = replace(read_cda(make.n1(CR_IMG).content, "DOC", REFERENCE), version=2)
    cabinet = Cabinet()
    for document in (second, replace(second, id="2.25.1", version=1)):
        cabinet.take(held(document), action="", validated=False, behaviour=REFERENCE)
    assert {one.document.version: one.status for one in cabinet} == {2: "current", 1: "replaced"}


def test_names_are_compared_without_accents_and_signs():
    assert plain("D'Été-Œuf") == plain("D ETE OEUF")


def test_a_time_that_does_not_read_is_empty():
    assert iso(None) == ""


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"Subject: =?x?b?\r\n\r\n", b"Content-Type: multipart/mixed\r\n\r\nx"]
)
def test_any_mail_is_opened(raw):
    assert open_parcel(raw, REFERENCE).archives == ()


def returned(said):
    about = About(
        "a@x.mssante.fr",
        "b@y.mssante.fr",
        "<m-1@x.mssante.fr>",
        "",
        b"Message-ID: <m-1@x.mssante.fr>\r\n\r\n",
    )
    return read_returned(build_integration(said, about, NOW), REFERENCE)


@pytest.mark.parametrize(
    "form",
    [
        "as-written",
        "old-edition",
        "lower-case",
        "blanks",
        "blank-lines",
        "line-feeds",
        "no-disposition",
        "failure",
        "error-mail",
    ],
)
def test_an_error_that_comes_back_is_read_however_written(form):
    found = returned(Integration("902", form=form))
    assert found is not None
    assert (found.original_id, found.recipient, found.failed, found.code) == (
        "<m-1@x.mssante.fr>",
        "b@y.mssante.fr",
        True,
        "902",
    )


@pytest.mark.parametrize("form", ["as-written", "lower-case", "blanks", "blank-lines", "line-feeds"])
def test_a_success_that_comes_back_is_read_however_written(form):
    found = returned(Integration(form=form))
    assert found is not None
    assert not found.failed


def test_a_read_receipt_is_no_integration():
    raw = build_integration(Integration(), About("a@x.fr", "b@y.fr", "<m@x.fr>", "", b"\r\n"), NOW)
    assert read_returned(raw.replace(b"; processed", b"; displayed"), REFERENCE) is None
