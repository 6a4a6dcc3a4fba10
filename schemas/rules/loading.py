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
from schemas.rules.model import Artefact, Rule, RuleError, RuleSet, Severity, UnknownRuleError
from schemas.text import Bilingual

__all__ = ["RuleError", "UnknownRuleError", "load", "rules"]

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
    """Return the published rules, read once.

    Raises `RuleError` when a file is missing or wrong (a damaged installation).
    """
    return load(_DIRECTORY)


def load(directory: Path) -> RuleSet:
    """Read a directory of rule files; `rules()` is what others should call.

    Raises `RuleError` that names file, rule and key.
    """
    digest = hashlib.sha256()
    pack = _read(directory / _PACK, digest)
    version = pack.get("version")
    if pack.get("schema") != _PACK_SCHEMA or not isinstance(version, str):
        raise RuleError(message("rules.wrong_pack").filled(file=_PACK, expected=_PACK_SCHEMA))
    found: dict[str, Rule] = {}
    for path in sorted(directory.glob("*.toml")):
        if path.name == _PACK:
            continue
        # An id belongs to the file of its family, so no two files can hold the same one.
        for rule_id, table in _read(path, digest).items():
            found[rule_id] = _Reader(path.name, rule_id).rule(table)
    ordered = dict(sorted(found.items()))
    return RuleSet(
        version=version,
        sha256=digest.hexdigest(),
        by_id=MappingProxyType(ordered),
        by_requirement=MappingProxyType(_by_requirement(ordered)),
    )


def _read(path: Path, digest: hashlib._Hash) -> dict[str, object]:
    try:
        # Git may check text files out with CRLF: the fingerprint must not depend on it.
        raw = path.read_bytes().replace(b"\r\n", b"\n")
        tables = tomllib.loads(raw.decode("utf-8"))
    except (OSError, ValueError) as error:
        raise RuleError(message("rules.unreadable").filled(file=path.name, error=error)) from error
    digest.update(raw)
    return tables


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
