"""The driver's exchanges in the journal, without anything secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.drivers.faults import DriverFault
from harness.drivers.protocol import Answer
from simulators.journal import Journal, mask_secret

_SECRET_KEYS = frozenset(
    {
        "access_token",
        "api_key",
        "authorization",
        "client_secret",
        "id_token",
        "passphrase",
        "password",
        "refresh_token",
        "secret",
        "token",
    }
)
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]*\.?[\w-]*")
_BEARER = re.compile(r"(?i)\b(bearer\s+)([\w.~+/=-]{8,})")
LONGEST_TEXT = 2000
MOST_ITEMS = 100


def masked(value: Any, key: str = "") -> Any:
    """Return a copy fit for the journal: secrets masked, long texts and lists cut."""
    if key.lower() in _SECRET_KEYS and value not in (None, ""):
        return mask_secret(str(value), "secret")
    if isinstance(value, Mapping):
        kept = {str(name): masked(item, str(name)) for name, item in list(value.items())[:MOST_ITEMS]}
        return kept if len(value) <= MOST_ITEMS else {**kept, "…": f"+{len(value) - MOST_ITEMS}"}
    if isinstance(value, list | tuple):
        items = [masked(item) for item in value[:MOST_ITEMS]]
        return items if len(value) <= MOST_ITEMS else [*items, f"… +{len(value) - MOST_ITEMS}"]
    return masked_text(value) if isinstance(value, str) else value


def masked_text(text: str) -> str:
    """Return a text with its tokens masked, cut to a bounded length."""
    cut = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… +{len(text) - LONGEST_TEXT}"
    cut = _JWT.sub(lambda match: mask_secret(match[0]), cut)
    return _BEARER.sub(lambda match: match[1] + mask_secret(match[2]), cut)


class DriverRecord:
    """Writes what passes between bench and product."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def request(self, tenant: str, identifier: str, action: str, params: Mapping[str, Any]) -> None:
        """Write that the product is asked to act."""
        data = {"id": identifier, "action": action, "params": masked(params)}
        text = f"{action} {_summary(params)}".rstrip()
        self._journal.record(
            tenant,
            "driver",
            "request",
            text,
            source="bench",
            target="product",
            connection="driver",
            data=data,
        )

    def answer(self, tenant: str, identifier: str, answer: Answer) -> None:
        """Write what the product answered."""
        data = {
            "id": identifier,
            "status": answer.status,
            "result": masked(answer.result),
            "detail": masked_text(answer.detail),
            "duration_ms": answer.duration_ms,
        }
        self._write(tenant, "answer", f"{answer.status} {_line(answer.detail)}".rstrip(), data)

    def fault(self, tenant: str, identifier: str, fault: DriverFault) -> None:
        """Write that there was no usable answer, with what came instead as evidence."""
        data = {
            "id": identifier,
            "rule": fault.rule,
            "found": masked_text(fault.found),
            "fault": fault.fault.value,
        }
        text = f"{fault.rule} {_line(fault.message.fr)}"
        self._write(tenant, "fault", text, data, fault.evidence or None)

    def output(self, tenant: str, identifier: str, output: bytes) -> None:
        """Keep what the product's program wrote on its error stream."""
        text = f"sortie d'erreur, {len(output)} octets"
        self._write(tenant, "output", text, {"id": identifier, "size": len(output)}, output)

    def _write(
        self, tenant: str, name: str, text: str, data: Mapping[str, Any], raw: bytes | None = None
    ) -> None:
        self._journal.record(
            tenant,
            "driver",
            name,
            text,
            source="product",
            target="bench",
            connection="driver",
            data=data,
            raw=raw,
            media_type="text/plain; charset=utf-8" if raw is not None else "application/octet-stream",
        )


def _summary(params: Mapping[str, Any]) -> str:
    wanted = ("mailbox", "from", "to", "subject", "message_id", "seconds", "space")
    pieces = [f"{key}={masked(params[key], key)}" for key in wanted if params.get(key)]
    return _line(" ".join(pieces))


def _line(text: str) -> str:
    return " ".join(masked_text(text).split())[:300]
