"""What a check says: rule, severity, place, expected, found, and how to put it right.

Rules are published data (`schemas.rules`); a check yields `Finding`s that name one. `Bilingual` texts come
from the rule, so that every finding reads in French and in English.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.text import Bilingual

__all__ = ["Bilingual", "FaultClass", "Finding", "Location", "Severity"]


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class FaultClass(StrEnum):
    """Who must act. Only `PRODUCT` ever counts against the product."""

    PRODUCT = "product"
    CONFIGURATION = "configuration"
    ENVIRONMENT = "environment"
    HARNESS = "harness"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a fault is; only the parts that make sense are filled.

    `part` is a MIME part number (`1.2`) or a zip entry, `xpath` selects the faulty node, `line` and `column`
    count from 1, `offset` and `length` are octets in the evidence, `event` the `seq` of a journal event.
    """

    part: str | None = None
    xpath: str | None = None
    line: int | None = None
    column: int | None = None
    offset: int | None = None
    length: int | None = None
    header: str | None = None
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact against (or about) an artefact."""

    rule: str
    severity: Severity
    requirements: tuple[str, ...]
    expected: str
    found: str
    message: Bilingual
    fix: Bilingual
    location: Location = Location()
    evidence: str | None = None
    fault: FaultClass = FaultClass.PRODUCT
    why: Bilingual | None = None
