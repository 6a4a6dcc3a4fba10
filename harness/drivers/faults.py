"""A driver that gets no usable answer says so by rule, with the fault class of whoever must act.

Hanging and dying are the product's. Never having answered, and answering something else than the protocol,
are faults of the wiring: they are reported as configuration and never held against the product.
"""

from __future__ import annotations

from harness.errors import ConfigurationFault, MssanteError, ProductFault
from harness.findings import Finding, Severity
from schemas.rules import rule as published_rule
from schemas.text import Bilingual

PRODUCT_RULES = frozenset({"DRV-002", "DRV-003"})
EVIDENCE_BYTES = 256_000
"""How much of a wrong answer is kept as evidence."""


class DriverFault(MssanteError):
    """No usable answer: `rule` (DRV-…) says in which way, `evidence` holds what came instead."""

    def __init__(self, rule: str, expected: str, found: str, evidence: bytes = b"") -> None:
        self.rule = rule
        self.expected = expected
        self.found = found
        self.evidence = evidence[:EVIDENCE_BYTES]
        published = published_rule(rule)
        title = published.title
        text = Bilingual(f"{title.fr} : {found}.", f"{title.en}: {found}.")
        super().__init__(text, fix=published.fix)

    @property
    def finding(self) -> Finding:
        """Return the fault as a finding; whoever plays the case says which requirements it concerns."""
        return Finding(
            rule=self.rule,
            severity=Severity.ERROR,
            requirements=(),
            expected=self.expected,
            found=self.found,
            message=self.message,
            fix=self.fix or self.message,
            fault=self.fault,
        )


class DriverProductFault(DriverFault, ProductFault):
    """The product hung or died."""


class DriverConfigurationFault(DriverFault, ConfigurationFault):
    """The product was never reached, or what answers does not speak the protocol."""


def driver_fault(rule: str, expected: str, found: str, evidence: bytes = b"") -> DriverFault:
    """Return the fault of a rule, as the class of whoever must act."""
    kind = DriverProductFault if rule in PRODUCT_RULES else DriverConfigurationFault
    return kind(rule, expected, found, evidence)
