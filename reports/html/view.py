"""What the templates need of a run record, arranged: order, ids, links, excerpts, diagrams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from reports import diagram
from reports.excerpt import Excerpt, excerpt
from reports.exchange import Journal, Kept, Row, named_events, rows
from reports.html.sheets import SheetView, sheets, told_as_case
from reports.masking import Masker
from reports.names import contents_of, teach
from reports.record import VERDICTS, Blocker, Case, Evidence, Finding, Level, Requirement, RunRecord
from reports.text import slug
from schemas.messages import message
from schemas.text import Bilingual

SYMBOLS: Final[Mapping[str, str]] = {
    "passed": "✓",
    "warning": "!",
    "failed": "✕",
    "not-tested": "○",
    "declared": "✎",
    "waived": "⌛",
    "not-applicable": "–",
}
MAX_BLOCKERS: Final = 10
_CONNECTIONS: Final = frozenset(
    {
        "message/http",
        "application/octet-stream",
        "application/ocsp-request",
        "application/ocsp-response",
        "application/pkix-crl",
    }
)
"""Media types of evidence that says how a connection was made, rarely what was said on it."""

Linker = Callable[[str | None], str | None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of each case is shown: rows of a diagram, findings, characters of a long text."""

    rows_broken: int
    rows: int
    findings: int
    text: int
    tight: bool = False


SMALLEST: Final = Limits(4, 0, 1, 120, tight=True)
"""What is left of each case when nothing else is light enough."""

_ROWS_IN_ALL: Final = 5_000
_FINDINGS_IN_ALL: Final = 500
_PIECES_BROKEN: Final = 50
_PIECES: Final = 8
"""Evidence listed with a case that failed or warned, and with another, whose diagram links to more."""


def limits_for(record: RunRecord) -> tuple[Limits, ...]:
    """Return the limits to try, most generous first: rows and findings are shared out among the cases.

    A row of a diagram takes about 310 octets and a finding about 2,500 (measured on runs of the reference
    product and on the test records); a case that failed or warned gets three times the rows of another.
    """
    broken = sum(_is_broken(case) for case in record.cases)
    drawn = broken + len({case.tenant or case.id for case in record.cases if not _is_broken(case)})
    rows_each = _ROWS_IN_ALL // max(drawn + 2 * broken, 1)
    findings = max(min(_FINDINGS_IN_ALL // max(broken, 1), 20), 1)
    first = Limits(
        rows_broken=max(min(rows_each * 3, 48), 8),
        rows=max(min(rows_each, 24), 4),
        findings=findings,
        text=1500 if broken <= 100 else 700,
        tight=rows_each < 24 or findings < 20,
    )
    half = Limits(first.rows_broken // 2, first.rows // 2, max(findings // 2, 1), 400, tight=True)
    return first, half, SMALLEST


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with what surrounds it; `step` is the row of the diagram that it names."""

    finding: Finding
    excerpt: Excerpt | None
    href: str | None
    step: int | None


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A piece of evidence and its address, if the report may link to it."""

    evidence: Evidence
    href: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case, ready to be laid out. `anchor` is its id in the page.

    `same_as` is the case that shows the exchange of this one, when both judge one scene; `more_evidence`
    tells how many pieces are neither listed nor linked from the diagram.
    """

    case: Case
    anchor: str
    findings: tuple[FindingView, ...]
    more_findings: int
    evidence: tuple[EvidenceView, ...]
    requirements: tuple[Requirement, ...]
    svg: Markup | None
    arrows: int
    events: int
    same_as: Case | None = None
    more_evidence: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong and is not the product's."""

    fault: str
    text: Bilingual
    case: Case | None
    fix: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """The requirements of one theme, and how many have each verdict."""

    name: Bilingual | None
    requirements: tuple[Requirement, ...]
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class BlockerView:
    """One line of «what blocks»: the requirement, the lowest level it blocks, where to read more."""

    blocker: Blocker
    level: Level
    anchor: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    record: RunRecord
    headline: Bilingual
    best: str
    blockers: tuple[BlockerView, ...]
    more_blockers: int
    failures: tuple[CaseView, ...]
    warnings: tuple[CaseView, ...]
    others: tuple[CaseView, ...]
    sheets: tuple[SheetView, ...]
    troubles: tuple[Trouble, ...]
    themes: tuple[Theme, ...]
    coverage: tuple[tuple[str, tuple[Requirement, ...]], ...]
    case_anchors: Mapping[str, str]
    requirement_anchors: Mapping[str, str]
    cases: Mapping[str, Case]
    events: int
    unreadable: int
    limits: Limits
    clear: bool
    symbols: Mapping[str, str]
    verdicts: tuple[str, ...] = VERDICTS


def build(record: RunRecord, journal: Journal, limits: Limits, masker: Masker, link: Linker) -> Page:
    """Arrange `record` for the templates."""
    case_anchors = _anchors("c", [case.id for case in record.cases])
    requirement_anchors = _anchors("r", list(record.requirements))
    leaders = _leaders(record)
    drawn = {
        case.id: () if case.id in leaders else _drawn(case, journal.cases.get(case.id), limits)
        for case in record.cases
    }
    contents = contents_of(record)
    masker.learn(text for shown in drawn.values() for row in shown for text in (row.label, row.answer))
    teach(masker, record, contents)
    maker = _Maker(record, limits, masker, link, contents)
    views = [
        maker.case(
            case, case_anchors[case.id], drawn[case.id], journal.cases.get(case.id), leaders.get(case.id)
        )
        for case in record.cases
    ]
    blockers = _blockers(record, case_anchors, requirement_anchors)
    return Page(
        record=record,
        headline=headline(record),
        best=_best(record),
        blockers=tuple(blockers[:MAX_BLOCKERS]),
        more_blockers=max(len(blockers) - MAX_BLOCKERS, 0),
        failures=tuple(view for view in views if view.case.result == "failed" and not view.case.elsewhere),
        warnings=tuple(view for view in views if view.case.result == "warning" and not view.case.elsewhere),
        others=tuple(
            view
            for view in views
            if told_as_case(view.case)
            and (view.case.elsewhere or view.case.result not in ("failed", "warning"))
        ),
        sheets=sheets(record.cases, case_anchors, link),
        troubles=_troubles(record),
        themes=_themes(record),
        coverage=_coverage(record),
        case_anchors=case_anchors,
        requirement_anchors=requirement_anchors,
        cases={case.id: case for case in record.cases},
        events=journal.events,
        unreadable=journal.unreadable,
        limits=limits,
        clear=masker.clear,
        symbols=SYMBOLS,
    )


def headline(record: RunRecord) -> Bilingual:
    """Return the one sentence of the first screen, from the outcomes that the record gives."""
    reached = [level for level in record.levels if level.outcome == "reached"]
    missing = [level for level in record.levels if level.outcome != "reached" and level.claimed]
    sentences = []
    for language in ("fr", "en"):
        pieces = []
        if reached:
            name = _word(f"level_{reached[-1].name}", language)
            pieces.append(_word("headline_reached", language).format(level=name))
        if missing:
            level = missing[0]
            name = _word(f"level_{level.name}", language)
            start = name if reached else {"fr": f"Niveau {name}", "en": f"{name} level"}[language]
            text = _word("headline_other", language).format(
                level=start, outcome=_word(f"outcome_{level.outcome}", language)
            )
            why = _why_missing(level, language)
            colon = {"fr": "\u202f: ", "en": ": "}[language]
            pieces.append(f"{text}{colon}{why}" if why else text)
        if not pieces:
            pieces.append(_word("headline_none", language))
        sentence = {"fr": "\u202f; ", "en": "; "}[language].join(pieces)
        sentences.append(f"{sentence[:1].upper()}{sentence[1:]}.")
    return Bilingual(*sentences)


def _why_missing(level: Level, language: str) -> str:
    counts = Counter(blocker.verdict for blocker in level.blockers)
    pieces = []
    for verdict, key in (("failed", "failed"), ("not-tested", "untested")):
        number = counts[verdict]
        if number:
            pieces.append(_word(f"{key}_{'one' if number == 1 else 'many'}", language).format(n=number))
    return ", ".join(pieces)


def _word(key: str, language: str) -> str:
    text = message(f"reports.{key}")
    return text.fr if language == "fr" else text.en


def _best(record: RunRecord) -> str:
    claimed = [level for level in record.levels if level.claimed]
    if claimed and all(level.outcome == "reached" for level in claimed):
        return "passed"
    return "failed" if any(level.outcome == "not-reached" for level in claimed) else "not-tested"


def _anchors(prefix: str, identifiers: Sequence[str]) -> dict[str, str]:
    """Give each identifier an id that is stable from run to run; doubles get a number."""
    used: Counter[str] = Counter()
    anchors: dict[str, str] = {}
    taken: set[str] = set()
    for identifier in identifiers:
        base = f"{prefix}-{slug(identifier)}"
        anchor = base
        while anchor in taken:
            used[base] += 1
            anchor = f"{base}--{used[base] + 1}"
        taken.add(anchor)
        anchors[identifier] = anchor
    return anchors


def _is_broken(case: Case) -> bool:
    return case.result in ("failed", "warning")


def _leaders(record: RunRecord) -> dict[str, Case]:
    """Return, for each case whose exchange another one shows, that other: many judge one scene, one tenant.

    A case that failed or warned has its own diagram, on which its findings point; it is the first choice to
    show the scene for the others.
    """
    first: dict[str, Case] = {}
    for case in sorted(record.cases, key=lambda case: not _is_broken(case)):
        if case.tenant:
            first.setdefault(case.tenant, case)
    return {
        case.id: first[case.tenant]
        for case in record.cases
        if case.tenant and first[case.tenant].id != case.id and not _is_broken(case)
    }


def _drawn(case: Case, kept: Kept | None, limits: Limits) -> tuple[Row, ...]:
    if kept is None:
        return ()
    limit = limits.rows_broken if _is_broken(case) else limits.rows
    return rows(kept, flagged=_flagged(case), limit=limit)


def _flagged(case: Case) -> frozenset[int]:
    return named_events(finding.location.event for finding in case.findings)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the views of the cases of one record."""

    record: RunRecord
    limits: Limits
    masker: Masker
    link: Linker
    contents: Mapping[str, bytes]

    def case(
        self, case: Case, anchor: str, drawn: Sequence[Row], kept: Kept | None, leader: Case | None
    ) -> CaseView:
        """Return one case with its diagram, evidence and findings of the product.

        The exchange and the evidence that it has in common with `leader` are left to it.
        """
        own = [finding for finding in case.findings if finding.fault == "product"]
        steps = {seq: row.number for row in drawn for seq in row.events}
        shown = [replace(row, label=self.masker(row.label), answer=self.masker(row.answer)) for row in drawn]
        pieces = self.pieces(case, own, drawn, leader)
        listed = _PIECES_BROKEN if _is_broken(case) else _PIECES
        known = (self.record.requirements.get(identifier) for identifier in case.requirements)
        return CaseView(
            case=case,
            anchor=anchor,
            findings=tuple(self.finding(finding, steps) for finding in own[: self.limits.findings]),
            more_findings=max(len(own) - self.limits.findings, 0),
            evidence=tuple(EvidenceView(piece, self.link(piece.sha256)) for piece in pieces[:listed]),
            requirements=tuple(requirement for requirement in known if requirement),
            svg=diagram.draw(shown, anchor, self.link, _flagged(case)) if steps else None,
            arrows=sum(row.kind == "call" for row in drawn),
            events=kept.total if kept else 0,
            same_as=leader if kept else None,
            more_evidence=max(len(pieces) - listed, 0),
        )

    def pieces(
        self, case: Case, findings: Sequence[Finding], drawn: Sequence[Row], leader: Case | None
    ) -> list[Evidence]:
        """Return the evidence to list, most telling first.

        What a finding is about comes before mails and documents, these before the octets of connections (Pro
        Santé Connect, TLS, revocation). What the diagram or the leader of the case already links to is left
        out, unless the case failed or warned.
        """
        pointed = {finding.evidence: None for finding in findings if finding.evidence}
        wanted = dict.fromkeys((*pointed, *case.evidence))
        known = sorted(
            (piece for item in wanted if (piece := self.record.evidence.get(item))),
            key=lambda piece: piece.sha256 not in pointed and piece.media_type in _CONNECTIONS,
        )
        if _is_broken(case):
            return known
        linked = {one for row in drawn for one in (row.evidence, row.answer_evidence)}
        linked.update(leader.evidence if leader else ())
        return [piece for piece in known if piece.sha256 not in linked]

    def finding(self, finding: Finding, steps: Mapping[int, int]) -> FindingView:
        """Return one finding with the lines around its place."""
        content = self.contents.get(finding.evidence or "")
        piece = self.record.evidence.get(finding.evidence or "")
        place = finding.location
        return FindingView(
            finding,
            excerpt(content, piece.media_type, place) if content is not None and piece else None,
            self.link(finding.evidence),
            steps.get(place.event) if place.event is not None else None,
        )


def _blockers(
    record: RunRecord, case_anchors: Mapping[str, str], requirement_anchors: Mapping[str, str]
) -> list[BlockerView]:
    """Return each blocking requirement once, with the lowest level it blocks; failures come first."""
    found: dict[str, BlockerView] = {}
    for level in record.levels:
        for blocker in level.blockers if level.claimed else ():
            failing = [
                case.id for case in record.cases if case.id in blocker.cases and case.result == "failed"
            ]
            anchor = (
                case_anchors[failing[0]]
                if failing
                else requirement_anchors.get(blocker.requirement, "requirements")
            )
            found.setdefault(blocker.requirement, BlockerView(blocker, level, anchor))
    return sorted(found.values(), key=lambda view: view.blocker.verdict != "failed")


def _troubles(record: RunRecord) -> tuple[Trouble, ...]:
    troubles = [Trouble(problem.fault, problem.text, None) for problem in record.problems]
    for case in record.cases:
        found = [
            Trouble(finding.fault, finding.message, case, finding.fix)
            for finding in case.findings
            if finding.fault != "product"
        ]
        if case.elsewhere and case.fault and not found:
            found = [Trouble(case.fault, case.reason or case.title, case)]
        troubles.extend(found)
    return tuple(troubles)


def _themes(record: RunRecord) -> tuple[Theme, ...]:
    groups: dict[tuple[str, str] | None, list[Requirement]] = {}
    for requirement in record.requirements.values():
        key = (requirement.theme.fr, requirement.theme.en) if requirement.theme else None
        groups.setdefault(key, []).append(requirement)
    return tuple(
        Theme(Bilingual(*key) if key else None, tuple(group), _counts(group))
        for key, group in sorted(groups.items(), key=lambda item: item[0] is None)
    )


def _counts(group: Sequence[Requirement]) -> tuple[tuple[str, int], ...]:
    counts = Counter(requirement.verdict for requirement in group)
    return tuple((verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict])


def _coverage(record: RunRecord) -> tuple[tuple[str, tuple[Requirement, ...]], ...]:
    """Sort the requirements by what covers them; the words are those of `cov_…` in the messages."""
    groups: dict[str, list[Requirement]] = {
        key: [] for key in ("not-tested", "declared", "declared_proof", "waived", "tested", "not-applicable")
    }
    for requirement in record.requirements.values():
        groups[_covered_by(requirement)].append(requirement)
    return tuple((key, tuple(group)) for key, group in groups.items() if group)


def _covered_by(requirement: Requirement) -> str:
    if requirement.verdict == "declared":
        proved = requirement.declaration is not None and requirement.declaration.proof_sha256 is not None
        return "declared_proof" if proved else "declared"
    if requirement.verdict in ("not-tested", "not-applicable", "waived"):
        return requirement.verdict
    return "tested"
