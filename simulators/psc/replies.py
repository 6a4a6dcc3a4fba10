"""What an endpoint answers, before it becomes HTTP."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulators.psc.model import OAuthError

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body, headers, and what the journal says of it besides (`note`, no secrets)."""

    status: int
    body: bytes = b""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, Any] = field(default_factory=dict)


def document(value: Mapping[str, Any], **note: Any) -> Reply:
    """Return 200 with JSON that no cache keeps (RFC 6749 §5.1)."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return Reply(200, body, headers=NO_STORE, note=note)


def refusal(error: OAuthError) -> Reply:
    """Return an error in OAuth form (RFC 6749 §5.2)."""
    body = json.dumps({"error": error.error, "error_description": error.description}, ensure_ascii=False)
    headers = dict(NO_STORE)
    if error.status == 401:
        scheme = "Bearer" if error.error == "invalid_token" else "Basic"
        headers["WWW-Authenticate"] = f'{scheme} realm="esante-wallet", error="{error.error}"'
    note = {"error": error.error, "error_description": error.description}
    return Reply(error.status, body.encode("utf-8"), headers=headers, note=note)


def redirect(location: str, error: OAuthError | None = None) -> Reply:
    """Return 302 to `location`."""
    note = (
        {"error": error.error, "error_description": error.description} if error else {"outcome": "redirect"}
    )
    return Reply(302, headers={"Location": location, **NO_STORE}, note=note)


def page(status: int, title: str, error: OAuthError | None = None, refresh_s: int | None = None) -> Reply:
    """Return a page for the user's browser, which reloads itself after `refresh_s`."""
    told = html.escape(error.description) if error else ""
    body = (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Pro Santé Connect simulé</title>'
        f"</head><body><h1>{html.escape(title)}</h1><p>{told}</p></body></html>"
    )
    headers = {"Refresh": str(refresh_s), **NO_STORE} if refresh_s else NO_STORE
    note = {"error": error.error, "error_description": error.description} if error else {"outcome": "page"}
    return Reply(status, body.encode("utf-8"), "text/html; charset=utf-8", headers, note)
