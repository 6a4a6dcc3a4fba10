"""What the API answers when it refuses: an OperationOutcome, or the body of the gateway in front of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

FHIR_JSON = "application/fhir+json;charset=UTF-8"
GatewayBody = Literal["json", "text", "empty", "fhir"]
IssueCode = Literal["processing", "exception"]
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the directory, before it becomes HTTP. `headers` come besides the media type."""

    status: int
    body: bytes = b""
    media_type: str = FHIR_JSON
    headers: tuple[tuple[str, str], ...] = ()


class Refusal(Exception):
    """The server refuses: a status and what the OperationOutcome says (DOSSIER §2.1, §2.6)."""

    def __init__(self, status: int, diagnostics: str) -> None:
        super().__init__(diagnostics)
        self.status = status
        self.diagnostics = diagnostics


def encode(value: Any) -> bytes:
    """Return JSON as the server writes it: compact, UTF-8."""
    return _ENCODER.encode(value).encode("utf-8", "replace")


def outcome(status: int, diagnostics: str, code: IssueCode = "processing") -> Answer:
    """Return an OperationOutcome of one error.

    The documented example has the code `processing`, the published server code writes `exception`.
    """
    issue = {"severity": "error", "code": code, "diagnostics": diagnostics}
    return Answer(status, encode({"resourceType": "OperationOutcome", "issue": [issue]}))


def gateway(
    status: int, text: str, shape: GatewayBody = "json", headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    """Return a refusal of the gateway, which has not seen FHIR.

    Its bodies are not documented for 401, 403 and 429 (DOSSIER §2.6, gap): `json` is what this kind of
    gateway writes by default, the other shapes are there so that a product depends on none [inferred].
    """
    match shape:
        case "json":
            return Answer(
                status, encode({"message": text, "http_status_code": status}), "application/json", headers
            )
        case "text":
            return Answer(status, text.encode("utf-8"), "text/plain; charset=utf-8", headers)
        case "fhir":
            made = outcome(status, text)
            return Answer(status, made.body, made.media_type, headers)
        case "empty":
            return Answer(status, b"", "", headers)
