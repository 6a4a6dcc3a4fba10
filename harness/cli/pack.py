"""`mssante pack add DIR | list | remove NAME`: local copies of the official test content."""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import Console
from harness.cli.listing import Format, console_of, write_json
from harness.errors import UsageError
from schemas.messages import message

if TYPE_CHECKING:
    from harness.packs.registry import Drift, Pack

_SHOWN = 20
"""Paths of one kind that a drift report tells; the rest is counted."""


class PackAction(StrEnum):
    """What can be done with packs."""

    ADD = "add"
    LIST = "list"
    REMOVE = "remove"


def command(
    ctx: typer.Context,
    action: Annotated[PackAction, typer.Argument(metavar="add|list|remove", help="arg-pack-action")],
    target: Annotated[str | None, typer.Argument(metavar="DIR|NAME", help="arg-pack-target")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="N", help="opt-pack-name")] = None,
    form: Annotated[Format, typer.Option("--format", metavar="text|json", help="opt-format")] = Format.TEXT,
) -> None:
    """Manage packs."""
    console = console_of(ctx)
    if action is PackAction.LIST:
        _list(console, form)
        return
    if target is None:
        raise UsageError(message(f"cli.pack-{action}-needs"))
    if action is PackAction.REMOVE:
        from harness.packs.registry import remove  # noqa: PLC0415

        remove(target)
        console.tell("pack-removed", name=target)
        return
    _add(console, Path(target), name)


def _list(console: Console, form: Format) -> None:
    from harness.packs.engine import available  # noqa: PLC0415
    from harness.packs.registry import load, names  # noqa: PLC0415

    packs = [load(each) for each in names()]
    if form is Format.JSON:
        listed = [
            {
                "name": each.name,
                "sha256": each.sha256,
                "origin": each.origin,
                "files": len(each.files),
                "models": len(each.contents.models),
                "repairs": [
                    {"name": one.name, "path": one.path, "detail": one.detail, "done": one.done}
                    for one in each.repairs
                ],
            }
            for each in packs
        ]
        write_json(console, listed)
        return
    if not packs:
        console.tell("pack-none")
    for each in packs:
        _summary(console, each)
    if not available():
        console.tell("pack-not-executable")


def _add(console: Console, source: Path, name: str | None) -> None:
    from harness.packs import registry  # noqa: PLC0415

    known = name or re.sub(r"[^A-Za-z0-9._-]+", "-", source.resolve().name).strip("-._") or "ans"
    old = registry.load(known) if known in registry.names() else None
    new = registry.prepare(source, known)
    try:
        if old is not None:
            _drift(console, old, new)
    except BaseException:
        registry.discard(new)
        raise
    _summary(console, registry.install(new))
    for one in new.repairs:
        key = "pack-repaired" if one.done else "pack-beyond"
        console.tell(key, name=one.name, path=one.path, detail=one.detail)
    counts = Counter(one.done for one in new.repairs)
    console.tell("pack-repairs", done=counts[True], left=counts[False])


def _summary(console: Console, pack: Pack) -> None:
    contents = pack.contents
    unrouted = sum(each.root is None for each in contents.models)
    console.tell(
        "pack-summary",
        name=pack.name,
        files=len(pack.files),
        sha256=pack.sha256[:16],
        schema=contents.schema or "∅",
        generic=len(contents.generic),
        models=len(contents.models),
        sets=contents.value_sets,
    )
    if unrouted:
        console.tell("pack-unrouted", count=unrouted)


def _drift(console: Console, old: Pack, new: Pack) -> None:
    from harness.packs.engine import available  # noqa: PLC0415
    from harness.packs.registry import drift  # noqa: PLC0415

    found: Drift = drift(old, new)
    if not found.any:
        console.tell("pack-same")
        return
    for key, paths in (("added", found.added), ("changed", found.changed), ("gone", found.removed)):
        if paths:
            console.tell(f"pack-{key}", count=len(paths))
            for path in paths[:_SHOWN]:
                console.say(f"    {path}")
            if len(paths) > _SHOWN:
                console.say(f"    … (+ {len(paths) - _SHOWN})")
    if not available():
        console.tell("pack-not-compared")
        return
    from harness.packs.comparing import changed_verdicts  # noqa: PLC0415

    changed = list(changed_verdicts(old, new))
    console.tell("pack-verdicts", count=len(changed))
    for each in changed:
        console.say(f"    {each.document} : {each.before} → {each.after}")
        for sign, ids in (("+", each.new), ("-", each.gone)):
            for one in ids[:_SHOWN]:
                console.say(f"      {sign} {one}")
