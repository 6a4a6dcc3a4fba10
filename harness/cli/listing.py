"""What the listing commands share."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import typer

from harness.cli.console import Console


class Format(StrEnum):
    """How a list is written."""

    TEXT = "text"
    JSON = "json"


class LevelName(StrEnum):
    """Levels of the catalogue, the operator's own requirements included."""

    BASIC = "basic"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    OPERATOR = "operator"


def console_of(ctx: typer.Context) -> Console:
    """Return the console of this command line."""
    console: Console = ctx.obj
    return console


def write_json(console: Console, value: Any) -> None:
    """Write a value as readable JSON."""
    console.say(json.dumps(value, ensure_ascii=False, indent=1))
