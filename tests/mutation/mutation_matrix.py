"""Runs the mutations over the inputs, tells what was seen, holds the survivors against their explanations.

    python tests/mutation/mutation_matrix.py [--sample N] [--survivors]

A mutant is killed when a rule (error or warning) is broken more often than in the unspoiled input. Counting
by rule is strict on purpose: a fault that only moves a finding, or changes its text, is not seen.
"""

from __future__ import annotations

import argparse
import fnmatch
import random
import re
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for _folder in (ROOT, ROOT / "tests" / "mutation"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

import mutation_kinds  # noqa: E402, F401  (registers every kind)
from mutation_core import MUTATIONS, Kind, Mutation  # noqa: E402
from mutation_inputs import Input, inputs  # noqa: E402

from harness.checking import judging, kinds  # noqa: E402
from harness.checks.pdf import check_pdf  # noqa: E402
from harness.findings import Finding, Severity  # noqa: E402

SURVIVORS = Path(__file__).with_name("survivors.toml")
_MORE = re.compile(r"\(\+ ([0-9]+) autres / more\)$")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One kind of fault in one input; `seen_by` are the rules broken more often, with their severity."""

    mutation: Mutation
    input: Input
    content: bytes
    findings: tuple[Finding, ...]
    seen_by: tuple[tuple[str, Severity], ...]

    @property
    def killed(self) -> bool:
        """Tell whether anything new was said."""
        return bool(self.seen_by)

    @property
    def by_error(self) -> bool:
        """Tell whether an error was among it."""
        return any(severity is Severity.ERROR for _, severity in self.seen_by)


def judge(content: bytes, kind: Kind) -> tuple[Finding, ...]:
    """Judge as `mssante check` does; a PDF copy alone by the rules on copies."""
    if kind is Kind.PDF:
        return check_pdf(content)
    return judging.judge(content, kinds.Kind(kind.value)).findings


@cache
def before(one: Input) -> Counter[tuple[str, Severity]]:
    """Count what is found of an unspoiled input."""
    return counted(judge(one.content, one.kind))


def counted(findings: Iterable[Finding]) -> Counter[tuple[str, Severity]]:
    """Count errors and warnings by rule, with those that a last finding only numbers."""
    found: Counter[tuple[str, Severity]] = Counter()
    for one in findings:
        if one.severity is not Severity.INFO:
            more = _MORE.search(one.found)
            found[one.rule, one.severity] += 1 + (int(more[1]) if more else 0)
    return found


def pairs(kinds_of: Iterable[Mutation] | None = None) -> list[tuple[Mutation, Input]]:
    """Return every pair of a kind and an input that it could spoil."""
    chosen = MUTATIONS.values() if kinds_of is None else kinds_of
    return [(kind, one) for kind in chosen for one in inputs() if kind.kind is one.kind]


def mutants(chosen: Iterable[tuple[Mutation, Input]]) -> Iterator[Mutant]:
    """Spoil and judge; pairs that do not apply, or change nothing, give nothing."""
    for kind, one in chosen:
        rng = random.Random(f"{kind.name}/{one.name}")
        content = kind.spoil(one.content, rng)
        if content is None or content == one.content:
            continue
        findings = judge(content, one.kind)
        new = counted(findings) - before(one)
        yield Mutant(kind, one, content, findings, tuple(sorted(new)))


def sampled(seed: int, every: int) -> list[tuple[Mutation, Input]]:
    """Return the known blind faults, a fifth of the other generated pairs, one official pair in `every`."""
    rng = random.Random(seed)
    return [
        (kind, one)
        for kind, one in pairs()
        if kind.blind or (not one.official and rng.random() < 0.2) or rng.random() < 1 / every
    ]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why mutants of a kind survive on the inputs that a pattern names."""

    kind: str
    input: str
    reason: str

    def names(self, kind: Mutation, one: Input) -> bool:
        """Tell whether this is about that pair."""
        return kind.name == self.kind and fnmatch.fnmatchcase(one.name, self.input)

    def covers(self, mutant: Mutant) -> bool:
        """Tell whether this is about that mutant."""
        return self.names(mutant.mutation, mutant.input)


@cache
def explanations() -> tuple[Explanation, ...]:
    """Return what `survivors.toml` says."""
    with SURVIVORS.open("rb") as file:
        return tuple(Explanation(**each) for each in tomllib.load(file).get("survivor", []))


def unexplained(found: Iterable[Mutant]) -> list[Mutant]:
    """Return the survivors that nobody explained."""
    return [one for one in found if not one.killed and not any(each.covers(one) for each in explanations())]


def stale(found: Sequence[Mutant]) -> list[Explanation]:
    """Return the explanations whose mutants were made, and none of which survived."""
    told = []
    for each in explanations():
        about = [one for one in found if each.covers(one)]
        if each.kind not in MUTATIONS or (about and all(one.killed for one in about)):
            told.append(each)
    return told


def table(found: Sequence[Mutant]) -> Iterator[str]:
    """Yield the table by kind, then the figures."""
    by_kind: defaultdict[str, list[Mutant]] = defaultdict(list)
    for one in found:
        by_kind[one.mutation.name].append(one)
    yield f"{'kind':34} {'of':5} {'made':>5} {'killed':>6} {'error':>6} {'warn.':>6}  rules"
    for name, kind in MUTATIONS.items():
        made = by_kind[name]
        killed = [one for one in made if one.killed]
        errors = sum(one.by_error for one in killed)
        rules = Counter(rule for one in killed for rule, _ in one.seen_by)
        shown = " ".join(rule for rule, _ in rules.most_common(4))
        mark = "*" if kind.blind else " "
        yield (
            f"{name + mark:34} {kind.kind:5} {len(made):5} {len(killed):6} {errors:6}"
            f" {len(killed) - errors:6}  {shown}"
        )
    yield ""
    yield from figures(found)


def figures(found: Sequence[Mutant]) -> Iterator[str]:
    """Yield what the matrix says in numbers."""
    groups = [(kind.value, [one for one in found if one.mutation.kind is kind]) for kind in Kind]
    groups += [
        ("generated", [one for one in found if not one.input.official]),
        ("samples", [one for one in found if one.input.official]),
        ("all", list(found)),
    ]
    for name, group in groups:
        if not group:
            continue
        killed = sum(one.killed for one in group)
        errors = sum(one.by_error for one in group)
        applied = len({one.mutation.name for one in group})
        yield (
            f"{name:10} {applied:4} kinds {len(group):5} mutants, {killed:5} killed = "
            f"{100 * killed / len(group):6.2f} % ({errors} by an error, {killed - errors} by a warning only)"
        )


def main() -> int:
    """Run the matrix; 0 when the rate is reached and every survivor is explained."""
    parser = argparse.ArgumentParser(prog="make.py mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, metavar="N", help="one official pair in N only")
    parser.add_argument("--kind", metavar="KIND", help="cda, xdm, mail or pdf only")
    parser.add_argument("--only", metavar="PATTERN", help="kinds of this name only")
    asked = parser.parse_args()
    began = time.perf_counter()
    chosen = sampled(1, asked.sample) if asked.sample else pairs()
    if asked.only:
        chosen = [one for one in chosen if fnmatch.fnmatchcase(one[0].name, asked.only)]
    if asked.kind:
        chosen = [one for one in chosen if one[0].kind == asked.kind]
    found = list(mutants(chosen))
    print("\n".join(table(found)))
    survivors = [one for one in found if not one.killed]
    for one in survivors:
        covered = any(each.covers(one) for each in explanations())
        print(f"survivor {'explained' if covered else 'UNEXPLAINED'}: {one.mutation.name} / {one.input.name}")
    late = stale(found)
    for each in late:
        print(f"stale explanation: {each.kind} / {each.input}")
    never = (
        [] if asked.only or asked.sample else sorted(set(MUTATIONS) - {one.mutation.name for one in found})
    )
    for name in never:
        print(f"applies to no input here: {name}")
    print(f"{time.perf_counter() - began:.1f} s")
    return int(bool(unexplained(found) or late))


if __name__ == "__main__":
    sys.exit(main())
