"""The product's own MLLP: a listener in threads, and one call (VT … FS CR)."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from simulators.product.deadline import Deadline
from simulators.product.errors import ConnectionLost

VT, FS = b"\x0b", b"\x1c\r"
LARGEST = 64 * 1024 * 1024
SILENCE_S = 30.0
MOST_PEERS = 16


class Listener:
    """Answers each message by what `answer` returns; `close` it."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._closed = False
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self._socket.getsockname()[:2]
        self._threads = [threading.Thread(target=self._accept, name="mllp", daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Stop listening and drop who is connected."""
        self._closed = True
        # A listening socket that is only closed leaves accept() waiting on some systems: wake it first.
        with contextlib.suppress(OSError), socket.create_connection((self.address, self.port), 0.2):
            pass
        self._socket.close()
        with self._guard:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(2)

    def _accept(self) -> None:
        while not self._closed:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            with self._guard:
                if self._closed or len(self._open) >= MOST_PEERS:
                    peer.close()
                    continue
                self._open.add(peer)
                thread = threading.Thread(target=self._talk, args=(peer,), name="mllp-peer", daemon=True)
                self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def _talk(self, peer: socket.socket) -> None:
        try:
            with peer:
                peer.settimeout(SILENCE_S)
                buffer = bytearray()
                while not self._closed:
                    message = _next(peer, buffer)
                    if message is None:
                        return
                    peer.sendall(VT + self._answer(message) + FS)
        except OSError:
            return  # the peer left, or is too slow
        finally:
            with self._guard:
                self._open.discard(peer)


def _next(peer: socket.socket, buffer: bytearray) -> bytes | None:
    """Return the next message, None when the peer is done or does not speak MLLP."""
    while True:
        end = buffer.find(FS)
        if end >= 0:
            start = buffer.find(VT, 0, end)
            message = bytes(buffer[start + 1 : end])
            del buffer[: end + len(FS)]
            return message if start >= 0 else None
        if len(buffer) > LARGEST:
            return None
        octets = peer.recv(65_536)
        if not octets:
            return None
        buffer += octets


def call(address: str, port: int, message: bytes, deadline: Deadline) -> bytes:
    """Send a message and return the answer; raises `ConnectionLost`."""
    try:
        with socket.create_connection((address, port), deadline.remaining()) as peer:
            peer.sendall(VT + message + FS)
            peer.settimeout(deadline.remaining())
            answer = _next(peer, bytearray())
    except OSError as error:
        raise ConnectionLost(f"Le correspondant HL7 ne répond pas : {error}.") from error
    if answer is None:
        raise ConnectionLost("Le correspondant HL7 n'a pas acquitté le message.")
    return answer
