"""A profile's file and lines, from which every problem gets its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.errors import ProfileProblem
from harness.profile.examples import example_for
from harness.profile.lines import KeyPath, dotted, line_of
from schemas.messages import message
from schemas.text import Bilingual


@dataclass(frozen=True, slots=True)
class Place:
    """Where the keys of one profile are."""

    file: Path
    lines: Mapping[KeyPath, int]

    def problem(
        self,
        path: KeyPath,
        text: Bilingual,
        expected: Bilingual,
        found: str = "",
        example: str | None = None,
        *,
        severity: Literal["error", "warning"] = "error",
    ) -> ProfileProblem:
        """Return a problem at the key `path`, with the key's usual example unless another is given."""
        return ProfileProblem(
            self.file,
            line_of(self.lines, path),
            dotted(path),
            expected,
            found,
            example_for(path) if example is None else example,
            text,
            severity,
        )


def say(key: str, /, **values: object) -> Bilingual:
    """Return a text of `schemas/messages/profile.toml`, filled."""
    return message(f"profile.{key}").filled(**values)
