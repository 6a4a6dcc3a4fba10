"""A line-oriented TCP connection that can become TLS once, with bounds on size and on time."""

from __future__ import annotations

import contextlib
import socket
import ssl

from simulators.product.deadline import Deadline
from simulators.product.errors import ConnectionLost, Failed, Refused
from simulators.product.settings import Endpoint

CHUNK = 65_536
PATIENCE_S = 3.0
"""A server that says nothing for this long is given up: the user waits behind (ECO.1.2.3)."""


class Channel:
    """One connection to a server of the operator.

    `deadline` is set by the session before each exchange: every wait ends with it.
    """

    def __init__(self, endpoint: Endpoint, deadline: Deadline) -> None:
        """Connect; raises `ConnectionLost`."""
        self.endpoint = endpoint
        self.deadline = deadline
        self.tls = False
        self._buffer = bytearray()
        self._closed_by_peer = False
        try:
            self._socket: socket.socket = socket.create_connection(
                (endpoint.address, endpoint.port), timeout=deadline.remaining()
            )
        except OSError as error:
            raise ConnectionLost(
                f"Connexion impossible à {endpoint.host}:{endpoint.port} ({error}). "
                "Le serveur est peut-être arrêté ; réessayez ou contactez l'opérateur."
            ) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def socket(self) -> socket.socket:
        """The socket to watch."""
        return self._socket

    @property
    def local_address(self) -> str:
        """Own IP address on this connection."""
        return str(self._socket.getsockname()[0])

    @property
    def pending_plaintext(self) -> bytes:
        """Octets received and not yet read."""
        return bytes(self._buffer)

    def discard(self) -> None:
        """Forget what was received and not read."""
        self._buffer.clear()

    def send(self, data: bytes) -> None:
        """Send everything; raises `ConnectionLost`."""
        try:
            self._socket.settimeout(self.deadline.remaining())
            self._socket.sendall(data)
        except OSError as error:
            raise self._lost(error) from error

    def read_line(self, limit: int) -> bytes:
        """Return the next line without its line end.

        Raises `ConnectionLost`, or `Failed` when the line is longer than `limit` octets.
        """
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            if start > limit:
                raise Failed(f"{self.endpoint.host} a envoyé une ligne de plus de {limit} octets.")
            self._receive()
        if end > limit:
            raise Failed(f"{self.endpoint.host} a envoyé une ligne de plus de {limit} octets.")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r")

    def read_exactly(self, size: int) -> bytes:
        """Return the next `size` octets; raises `ConnectionLost`."""
        while len(self._buffer) < size:
            self._receive()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def start_tls(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        """Become TLS.

        Raises `Refused` when OpenSSL refuses the peer (certificate, suite, version, key sizes), or
        `ConnectionLost` when the connection drops.
        """
        try:
            self._socket.settimeout(min(self.deadline.remaining(), PATIENCE_S))
            wrapped = context.wrap_socket(self._socket, server_hostname=self.endpoint.host)
        except ssl.SSLCertVerificationError as error:
            raise Refused(
                f"Le certificat de {self.endpoint.host} est refusé : {error.verify_message or error}. "
                "Aucune donnée n'a été envoyée ; prévenez l'opérateur."
            ) from error
        except ssl.SSLError as error:
            raise TlsRefused(self.endpoint.host, error.reason or str(error)) from error
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        self._socket = wrapped
        self.tls = True
        return wrapped

    def poll(self) -> bool:
        """Take what has arrived without waiting; return whether the peer still holds the connection."""
        if self._closed_by_peer:
            return False
        try:
            self._socket.settimeout(0)
            while True:
                data = self._socket.recv(CHUNK)
                if not data:
                    self._closed_by_peer = True
                    return False
                self._buffer += data
                if len(self._buffer) > 1_000_000:
                    self._closed_by_peer = True
                    return False
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except (OSError, ValueError):
            self._closed_by_peer = True
            return False

    def close(self) -> None:
        """Close; never raises."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _receive(self) -> None:
        try:
            self._socket.settimeout(min(self.deadline.remaining(), PATIENCE_S))
            data = self._socket.recv(CHUNK)
        except OSError as error:
            raise self._lost(error) from error
        if not data:
            self._closed_by_peer = True
            raise ConnectionLost(f"{self.endpoint.host} a fermé la connexion.")
        self._buffer += data

    def _lost(self, error: Exception) -> ConnectionLost:
        if isinstance(error, TimeoutError):
            return ConnectionLost(
                f"{self.endpoint.host} ne répond pas (délai dépassé). "
                "Réessayez plus tard ou contactez l'opérateur."
            )
        return ConnectionLost(f"La connexion à {self.endpoint.host} a été coupée ({error}).")


class TlsRefused(Refused):
    """No TLS that the product accepts could be negotiated; `reason` is OpenSSL's word for it."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            f"Pas de liaison chiffrée acceptable avec {host} ({reason}). "
            "Rien n'a été envoyé ; la configuration TLS de l'opérateur est sans doute trop faible."
        )
        self.reason = reason
