"""How the journal tells what was asked of the directory: facts for the judge, no key in clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.annuaire.fhir.asking import Ask
from simulators.annuaire.fhir.outcome import Refusal
from simulators.annuaire.fhir.reading import Fields, fields_of, names_of
from simulators.http.journalling import Described, HttpRequest
from simulators.journal import Actor, mask_secret

KEY_HEADER = "esante-api-key"
AskOf = Callable[[HttpRequest], Ask | None]


def describe(request: HttpRequest, ask: Ask | None, operator_key: str | None) -> Described:
    """Name a call `<operation>-request`; `ask` is None for what is no call of the API.

    Data: `operation`, `resource`, `parameters` (in order, with repetitions), `page_id` (what the client sent
    as id of a page), `page_fields` (names beside it: a client that builds its own link), `key` (masked).
    """
    if ask is None:
        return Described()
    fields = _fields(ask)
    source: Actor = "operator" if operator_key is not None and ask.key == operator_key else "product"
    data: dict[str, Any] = {
        "operation": ask.operation,
        "resource": ask.resource,
        "tail": "/".join(ask.tail)[:300],
        "parameters": names_of(fields),
        "key": mask_secret(ask.key, "clé") if ask.key else None,
    }
    if ask.operation == "page":
        data["page_id"] = next((value[:200] for name, value in fields if name == "id"), None)
        data["page_fields"] = sorted({name for name, _ in fields})
    asked = "&".join(f"{name}={value}" for name, value in fields)
    text = f"{ask.method} /{'/'.join(ask.tail)}{f' ({asked})' if asked else ''}"
    return Described(f"{ask.operation}-", text[:500], data, source)


def _fields(ask: Ask) -> Fields:
    try:
        sent = fields_of(ask.query)
        if ask.method == "POST":
            sent = [*sent, *fields_of(ask.body.decode("utf-8", "replace"))]
    except Refusal:
        return []
    # A key does not belong here; a product that puts it here must not have it shown.
    return [(name, mask_secret(value, "clé") if _names_key(name) else value) for name, value in sent]


def _names_key(name: str) -> bool:
    return name.lower().replace("_", "-") in {KEY_HEADER, "api-key"}
