"""Reading a run record and its journal: checked by the published schema, bounded, tolerant where it must be.

A run that was killed leaves a journal whose last line is cut: what is whole is used and what is not is
counted, never guessed. Errors::

    RecordError    the run record cannot be used; says what, why, and what to do
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from reports.record import (
    LEVELS,
    Blocker,
    Case,
    Claims,
    Declaration,
    Event,
    Evidence,
    Finding,
    Level,
    Location,
    Pinned,
    PlanEntry,
    Problem,
    Product,
    Requirement,
    RunRecord,
    Tool,
    Waiver,
)
from reports.scenario import read_scenario
from reports.text import cut
from schemas.messages import message
from schemas.text import Bilingual

MAX_RECORD_OCTETS = 512 * 1024 * 1024
MAX_JOURNAL_LINE_OCTETS = 4 * 1024 * 1024
MAX_EVENT_TEXT = 400


class RecordError(Exception):
    """The run record cannot be used. `text` says it in both languages."""

    def __init__(self, text: Bilingual) -> None:
        self.text = text
        super().__init__(f"{text.fr}\n{text.en}")


def load(path: Path) -> dict[str, Any]:
    """Return the JSON of the run record at `path` once the published schema accepts it.

    Raises `RecordError` when it cannot be read, is not JSON, or is not a `run-record/1`.
    """
    try:
        if path.stat().st_size > MAX_RECORD_OCTETS:
            raise RecordError(message("reports.error_too_big").filled(path=path, limit=MAX_RECORD_OCTETS))
        data = json.loads(path.read_bytes(), parse_constant=_not_json)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RecordError(message("reports.error_unreadable").filled(path=path, reason=reason)) from error
    except (ValueError, RecursionError) as error:
        raise RecordError(message("reports.error_not_json").filled(path=path, reason=error)) from error
    wrong = best_match(_validator().iter_errors(data))
    if wrong is not None:
        place = "/".join(str(step) for step in wrong.absolute_path) or "/"
        raise RecordError(
            message("reports.error_schema").filled(
                path=path, place=cut(place, 200), reason=cut(wrong.message, 300)
            )
        )
    if not isinstance(data, dict):  # the schema says so already; this tells the type checker
        raise TypeError
    return data


def read_record(path: Path) -> RunRecord:
    """Return the run record at `path`; raises `RecordError` as `load` does."""
    return parse(load(path), path.parent)


def parse(data: Mapping[str, Any], folder: Path) -> RunRecord:
    """Return the typed view of a record that the schema has accepted."""
    tool, claims, driver = data["tool"], data["claims"], data["driver"]
    return RunRecord(
        folder=folder,
        product=Product(**data["product"]),
        claims=Claims(
            claims["level"],
            tuple(claims["roles"]),
            tuple(claims["mailboxes"]),
            claims["integration"],
            tuple(claims.get("documents", ())),
            claims.get("mdn_edition"),
        ),
        tool=Tool(
            tool["name"], tool["version"], Pinned(**tool["catalogue"]), Pinned(**tool["rules"]), tool["seed"]
        ),
        environment=dict(sorted(data["environment"].items())),
        profile_path=data["profile"]["path"],
        profile_sha256=data["profile"]["sha256"],
        driver_kind=driver["kind"],
        driver_actions=tuple(driver["actions"]),
        started=data["started"],
        ended=data["ended"],
        duration_s=data["duration_s"],
        status=data["status"],
        exit_code=data["exit_code"],
        required_level=data.get("required_level"),
        plan=tuple(
            PlanEntry(item["case"], tuple(item["requirements"]), item["mode"], _text(item["reason"]))
            for item in data["plan"]
        ),
        cases=tuple(_case(item) for item in data["cases"]),
        requirements={key: _requirement(key, item) for key, item in data["requirements"].items()},
        levels=tuple(
            Level(
                name,
                item["outcome"],
                item.get("claimed", False),
                item["counts"],
                tuple(_blocker(blocker) for blocker in item["blockers"]),
                _text(item.get("sentence")) or Bilingual("", ""),
            )
            for name, item in ((name, data["levels"][name]) for name in LEVELS)
        ),
        problems=tuple(Problem(item["fault"], Bilingual(**item["text"])) for item in data["problems"]),
        journal=data["journal"],
        evidence={
            key: Evidence(
                item["sha256"],
                item["media_type"],
                item["size"],
                item["masked"],
                item.get("label", ""),
                item.get("path") or f"evidence/{item['sha256']}",
            )
            for key, item in data["evidence"].items()
        },
    )


def read_events(record: RunRecord) -> Iterator[Event | None]:
    """Yield the journal's events in the order of the file, None for each line that cannot be used.

    One line is in memory at a time. A journal that is missing, or that the record places outside its own
    folder, yields nothing.
    """
    path = beside(record, record.journal)
    if path is None or not path.is_file():
        return
    with path.open("rb") as lines:
        while line := lines.readline(MAX_JOURNAL_LINE_OCTETS):
            whole = line.endswith(b"\n") or len(line) < MAX_JOURNAL_LINE_OCTETS
            while len(line) == MAX_JOURNAL_LINE_OCTETS and not line.endswith(b"\n"):
                line = lines.readline(MAX_JOURNAL_LINE_OCTETS)  # the rest of a line too long to be used
            if not whole:
                yield None
            elif line.strip():
                yield _event(line)


def beside(record: RunRecord, name: str) -> Path | None:
    """Return the file that the record calls `name`, or None when it would lie outside the record's folder.

    A record may come from anybody; it must not make the report show some other file of the reader's disk.
    """
    try:
        folder = record.folder.resolve()
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder) else None
    except (OSError, ValueError, RuntimeError):  # NUL in the name, a loop of links, a name too long
        return None


def _not_json(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(files("schemas").joinpath("json/run-record-1.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _text(item: Mapping[str, str] | None) -> Bilingual | None:
    return None if item is None else Bilingual(item["fr"], item["en"])


def _case(item: Mapping[str, Any]) -> Case:
    return Case(
        id=item["id"],
        nodeid=item["nodeid"],
        title=Bilingual(**item["title"]),
        requirement_text=Bilingual(**item["requirement_text"]),
        expectation=Bilingual(**item["expectation"]),
        level=item["level"],
        requirements=tuple(item["requirements"]),
        tenant=item["tenant"],
        status=item["status"],
        result=item["result"],
        reason=_text(item["reason"]),
        fault=item["fault"],
        findings=tuple(_finding(finding) for finding in item["findings"]),
        evidence=tuple(item["evidence"]),
        steps=tuple(item.get("steps", ())),
        started=item["started"],
        duration_ms=item["duration_ms"],
        rerun=item["rerun"],
        scenario=read_scenario(item["scenario"]) if "scenario" in item else None,
    )


def _finding(item: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=item["rule"],
        severity=item["severity"],
        requirements=tuple(item["requirements"]),
        expected=item["expected"],
        found=item["found"],
        message=Bilingual(**item["message"]),
        fix=Bilingual(**item["fix"]),
        why=Bilingual(**item["why"]) if item.get("why") else None,
        location=Location(**item.get("location", {})),
        evidence=item.get("evidence"),
        fault=item["fault"],
    )


def _requirement(key: str, item: Mapping[str, Any]) -> Requirement:
    declaration, waiver = item["declaration"], item["waiver"]
    return Requirement(
        id=key,
        verdict=item["verdict"],
        strength=item["strength"],
        level=item["level"],
        certainty=item.get("certainty"),
        applicable=item["applicable"],
        reason=_text(item["reason"]),
        cases=tuple(item["cases"]),
        title=Bilingual(**item["title"]),
        text=Bilingual(**item["text"]),
        theme=_text(item.get("theme")),
        source=item["source"],
        automatable=item["automatable"],
        declaration=declaration
        and Declaration(declaration["statement"], declaration.get("proof"), declaration.get("proof_sha256")),
        waiver=waiver and Waiver(**waiver),
    )


def _blocker(item: Mapping[str, Any]) -> Blocker:
    return Blocker(item["requirement"], item["verdict"], Bilingual(**item["why"]), tuple(item["cases"]))


def _event(line: bytes) -> Event | None:
    try:
        item = json.loads(line)
        data = item["data"]
        return Event(
            seq=int(item["seq"]),
            elapsed_ms=float(item["elapsed_ms"]),
            tenant=str(item["tenant"]),
            test=str(item["test"]),
            protocol=str(item["protocol"])[:40],
            connection=str(item["connection"])[:200],
            source=str(item["source"])[:40],
            target=str(item["target"])[:40],
            name=str(item["name"])[:80],
            text=str(item["text"])[:MAX_EVENT_TEXT],
            evidence=None if item["evidence"] is None else str(item["evidence"])[:200],
            tls=isinstance(data, dict) and bool(data.get("tls")),
        )
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None  # cut or foreign line: the caller counts it and the report says how many
