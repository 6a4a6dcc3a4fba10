"""A specimen: one mail, archive or document that the product made, judged once by the shared checks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from harness.artefacts.cda_header import read_header
from harness.artefacts.mail import Mail
from harness.checking.judging import documents_findings
from harness.checking.kinds import Kind
from harness.checking.mails import mail_judgement
from harness.checks.mail import nil
from harness.findings import Bilingual, Finding
from harness.specimens.facts import (
    Facts,
    facts_of_documents,
    facts_of_header,
    facts_of_mail,
)

MOST_OF_A_RULE = 10
"""Findings of one rule that are told of one specimen, and of one case: the rest would say the same."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """What was judged: `name` tells it from the others, `evidence` is the SHA-256 of its octets."""

    name: Bilingual
    facts: Facts
    findings: tuple[Finding, ...]
    evidence: str


def examine(content: bytes, kind: Kind, name: Bilingual, declared_nil: str) -> Specimen:
    """Judge octets with everything that applies to them, whatever they are."""
    evidence = hashlib.sha256(content).hexdigest()
    if kind is Kind.MAIL:
        mail = Mail(content)
        findings, verdict = mail_judgement(mail, evidence)
        found = [*findings, *nil(mail, declared_nil)]
        return Specimen(name, facts_of_mail(mail, verdict), limited(found), evidence)
    if kind is Kind.XDM:
        from harness.checks.xdm import check_xdm  # noqa: PLC0415  (each kind loads its own checks)

        archive = check_xdm(content, evidence=evidence)
        carried = ((one.path, one.content) for one in archive.documents)
        found = [*archive.findings, *documents_findings(carried, evidence)]
        facts = Facts(kind, facts_of_documents(archive.documents), archives=1, announced=True)
        return Specimen(name, facts, limited(found), evidence)
    from harness.checks.cda import check_cda  # noqa: PLC0415

    header = read_header(content)
    facts = Facts(kind, (facts_of_header(header),) if header else (), announced=True)
    return Specimen(name, facts, limited(check_cda(content, evidence=evidence).findings), evidence)


def limited(findings: Iterable[Finding], maximum: int = MOST_OF_A_RULE) -> tuple[Finding, ...]:
    """Return at most `maximum` findings of each rule."""
    told: Counter[str] = Counter()
    kept = []
    for one in findings:
        told[one.rule] += 1
        if told[one.rule] <= maximum:
            kept.append(one)
    return tuple(kept)
