"""Parsers of SMTP: paths and parameters, the data receiver."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.smtp.receiver import DataReceiver
from simulators.smtp.replies import Reply
from simulators.smtp.syntax import (
    SyntaxProblem,
    decode_xtext,
    parse_notify,
    parse_original_recipient,
    parse_path,
)


@pytest.mark.parametrize(
    ("argument", "address"),
    [
        ("FROM:<a@b.fr>", "a@b.fr"),
        ("from: <a@b.fr>", "a@b.fr"),
        ("FROM:<>", ""),
        ('FROM:<"a b>"@b.fr>', '"a b>"@b.fr'),
        ("FROM:<@relais.fr:a@b.fr>", "a@b.fr"),
        ("FROM:<é@b.fr>", "é@b.fr"),
    ],
)
def test_paths(argument: str, address: str) -> None:
    assert parse_path(argument, "FROM").address == address


@pytest.mark.parametrize(
    "argument",
    ["", "FROM", "FROM:a@b.fr", "TO:<a@b.fr>", "FROM:<a@b.fr>x", "FROM:<a@b.fr> a==b", "FROM:<a@b.fr"],
)
def test_wrong_paths(argument: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_path(argument, "FROM")
    assert not caught.value.address


@pytest.mark.parametrize("address", ["a", "a@", "@", "a b@c", "a@b c", "a\x00@b", "x" * 255 + "@b"])
def test_wrong_addresses(address: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_path(f"FROM:<{address}>", "FROM")
    assert caught.value.address


def test_parameters_keep_their_values() -> None:
    path = parse_path("TO:<a@b.fr> notify=Success ORCPT=rfc822;A@B SMTPUTF8", "TO")
    assert path.parameters == (("NOTIFY", "Success"), ("ORCPT", "rfc822;A@B"), ("SMTPUTF8", None))
    assert path.has("SMTPUTF8")
    assert path.get("SMTPUTF8") is None


@given(st.text(max_size=200))
def test_any_argument(argument: str) -> None:
    for text in (argument, f"FROM:{argument}", f"FROM:<{argument}>", f"FROM:<a@b> {argument}"):
        try:
            path = parse_path(text, "FROM")
        except SyntaxProblem:
            continue
        assert "\r" not in path.address
        assert "\n" not in path.address


@given(st.text(max_size=60))
def test_any_xtext(value: str) -> None:
    for read in (decode_xtext, parse_notify, parse_original_recipient):
        try:
            result = read(value)
        except SyntaxProblem:
            continue
        assert isinstance(result, frozenset) or "\n" not in result


def test_xtext() -> None:
    assert decode_xtext("a+2Bb+3D") == "a+b="
    with pytest.raises(SyntaxProblem):
        decode_xtext("a+2b")


def collect(receiver: DataReceiver, octets: bytes, step: int) -> bytes | None:
    for at in range(0, len(octets), step):
        rest = receiver.feed(octets[at : at + step])
        if rest is not None:
            return rest + octets[at + step :]
    return None


def stuffed(content: bytes) -> bytes:
    """What a client sends for `content`, written with another algorithm than the receiver's."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)


@given(
    st.lists(st.sampled_from([b".", b"..", b"a", b"", b"\n", b"\r", b"\n.\n", b"x" * 40]), max_size=12),
    st.integers(1, 60),
    st.binary(max_size=20),
)
def test_content_comes_out_as_it_was(pieces: list[bytes], step: int, after: bytes) -> None:
    content = b"\r\n".join([*pieces, b""])
    receiver = DataReceiver(10_000)
    assert collect(receiver, stuffed(content) + b".\r\n" + after, step) == after
    received = receiver.result()
    assert received.content == content
    assert received.size == len(content)
    assert not received.too_big


@given(st.integers(1, 3000), st.integers(1, 5000))
def test_too_big_is_counted_and_not_kept(step: int, size: int) -> None:
    receiver = DataReceiver(1000)
    content = b"x" * size + b"\r\n"
    assert collect(receiver, content + b".\r\nNOOP\r\n", step) == b"NOOP\r\n"
    received = receiver.result()
    assert received.too_big == (len(content) > 1000)
    assert received.content == (b"" if received.too_big else content)
    assert received.size == len(content)


def test_replies_of_several_lines() -> None:
    reply = Reply(250, "2.0.0", ("a", "b"))
    assert reply.to_bytes() == b"250-2.0.0 a\r\n250 2.0.0 b\r\n"
    assert Reply(354, "", ("go",)).to_bytes() == b"354 go\r\n"
