"""Reading IMAP responses, right and hostile."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.product.channel import Channel
from simulators.product.deadline import Deadline
from simulators.product.errors import ConnectionLost, Failed
from simulators.product.imapsyntax import folder_name, parse_values, quoted, read_response
from simulators.product.settings import Endpoint


@contextmanager
def channel(sent: bytes) -> Iterator[Channel]:
    """Give a channel on which a server says `sent` and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = Channel(Endpoint("operateur", "127.0.0.1", listener.getsockname()[1]), Deadline(2))
        peer, _ = listener.accept()
        with peer:
            peer.sendall(sent)
        try:
            yield one
        finally:
            one.close()


@pytest.mark.parametrize(
    ("sent", "values"),
    [
        (b"* SEARCH 1 2\r\n", [b"*", b"SEARCH", b"1", b"2"]),
        (b'* X NIL "a \\"b\\"" (c (d))\r\n', [b"*", b"X", None, b'a "b"', [b"c", [b"d"]]]),
        (b"* 1 FETCH (UID 3 BODY[] {3}\r\na)b FLAGS ())\r\n",
         [b"*", b"1", b"FETCH", [b"UID", b"3", b"BODY[]", b"a)b", b"FLAGS", []]]),
        (b"* BODY[HEADER.FIELDS (A B)] {0}\r\n\r\n", [b"*", b"BODY[HEADER.FIELDS (A B)]", b""]),
    ],
)  # fmt: skip
def test_responses_are_read(sent: bytes, values: list[object]) -> None:
    with channel(sent) as one:
        assert parse_values(read_response(one)) == values


@pytest.mark.parametrize("sent", [b"* (\r\n", b"* )\r\n", b'* "a\r\n', b"* " + b"(" * 500 + b"\r\n"])
def test_what_is_not_imap_is_told(sent: bytes) -> None:
    with channel(sent) as one, pytest.raises(Failed, match="incompréhensible"):
        parse_values(read_response(one))


@pytest.mark.parametrize("sent", [b"* X {9999999999}\r\nabc", b"* " + b"x" * 1_100_000])
def test_a_giant_is_refused_without_being_read(sent: bytes) -> None:
    with channel(sent) as one, pytest.raises(Failed, match=r"démesurée|octets"):
        read_response(one)


def test_a_cut_literal_is_a_lost_connection() -> None:
    with channel(b"* X {10}\r\nabc") as one, pytest.raises(ConnectionLost):
        read_response(one)


@given(st.lists(st.binary(max_size=60).map(lambda part: part.replace(b"\n", b"")), min_size=1, max_size=5))
def test_any_parts_are_read_or_refused(parts: list[bytes]) -> None:
    try:
        parse_values(parts)
    except Failed:
        return


@given(st.text(max_size=40))
def test_a_quoted_string_holds_the_text_or_is_refused(text: str) -> None:
    try:
        written = quoted(text)
    except Failed:
        assert not text.isascii() or any(c in text for c in "\r\n\0")
        return
    assert parse_values([written]) == [text.encode()]


@pytest.mark.parametrize(
    ("name", "coded"),
    [("INBOX", b'"INBOX"'), ("Envoyés", b'"Envoy&AOk-s"'), ("R&D", b'"R&-D"'), ('a"b', b'"a\\"b"')],
)
def test_folders_are_written_in_modified_utf_7(name: str, coded: bytes) -> None:
    assert folder_name(name) == coded
