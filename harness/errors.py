"""What can go wrong, sorted by who must act.

    MssanteError
    ├── UsageError            exit 2   the command line is wrong
    ├── ProfileError          exit 2   the vendor profile is wrong (all its problems at once)
    ├── ConfigurationFault    exit 2   product and bench are wired wrongly; never held against the product
    ├── EnvironmentFault      exit 3   this machine lacks something (a port, a program, a file system)
    ├── HarnessFault          exit 3   the bench itself is at fault
    └── ProductFault          exit 1   the product hung, died or misbehaved

`harness.drivers.DriverFault` is the one exception that may be a product's or a configuration's: it carries
its fault class and becomes a finding. `harness.outcomes` has the two exceptions by which a case ends.

Every text says what happened, why it probably did, and what to do, in French and in English.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from harness.findings import FaultClass
from schemas.text import Bilingual, Language

__all__ = [
    "ConfigurationFault",
    "EnvironmentFault",
    "HarnessFault",
    "MssanteError",
    "ProductFault",
    "ProfileError",
    "ProfileProblem",
    "UsageError",
]


class MssanteError(Exception):
    """An error that is explained to the user: `message` says what, `why` and `fix` the rest."""

    exit_code: ClassVar[int] = 3
    fault: FaultClass = FaultClass.HARNESS

    def __init__(
        self, message: Bilingual, why: Bilingual | None = None, fix: Bilingual | None = None
    ) -> None:
        self.message = message
        self.why = why
        self.fix = fix
        super().__init__(message.fr)

    def text(self, language: Language = "fr") -> str:
        """Return what, why and what to do, each on its own line."""
        lines = [self.message.in_(language)]
        if self.why:
            lines.append(
                ("Cause probable : " if language == "fr" else "Probable cause: ") + self.why.in_(language)
            )
        if self.fix:
            lines.append(("À faire : " if language == "fr" else "What to do: ") + self.fix.in_(language))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text("fr")


class UsageError(MssanteError):
    """The command line is wrong."""

    exit_code: ClassVar[int] = 2
    fault = FaultClass.CONFIGURATION


class ConfigurationFault(MssanteError):
    """Product and bench are wired wrongly: exit 2 before a run, a fault class in a run."""

    exit_code: ClassVar[int] = 2
    fault = FaultClass.CONFIGURATION


class EnvironmentFault(MssanteError):
    """This machine lacks something that a run needs."""

    exit_code: ClassVar[int] = 3
    fault = FaultClass.ENVIRONMENT


class HarnessFault(MssanteError):
    """The bench itself is at fault; never held against the product."""

    exit_code: ClassVar[int] = 3
    fault = FaultClass.HARNESS


class ProductFault(MssanteError):
    """The product hung, died or misbehaved."""

    exit_code: ClassVar[int] = 1
    fault = FaultClass.PRODUCT


@dataclass(frozen=True, slots=True)
class ProfileProblem:
    """One mistake in a vendor profile.

    `line` counts from 1 and is None when the mistake is the file as a whole; `key` is the TOML path
    (`driver.url`, `waivers[2].until`); `example` is TOML that may be copied. `severity` is `warning` for
    what is probably a mistake but does not stop a run.
    """

    file: Path
    line: int | None
    key: str
    expected: Bilingual
    found: str
    example: str
    message: Bilingual
    severity: Literal["error", "warning"] = "error"

    def text(self, language: Language = "fr") -> str:
        """Return the problem on a few lines: place, what, expected, found, example."""
        french = language == "fr"
        place = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        key = f" [{self.key}]" if self.key else ""
        lines = [f"{place}{key} {self.message.in_(language)}"]
        for label, value in (
            ("attendu" if french else "expected", self.expected.in_(language)),
            ("trouvé" if french else "found", self.found),
            ("exemple" if french else "example", self.example),
        ):
            if value:
                lines.append(f"  {label}{' ' if french else ''}: " + value.replace("\n", "\n    "))
        return "\n".join(lines)


class ProfileError(MssanteError):
    """The vendor profile cannot be used; `problems` holds every mistake found, not only the first."""

    exit_code: ClassVar[int] = 2
    fault = FaultClass.CONFIGURATION

    def __init__(self, problems: Iterable[ProfileProblem]) -> None:
        self.problems = tuple(problems)
        count = sum(problem.severity == "error" for problem in self.problems)
        super().__init__(
            Bilingual(
                f"Profil inutilisable : {count} erreur{'s' * (count > 1)}.",
                f"Unusable profile: {count} error{'s' * (count > 1)}.",
            )
        )

    def text(self, language: Language = "fr") -> str:
        """Return the head line, then each problem."""
        return "\n".join([self.message.in_(language), *(problem.text(language) for problem in self.problems)])
