"""MLLP: frames, the server that a hospital's software or PFI listens with, and one exchange."""

import asyncio
import socket

import pytest

from simulators.hl7.mllp import END, START, Frames, FramingError, MllpServer, exchange
from simulators.journal import Journal

ANSWER = b"MSH|^~\\&|C|D|A|B|20260101||ACK^T02^ACK|A-1|P|2.6\rMSA|AA|M-1\r"
MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||MDM^T02^MDM_T02|M-1|P|2.6\r"


@pytest.fixture
def journal(tmp_path):
    opened = Journal(tmp_path)
    yield opened
    opened.close()


def served(journal, play, *, idle_s=5.0, answer=ANSWER):
    """Run `play(port)` beside a server that answers every message with `answer`."""

    async def answering(message):
        return answer

    async def run():
        server = MllpServer(answering, journal=journal, tenant="t", actor="software", idle_s=idle_s)
        port = await server.start()
        try:
            return await play(port)
        finally:
            await server.stop()

    return asyncio.run(run())


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_frames_come_whole_however_they_are_cut(size):
    stream = START + b"un" + END + START + b"deux" + END
    frames = Frames()
    found = [one for at in range(0, len(stream), size) for one in frames.feed(stream[at : at + size])]
    assert found == [b"un", b"deux"]
    assert not frames.begun


def test_a_lone_fs_ends_nothing():
    frames = Frames()
    assert frames.feed(START + b"a\x1cb") == []
    assert frames.begun
    assert frames.feed(END) == [b"a\x1cb"]


def test_some_noise_is_passed_over_and_much_is_not():
    frames = Frames()
    assert frames.feed(b"\r\n" + START + b"x" + END) == [b"x"]
    with pytest.raises(FramingError, match="hors d'une trame"):
        frames.feed(b"A" * 5_000)


def test_a_message_without_end_is_bounded(monkeypatch):
    monkeypatch.setattr("simulators.hl7.mllp.LARGEST", 100)
    with pytest.raises(FramingError, match="FS CR"):
        Frames().feed(START + b"x" * 200)


def test_a_message_is_answered_and_journalled(journal):
    async def play(port):
        return await exchange("127.0.0.1", port, MESSAGE, 5)

    assert served(journal, play) == ANSWER
    [message] = journal.events("t", protocol="hl7", name="message")
    assert (message.source, message.target, message.data["control_id"]) == ("product", "software", "M-1")
    assert journal.evidence.read(message.evidence) == MESSAGE
    assert [one.name for one in journal.events("t", protocol="hl7")][-1] == "close"


def test_silence_of_the_peer_is_none(journal):
    async def play(port):
        return await exchange("127.0.0.1", port, MESSAGE, 0.1)

    assert served(journal, play, answer=None) is None


@pytest.mark.parametrize(
    ("octets", "told"), [(b"GET / HTTP/1.1\r\n" * 200, "trame"), (START + b"MSH|", "silence")]
)
def test_a_hostile_or_slow_peer_is_left(journal, octets, told):
    async def play(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(octets)
        await writer.drain()
        try:
            return await asyncio.wait_for(reader.read(), 5)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    assert served(journal, play, idle_s=0.1) == b""
    [fault] = journal.events("t", protocol="hl7", name="fault")
    assert told in fault.text


def test_a_server_that_stopped_listens_no_more(journal):
    async def play(port):
        return port

    port = served(journal, play)
    with pytest.raises(OSError, match=r".*"), socket.create_connection(("127.0.0.1", port), 0.5):
        pass
