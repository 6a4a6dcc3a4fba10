"""The whole of `mssante check` on hostile input: one line or one reason per file, never a crash."""

from __future__ import annotations

import io
import json
import mailbox
import time
import tracemalloc

import pytest
import xdm_samples as samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from test_check_documents_mail import whole
from test_check_pdf import made

from harness.checking.items import Item, find
from harness.checking.judging import judge, line
from harness.checking.kinds import Kind, by_name, is_mbox, recognise
from harness.checking.running import CHUNK, Settings, State, Totals, judged
from harness.checking.writing import JsonLines, Junit
from harness.checks.pdf import check_pdf
from schemas.rules import rules

MAIL = whole(rules()["DOC-012"].passing)
PDF = made()
quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.binary(max_size=300), st.sampled_from(Kind))
def test_any_octets_as_any_kind(content, kind):
    recognise(content)
    is_mbox(content)
    told = line(judge(content, kind), "x", None)
    assert json.loads(json.dumps(told))["verdict"] in {"passed", "warning", "failed"}


@quick
@given(st.integers(0, len(MAIL) - 1), st.binary(max_size=8), st.integers(0, 200))
def test_a_changed_mail(position, replaced, removed):
    judge(MAIL[:position] + replaced + MAIL[position + removed :], Kind.MAIL)


@quick
@given(st.integers(0, len(PDF) - 1), st.binary(max_size=8), st.integers(0, 60))
def test_a_changed_pdf(position, replaced, removed):
    check_pdf(PDF[:position] + replaced + PDF[position + removed :])


@quick
@given(st.text(max_size=40))
def test_names_and_texts_go_into_every_format(name):
    """A name may hold octets that are no UTF-8: they come as lone surrogates."""
    name += "\udcff"
    judgement = judge(MAIL.replace(b"ESSAI LOUISE 15", b"\x01\xff <&> 15"), Kind.MAIL)
    by_name(name)
    out = io.StringIO()
    writer = Junit(out, "fr")
    writer.add(line(judgement, name, None))
    writer.close(Totals())
    etree.fromstring(out.getvalue().encode("utf-8"))
    out = io.StringIO()
    JsonLines(out).add(line(judgement, name, None))
    assert out.getvalue().encode("utf-8")
    assert json.loads(out.getvalue())["path"] == name


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b" ",
        b"<",
        b"PK",
        b"From ",
        b"\xff\xfe<\0",
        b"a" * 70_000,
        b"From: " + b"x" * 70_000,
        b"\0" * 70_000,
    ],
)
def test_odd_beginnings(head):
    recognise(head[:65_536])
    is_mbox(head[:65_536])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_is_recognised_in_any_encoding(encoding):
    text = samples.cda().decode().partition("?>")[2].strip()
    assert recognise(text.encode(encoding)) is Kind.CDA


def test_a_mail_with_thousands_of_parts_and_deep_nesting():
    begun = time.perf_counter()
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(500)
    )
    judge(b"From: a@b\r\n" + deep, Kind.MAIL)
    wide = b"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000
    judge(wide, Kind.MAIL)
    assert time.perf_counter() - begun < 20


def test_an_mbox_of_other_programs_reads(tmp_path):
    box = mailbox.mbox(tmp_path / "box")
    for number in range(5):
        box.add(f"From: a@b\nSubject: {number}\n\nFrom here on a quoted line.\n")
    box.close()
    found = list(find([tmp_path / "box"], None))
    assert [one.member for one in found] == ["1", "2", "3", "4", "5"]
    assert [b"Subject: %d" % number in one.read() for number, one in enumerate(found)] == [True] * 5


def test_memory_does_not_grow_with_the_number_of_artefacts(tmp_path):
    """Five thousand mails are walked and told while a handful is held."""
    path = tmp_path / "m"
    path.write_bytes(
        b"From: a@b\r\nMessage-ID: <1@b.fr>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx\r\n"
    )

    def endless(count):
        for number in range(count):
            yield Item(str(path), Kind.MAIL, str(number))

    peaks = []
    for count in (200, 2_000):
        tracemalloc.start()
        told = sum(1 for _ in judged(endless(count), 1, Settings()))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert told == count
    assert peaks[1] < peaks[0] * 1.5 + 500_000


def test_the_stream_is_read_no_further_than_the_window(tmp_path):
    """With processes, what is ahead of the reader is bounded."""
    path = tmp_path / "m"
    path.write_bytes(b"From: a@b\r\n\r\nx\r\n")
    taken = []

    def counted():
        for number in range(2_000):
            taken.append(number)
            yield Item(str(path), Kind.MAIL, str(number))

    stream = judged(counted(), 1, Settings())
    next(stream)
    assert len(taken) <= CHUNK
    stream.close()


def test_a_state_of_another_program_is_not_believed(tmp_path):
    state_file = tmp_path / "state"
    state_file.write_bytes(b'{"key": 1}\n[]\nnull\n"x"\n{"key": "a", "verdict": "wonderful"}\n\xff\xfe\n{')
    totals = Totals()
    state = State(state_file)
    state.load(totals)
    state.close()
    assert totals.judged == 0
