"""`mssante explain ID`: a rule, a requirement or a case, for a person."""

from __future__ import annotations

import difflib
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import Console
from harness.cli.listing import console_of
from harness.errors import UsageError
from schemas.messages import message
from schemas.requirements import Requirement, UnknownRequirementError, catalogue
from schemas.rules import Rule, rules

if TYPE_CHECKING:
    from harness.casebook import PackagedCase


def command(
    ctx: typer.Context, identifier: Annotated[str, typer.Argument(metavar="ID", help="arg-id")]
) -> None:
    """Explain an id."""
    console = console_of(ctx)
    wanted = identifier.strip()
    if wanted.upper() in rules():
        _rule(console, rules()[wanted.upper()])
        return
    found = _requirements(wanted)
    for position, requirement in enumerate(found):
        if position:
            console.say()
        _requirement(console, requirement)
    if found:
        return
    case = _cases().get(wanted.casefold())
    if case is None:
        raise _unknown(wanted)
    _case(console, case)


def _requirements(wanted: str) -> tuple[Requirement, ...]:
    try:
        return catalogue().find(wanted)
    except UnknownRequirementError:
        return ()


def _cases() -> dict[str, PackagedCase]:
    from harness.casebook import packaged_cases  # noqa: PLC0415  loads every case: only when needed

    return {case.info.id.casefold(): case for case in packaged_cases()}


def _unknown(wanted: str) -> UsageError:
    known = [*(rule.id for rule in rules()), *catalogue().by_id, *catalogue().by_alias]
    known += [case.info.id for case in _cases().values()]
    folded = {identifier.casefold(): identifier for identifier in known}
    near = difflib.get_close_matches(wanted.casefold(), folded, n=3, cutoff=0.6)
    text = message("cli.explain-unknown").filled(id=wanted)
    if near:
        return UsageError(
            text, fix=message("cli.explain-near").filled(near=", ".join(folded[n] for n in near))
        )
    return UsageError(text, fix=message("cli.explain-lists"))


def _rule(console: Console, rule: Rule) -> None:
    language = console.language
    console.say(f"{rule.id} — {rule.title.in_(language)}")
    _facts(
        console,
        ("severity", rule.effective_severity),
        ("artefact", rule.artefact),
        ("certainty", rule.certainty),
        ("requirements", ", ".join(rule.requirements)),
    )
    _paragraph(console, "why", rule.why.in_(language))
    _paragraph(console, "fix", rule.fix.in_(language))
    _verbatim(console, "passing", rule.passing)
    _verbatim(console, "failing", rule.failing)


def _requirement(console: Console, requirement: Requirement) -> None:
    language = console.language
    console.say(f"{requirement.id} — {requirement.title.in_(language)}")
    serving = [case.info for case in _cases().values() if requirement.id in case.info.requirements]
    _facts(
        console,
        ("level", f"{requirement.level} ({requirement.level_basis.in_(language)})"),
        ("strength", requirement.strength),
        ("verified", requirement.verified),
        ("certainty", requirement.certainty),
        ("source", f"{requirement.source.in_(language)} § {requirement.section}"),
        ("other-ids", ", ".join(requirement.aliases)),
        ("rules", ", ".join(rule.id for rule in rules().serving(requirement.id))),
    )
    console.say()
    console.say(textwrap.fill(requirement.text.in_(language), 100))
    if serving:
        console.say()
        console.tell("label-cases")
        console.table([(info.id, info.title.in_(language)) for info in serving], "  ")


def _case(console: Console, case: PackagedCase) -> None:
    language = console.language
    console.say(f"{case.info.id} — {case.info.title.in_(language)}")
    _facts(
        console,
        ("level", case.info.level),
        ("requirements", ", ".join(case.info.requirements)),
        ("needs", ", ".join(sorted(case.info.needs))),
    )
    _paragraph(console, "requirement", case.text.requirement.in_(language))
    _paragraph(console, "expectation", case.text.expectation.in_(language))
    _verbatim(console, "rerun", f"pytest --vendor-profile profil.toml --case {case.info.id}")


def _facts(console: Console, *facts: tuple[str, str]) -> None:
    console.table([(f"  {console.text(f'label-{key}')}", str(value)) for key, value in facts if value])


def _paragraph(console: Console, key: str, text: str) -> None:
    console.say()
    console.tell(f"label-{key}")
    console.say(textwrap.indent(textwrap.fill(text, 98), "  "))


def _verbatim(console: Console, key: str, text: str) -> None:
    console.say()
    console.tell(f"label-{key}")
    console.say(textwrap.indent(text.strip("\n"), "  "))
