"""The commented profile that `mssante init` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from harness.cli.questions import Answers
from schemas.messages import message
from schemas.text import Language


def profile_text(answers: Answers, language: Language) -> str:
    """Return the TOML of a profile, each section explained in one language."""

    def note(key: str) -> str:
        text = message(f"cli.template-{key}").in_(language).strip()
        return "\n".join(f"# {line}".rstrip() for line in text.splitlines())

    return "\n".join(
        [
            note("head"),
            'schema = "vendor-profile/1"',
            "",
            "[product]",
            f"name = {_text(answers.name)}",
            f"version = {_text(answers.version)}",
            f"vendor = {_text(answers.vendor)}",
            note("nil"),
            f"nil = {_text(answers.nil)}",
            note("corridor"),
            f"corridor = {_text(answers.corridor)}",
            "",
            "[claims]",
            note("level"),
            f"level = {_text(answers.level)}",
            f"roles = {_list(answers.roles)}",
            f"mailboxes = {_list(answers.mailboxes)}",
            note("integration"),
            f"integration = {_text(answers.integration)}",
            "",
            "[driver]",
            note(f"driver-{answers.driver}"),
            f"kind = {_text(answers.driver)}",
            *_driver(answers),
            "timeout_s = 30",
            "",
            note("network"),
            "",
            note("declarations"),
            "",
            note("waivers"),
            "",
        ]
    )


def _driver(answers: Answers) -> list[str]:
    lines = []
    if answers.url:
        lines.append(f"url = {_text(answers.url)}")
    if answers.command:
        lines.append(f"command = {_list(answers.command)}")
    if answers.path:
        lines.append(f"path = {_text(answers.path)}")
    return lines


def _text(value: str) -> str:
    """Return a TOML string: JSON's form is one, but for U+007F, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"
