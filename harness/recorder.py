"""Writes everything that a run leaves behind, as it comes, and the run record at the end.

<report dir>/run.json            run record (run-record/1), the single truth
<report dir>/journal.jsonl       every event of every wire
<report dir>/evidence/<sha256>   the bytes behind them
<report dir>/cases.jsonl         one line a finished case: what a killed run keeps
<report dir>/index.html, junit.xml
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import __version__
from harness.casebook import packaged_cases
from harness.errors import UsageError
from harness.factory import RECORD_ONLY_KEY, UNCHECKED_KEY
from harness.findings import Bilingual, FaultClass, Severity
from harness.outcomes import CaseOutcome
from harness.verdicts import LEVELS, Judgement, RequirementVerdict, judge
from reports import read_record, write_html, write_junit
from schemas.messages import message
from schemas.requirements import catalogue
from schemas.rules import pack_identity
from simulators.journal import LONE_SURROGATES, Journal

if TYPE_CHECKING:
    from harness.plugin.session import ConformanceSession

_OURS = ("run.json", "journal*.jsonl", "cases.jsonl", "index.html", "junit.xml")


class RunRecorder:
    """The files of one run in one process; only the judging process calls `keep` and `finish`."""

    def __init__(self, folder: Path, worker: str, *, fresh: bool) -> None:
        self.folder = folder
        if fresh:
            _clear(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(folder, worker)
        self._summary: list[Bilingual] = []

    def keep(self, outcome: CaseOutcome) -> None:
        """Append one outcome to `cases.jsonl` now."""
        with (self.folder / "cases.jsonl").open("a", encoding="utf-8", errors=LONE_SURROGATES) as lines:
            lines.write(json.dumps(outcome.to_json(), ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the journal; what was seen is on disk."""
        self.journal.close()

    def finish(self, session: ConformanceSession) -> int:
        """Judge, write run record and reports, and return the exit code of the run."""
        _join_journals(self.folder)
        missing = session.expected_cases() - set(session.outcomes)
        complete = not (missing or session.deselected or session.interrupted)
        profile = session.profile
        judgement = judge(
            catalogue(),
            profile.claims,
            list(session.outcomes.values()),
            declarations=profile.declarations,
            waivers=profile.waivers,
            complete=complete,
            cased={one for case in packaged_cases() for one in case.info.requirements},
        )
        problems = [*session.problems, *_problems(session.outcomes.values()), *_unused(judgement)]
        asked = session.config.getoption("require_level")
        code = _exit_code(judgement, problems, asked or profile.claims.level, session, complete=complete)
        status = "complete" if complete else "interrupted" if session.interrupted else "partial"
        ended = datetime.now(UTC)
        record = {
            "schema": "run-record/1",
            "product": asdict(profile.product),
            "claims": _claims(profile.claims),
            "tool": {
                "name": "mssante-conformance",
                "version": __version__,
                "catalogue": {"version": catalogue().version, "sha256": catalogue().sha256},
                "rules": asdict(pack_identity()),
                "seed": session.seed,
            },
            "environment": session.environment(),
            "profile": {"path": profile.path.name, "sha256": profile.sha256},
            "driver": {"kind": profile.driver.kind, "actions": session.actions()},
            "started": session.started.isoformat(timespec="milliseconds"),
            "ended": ended.isoformat(timespec="milliseconds"),
            "duration_s": round((ended - session.started).total_seconds(), 3),
            "status": status,
            "exit_code": code,
            "required_level": asked,
            "plan": session.plan.to_json(),
            "cases": [outcome.to_json() for outcome in session.outcomes.values()],
            "requirements": {
                identifier: _requirement(verdict) for identifier, verdict in judgement.requirements.items()
            },
            "levels": {level: _level(judgement, level, session.outcomes) for level in LEVELS},
            "problems": [{"fault": str(fault), "text": asdict(text)} for fault, text in problems],
            "journal": "journal.jsonl",
            "evidence": _evidence(self.folder),
        }
        text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        path = self.folder / "run.json"
        path.write_text(text, encoding="utf-8", errors=LONE_SURROGATES)
        if not session.config.stash.get(UNCHECKED_KEY, False):
            written = read_record(path)  # held against its schema, once for all reports
            if not session.config.stash.get(RECORD_ONLY_KEY, False):
                write_html(written, self.folder / "index.html")
                write_junit(written, self.folder / "junit.xml")
        self._summary = [judgement.levels[level].sentence for level in LEVELS]
        self._summary += [text for _, text in problems[:10]]
        self._summary.append(
            Bilingual(f"Rapport : {self.folder / 'index.html'}", f"Report: {self.folder / 'index.html'}")
        )
        return code

    def summary(self, language: str) -> Iterable[str]:
        """Return the lines that the terminal shows at the end."""
        return [text.fr if language == "fr" else text.en for text in self._summary]


def _clear(folder: Path) -> None:
    """Remove what an earlier run left, and nothing else.

    Raises `UsageError` when the folder holds a folder `evidence` that no run of ours made.
    """
    left = [path for pattern in _OURS for path in folder.glob(pattern)]
    evidence = folder / "evidence"
    if evidence.is_dir():
        if not left:
            raise UsageError(message("recorder.foreign-evidence").filled(folder=folder))
        shutil.rmtree(evidence)
    for path in left:
        path.unlink()


def _join_journals(folder: Path) -> None:
    ended = True
    with (folder / "journal.jsonl").open("wb") as joined:
        for path in sorted(folder.glob("journal-*.jsonl")):
            # A killed worker may have left its last line cut: what follows starts on a line of its own.
            if joined.tell() and not ended:
                joined.write(b"\n")
            with path.open("rb") as one:
                shutil.copyfileobj(one, joined)
                one.seek(-1 if one.tell() else 0, os.SEEK_END)
                ended = one.read() in {b"\n", b""}
            path.unlink()


def _evidence(folder: Path) -> dict[str, dict[str, Any]]:
    pieces: dict[str, dict[str, Any]] = {}
    for index in sorted((folder / "evidence").glob("index-*.jsonl")):
        for line in index.read_text("utf-8").splitlines():
            piece = json.loads(line)
            pieces[piece["sha256"]] = {
                **piece,
                "masked": False,
                "path": f"evidence/{piece['sha256']}",
            }
        index.unlink()
    return pieces


def _claims(claims: Any) -> dict[str, Any]:
    data = asdict(claims)
    for key in ("roles", "mailboxes", "documents"):
        data[key] = sorted(data.get(key) or ())
    data.pop("corridor", None)
    return data


def _problems(outcomes: Iterable[CaseOutcome]) -> list[tuple[FaultClass, Bilingual]]:
    """Return the faults that are not the product's, each said once."""
    seen: dict[tuple[FaultClass, str], Bilingual] = {}
    for outcome in outcomes:
        if outcome.fault in {FaultClass.CONFIGURATION, FaultClass.ENVIRONMENT, FaultClass.HARNESS}:
            reason = outcome.reason or outcome.title
            seen.setdefault(
                (outcome.fault, reason.fr),
                Bilingual(f"{outcome.id} : {reason.fr}", f"{outcome.id}: {reason.en}"),
            )
    return [(fault, text) for (fault, _), text in seen.items()]


def _unused(judgement: Judgement) -> list[tuple[FaultClass, Bilingual]]:
    return [
        (
            FaultClass.CONFIGURATION,
            Bilingual(
                f"Dérogation inutile sur {waiver.requirement} ({waiver.owner}) : "
                "l'exigence n'est pas en échec, retirez-la du profil.",
                f"Unused waiver on {waiver.requirement} ({waiver.owner}): the requirement does not fail, "
                "remove it from the profile.",
            ),
        )
        for waiver in judgement.unused_waivers
    ]


def _exit_code(
    judgement: Judgement,
    problems: Iterable[tuple[FaultClass, Bilingual]],
    level: str,
    session: ConformanceSession,
    *,
    complete: bool,
) -> int:
    """0 reached, 1 not, 2 profile (an unused waiver, a wrong setting), 3 environment, harness, interruption.

    A partial run asked without --require-level exits with 0 when none of its cases failed: it is how one
    case is played again.
    """
    faults = {fault for fault, _ in problems}
    if session.interrupted or faults & {FaultClass.ENVIRONMENT, FaultClass.HARNESS}:
        return 3
    if FaultClass.CONFIGURATION in faults:
        return 2
    if not complete and not session.config.getoption("require_level"):
        played = session.outcomes.values()
        return 0 if played and all(o.result not in {"failed", "not-tested"} for o in played) else 1
    return 0 if judgement.levels[level].outcome == "reached" else 1


def _requirement(verdict: RequirementVerdict) -> dict[str, Any]:
    requirement = verdict.requirement
    waiver = verdict.waiver
    return {
        "verdict": verdict.verdict,
        "strength": str(requirement.strength),
        "level": str(requirement.level),
        "certainty": str(requirement.certainty),
        "applicable": verdict.applicable,
        "reason": asdict(verdict.reason) if verdict.reason else None,
        "cases": list(verdict.cases),
        "title": asdict(requirement.title),
        "text": asdict(requirement.text),
        "theme": asdict(requirement.theme.name),
        "source": f"{requirement.source.fr} §{requirement.section}"
        if requirement.section
        else requirement.source.fr,
        "automatable": str(requirement.verified),
        "declaration": asdict(verdict.declaration) if verdict.declaration else None,
        "waiver": (
            {"owner": waiver.owner, "reason": waiver.reason, "until": waiver.until.isoformat()}
            if waiver
            else None
        ),
    }


def _why(blocker: RequirementVerdict, outcomes: Mapping[str, CaseOutcome]) -> Bilingual:
    """Say in one line what is wrong: the first finding, or why it was not tested."""
    for case in blocker.cases:
        for found in outcomes[case].findings:
            if found.severity is Severity.ERROR and blocker.requirement.id in found.requirements:
                return found.message
    title = blocker.requirement.title
    if blocker.reason is None:
        return title
    return Bilingual(f"{title.fr} — {blocker.reason.fr}", f"{title.en} — {blocker.reason.en}")


def _level(judgement: Judgement, level: str, outcomes: Mapping[str, CaseOutcome]) -> Mapping[str, Any]:
    verdict = judgement.levels[level]
    return {
        "outcome": verdict.outcome,
        "claimed": verdict.claimed,
        "counts": dict(verdict.counts),
        "blockers": [
            {
                "requirement": blocker.requirement.id,
                "verdict": blocker.verdict,
                "why": asdict(_why(blocker, outcomes)),
                "cases": list(blocker.cases),
            }
            for blocker in verdict.blockers
        ],
        "sentence": asdict(verdict.sentence),
    }
