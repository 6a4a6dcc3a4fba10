"""TLS over memory BIOs, driven by us: octets in, octets out, and everything that happened in between.

Two engines behind one face. pyOpenSSL does the work wherever it can, since only it lets a bad client
certificate be seen and named and every alert be heard. The standard library's OpenSSL, often older, takes
the endpoints that recent libraries no longer know how to be: a group of 1024 bits (OpenSSL 4 silently
prefers an FFDHE group that the client offers) and a curve of 224 bits.
"""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL, crypto

from simulators.clock import Clock
from simulators.wire.clienthello import ClientHello
from simulators.wire.dhparams import dh_parameters_pem
from simulators.wire.names import alert_name
from simulators.wire.profile import Credential, TlsProfile

READ_SIZE = 65_536

_VERSIONS = {
    "TLSv1": SSL.TLS1_VERSION,
    "TLSv1.1": SSL.TLS1_1_VERSION,
    "TLSv1.2": SSL.TLS1_2_VERSION,
    "TLSv1.3": SSL.TLS1_3_VERSION,
}
_STDLIB_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
_VERIFY_NAMES: dict[int, str] = {
    number: name.removeprefix("ERR_").lower()
    for name, number in vars(SSL.X509VerificationCodes).items()
    if name.isupper() and isinstance(number, int)
}


class TlsError(Exception):
    """The handshake or the channel failed; the text is the library's reason, in words."""


class TlsUnsupported(Exception):
    """No TLS library of this machine can be the endpoint that the profile asks for."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A TLS alert: who sent it, `warning` or `fatal`, its description as RFC 8446 §6 names it."""

    direction: Literal["received", "sent"]
    level: str
    description: str


@dataclass(frozen=True, slots=True)
class TlsState:
    """An established channel.

    `group` is the key-exchange group when the library tells it. `peer_chain` is what the client showed, leaf
    first (empty: nothing), `peer_error` the first thing wrong with it by OpenSSL's name (`cert_has_expired`,
    `cert_revoked`, `unable_to_get_issuer_cert_locally`, `invalid_purpose`…), None when it verified.
    """

    version: str
    cipher: str
    group: str | None
    sni: str | None
    client_hello: ClientHello | None
    peer_chain: tuple[x509.Certificate, ...] = ()
    peer_error: str | None = None


@dataclass(slots=True)
class PeerCertificates:
    """What the verification of the client's certificate saw."""

    by_depth: dict[int, x509.Certificate] = field(default_factory=dict)
    error: str | None = None


class TlsEngine(Protocol):
    """One TLS channel without a socket."""

    alerts: list[Alert]
    peer: PeerCertificates

    def feed(self, octets: bytes) -> None:
        """Take ciphertext from the peer."""
        ...

    def handshake(self) -> bool:
        """Go on with the handshake; True when done. Raises `TlsError`."""
        ...

    def read(self) -> bytes | None:
        """Return decrypted octets, empty when there are none, None once the peer closed.

        Raises `TlsError`.
        """
        ...

    def write(self, octets: bytes) -> None:
        """Encrypt. Raises `TlsError`."""
        ...

    def outgoing(self) -> bytes:
        """Return the ciphertext to send."""
        ...

    def close(self) -> None:
        """Say close_notify."""
        ...

    def state(self, hello: ClientHello | None) -> TlsState:
        """Describe the established channel."""
        ...


EngineFactory = Callable[[], TlsEngine]


def engine_factory(profile: TlsProfile, clock: Clock | None = None) -> EngineFactory:
    """Prepare the profile once and return what makes an engine per connection.

    With a `clock` client certificates and CRLs are judged at its instant. Raises `TlsUnsupported` when no
    library here can be that endpoint and `ValueError` when the profile has no credential.
    """
    if profile.credential is None:
        raise ValueError(f"TLS profile {profile.name!r} has no server certificate: use with_credential()")
    if profile.dh_bits < 2048 or any(group in ("secp224r1", "secp192r1") for group in profile.groups):
        context = _stdlib_context(profile)
        return lambda: StdlibEngine(context)
    openssl = _openssl_context(profile)

    def make() -> TlsEngine:
        if clock is not None and profile.client_certificate != "ignore":
            store = openssl.get_cert_store()
            if store is not None:
                store.set_time(clock.now().replace(tzinfo=None))
        return OpenSslEngine(openssl)

    return make


def _openssl_context(profile: TlsProfile) -> SSL.Context:
    credential = profile.credential
    assert credential is not None
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    _set_suites(context, profile, seclevel=profile.seclevel)
    context.set_min_proto_version(_VERSIONS[profile.min_version])
    context.set_max_proto_version(_VERSIONS[profile.max_version])
    # Full handshakes only: a resumed one shows neither certificates nor the client's certificate.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
    try:
        _load_credential(context, credential)
    except SSL.Error:
        # A certificate that is weak on purpose (small key, old digest) is shown all the same.
        _set_suites(context, profile, seclevel=0)
        _load_credential(context, credential)
    with _dh_file(profile.dh_bits) as path:
        context.load_tmp_dh(str(path))
    if profile.groups:
        _set_groups(context, profile)
    if profile.client_certificate != "ignore":
        _ask_client_certificate(context, profile)
    context.set_info_callback(_on_info)
    return context


def _set_suites(context: SSL.Context, profile: TlsProfile, *, seclevel: int) -> None:
    context.set_cipher_list((":".join(profile.suites) + f":@SECLEVEL={seclevel}").encode("ascii"))


def _load_credential(context: SSL.Context, credential: Credential) -> None:
    chain = x509.load_pem_x509_certificates(credential.chain_pem)
    context.use_certificate(chain[0])
    for certificate in chain[1:]:
        context.add_extra_chain_cert(certificate)
    context.use_privatekey(_private_key(credential.key_pem))


@lru_cache(maxsize=64)
def _private_key(pem: bytes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    # The space made the key itself: checking it again costs 60 ms, and a few keys serve all end points.
    key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(f"server key of type {type(key).__name__}; RSA or EC expected")
    return key


@contextmanager
def _dh_file(bits: int) -> Iterator[Path]:
    # Both libraries read DH parameters from a file only.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dh.pem"
        path.write_bytes(dh_parameters_pem(bits))
        yield path


def _set_groups(context: SSL.Context, profile: TlsProfile) -> None:
    # pyOpenSSL has no public call for a list of groups, only for a single curve.
    names = ":".join(profile.groups).encode("ascii")
    library: Any = vars(SSL)["_lib"]
    if library.SSL_CTX_set1_curves_list(context._context, names) != 1:
        library.ERR_clear_error()
        raise TlsUnsupported(
            f"TLS profile {profile.name!r}: this OpenSSL does not know the groups {', '.join(profile.groups)}"
        )


def _ask_client_certificate(context: SSL.Context, profile: TlsProfile) -> None:
    store = context.get_cert_store()
    assert store is not None
    for pem in profile.client_roots:
        for root in x509.load_pem_x509_certificates(pem):
            store.add_cert(crypto.X509.from_cryptography(root))
            context.add_client_ca(root)
    flags = crypto.X509StoreFlags.PARTIAL_CHAIN
    for pem in profile.client_crls:
        store.add_crl(x509.load_pem_x509_crl(pem))
        flags |= crypto.X509StoreFlags.CRL_CHECK
    store.set_flags(flags)
    refuse = profile.client_certificate == "require"
    mode = SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if refuse else 0)

    def verdict(
        connection: SSL.Connection, certificate: crypto.X509, error: int, depth: int, accepted: int
    ) -> bool:
        engine = connection.get_app_data()
        engine.note_certificate(certificate, error, depth)
        return bool(accepted) or not refuse

    context.set_verify(mode, verdict)


def _on_info(connection: SSL.Connection, where: int, value: int) -> None:
    if where & SSL.SSL_CB_ALERT:
        engine = connection.get_app_data()
        direction: Literal["received", "sent"] = "received" if where & SSL.SSL_CB_READ else "sent"
        level = "fatal" if value >> 8 == 2 else "warning"
        engine.alerts.append(Alert(direction, level, alert_name(value & 0xFF)))


def _openssl_reason(error: SSL.Error) -> str:
    stack = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "; ".join(str(entry[-1]) for entry in stack) or type(error).__name__


class OpenSslEngine:
    """TLS by pyOpenSSL."""

    def __init__(self, context: SSL.Context) -> None:
        self.alerts: list[Alert] = []
        self.peer = PeerCertificates()
        self._connection = SSL.Connection(context, None)
        self._connection.set_app_data(self)
        self._connection.set_accept_state()

    def note_certificate(self, certificate: crypto.X509, error: int, depth: int) -> None:
        """Keep what the verification callback saw; the first error wins."""
        self.peer.by_depth.setdefault(depth, certificate.to_cryptography())
        if error and self.peer.error is None:
            self.peer.error = _VERIFY_NAMES.get(error, f"error_{error}")

    def feed(self, octets: bytes) -> None:
        """See `TlsEngine`."""
        view = memoryview(octets)
        while view:
            view = view[self._connection.bio_write(bytes(view)) :]

    def handshake(self) -> bool:
        """See `TlsEngine`."""
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return False
        except SSL.Error as error:
            raise TlsError(_openssl_reason(error)) from error
        return True

    def read(self) -> bytes | None:
        """See `TlsEngine`."""
        try:
            return self._connection.recv(READ_SIZE)
        except SSL.WantReadError:
            return b""
        except SSL.ZeroReturnError:
            return None
        except SSL.Error as error:
            raise TlsError(_openssl_reason(error)) from error

    def write(self, octets: bytes) -> None:
        """See `TlsEngine`."""
        try:
            view = memoryview(octets)
            while view:
                view = view[self._connection.send(bytes(view[: 1 << 20])) :]
        except SSL.Error as error:
            raise TlsError(_openssl_reason(error)) from error

    def outgoing(self) -> bytes:
        """See `TlsEngine`."""
        parts: list[bytes] = []
        try:
            while True:
                parts.append(self._connection.bio_read(1 << 18))
        except SSL.WantReadError:
            return b"".join(parts)

    def close(self) -> None:
        """See `TlsEngine`."""
        try:
            self._connection.shutdown()
        except SSL.Error:
            # The peer broke the channel first: there is nobody left to tell.
            return

    def state(self, hello: ClientHello | None) -> TlsState:
        """See `TlsEngine`."""
        connection = self._connection
        name = connection.get_servername()
        chain = [self.peer.by_depth[depth] for depth in sorted(self.peer.by_depth)]
        leaf = connection.get_peer_certificate(as_cryptography=True)
        if leaf is not None and leaf not in chain:
            chain.insert(0, leaf)
        for shown in connection.get_peer_cert_chain(as_cryptography=True) or ():
            if shown not in chain:
                chain.append(shown)
        return TlsState(
            version=connection.get_protocol_version_name(),
            cipher=connection.get_cipher_name() or "",
            group=connection.get_group_name(),
            sni=name.decode("ascii", "backslashreplace") if name else None,
            client_hello=hello,
            peer_chain=tuple(chain),
            peer_error=self.peer.error,
        )


def _stdlib_context(profile: TlsProfile) -> ssl.SSLContext:
    credential = profile.credential
    assert credential is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_TICKET
    try:
        context.set_ciphers(":".join(profile.suites) + f":@SECLEVEL={profile.seclevel}")
        context.minimum_version = _STDLIB_VERSIONS[profile.min_version]
        context.maximum_version = _STDLIB_VERSIONS[profile.max_version]
        with tempfile.TemporaryDirectory() as folder:
            chain, key, dh = (Path(folder) / name for name in ("chain.pem", "key.pem", "dh.pem"))
            chain.write_bytes(credential.chain_pem)
            key.write_bytes(credential.key_pem)
            dh.write_bytes(dh_parameters_pem(profile.dh_bits))
            context.load_cert_chain(chain, key)
            context.load_dh_params(str(dh))
        if profile.groups:
            context.set_ecdh_curve(profile.groups[0])
        if profile.client_certificate != "ignore":
            required = profile.client_certificate == "require"
            context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
            context.load_verify_locations(cadata=b"".join(profile.client_roots).decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise TlsUnsupported(
            f"TLS profile {profile.name!r}: {ssl.OPENSSL_VERSION} cannot be such a weak endpoint ({error})"
        ) from error
    return context


class StdlibEngine:
    """TLS by the standard library, for weak endpoints; a bad client certificate ends the handshake."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.alerts: list[Alert] = []
        self.peer = PeerCertificates()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._channel = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._established = False

    def feed(self, octets: bytes) -> None:
        """See `TlsEngine`; alerts in clear (a client that refuses the handshake) are read here."""
        if not self._established and len(octets) >= 7 and octets[0] == 21:
            level = "fatal" if octets[5] == 2 else "warning"
            self.alerts.append(Alert("received", level, alert_name(octets[6])))
        self._incoming.write(octets)

    def handshake(self) -> bool:
        """See `TlsEngine`."""
        try:
            self._channel.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise TlsError((error.reason or str(error)).lower().replace("_", " ")) from error
        self._established = True
        return True

    def read(self) -> bytes | None:
        """See `TlsEngine`."""
        try:
            return self._channel.read(READ_SIZE) or None
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLZeroReturnError:
            return None
        except ssl.SSLError as error:
            raise TlsError((error.reason or str(error)).lower().replace("_", " ")) from error

    def write(self, octets: bytes) -> None:
        """See `TlsEngine`."""
        view = memoryview(octets)
        try:
            while view:
                view = view[self._channel.write(view[: 1 << 20]) :]
        except ssl.SSLError as error:
            raise TlsError((error.reason or str(error)).lower().replace("_", " ")) from error

    def outgoing(self) -> bytes:
        """See `TlsEngine`."""
        return self._outgoing.read()

    def close(self) -> None:
        """See `TlsEngine`."""
        try:
            self._channel.unwrap()
        except ssl.SSLError:
            # Raised while the peer has not answered close_notify, or broke the channel first.
            return

    def state(self, hello: ClientHello | None) -> TlsState:
        """See `TlsEngine`."""
        cipher = self._channel.cipher()
        return TlsState(
            version=self._channel.version() or "",
            cipher=cipher[0] if cipher else "",
            group=None,
            sni=hello.sni if hello else None,
            client_hello=hello,
            peer_chain=self._peer_chain(),
        )

    def _peer_chain(self) -> tuple[x509.Certificate, ...]:
        leaf = self._channel.getpeercert(binary_form=True)
        return (x509.load_der_x509_certificate(leaf),) if leaf else ()
