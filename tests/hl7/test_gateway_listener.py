"""The product's own MLLP and HL7: what it answers to garbage, and that it lives on."""

import random
import socket

import pytest

from simulators.product.deadline import Deadline
from simulators.product.errors import ConnectionLost
from simulators.product.gateway.cda import read_cda
from simulators.product.gateway.er7 import Unreadable, escaped, parse, unescaped
from simulators.product.gateway.mllp import Listener, call


def test_a_call_is_answered_and_the_listener_closes():
    listener = Listener(lambda message: message[::-1])
    assert call("127.0.0.1", listener.port, b"abc", Deadline(5)) == b"cba"
    listener.close()
    with pytest.raises(ConnectionLost):
        call("127.0.0.1", listener.port, b"abc", Deadline(1))


def test_a_peer_without_frames_does_not_stop_the_listener():
    listener = Listener(lambda message: message)
    with socket.create_connection(("127.0.0.1", listener.port), 2) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert call("127.0.0.1", listener.port, b"ok", Deadline(5)) == b"ok"
    listener.close()


@pytest.mark.parametrize("text", ["a|b^c&d~e\\f", "é", "a  b"])
def test_escapes_come_back(text):
    assert unescaped(escaped(text)) == " ".join(text.split())


def test_any_octets_are_read_or_refused():
    rng = random.Random(3)
    for _ in range(300):
        octets = b"MSH|^~\\&|" + rng.randbytes(rng.randrange(0, 200))
        try:
            parse(octets)
        except Unreadable as error:
            assert error.code in {"100", "102", "207"}


@pytest.mark.parametrize(
    "content", [b"", b"<a/>", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", b"\xff\xfe", b"<ClinicalDocument"]
)
def test_what_is_no_cda_is_refused(content):
    with pytest.raises(Unreadable) as found:
        read_cda(content)
    assert found.value.code == "207"
