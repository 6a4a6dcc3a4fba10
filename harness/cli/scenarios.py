"""`mssante scenarios`: the care scenarios as a list, or the sheet of one."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.listing import Format, console_of, write_json
from harness.errors import UsageError
from schemas.messages import message
from schemas.scenarios import Party, Scenario, Step, scenarios

if TYPE_CHECKING:
    from harness.cli.console import Console
    from schemas.requirements import Claims

PREFIX = "scenario/"


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NOM", help="arg-scenario")] = "",
    profile: Annotated[
        Path | None, typer.Option("--profile", metavar="PROFIL", help="opt-scenario-profile")
    ] = None,
    form: Annotated[Format, typer.Option("--format", metavar="text|json", help="opt-format")] = Format.TEXT,
) -> None:
    """List the scenarios, or show one."""
    from harness.profile import load_profile  # noqa: PLC0415  `--help` must not load it

    console = console_of(ctx)
    claims = load_profile(profile).claims if profile else None
    chosen = (named(name),) if name else tuple(scenarios().values())
    if form is Format.JSON:
        write_json(console, [_as_json(sheet, claims) for sheet in chosen])
    elif name:
        _show(console, chosen[0], claims)
    else:
        _list(console, chosen, claims)


def named(name: str) -> Scenario:
    """Return the scenario of a name, with or without `scenario/`; raises `UsageError` with near names."""
    known = scenarios()
    wanted = name.removeprefix(PREFIX)
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=3, cutoff=0.4)
    key = "scenario-unknown-near" if near else "scenario-unknown"
    text = message(f"cli.{key}").filled(name=name, near=", ".join(near))
    raise UsageError(text, fix=message("cli.scenario-see-list"))


def _list(console: Console, sheets: tuple[Scenario, ...], claims: Claims | None) -> None:
    language = console.language
    for sheet in sheets:
        console.say(sheet.id)
        console.say(f"  {sheet.title.in_(language)}")
        parts = ", ".join(
            f"{_named(console, party)} {_arrows(sheet, party)}"
            for party in sheet.played
            if claims is None or _why_not(sheet, party, claims) is None
        )
        key = "scenario-roles" if claims is None else "scenario-plays"
        console.say(f"  {console.text(key, parts=parts or '–')}")
    console.say()
    console.tell("scenarios-count", count=len(sheets))


def _show(console: Console, sheet: Scenario, claims: Claims | None) -> None:
    language = console.language
    console.say(sheet.title.in_(language))
    console.say(f"{PREFIX}{sheet.id}")
    console.say()
    for key, text in (("scenario-patient", sheet.patient), ("scenario-why", sheet.why)):
        if text is not None:
            console.say(f"{console.text(key)} {text.in_(language)}")
    console.say()
    console.tell("scenario-who")
    for party in sheet.parties.values():
        console.say(f"  {_party(console, party)}{_played(console, sheet, party, claims)}")
    console.say()
    console.tell("scenario-what")
    for step in sheet.steps:
        _tell_events(console, sheet, step, "before")
        _tell_step(console, sheet, step)
        _tell_events(console, sheet, step, "with")
        _tell_events(console, sheet, step, "after")
    console.say()
    console.say(f"{console.text('scenario-source')} {sheet.source}")
    console.tell("scenario-reading")
    console.tell("scenario-run", name=sheet.id)


def _tell_step(console: Console, sheet: Scenario, step: Step) -> None:
    language = console.language
    targets = ", ".join(_named(console, sheet.parties[key]) for key in step.targets)
    source = _named(console, sheet.parties[step.source])
    console.say(f"  {step.number}. {step.says.in_(language)}")
    console.say(f"       {source} → {targets}")
    for document in step.documents:
        form = f"{document.model} {document.form}" if document.model else document.file
        console.say(f"       {document.name.in_(language)} ({form})")
    notes = [console.text("scenario-patient-copy")] if step.patient_copy else []
    notes += [console.text("scenario-answers", number=step.reply_to)] if step.reply_to else []
    notes += [console.text("scenario-optional")] if step.optional else []
    notes += [console.text("scenario-both-ways")] if step.bidirectional else []
    notes += [step.condition.in_(language)] if step.condition else []
    if notes:
        console.say(f"       {' · '.join(notes)}")


def _tell_events(console: Console, sheet: Scenario, step: Step, moment: str) -> None:
    for event in sheet.events:
        if (event.moment, event.step) == (moment, step.number):
            console.say(f"       ({event.text.in_(console.language)})")


def _named(console: Console, party: Party) -> str:
    return f"{party.name.in_(console.language)} ({party.place.in_(console.language)})"


def _party(console: Console, party: Party) -> str:
    boxes = f" – BAL {' / '.join(party.mailboxes)}" if party.mailboxes else ""
    condition = f", {party.condition.in_(console.language)}" if party.condition else ""
    return f"{_named(console, party)}{condition}{boxes}"


def _played(console: Console, sheet: Scenario, party: Party, claims: Claims | None) -> str:
    if party.played_as is not None:
        twin = sheet.parties[party.played_as].place.in_(console.language)
        return f" – {console.text('scenario-played-as', twin=twin)}"
    if claims is None:
        return f" {_arrows(sheet, party)}"
    why = _why_not(sheet, party, claims)
    return f" – {console.text(why or 'scenario-product-plays')}"


def _why_not(sheet: Scenario, party: Party, claims: Claims) -> str | None:
    """Return the message that says why the product does not play a part, None when it does."""
    if party.mailboxes and not set(party.mailboxes) & claims.mailboxes:
        return "scenario-no-mailbox"
    roles = {role for role, has in _roles(sheet, party) if has}
    return None if roles & claims.effective_roles else "scenario-no-role"


def _roles(sheet: Scenario, party: Party) -> tuple[tuple[str, bool], ...]:
    return (("send", sheet.sends(party.key)), ("receive", sheet.receives(party.key)))


def _arrows(sheet: Scenario, party: Party) -> str:
    signs = {"send": "→", "receive": "←"}
    return "".join(signs[role] for role, has in _roles(sheet, party) if has)


def _as_json(sheet: Scenario, claims: Claims | None) -> dict[str, Any]:
    from harness.scenarios.told import sheet_json  # noqa: PLC0415

    parts = [
        {
            "party": party.key,
            "roles": [role for role, has in _roles(sheet, party) if has],
            "played": None if claims is None else _why_not(sheet, party, claims) is None,
        }
        for party in sheet.played
    ]
    title = {"fr": sheet.title.fr, "en": sheet.title.en}
    return {"case": f"{PREFIX}{sheet.id}", "title": title, **sheet_json(sheet), "parts": parts}
