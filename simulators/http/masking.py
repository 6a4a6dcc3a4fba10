"""What of an HTTP exchange may be shown: everything but the secrets, which keep a recognisable mask."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from simulators.journal import mask_secret

SECRET_KINDS: Mapping[str, str] = {
    "access_token": "jeton d'accès",
    "refresh_token": "jeton de rafraîchissement",
    "id_token": "jeton d'identité",
    "id_token_hint": "jeton d'identité",
    "token": "jeton",
    "code": "code",
    "code_verifier": "vérificateur PKCE",
    "client_secret": "secret",
    "client_assertion": "assertion",
    "auth_req_id": "demande CIBA",
    "password": "mot de passe",
    "ESANTE-API-KEY": "clé",
    "esante-api-key": "clé",
}
"""Names of fields (query, form, JSON) whose value is a secret → what the mask calls it."""

SECRET_HEADERS = frozenset({"cookie", "set-cookie", "esante-api-key", "x-api-key"})
MAX_FIELDS = 200


def fields_of(encoded: str) -> list[tuple[str, str]]:
    """Parse a query or a form; what cannot be parsed (or has more than `MAX_FIELDS` fields) gives nothing."""
    try:
        return parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError:
        return []


def mask_fields(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return name → value, secrets masked; a name that comes several times has the list of its values."""
    shown: dict[str, Any] = {}
    for name, value in fields:
        visible = _mask_value(name, value)
        if name not in shown:
            shown[name] = visible
        elif isinstance(shown[name], list):
            shown[name].append(visible)
        else:
            shown[name] = [shown[name], visible]
    return shown


def mask_json(value: Any, name: str = "") -> Any:
    """Return a JSON value with the secrets inside its objects masked."""
    if isinstance(value, dict):
        return {key: mask_json(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [mask_json(inner, name) for inner in value]
    return _mask_value(name, value) if isinstance(value, str) else value


def mask_url(url: str) -> str:
    """Return `url` with the secrets of its query masked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    fields = [
        f"{quote(name)}={_mask_value(name, value) if name in SECRET_KINDS else quote(value, safe=':/@,')}"
        for name, value in fields_of(parts.query)
    ]
    query = "&".join(fields) or parts.query
    return urlunsplit(parts._replace(query=query))


def mask_header(name: str, value: str) -> str:
    """Return what may be shown of one header (`name` in lower case)."""
    if name in ("authorization", "proxy-authorization"):
        return _mask_authorization(value)
    if name in SECRET_HEADERS:
        return mask_secret(value, "secret")
    if name in ("location", "referer"):
        return mask_url(value)
    return value


def basic_credentials(value: str) -> tuple[str, str] | None:
    """Return the user and password of an `Authorization: Basic` value, or None when it is not one."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, colon, password = decoded.partition(":")
    return (user, password) if colon else None


def _mask_authorization(value: str) -> str:
    scheme, _, credentials = value.partition(" ")
    basic = basic_credentials(value)
    if basic is not None:
        return f"{scheme} {basic[0]}:{mask_secret(basic[1], 'secret')}"
    return f"{scheme} {mask_secret(credentials.strip())}"


def _mask_value(name: str, value: str) -> str:
    kind = SECRET_KINDS.get(name)
    return mask_secret(value, kind) if kind and value else value
