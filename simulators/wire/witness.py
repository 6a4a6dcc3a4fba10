"""What the journal learns of a TLS handshake: the offer, the result, the alerts, the failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from simulators.wire.clienthello import (
    ClientHello,
    ClientHelloError,
    IncompleteClientHello,
    parse_client_hello,
)
from simulators.wire.engine import TlsEngine, TlsState
from simulators.wire.names import version_name

_SHOWN = 4096
"""Octets kept as evidence of what was sent in place of a ClientHello."""


class Record(Protocol):
    """How an event of the connection is written."""

    def __call__(
        self,
        name: str,
        text: str,
        *,
        from_product: bool,
        data: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        tls: bool = False,
    ) -> None:
        """Record one event."""
        ...


class TlsWitness:
    """Writes the TLS events of one connection; `profile` names what the endpoint showed."""

    def __init__(self, record: Record, profile: str | None) -> None:
        self.hello: ClientHello | None = None
        self.profile = profile
        self._record = record
        self._octets: bytearray | None = bytearray()
        self._alerts_told = 0

    def hello_octets(self, octets: bytes) -> None:
        """Take what the client sends until its ClientHello is whole, or cannot be one."""
        if self._octets is None:
            return
        self._octets += octets
        try:
            self.hello = hello = parse_client_hello(bytes(self._octets))
        except IncompleteClientHello:
            return
        except ClientHelloError as error:
            text = f"pas de ClientHello : {error}"
            data: Mapping[str, Any] = {"problem": str(error)}
            raw = bytes(self._octets[:_SHOWN])
        else:
            versions = "/".join(version_name(version) for version in hello.versions)
            text = f"ClientHello {versions} pour {hello.sni or '(sans SNI)'}, {len(hello.suites)} suites"
            data, raw = hello.as_data(), bytes(self._octets)
        self._record("client-hello", text, from_product=True, data=data, raw=raw, tls=True)
        self._octets = None

    def established(self, state: TlsState) -> None:
        """Tell what was negotiated and which certificate the client showed."""
        subject = state.peer_chain[0].subject.rfc4514_string() if state.peer_chain else None
        parts = [state.version, state.cipher, state.group or ""]
        if subject:
            parts.append(f"certificat client {subject}")
        self._record(
            "established",
            " ".join(filter(None, parts)),
            from_product=False,
            data={
                "version": state.version,
                "cipher": state.cipher,
                "group": state.group,
                "sni": state.sni,
                "client_certificate": subject,
                "client_certificate_error": state.peer_error,
                "profile": self.profile,
            },
            tls=True,
        )

    def failed(self, engine: TlsEngine, reason: str) -> None:
        """Tell why the handshake failed and what is known of the client's certificate."""
        chain = [engine.peer.by_depth[depth] for depth in sorted(engine.peer.by_depth)]
        self._record(
            "failed",
            f"échec TLS : {reason}",
            from_product=False,
            data={
                "reason": reason,
                "client_certificate": chain[0].subject.rfc4514_string() if chain else None,
                "client_certificate_error": engine.peer.error,
                "profile": self.profile,
            },
            tls=True,
        )

    def alerts(self, engine: TlsEngine, *, during_handshake: bool) -> None:
        """Tell the alerts not told yet, close_notify apart, which every good closing has."""
        told, self._alerts_told = self._alerts_told, len(engine.alerts)
        for alert in engine.alerts[told:]:
            if alert.description == "close_notify":
                continue
            received = alert.direction == "received"
            self._record(
                "alert",
                f"alerte {alert.level} {alert.description} {'reçue' if received else 'envoyée'}",
                from_product=received,
                data={
                    "direction": alert.direction,
                    "level": alert.level,
                    "description": alert.description,
                    "during_handshake": during_handshake,
                },
                tls=True,
            )
