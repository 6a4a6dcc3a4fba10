"""Parsers of the wire: ClientHello, lines, transcript, DH groups."""

from __future__ import annotations

import contextlib
import ssl
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.wire import (
    ClientHelloError,
    IncompleteClientHello,
    LineBuffer,
    LineTooLong,
    parse_client_hello,
    read_transcript,
)
from simulators.wire.dhparams import dh_parameters_pem, modp_prime
from simulators.wire.names import alert_name, is_grease, suite_name
from simulators.wire.transcript import Direction, Transcript, plaintext


def hello_octets(name: str = "smtp.banc.mssante.fr") -> bytes:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["smtp"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    channel = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        channel.do_handshake()
    return outgoing.read()


HELLO = hello_octets()


def test_a_real_client_hello() -> None:
    hello = parse_client_hello(HELLO)
    assert hello.sni == "smtp.banc.mssante.fr"
    assert hello.alpn == ("smtp",)
    assert {0x0303, 0x0304} <= set(hello.versions)
    assert {0xC030, 0x1302} <= set(hello.suites)
    assert 0x1302 not in hello.real_suites
    assert 0x00FF not in hello.real_suites
    assert "TLSv1.3" in cast(list[str], hello.as_data()["versions"])


def records(message: bytes, size: int) -> bytes:
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part for part in parts)


@pytest.mark.parametrize("size", [1, 3, 100, 10_000])
def test_fragmented_over_records(size: int) -> None:
    assert parse_client_hello(records(HELLO[5:], size)) == parse_client_hello(HELLO)


def test_every_prefix_is_incomplete() -> None:
    for cut in range(len(HELLO)):
        with pytest.raises(IncompleteClientHello):
            parse_client_hello(HELLO[:cut])


@pytest.mark.parametrize(
    "octets",
    [
        b"EHLO x\r\n",
        b"\x16\x02\x00",
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
    ],
)
def test_something_else_is_named(octets: bytes) -> None:
    with pytest.raises(ClientHelloError) as caught:
        parse_client_hello(octets)
    assert not isinstance(caught.value, IncompleteClientHello)


def test_a_hello_announced_too_long_is_refused_at_once() -> None:
    with pytest.raises(ClientHelloError, match="announced"):
        parse_client_hello(b"\x16\x03\x01\x00\x04\x01\xff\xff\xff")


@given(st.binary(max_size=300))
def test_any_octets(octets: bytes) -> None:
    with contextlib.suppress(ClientHelloError):
        parse_client_hello(octets)


@given(st.integers(0, len(HELLO) - 1), st.integers(0, 255), st.integers(0, len(HELLO)))
@settings(max_examples=300)
def test_a_damaged_hello(at: int, value: int, cut: int) -> None:
    damaged = bytearray(HELLO)
    damaged[at] = value
    for octets in (bytes(damaged), records(bytes(damaged[5:cut]) or b"\x01", 64)):
        with contextlib.suppress(ClientHelloError):
            parse_client_hello(octets)


def test_names() -> None:
    assert suite_name(0xC030) == "ECDHE-RSA-AES256-GCM-SHA384"
    assert suite_name(0x1A1A) == "GREASE"
    assert suite_name(0xFEED) == "0xFEED"
    assert sum(map(is_grease, range(65536))) == 16
    assert alert_name(45) == "certificate_expired"
    assert alert_name(200) == "alert_200"


@pytest.mark.parametrize("bits", [1024, 2048, 3072])
def test_modp_groups_are_safe_primes(bits: int) -> None:
    prime = modp_prime(bits)
    half = (prime - 1) // 2
    assert prime.bit_length() == bits
    assert pow(2, prime - 1, prime) == 1
    assert pow(3, half - 1, half) == 1
    assert dh_parameters_pem(bits).startswith(b"-----BEGIN DH PARAMETERS-----\n")


def test_other_sizes_are_no_modp_group() -> None:
    with pytest.raises(ValueError, match="no MODP group of 512 bits"):
        modp_prime(512)


@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"")), max_size=20), st.integers(1, 40))
def test_lines_come_out_as_they_went_in(lines: list[bytes], step: int) -> None:
    buffer = LineBuffer(100)
    stream = b"".join(line + b"\n" for line in lines)
    out: list[bytes] = []
    for at in range(0, len(stream), step):
        buffer.feed(stream[at : at + step])
        while (line := buffer.line()) is not None:
            out.append(line)
    assert out == [line + b"\n" for line in lines]


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_long_line_is_told_once_and_swallowed(step: int) -> None:
    buffer = LineBuffer(10)
    stream = b"short\n" + b"x" * 300 + b"\nafter\n"
    out: list[bytes] = []
    for at in range(0, len(stream), step):
        buffer.feed(stream[at : at + step])
        while True:
            try:
                line = buffer.line()
            except LineTooLong:
                out.append(b"!")
                continue
            if line is None:
                break
            out.append(line)
    assert out == [b"short\n", b"!", b"after\n"]


def test_line_limit_counts_the_end() -> None:
    buffer = LineBuffer(10)
    buffer.feed(b"x" * 9 + b"\n")
    assert buffer.line() == b"x" * 9 + b"\n"
    buffer.feed(b"x" * 10 + b"\n")
    with pytest.raises(LineTooLong):
        buffer.line()


@given(
    st.lists(st.tuples(st.sampled_from(["C", "S"]), st.binary(min_size=1, max_size=50)), max_size=20),
    st.integers(0, 400),
)
def test_transcript_reads_back(chunks: list[tuple[Direction, bytes]], limit: int) -> None:
    transcript = Transcript(limit)
    for direction, octets in chunks:
        transcript.add(direction, octets, 1.5, tls=direction == "C")
    whole = b"".join(octets for _, octets in chunks)
    read = read_transcript(transcript.to_bytes())
    assert b"".join(chunk.octets for chunk in read) == whole[:limit]
    assert transcript.cut == (len(whole) > limit)
    if not transcript.cut:
        sent = b"".join(octets for direction, octets in chunks if direction == "S")
        assert plaintext(read, "S") == sent


@pytest.mark.parametrize("octets", [b"C", b"X 0 1 1.0 tls\na\n", b"C 0 5 1.0 tls\nabc\n"])
def test_a_damaged_transcript_is_an_error(octets: bytes) -> None:
    with pytest.raises(ValueError, match="transcript"):
        read_transcript(octets)
