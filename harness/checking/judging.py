"""Judges one artefact with everything that applies to it, and tells it as one line."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from harness.checking.kinds import Kind
from harness.findings import Finding, Severity
from schemas.requirements import catalogue, levels_up_to


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found of one artefact; `model` and `depth` are those of a CDA document."""

    kind: Kind
    sha256: str
    findings: tuple[Finding, ...]
    duration_ms: float
    model: str | None = None
    depth: str | None = None

    @property
    def errors(self) -> int:
        """Return the number of errors."""
        return sum(one.severity is Severity.ERROR for one in self.findings)

    @property
    def warnings(self) -> int:
        """Return the number of warnings."""
        return sum(one.severity is Severity.WARNING for one in self.findings)

    @property
    def verdict(self) -> str:
        """Return `failed` with an error, `warning` with a warning, `passed` otherwise."""
        return "failed" if self.errors else "warning" if self.warnings else "passed"


def judge(
    content: bytes,
    kind: Kind,
    level: str | None = None,
    *,
    trusted: Collection[str] | None = None,
    annuaire: str | None = None,
) -> Judgement:
    """Judge the octets of an artefact, whatever they are; only what serves `level` or a lower one counts.

    `trusted` are the domains of the Espace de Confiance, in lower case (None: not known, then no address is
    held against them). `annuaire` is the file of a directory store in which addresses are looked up.
    """
    begun = time.perf_counter()
    sha256 = hashlib.sha256(content).hexdigest()
    model: str | None = None
    depth: str | None = None
    if kind is Kind.CDA:
        from harness.checks.cda import check_cda  # noqa: PLC0415  (each kind loads its own checks)

        verdict = check_cda(content, evidence=sha256)
        findings, model, depth = verdict.findings, verdict.model, verdict.depth
    elif kind is Kind.XDM:
        findings = tuple(_archive(content, sha256))
    elif kind is Kind.HL7:
        findings = tuple(_message(content, sha256))
    elif kind is Kind.MDN:
        from harness.checking.mails import mdn_findings  # noqa: PLC0415

        findings = mdn_findings(content, sha256)
    else:
        from harness.checking.mails import mail_findings  # noqa: PLC0415

        findings = mail_findings(content, sha256)
    if kind in {Kind.MAIL, Kind.MDN} and (trusted is not None or annuaire is not None):
        findings = (*findings, *_addresses(content, trusted, annuaire))
    kept = tuple(one for one in findings if level is None or _serves(one, level))
    return Judgement(kind, sha256, kept, (time.perf_counter() - begun) * 1000, model, depth)


def _addresses(content: bytes, trusted: Collection[str] | None, annuaire: str | None) -> Iterator[Finding]:
    """Yield what a white list and a directory say of the addresses of a mail."""
    from harness.artefacts.mail import Mail  # noqa: PLC0415
    from harness.checks.addresses import outside_trust  # noqa: PLC0415

    mail = Mail(content)
    if trusted is not None:
        yield from outside_trust(mail, trusted)
    if annuaire is not None:
        from harness.checking.published import lookup_in  # noqa: PLC0415
        from harness.checks.publication import check_publication  # noqa: PLC0415

        yield from check_publication(mail, lookup_in(annuaire))


def _archive(content: bytes, sha256: str) -> Iterator[Finding]:
    from harness.checks.xdm import check_xdm  # noqa: PLC0415

    verdict = check_xdm(content, evidence=sha256)
    yield from verdict.findings
    yield from documents_findings(((one.path, one.content) for one in verdict.documents), sha256)


def _message(content: bytes, sha256: str) -> Iterator[Finding]:
    """Yield what is found of an HL7 v2 message, and of the CDA document that it carries."""
    from harness.checks.hl7 import check_hl7  # noqa: PLC0415

    verdict = check_hl7(content, evidence=sha256)
    yield from verdict.findings
    # What is no XML at all is an example's stand-in for a document: OBX-5 is judged, not its content.
    if verdict.document is not None and verdict.document.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        yield from documents_findings([("OBX(1)-5.5", verdict.document)], sha256)


def documents_findings(documents: Iterable[tuple[str, bytes]], evidence: str) -> Iterator[Finding]:
    """Yield what is found of CDA documents, each finding placed in the file that holds it."""
    from harness.checks.cda import check_cda  # noqa: PLC0415

    judged: set[bytes] = set()
    for path, content in documents:
        digest = hashlib.sha256(content).digest()
        if digest not in judged:
            yield from inside(path, check_cda(content, evidence=evidence).findings)
        judged.add(digest)


def inside(part: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings placed in a part of what holds them: `2/IHE_XDM/SUBSET01/METADATA.XML`."""
    for one in findings:
        inner = one.location.part
        yield replace(one, location=replace(one.location, part=f"{part}/{inner}" if inner else part))


def _serves(finding: Finding, level: str) -> bool:
    counted = levels_up_to(level)
    served = [catalogue().get(each).level for each in finding.requirements if each in catalogue()]
    return not served or any(each in counted for each in served)


def line(judgement: Judgement, path: str, member: str | None) -> dict[str, Any]:
    """Return a judgement as the line of `--format jsonl`."""
    return {
        "path": path,
        "member": member,
        "kind": judgement.kind.value,
        "sha256": judgement.sha256,
        "model": judgement.model,
        "depth": judgement.depth,
        "verdict": judgement.verdict,
        "errors": judgement.errors,
        "warnings": judgement.warnings,
        "findings": [_finding(one) for one in judgement.findings],
        "duration_ms": round(judgement.duration_ms, 2),
    }


def _finding(one: Finding) -> dict[str, Any]:
    place = one.location
    names = ("part", "xpath", "line", "column", "offset", "length", "header")
    return {
        "rule": one.rule,
        "severity": one.severity.value,
        "requirements": list(one.requirements),
        "location": {name: getattr(place, name) for name in names if getattr(place, name) is not None},
        "expected": one.expected,
        "found": one.found,
        "message": {"fr": one.message.fr, "en": one.message.en},
        "fix": {"fr": one.fix.fr, "en": one.fix.en},
    }
