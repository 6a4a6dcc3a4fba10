"""Rules on what comes back: delivery reports shown as such, refusals of big mails told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.artefacts.connections import Connection
from harness.artefacts.mail import Mail
from harness.checks.delivery import listed
from harness.checks.rulebook import finding
from harness.drivers import Answer
from harness.findings import Finding


def failure_told(messages: Sequence[Mapping[str, Any]], report: Mail, original: Mail) -> Iterator[Finding]:
    """DSN-001: the report is shown as a delivery report, with its Action and the cause.

    A product that hides the report and marks the sent mail as failed is right too: any line that is a
    delivery report about the original counts.
    """
    line = listed(messages, report) or next(
        (
            message
            for message in messages
            if _about(message).get("original_message_id") == original.message_id
        ),
        None,
    )
    about = _about(line or {})
    cause = str(about.get("status") or about.get("diagnostic") or "")
    if line is None or line.get("kind") != "delivery-report" or about.get("action") != "failed" or not cause:
        yield finding(
            "DSN-001",
            expected="rapport de remise : failed, avec Status ou Diagnostic-Code",
            found=f"kind={line.get('kind')} report={dict(about)}" if line else "rapport absent de la liste",
            evidence=report.sha256,
        )


def size_told(answer: Answer, links: Sequence[Connection]) -> Iterator[Finding]:
    """SMTP-010: a mail beyond SIZE is not reported as sent."""
    if answer.status == "done":
        yield finding(
            "SMTP-010",
            expected="refus expliqué à l'utilisateur",
            found="réponse « done »",
            evidence=links[-1].transcript if links else None,
        )


def _about(message: Mapping[str, Any]) -> Mapping[str, Any]:
    report = message.get("report")
    return report if isinstance(report, Mapping) else {}
