"""What a rule is."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.certainty import Certainty
from schemas.messages import message
from schemas.text import Bilingual

__all__ = ["Artefact", "PackIdentity", "Rule", "RuleError", "RuleSet", "Severity", "UnknownRuleError"]


class RuleError(Exception):
    """A rule file is missing or wrong."""

    def __init__(self, text: Bilingual) -> None:
        super().__init__(f"{text.fr} / {text.en}")
        self.text = text

    def __str__(self) -> str:
        """Return both texts; a `KeyError` would show their `repr`."""
        return str(self.args[0])


class UnknownRuleError(RuleError, KeyError):
    """No rule has this id."""


class Severity(StrEnum):
    """How much a fault against the rule weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Artefact(StrEnum):
    """What a rule judges."""

    MAIL = "mail"
    DSN = "dsn"
    MDN = "mdn"
    XDM = "xdm"
    CDA = "cda"
    PDF = "pdf"
    HL7 = "hl7"
    TLS = "tls"
    SMTP = "smtp"
    IMAP = "imap"
    AUTHENTICATION = "authentication"
    SESSION = "session"
    PSC = "psc"
    AUTOCONFIG = "autoconfig"
    DIRECTORY = "directory"
    WHITE_LIST = "white-list"
    STORAGE = "storage"
    """What the product leaves on disk."""
    SCREEN = "screen"
    """What the product shows of its work: records, lists, alerts."""
    DRIVER = "driver"
    """What answers the bench when it asks the product to act; its rules serve no requirement."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One atomic check on one kind of artefact.

    `title` names the fault, since it is the message of each finding; `requirements` are ids of the catalogue;
    `passing` and `failing` show the two sides in the artefact's own
    notation (for a mail: a whole small mail, lines ended by LF).
    """

    id: str
    artefact: Artefact
    severity: Severity
    requirements: tuple[str, ...]
    certainty: Certainty
    title: Bilingual
    why: Bilingual
    fix: Bilingual
    passing: str
    failing: str

    @property
    def family(self) -> str:
        """Name of the file that holds it: `mail` for `MAIL-001`."""
        return self.id.partition("-")[0].lower()

    @property
    def effective_severity(self) -> Severity:
        """The severity, an error being a warning where only inferred or second-hand texts support it."""
        if self.severity is Severity.ERROR and not self.certainty.may_fail:
            return Severity.WARNING
        return self.severity


@dataclass(frozen=True, slots=True)
class PackIdentity:
    """Version of the pack, and SHA-256 of its files with line ends normalised, the same on every system."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one version of the pack, sorted by id.

    `sha256` is that of the files with line ends normalised, the same on every system.
    """

    version: str
    sha256: str
    by_id: Mapping[str, Rule]
    by_requirement: Mapping[str, tuple[Rule, ...]]

    def __getitem__(self, rule_id: str) -> Rule:
        """Return the rule of this id. Raises `UnknownRuleError`."""
        try:
            return self.by_id[rule_id]
        except KeyError:
            near = ", ".join(difflib.get_close_matches(rule_id.upper(), self.by_id, n=3)) or "–"
            raise UnknownRuleError(message("rules.unknown").filled(id=rule_id, near=near)) from None

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self.by_id

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def serving(self, requirement_id: str) -> tuple[Rule, ...]:
        """Return the rules that serve a requirement, none if no rule does."""
        return self.by_requirement.get(requirement_id, ())

    def of_family(self, family: str) -> tuple[Rule, ...]:
        """Return the rules of one file."""
        return tuple(rule for rule in self if rule.family == family)
