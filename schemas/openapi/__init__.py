"""OpenAPI 3.1 description of the endpoint that a product offers to the `http` driver.

Made from `schemas/json/driver-1.json`, which stays the final word; the committed `driver-1.json` beside this
file is what vendors generate their servers from.
"""

from __future__ import annotations

import json
from typing import Any

from schemas.json_schemas import schema

__all__ = ["driver_description", "driver_description_text"]

_SCHEMA = "driver-1"
_LOCAL = "#/$defs/"
_COMPONENT = "#/components/schemas/"
_EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "describe": (
        {},
        {
            "status": "done",
            "result": {
                "product": "Logiciel d'exemple",
                "version": "4.2",
                "actions": ["describe", "configure", "connect", "send", "disconnect"],
            },
        },
    ),
    "send": (
        {
            "from": "claire.testut@banc.mssante.fr",
            "to": ["accueil@banc.mssante.fr"],
            "subject": "Avis",
            "text": "Bonjour.",
        },
        {"status": "done", "result": {"message_id": "<20260105.101500.4f1c@banc.mssante.fr>"}},
    ),
    "connect": (
        {"mailbox": "claire.testut@banc.mssante.fr"},
        {"status": "refused", "detail": "Le certificat de l'opérateur est révoqué."},
    ),
}


def driver_description() -> dict[str, Any]:
    """Return the description made from the published schema of the driver protocol."""
    definitions = schema(_SCHEMA)["$defs"]
    actions = definitions["request"]["properties"]["action"]["enum"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MSSanté conformance driver",
            "version": "1",
            "summary": "Accès par lequel le banc pilote un produit. How the bench drives a product.",
            "description": _description(definitions, actions),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "jsonSchemaDialect": schema(_SCHEMA)["$schema"],
        "servers": [{"url": "http://127.0.0.1:9000", "description": "driver.url of the vendor profile."}],
        "security": [],
        "tags": [{"name": "driver", "description": "driver/1"}],
        "paths": {"/": {"post": _operation()}},
        "components": {"schemas": {name: _moved(value) for name, value in definitions.items()}},
    }


def driver_description_text(description: dict[str, Any]) -> str:
    """Return the description as the committed file has it."""
    return json.dumps(description, ensure_ascii=False, indent=1) + "\n"


def _operation() -> dict[str, Any]:
    return {
        "operationId": "act",
        "tags": ["driver"],
        "summary": "Exécuter une action. Carry out one action.",
        "description": (
            "One request, one answer. An action that the product refuses, cannot do or does not know is "
            "answered too (200 with status refused, failed or unsupported): another HTTP status says that "
            "the driver itself is out of order. Answer before deadline_s; redirects are not followed."
        ),
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"{_COMPONENT}request"},
                    "examples": {name: {"value": _request(name)} for name in _EXAMPLES},
                }
            },
        },
        "responses": {
            "200": {
                "description": "The answer; id repeats that of the request.",
                "content": {
                    "application/json": {
                        "schema": {"$ref": f"{_COMPONENT}answer"},
                        "examples": {name: {"value": _answer(name)} for name in _EXAMPLES},
                    }
                },
            }
        },
    }


def _request(action: str) -> dict[str, Any]:
    params, _ = _EXAMPLES[action]
    return {"protocol": "driver/1", "id": f"{action}-1", "action": action, "params": params, "deadline_s": 30}


def _answer(action: str) -> dict[str, Any]:
    _, answer = _EXAMPLES[action]
    return {"id": f"{action}-1", **answer}


def _description(definitions: dict[str, Any], actions: list[str]) -> str:
    rows = [
        f"- `{action}`: {definitions[f'{action}.params']['description']} "
        f"Params: `{action}.params`; result when done: `{action}.result`."
        for action in actions
    ]
    head = "driver/1: the action, its params and the deadline in JSON (UTF-8); the answer in JSON."
    return "\n".join((head, "", *rows, ""))


def _moved(value: Any) -> Any:
    """Return a definition whose references lead to the components of the description."""
    if isinstance(value, dict):
        return {
            key: inner.replace(_LOCAL, _COMPONENT)
            if key == "$ref" and isinstance(inner, str)
            else _moved(inner)
            for key, inner in value.items()
        }
    return [_moved(inner) for inner in value] if isinstance(value, list) else value
