"""The parser room: framing, arguments, modified UTF-7, message structure; arbitrary octets never raise."""

from __future__ import annotations

import imaplib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.imap import formats
from simulators.imap.commands.list import Matcher
from simulators.imap.mime import bodystructure, digest, envelope, part, section
from simulators.imap.parser import mutf7
from simulators.imap.parser.fetch_items import read_items
from simulators.imap.parser.framing import Command, Continue, Framer, Limits, TooBig, TooLong
from simulators.imap.parser.reader import Reader, SyntaxProblem, parse_set
from simulators.imap.parser.search_keys import SearchReader
from simulators.imap.parser.sections import Section
from simulators.imap.parser.sets import SequenceSet, compact
from simulators.store import Content

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


# -- modified UTF-7 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("INBOX", "INBOX"),
        ("Envoyés", "Envoy&AOk-s"),
        ("R&D", "R&-D"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("😀", "&2D3eAA-"),
    ],
)
def test_modified_utf7(name: str, encoded: str) -> None:
    assert mutf7.encode(name) == encoded
    assert mutf7.decode(encoded) == name


@pytest.mark.parametrize("wrong", ["&", "a&b", "&AOk", "&A-", "é", "&AGE-", "&Jjo!", "&2D0-", "&-&AOk-&AOk-"])
def test_wrong_modified_utf7(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        mutf7.decode(wrong)


@given(NAMES)
def test_modified_utf7_round_trip(name: str) -> None:
    encoded = mutf7.encode(name)
    assert encoded.isascii()
    assert mutf7.decode(encoded) == name


# -- framing ----------------------------------------------------------------------------------------------

SMALL = Limits(line=200, literal=50, message=300, literals=3)


def test_a_command_with_literals_comes_whole() -> None:
    framer = Framer(SMALL)
    framer.feed(b"A1 LOGIN {4}\r\n")
    assert framer.next() == Continue("A1")
    assert framer.next() is None
    framer.feed(b"user {3+}\r\nabc\r\nA2 NOOP\r\n")
    assert framer.next() == Command(b"A1 LOGIN {4}\r\nuser {3+}\r\nabc")
    assert framer.next() == Command(b"A2 NOOP")


def test_only_append_may_carry_a_message() -> None:
    framer = Framer(SMALL)
    framer.feed(b"A LOGIN {100}\r\nB APPEND x {100}\r\n")
    assert framer.next() == TooBig("A", 100, 50, False)
    assert framer.next() == Continue("B")


def test_two_gigabytes_are_refused_without_being_read() -> None:
    framer = Framer(SMALL)
    framer.feed(b"A APPEND x {2147483648}\r\nB NOOP\r\n")
    assert framer.next() == TooBig("A", 2147483648, 300, False)
    assert framer.next() == Command(b"B NOOP")
    framer.feed(b"C APPEND x {2147483648+}\r\n" + b"x" * 1000)
    assert framer.next() == TooBig("C", 2147483648, 300, True)
    framer.feed(b"x" * 1000)
    assert framer.next() is None
    assert framer.buffered == 0


def test_a_line_without_end_is_cut() -> None:
    framer = Framer(SMALL)
    for _ in range(50):
        framer.feed(b"x" * 10)
        event = framer.next()
        assert framer.buffered <= 210
        if event is not None:
            assert event == TooLong("*", 200)
            return
    pytest.fail("never cut")


def test_too_many_literals() -> None:
    framer = Framer(SMALL)
    framer.feed(b"A X" + b" {1+}\r\na" * 4 + b"\r\n")
    assert isinstance(framer.next(), TooLong)


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_framing_is_bounded_and_never_raises(pieces: list[bytes]) -> None:
    framer = Framer(SMALL)
    for piece in pieces:
        framer.feed(piece)
        while framer.next() is not None:
            pass
        assert framer.buffered <= 200 + 300 + 60


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=3), st.data())
def test_framing_does_not_depend_on_how_octets_arrive(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(b"T X {%d+}\r\n%b\r\n" % (len(body), body) for body in bodies)
    cut = data.draw(st.integers(0, len(stream)))
    framer, found = Framer(SMALL), []
    for piece in (stream[:cut], stream[cut:]):
        framer.feed(piece)
        while (event := framer.next()) is not None:
            found.append(event)
    assert found == [Command(b"T X {%d+}\r\n%b" % (len(body), body)) for body in bodies]


# -- arguments --------------------------------------------------------------------------------------------


def test_strings() -> None:
    reader = Reader(b'atom "quo\\"ted" {5}\r\nlit\r\n')
    assert reader.astring() == b"atom"
    reader.space()
    assert reader.astring() == b'quo"ted'
    reader.space()
    assert reader.astring() == b"lit\r\n"
    reader.end()


@pytest.mark.parametrize(
    "wrong",
    [
        b'"open',
        b'"8bit \xe9"',
        b"{9}\r\nshort",
        b"{99999999999999999999}\r\n",
        b"(",
        b"",
        b'"a\x00b"',
        b"{1}\r\n\x00",
    ],
)
def test_wrong_strings(wrong: bytes) -> None:
    with pytest.raises(SyntaxProblem):
        Reader(wrong).astring()


def test_dates() -> None:
    written = b'" 1-Feb-2026 08:00:00 +0130"'
    instant = Reader(written).date_time()
    assert formats.date_time(instant) == b'"01-Feb-2026 08:00:00 +0130"'
    assert Reader(b"1-feb-2026").date().day == 1
    for wrong in (
        b'"31-Feb-2026 08:00:00 +0100"',
        b'"01-Feb-2026 08:00:00 +9900"',
        b'"01-Foo-2026 08:00:00 +0000"',
    ):
        with pytest.raises(SyntaxProblem):
            Reader(wrong).date_time()


@given(st.lists(st.integers(1, 60), max_size=30))
def test_sets_round_trip(numbers: list[int]) -> None:
    wanted = sorted(set(numbers))
    text = compact(wanted)
    if wanted:
        assert parse_set(text.encode()).within(wanted, 100) == wanted
    assert text.count(",") <= len(wanted)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("*", [9]),
        ("1:*", [2, 5, 9]),
        ("*:5", [5, 9]),
        ("5:1", [2, 5]),
        ("20:*", [9]),
        ("3:4", []),
        ("9,2", [2, 9]),
    ],
)
def test_set_semantics(text: str, found: list[int]) -> None:
    assert parse_set(text.encode()).within([2, 5, 9], 9) == found


@pytest.mark.parametrize("wrong", ["", "0", "1:", ":1", "1,,2", "a", "1:2:3", "4294967296", "01"])
def test_wrong_sets(wrong: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse_set(wrong.encode())


READS = [
    Reader.astring,
    Reader.mailbox,
    Reader.list_pattern,
    Reader.sequence_set,
    Reader.flag_list,
    Reader.date_time,
    Reader.date,
    Reader.nstring,
    Reader.number64,
    read_items,
    lambda reader: SearchReader(reader).program(),
]
WORDS = st.sampled_from(
    [
        b"(",
        b")",
        b" ",
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b"<",
        b">",
        b"BODY",
        b"HEADER.FIELDS",
        b"1",
        b"*",
        b":",
        b",",
        b"OR",
        b"NOT",
        b"SEEN",
        b"UID",
        b"{3}\r\n",
        b"NIL",
        b"BINARY",
        b"$",
        b"1-Feb-2026",
        b"SINCE",
        b"\xe9",
        b".",
    ]
)


@settings(max_examples=400)
@given(st.one_of(st.binary(max_size=80), st.lists(WORDS, max_size=15).map(b"".join)), st.sampled_from(READS))
def test_readers_only_raise_syntax_problems(octets: bytes, read: object) -> None:
    try:
        read(Reader(octets))  # type: ignore[operator]
    except SyntaxProblem as problem:
        assert str(problem).isprintable()


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(SyntaxProblem):
        SearchReader(Reader(b"(" * 5000 + b"ALL" + b")" * 5000)).program()
    with pytest.raises(SyntaxProblem):
        SearchReader(Reader(b"NOT " * 5000 + b"ALL")).program()


# -- mailbox patterns -------------------------------------------------------------------------------------


@given(st.text("ab/*%", max_size=8), st.text("ab/", max_size=8))
def test_patterns_match_like_a_regular_expression(pattern: str, name: str) -> None:
    regex = "".join({"*": ".*", "%": "[^/]*"}.get(char, re.escape(char)) for char in pattern)
    assert Matcher(pattern).fullmatch(name) is bool(re.fullmatch(regex, name))


def test_patterns_do_not_backtrack() -> None:
    assert not Matcher("*a" * 400 + "b").fullmatch("a" * 1000)


# -- messages ---------------------------------------------------------------------------------------------

LINES = st.sampled_from(
    [
        b"",
        b"--b",
        b"--b--",
        b"--c",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: message/rfc822",
        b'Content-Type: multipart/digest; boundary="c"',
        b"Content-Transfer-Encoding: base64",
        b"AAAA",
        b"x: y",
        b"From: a <b@c>, d",
        b" folded",
        b"Subject: =?utf-8?b?w6k=?=",
        b'To: g: a@b;, "q\\"" <e@f> (c)',
        b"\xff\x00",
        b'Content-Disposition: attachment; filename="x',
        b"Date: Thu, 99 Jan 2026 09:00:00 +9999",
        b"Content-Type: ;;=",
        b"Content-Language: fr, en",
        b"Content-Type: text/plain; charset=x-unknown",
    ]
)
MESSAGES = st.one_of(
    st.binary(max_size=300),
    st.tuples(st.lists(LINES, max_size=25), st.sampled_from([b"\r\n", b"\n"])).map(
        lambda made: made[1].join(made[0])
    ),
)


@settings(max_examples=400)
@given(MESSAGES)
def test_any_octets_have_a_structure(data: bytes) -> None:
    rendered = digest.rendered(data)
    for written in (rendered.envelope, rendered.structure, digest.plain_structure(data)):
        assert_one_list(written)
    assert digest.early(data) == {
        digest.summary: digest.summary(data),
        digest.rendered: rendered,
        digest.search_text: digest.search_text(data),
    }
    digest.preview(data)
    digest.whole_header(data)
    content = Content.of(data)
    digest.body_texts(content)
    root = part.parse(data)
    for numbers in ((), (1,), (1, 1), (2,), (1, 2, 1)):
        for text in ("", "MIME", "HEADER", "TEXT"):
            section.extract(data, root, Section(numbers, text))
    for inner in root.walk():
        assert 0 <= inner.start <= inner.body <= inner.end <= len(data)


def assert_one_list(written: bytes) -> None:
    """Check that it is one balanced list in the grammar of IMAP, to its last octet."""
    depth, position = 0, 0
    token = re.compile(rb'\(|\)| |NIL|\d+|"(?:[^"\\\r\n\x00]|\\["\\])*"|\{(\d+)\}\r\n')
    while position < len(written):
        match = token.match(written, position)
        assert match, written[position : position + 40]
        position = match.end() + int(match.group(1) or 0)
        depth += {b"(": 1, b")": -1}.get(match.group(), 0)
        assert depth > 0 or position == len(written)
    assert depth == 0
    assert position == len(written)


def test_part_numbers_follow_the_example_of_the_rfc() -> None:
    """RFC 9051 §6.4.5.1: numbering inside a message/rfc822 part."""
    inner = (
        b"Subject: in\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
        b"--i\r\n\r\nun\r\n--i\r\n\r\ndeux\r\n--i--\r\n"
    )
    data = (
        b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\ntexte\r\n"
        b"--o\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--o--\r\n"
    )
    root = part.parse(data)

    def get(numbers: tuple[int, ...], text: str = "") -> bytes | None:
        return section.extract(data, root, Section(numbers, text))

    assert get((1,)) == b"texte"
    assert get((2,)) == inner
    assert get((2, 2)) == b"deux"
    assert get((2,), "TEXT") == inner.partition(b"\r\n\r\n")[2]
    header = get((2,), "HEADER")
    assert header is not None and header.startswith(b"Subject: in\r\n") and header.endswith(b"\r\n\r\n")
    assert get((2,), "MIME") == b"Content-Type: message/rfc822\r\n\r\n"
    assert get((1,), "HEADER") is None
    assert get((3,)) is None


def test_a_message_cannot_nest_without_end() -> None:
    data = b"Content-Type: message/rfc822\r\n\r\n" * 3000
    assert sum(1 for _ in part.parse(data).walk()) <= part.MAX_DEPTH + 1
    many = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 20_000
    assert sum(1 for _ in part.parse(many).walk()) <= part.MAX_PARTS + 1


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (b"a@b", b'((NIL NIL "a" "b"))'),
        (b'"Doe, J." <j@d>', b'(("Doe, J." NIL "j" "d"))'),
        (b"j@d (John)", b'(("John" NIL "j" "d"))'),
        (b"amis: a@b, c@d;", b'((NIL NIL "amis" NIL)(NIL NIL "a" "b")(NIL NIL "c" "d")(NIL NIL NIL NIL))'),
        (b"John Q. Public <j@d>", b'(("John Q. Public" NIL "j" "d"))'),
        (b"<@r1,@r2:j@d>", b'((NIL "@r1,@r2" "j" "d"))'),
    ],
)
def test_addresses(value: bytes, written: bytes) -> None:
    rendered = envelope.render(part.parse(b"To: " + value + b"\r\n\r\n"))
    assert rendered == b"(NIL NIL NIL NIL NIL " + written + b" NIL NIL NIL NIL)"


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("re: fwd: essai", "essai"),
        ("re[2]: essai (fwd)", "essai"),
        ("[liste] re: essai", "essai"),
        ("[fwd: essai]", "essai"),
        ("[seul]", "[seul]"),
        ("", ""),
        ("rendez-vous", "rendez-vous"),
    ],
)
def test_base_subject(subject: str, base: str) -> None:
    assert digest.base_subject(subject) == base


def test_structure_is_read_by_a_foreign_parser() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\na\r\n--b--\r\n"
    from imapclient.response_parser import parse_fetch_response

    line = b"1 (UID 1 BODYSTRUCTURE " + bodystructure.render(data, part.parse(data), extended=True) + b")"
    parsed = parse_fetch_response([line])
    assert parsed[1][b"BODYSTRUCTURE"].is_multipart
    assert imaplib.ParseFlags(b"(FLAGS ())") == ()


def test_saved_set_is_its_own_kind() -> None:
    assert Reader(b"$").sequence_set() == SequenceSet(saved=True)


def test_parameter_continuations_are_put_together() -> None:
    """RFC 9051 §7.5.2 and RFC 2231 §3."""
    data = (
        b'Content-Type: application/pdf; name*0="long";\r\n name*1="name.pdf"; foo*0*=utf-8\'fr\'%C3%A9; '
        b"foo*1*=t%C3%A9; bar*=iso-8859-1''%e9\r\n\r\nx"
    )
    root = part.parse(data)
    plain = bodystructure.render(data, root, extended=False)
    assert b'("bar*" "iso-8859-1\'\'%e9" "name" "longname.pdf" "foo*" "utf-8\'fr\'%C3%A9t%C3%A9")' in plain
    decoded = bodystructure.render(data, root, extended=False, utf8=True)
    assert '("bar*" {2}\r\né "name" "longname.pdf" "foo*" {5}\r\nété)'.encode() in decoded


def test_decoded_text_has_crlf() -> None:
    data = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nYQpiDQpj"
    assert section.decode(data, part.parse(data)) == b"a\r\nb\r\nc"
