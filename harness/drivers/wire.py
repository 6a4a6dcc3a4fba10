"""Requests and answers of `driver/1` as octets, checked both ways; an answer may be anything at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from harness.drivers.faults import driver_fault
from harness.drivers.protocol import Answer
from harness.errors import HarnessFault
from schemas.messages import message

MAX_ANSWER_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
"""No answer of the protocol nests deeper than a handful; this keeps every later reader safe."""
SHOWN = 200


@lru_cache
def _definitions() -> Mapping[str, Any]:
    source = resources.files("schemas").joinpath("json/driver-1.json").read_text("utf-8")
    definitions: Mapping[str, Any] = json.loads(source)["$defs"]
    return definitions


@lru_cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$defs": _definitions(), "$ref": f"#/$defs/{name}"})


def encode_request(identifier: str, action: str, params: Mapping[str, Any], deadline_s: float) -> bytes:
    """Return the request as UTF-8 JSON; raises `HarnessFault` when it departs from the schema."""
    request = {
        "protocol": "driver/1",
        "id": identifier,
        "action": action,
        "params": dict(params),
        "deadline_s": deadline_s,
    }
    # The envelope is ours; what a case puts into it is what can be wrong.
    error = best_match(_validator(f"{action}.params").iter_errors(request["params"]))
    if error is not None:
        detail = f"{error.json_path}: {error.message}"[:SHOWN]
        raise HarnessFault(message("drivers.bad-request").filled(action=action, detail=detail))
    return json.dumps(request, ensure_ascii=False).encode("utf-8")


def decode_answer(raw: bytes, identifier: str, action: str) -> Answer:
    """Return the answer in `raw`; raises `DriverFault` with the rule that it breaks."""
    if len(raw) > MAX_ANSWER_BYTES:
        raise too_large(raw)
    data = _parsed(raw)
    if _too_deep(data):
        raise driver_fault("DRV-007", f"depth <= {MAX_DEPTH}", f"depth > {MAX_DEPTH}", raw)
    _check("answer", data, raw)
    if data["id"] != identifier:
        raise driver_fault("DRV-008", json.dumps(identifier), json.dumps(data["id"])[:SHOWN], raw)
    result = data.get("result", {})
    if data["status"] == "done":
        _check(f"{action}.result", result, raw)
    return Answer(data["status"], result, data.get("detail", ""))


def too_large(raw: bytes) -> Exception:
    """Return the fault of an answer beyond the bound, or without end."""
    return driver_fault("DRV-009", f"<= {MAX_ANSWER_BYTES} octets", f"> {MAX_ANSWER_BYTES} octets", raw)


def _parsed(raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"0x{raw[error.start]:02X} @ {error.start}"
        raise driver_fault("DRV-005", "UTF-8", found, raw) from error
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
        text_again = json.dumps(data, ensure_ascii=False)
        text_again.encode("utf-8")  # an escaped lone surrogate is JSON but no text
    except (ValueError, RecursionError) as error:
        detail = "nesting" if isinstance(error, RecursionError) else str(error)
        raise driver_fault("DRV-006", "{…}", f"{detail[:SHOWN]} : {excerpt(raw)}", raw) from error
    return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _too_deep(data: Any) -> bool:
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _check(name: str, data: Any, raw: bytes) -> None:
    error = best_match(_validator(name).iter_errors(data))
    if error is not None:
        expected = json.dumps(error.validator_value, ensure_ascii=False)[:SHOWN]
        raise driver_fault(
            "DRV-007",
            f"{name}: {error.validator} {expected}",
            f"{error.json_path}: {error.message}"[:SHOWN],
            raw,
        )


def excerpt(raw: bytes) -> str:
    """Return the beginning of octets as one readable line."""
    text = raw[:SHOWN].decode("utf-8", "replace").strip()
    shown = "".join(c if c.isprintable() else "·" for c in text)
    return shown + ("…" if len(raw) > SHOWN else "") if shown else "∅"
