"""Reader of the rule files, strict: a rule that is not complete in both languages is refused."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from schemas.certainty import Certainty
from schemas.messages import message
from schemas.requirements import catalogue
from schemas.rules.model import (
    Artefact,
    PackIdentity,
    Rule,
    RuleError,
    RuleSet,
    Severity,
    UnknownRuleError,
)
from schemas.text import Bilingual

__all__ = ["RuleError", "UnknownRuleError", "load", "pack_identity", "rule", "rules"]

_DIRECTORY = Path(__file__).parent
_PACK = "pack.toml"
_PACK_SCHEMA = "rule-pack/1"
_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z][A-Z0-9]*)*-\d{3}")
_TEXTS = ("title", "why", "fix")
_EXAMPLES = ("passing", "failing")
_Word = TypeVar("_Word", Artefact, Severity, Certainty)
_KEYS = {"artefact", "severity", "requirements", "certainty", *_TEXTS, *_EXAMPLES}


@cache
def rules() -> RuleSet:
    """Return all published rules, read once.

    Raises `RuleError` when a file is missing or wrong (a damaged installation).
    """
    return load(_DIRECTORY)


def rule(rule_id: str) -> Rule:
    """Return one published rule; only the file of its family is read, once.

    Raises `UnknownRuleError`, and `RuleError` when the file of its family is wrong.
    """
    words = rule_id.split("-")[:-1]
    for length in range(len(words), 0, -1):  # `CDA-BIO-001` is of cda_bio.toml, or else of cda.toml
        found = _family("_".join(words[:length]).lower()).get(rule_id)
        if found is not None:
            return found
    return rules()[rule_id]


def pack_identity() -> PackIdentity:
    """Return version and fingerprint of the published rules, as `rules()` has them; no rule is read.

    Raises `RuleError`.
    """
    return _identity(_DIRECTORY, {path.name: _octets(path) for path in _files(_DIRECTORY)})


def load(directory: Path) -> RuleSet:
    """Read a directory of rule files; `rules()` is what others should call.

    Raises `RuleError` that names file, rule and key.
    """
    contents = {path.name: _octets(path) for path in _files(directory)}
    identity = _identity(directory, contents)
    found: dict[str, Rule] = {}
    for name, raw in contents.items():
        # An id belongs to the file of its family, so no two files can hold the same one.
        found.update(_rules_of(name, raw))
    ordered = dict(sorted(found.items()))
    return RuleSet(
        version=identity.version,
        sha256=identity.sha256,
        by_id=MappingProxyType(ordered),
        by_requirement=MappingProxyType(_by_requirement(ordered)),
    )


@cache
def _family(name: str) -> Mapping[str, Rule]:
    path = _DIRECTORY / f"{name}.toml"
    return _rules_of(path.name, _octets(path)) if path in _files(_DIRECTORY) else {}


def _files(directory: Path) -> list[Path]:
    return [path for path in sorted(directory.glob("*.toml")) if path.name != _PACK]


def _identity(directory: Path, contents: Mapping[str, bytes]) -> PackIdentity:
    raw = _octets(directory / _PACK)
    pack = _tables(_PACK, raw)
    version = pack.get("version")
    if pack.get("schema") != _PACK_SCHEMA or not isinstance(version, str):
        raise RuleError(message("rules.wrong_pack").filled(file=_PACK, expected=_PACK_SCHEMA))
    return PackIdentity(version, hashlib.sha256(raw + b"".join(contents.values())).hexdigest())


def _rules_of(name: str, raw: bytes) -> dict[str, Rule]:
    return {rule_id: _Reader(name, rule_id).rule(table) for rule_id, table in _tables(name, raw).items()}


def _octets(path: Path) -> bytes:
    try:
        # Git may check text files out with CRLF: the fingerprint must not depend on it.
        return path.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise RuleError(message("rules.unreadable").filled(file=path.name, error=error)) from error


def _tables(name: str, raw: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except ValueError as error:
        raise RuleError(message("rules.unreadable").filled(file=name, error=error)) from error


class _Reader:
    """Reads one rule; knows its place for the errors."""

    def __init__(self, file: str, rule_id: str) -> None:
        self.file = file
        self.rule_id = rule_id

    def rule(self, table: object) -> Rule:
        family = self.file.removesuffix(".toml").upper().replace("_", "-")
        if not _ID.fullmatch(self.rule_id) or not self.rule_id.startswith(f"{family}-"):
            raise self.error("id", f"{family}-001")
        if not isinstance(table, dict):
            raise self.error("rule", f"[{family}-001]")
        wrong = sorted(set(table) ^ _KEYS)
        if wrong:
            raise self.error(", ".join(wrong), ", ".join(sorted(_KEYS)))
        title, why, fix = (self.bilingual(key, table[key]) for key in _TEXTS)
        passing, failing = (self.text(key, table[key]) for key in _EXAMPLES)
        if passing == failing:
            raise self.error("failing", "≠ passing")
        return Rule(
            id=self.rule_id,
            artefact=self.word("artefact", table["artefact"], Artefact),
            severity=self.word("severity", table["severity"], Severity),
            requirements=self.requirements(table["requirements"], table["artefact"]),
            certainty=self.word("certainty", table["certainty"], Certainty),
            title=title,
            why=why,
            fix=fix,
            passing=passing,
            failing=failing,
        )

    def bilingual(self, key: str, value: object) -> Bilingual:
        if not isinstance(value, dict) or set(value) != {"fr", "en"}:
            raise self.error(key, f'{key}.fr = "…", {key}.en = "…"')
        return Bilingual(self.text(f"{key}.fr", value["fr"]), self.text(f"{key}.en", value["en"]))

    def text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, '"…"')
        return value

    def word(self, key: str, value: object, words: type[_Word]) -> _Word:
        if value not in {word.value for word in words}:
            raise self.error(key, " | ".join(word.value for word in words))
        return words(str(value))

    def requirements(self, value: object, artefact: object) -> tuple[str, ...]:
        if artefact == Artefact.DRIVER and value == []:
            return ()
        if not isinstance(value, list) or not value or len(value) != len(set(map(str, value))):
            raise self.error("requirements", '["ECO.2.2.1"]')
        unknown = [str(each) for each in value if each not in catalogue()]
        if unknown:
            raise self.error("requirements", f"{', '.join(unknown)} ∉ catalogue")
        return tuple(str(each) for each in value)

    def error(self, key: str, expected: str) -> RuleError:
        text = message("rules.wrong_rule")
        return RuleError(text.filled(file=self.file, rule=self.rule_id, key=key, expected=expected))


def _by_requirement(found: Mapping[str, Rule]) -> dict[str, tuple[Rule, ...]]:
    serving: dict[str, tuple[Rule, ...]] = {}
    for rule in found.values():
        for requirement_id in rule.requirements:
            serving[requirement_id] = (*serving.get(requirement_id, ()), rule)
    return serving
