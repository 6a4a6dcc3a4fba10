"""The rules on mails, and what `Mail` makes of any bytes at all."""

from __future__ import annotations

import email
import email.policy
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_examples import ANSWERED, FAILING, PASSING, PERSON, ROBOT, alternative, mail

from harness.artefacts.mail import MAX_DEPTH, MAX_PARTS, Mail, message_ids
from harness.checks import mail as checks
from harness.findings import Severity
from schemas.rules import rules
from simulators.clock import SystemClock
from simulators.correspondents import shapes
from simulators.correspondents.correspondent import Correspondent
from simulators.journal import Journal
from simulators.people import PeopleGenerator

BOUNDED_S = 5.0
"""Generous for a loaded machine; what is guarded against takes minutes or forever."""


def flat(examples):
    return [pytest.param(rule, judged, id=f"{rule}: {name}") for rule, group in examples.items()
            for name, judged in group.items()]  # fmt: skip


@pytest.mark.parametrize(("rule", "judged"), flat(PASSING))
def test_a_tolerated_form_is_not_accused(rule, judged):
    assert [(found.rule, found.found) for found in judged()] == []


@pytest.mark.parametrize(("rule", "judged"), flat(FAILING))
def test_a_fault_is_found_under_its_own_rule(rule, judged):
    found = list(judged())
    assert {one.rule for one in found} == {rule}
    for one in found:
        assert one.requirements == rules()[rule].requirements
        assert one.severity == Severity(rules()[rule].effective_severity)
        assert one.expected
        assert one.evidence


def test_every_mail_checks_identity_and_reference():
    assert [found.rule for found in checks.every_mail(mail(), "1234")] == []
    bare = mail(without=("Message-ID", "X-MSS-NIL"))
    assert [found.rule for found in checks.every_mail(bare, "1234")] == ["MAIL-001", "MAIL-009"]


def test_a_header_is_located_by_its_line():
    wrong = Mail(b"From: a@b\r\nTo: c@d,\r\n e@f\r\nMessage-ID: faux\r\n\r\n")
    (found,) = checks.message_id(wrong)
    assert (found.location.header, found.location.line) == ("Message-ID", 4)


def test_a_part_is_located_by_its_imap_number():
    built = Mail(
        alternative("a", "b", around="mixed").raw.replace(b"html; charset=utf-8", b"html; charset=cp1252")
    )
    (found,) = checks.utf8_text(built)
    assert found.location.part == "1.2"


# --- the artefact ----------------------------------------------------------------------------------


def test_parts_are_those_that_the_standard_library_reads(tmp_path):
    """The mails of the correspondents, nested multiparts and all, read by two programs."""
    journal = Journal(tmp_path)
    rng = random.Random(7)
    delivered = []
    writer = Correspondent(
        PeopleGenerator(rng).professional(),
        "a@correspondant.mssante.fr",
        tenant="t",
        clock=SystemClock(),
        rng=rng,
        journal=journal,
        deliver=lambda *args, **more: delivered.append(args),
    )
    for shape in ("plain", "accented", "alternative", "in_thread", "with_attachments", "asking_mdn"):
        raw = writer.send(getattr(shapes, shape)(rng), "b@banc.mssante.fr").content
        stdlib = email.message_from_bytes(raw, policy=email.policy.compat32)
        leaves = [part for part in stdlib.walk() if not part.is_multipart()]
        assert [(part.content_type, part.content) for part in Mail(raw).parts] == [
            (part.get_content_type(), part.get_payload(decode=True)) for part in leaves
        ], shape
        assert [part.filename for part in Mail(raw).parts] == [
            Mail(b"X: " + name.encode("utf-8", "surrogateescape")).headers[0].decoded if name else None
            for name in (part.get_filename() for part in leaves)
        ]
    journal.close()


def test_a_forwarded_mail_is_one_leaf_with_its_own_octets():
    inner = b"From: a@b\r\nContent-Type: text/plain\r\n\r\nBonjour\r\n"
    built = mail(
        "Content-Type: multipart/mixed; boundary=m",
        body=b"--m\r\n\r\nvoir\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--m--\r\n",
    )
    assert [(part.number, part.content_type) for part in built.parts] == [
        ("1", "text/plain"),
        ("2", "message/rfc822"),
    ]
    assert built.parts[1].content == inner


def test_numbers_are_those_of_imap():
    built = alternative("a", "b", around="mixed")
    assert [(part.number, part.parents) for part in built.parts] == [
        ("1.1", ("multipart/mixed", "multipart/alternative")),
        ("1.2", ("multipart/mixed", "multipart/alternative")),
        ("2", ("multipart/mixed",)),
    ]
    assert [part.number for part in mail().parts] == ["1"]


def test_message_ids_are_read_from_folded_and_commented_values():
    assert message_ids("<a@b>\t<c@d> (e@f)") == ("<a@b>", "<c@d>")
    assert message_ids("") == ()


# --- hostile input ---------------------------------------------------------------------------------

_names = st.sampled_from(
    ["From", "Message-ID", "References", "In-Reply-To", "Content-Type", "Content-Transfer-Encoding",
     "Content-Disposition", "X-MSS-NIL", "Reply-To", "Return-Receipt-To", "Subject", "content-type"]
)  # fmt: skip
_values = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=b", b"text/html; charset=utf-8",
         b"text/plain; charset=punycode", b"text/plain; charset=\"\0\"", b"text/plain; charset*=utf-8'fr'x",
         b"message/rfc822", b"multipart/digest; boundary=b", b"text/plain; charset*=\0'fr'%E9", b"base64",
         b"text/plain; charset*0*=a'b'%00; charset*1=x", b"quoted-printable", b"x-uuencode", b"8bit",
         b"attachment; filename*=x'y'%E9", b"attachment; filename==?utf-8?b?A?=", b"=?utf-8?b?A?= <a@b>",
         b"=?x?q?=FF?= (((", b"\"", b"<a@b", b"multipart/mixed; boundary*=utf-16''%00", b"/", b";;=;"]
    ),
)  # fmt: skip
_lines = st.one_of(
    st.builds(lambda name, value: name.encode() + b": " + value, _names, _values),
    st.sampled_from(
        [b"", b"--b", b"--b--", b" suite", b"\tsuite", b"From x", b":", b"<p>a<!--", b"=E9=", b"w6k"]
    ),
    st.binary(max_size=30),
)
_mails = st.builds(
    lambda lines, end: end.join(lines), st.lists(_lines, max_size=14), st.sampled_from([b"\r\n", b"\n"])
)


def judge_everything(raw: bytes) -> None:
    built = Mail(raw)
    assert len(built.parts) >= 1
    assert isinstance(built.sha256, str)
    for header in built.headers:
        assert isinstance(header.decoded, str)
        assert isinstance(header.addresses, tuple)
    assert built.structure is not None
    for found in (
        *checks.every_mail(built, "1234"),
        *checks.message_ids_differ(built, built),
        *checks.reply_threading(built, ANSWERED),
        *checks.reply_threading(ANSWERED, built),
        *checks.utf8_text(built),
        *checks.header_words(built),
        *checks.body_type(built),
        *checks.same_wording(built),
        *checks.automatic_mention(built, ROBOT),
        *checks.from_label(built, PERSON),
        *checks.receipt_requested(built, PERSON),
        *checks.nil_form(built),
    ):
        assert len(found.found) <= 2000
        found.found.encode("utf-8", "backslashreplace")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(_mails, st.binary(max_size=300)))
def test_no_bytes_make_a_mail_or_its_checks_raise(raw):
    judge_everything(raw)


MEGABYTE = 1_000_000
MULTIPART = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HOSTILE = {
    "one header line": b"From: " + b"a" * 5 * MEGABYTE,
    "a header folded for ever": b"From: a\r\n" + b" b\r\n" * (MEGABYTE // 4),
    "encoded words": b"From: " + b"=?x?q?" * (MEGABYTE // 6),
    "unclosed brackets": b"From: " + b"<" * MEGABYTE,
    "unclosed comments": b"From: " + b"(" * MEGABYTE + b"\r\nMessage-ID: " + b"(" * MEGABYTE,
    "comments": b"Message-ID: " + b"(a)" * (MEGABYTE // 3) + b"<a@b>",
    "ids": b"References: " + b"<a@" * (MEGABYTE // 3),
    "empty lines": b"A: b\r\n\r\n" + b"\r\n" * 5 * MEGABYTE,
    "nested parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(3000)
    )
    + b"--x\r\n" * (MEGABYTE // 5),
    "nested mails": b"Content-Type: message/rfc822\r\n\r\n" * 30_000,
    "many parts": MULTIPART + b"--b\r\n\r\nx\r\n" * (MEGABYTE // 10),
    "nearly boundaries": MULTIPART + b"--b x\r\n" * (MEGABYTE // 7),
    "slow charset": b"Content-Type: text/plain; charset=punycode\r\n\r\na-" + b"9" * MEGABYTE,
    "slow words": b"From: =?punycode?q?a-" + b"9" * 90_000 + b"?= <a@b>",
    "deep HTML": b"Content-Type: text/html; charset=utf-8\r\n\r\n" + b"<b><div>" * (MEGABYTE // 8),
    "alternative of great size": alternative("mot " * 200_000, "<p>mot " * 200_000).raw,
    "NUL": b"\0" * MEGABYTE,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_work_on_a_hostile_mail_is_bounded(name):
    began = time.perf_counter()
    judge_everything(HOSTILE[name])
    assert time.perf_counter() - began < BOUNDED_S


def test_parts_and_depth_are_bounded():
    assert len(Mail(HOSTILE["many parts"]).parts) <= MAX_PARTS
    assert max(len(part.parents) for part in Mail(HOSTILE["nested parts"]).parts) == MAX_DEPTH
