"""Checks on addresses beside the national directory: published, open, and of whom (ADR-013 to 015).

Publication and its prerequisites (SOURCE-FACTS §2): a PER mailbox belongs to a person with an RPPS number, an
ORG or APP one to a structure known by its FINESS or SIRET. An address of the liste rouge is never shown, so
that an address which is not found may still be right: everything here warns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.artefacts.mail import Header, Mail
from harness.checks.rulebook import finding
from harness.findings import Finding, Location
from schemas.identifiers.ins import PATIENT_DOMAIN

_FIELDS = ("From", "To", "Cc", "Reply-To")


@dataclass(frozen=True, slots=True)
class Published:
    """An address as the directory shows it.

    `type` is PER, ORG, APP or CAB; `person` and `structure` are the national identifiers of its holder, empty
    when the directory gives none; `active` is false for what it has closed.
    """

    type: str
    person: str
    structure: str
    active: bool

    @property
    def prerequisite(self) -> str:
        """Return the identifier that this type of mailbox supposes; empty when it is missing."""
        return self.person if self.type in {"PER", "CAB"} else self.structure


Lookup = Callable[[str], Published | None]
"""What the directory says of an address, None when it does not show it."""


def check_publication(mail: Mail, lookup: Lookup) -> Iterator[Finding]:
    """Judge the addresses of professionals of a mail, each once; patients are in no directory."""
    seen: set[str] = set()
    for name in _FIELDS:
        for header in mail.all(name):
            for _, address in header.addresses:
                key = address.lower()
                if "@" not in key or key in seen or key.endswith(f"@{PATIENT_DOMAIN}"):
                    continue
                seen.add(key)
                yield from _one(mail, name, header, address, lookup(key))


def _one(mail: Mail, name: str, header: Header, address: str, said: Published | None) -> Iterator[Finding]:
    def at(rule: str, expected: str) -> Finding:
        place = Location(header=name, line=header.line)
        return finding(rule, expected=expected, found=address, location=place, evidence=mail.sha256)

    if said is None:
        yield at("ADR-013", "Annuaire Santé")
    elif not said.active:
        yield at("ADR-014", "BAL publiée / published")
    elif not said.prerequisite:
        yield at("ADR-015", "RPPS" if said.type in {"PER", "CAB"} else "FINESS | SIRET")
