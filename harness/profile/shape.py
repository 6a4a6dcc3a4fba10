"""The profile against its published JSON Schema, told as precise problems."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from harness.errors import ProfileProblem
from harness.profile.examples import example_for
from harness.profile.lines import KeyPath
from harness.profile.place import Place, say
from schemas.text import Bilingual

_TYPE_NAMES = {
    "string": Bilingual("un texte entre guillemets", "a text in quotes"),
    "integer": Bilingual("un nombre entier", "a whole number"),
    "number": Bilingual("un nombre", "a number"),
    "boolean": Bilingual("true ou false", "true or false"),
    "array": Bilingual("une liste entre crochets", "a list in square brackets"),
    "object": Bilingual("une section [entre crochets]", "a [section]"),
}
SHOWN_CHARACTERS = 120


@lru_cache
def _validator() -> Draft202012Validator:
    source = resources.files("schemas").joinpath("json/vendor-profile-1.json").read_text("utf-8")
    return Draft202012Validator(json.loads(source))


def shape_problems(data: Mapping[str, Any], place: Place) -> list[ProfileProblem]:
    """Return every departure of `data` from the schema, in the order of the file."""
    problems = [problem for error in _validator().iter_errors(data) for problem in _explain(error, place)]
    unique = {(problem.key, problem.message.fr): problem for problem in problems}
    return sorted(unique.values(), key=lambda problem: (problem.line or 0, problem.key))


def shown(value: object) -> str:
    """Return a value as a user would write it, cut to a readable length."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, list):
        text = "[" + ", ".join(shown(item) for item in value[:20]) + (", …" if len(value) > 20 else "") + "]"
    elif isinstance(value, dict):
        text = "{ " + ", ".join(list(map(str, value))[:20]) + " }"
    else:
        text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _explain(error: ValidationError, place: Place) -> Iterator[ProfileProblem]:
    path: KeyPath = tuple(error.absolute_path)
    schema: Any = error.schema
    wanted: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "required":
            for name in wanted:
                if name not in instance:
                    yield place.problem(
                        (*path, name),
                        say("missing-key"),
                        _expected_of(schema.get("properties", {}).get(name, {})),
                    )
        case "additionalProperties":
            known = list(schema["properties"])
            for name in sorted(set(instance) - set(known)):
                yield _unknown_key(place, (*path, name), name, known)
        case "uniqueItems":
            yield place.problem(path, say("repeated-item"), say("repeated-item.expected"), shown(instance))
        case _:
            yield place.problem(path, _what(error), _expected_of(schema), shown(instance))


def _unknown_key(place: Place, path: KeyPath, name: str, known: list[str]) -> ProfileProblem:
    near = get_close_matches(name, known, n=1)
    expected = Bilingual(", ".join(known), ", ".join(known))
    if near:
        text = say("unknown-key-near", near=near[0])
        return place.problem(path, text, expected, name, example_for((*path[:-1], near[0])))
    return place.problem(path, say("unknown-key"), expected, name)


def _what(error: ValidationError) -> Bilingual:
    if error.validator in {"minLength", "minItems"}:
        return say("empty-value")
    if error.validator == "type":
        return say("wrong-type")
    return say("wrong-value")


def _expected_of(schema: Mapping[str, Any]) -> Bilingual:
    if "const" in schema:
        return Bilingual(shown(schema["const"]), shown(schema["const"]))
    if "enum" in schema:
        choices = [shown(item) for item in schema["enum"]]
        return Bilingual(" ou ".join(choices), " or ".join(choices))
    if schema.get("type") == "array":
        item = _expected_of(schema.get("items", {}))
        of = say("expected.list")
        return Bilingual(f"{of.fr} {item.fr}", f"{of.en} {item.en}")
    if "maximum" in schema:
        return say("expected.range", low=schema.get("minimum", 0), high=schema["maximum"])
    if "exclusiveMinimum" in schema:
        return say("expected.above", low=schema["exclusiveMinimum"])
    return _TYPE_NAMES.get(schema.get("type", ""), Bilingual("", ""))
