"""The run as JUnit XML, for continuous integration.

A failure of the product is a `failure`; a fault of the configuration, the environment or the harness is an
`error`, never a failure; what was not tested is `skipped` with its reason; a warning passes and says so in
`system-out`. Texts are in French, then in English.
"""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reports.masking import Masker
from reports.names import contents_of, teach
from reports.record import Case, Finding, RunRecord
from reports.text import cut
from schemas.messages import message
from schemas.text import Bilingual

_LONG: Final = 4_000
_FINDINGS: Final = 50


def render(record: RunRecord, *, clear: bool = False) -> bytes:
    """Return the JUnit document of `record`; the same record gives the same octets."""
    writer = _Writer(Masker(clear=clear))
    teach(writer.masker, record, contents_of(record))
    root = Element("testsuites", name="mssante-conformance")
    suites: dict[str, list[Case]] = {}
    for case in record.cases:
        suites.setdefault(_suite(case), []).append(case)
    for level, cases in suites.items():
        root.append(writer.suite(record, level, cases))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{record.duration_s:.3f}")
    indent(root)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


class _Writer:
    """Makes the elements; keeps the masker of the document."""

    def __init__(self, masker: Masker) -> None:
        self.masker = masker

    def suite(self, record: RunRecord, level: str, cases: list[Case]) -> Element:
        suite = Element("testsuite", name=f"mssante.{level}", timestamp=_local(record.started))
        properties = SubElement(suite, "properties")
        for name, value in (
            ("product", f"{record.product.name} {record.product.version}"),
            ("vendor", record.product.vendor),
            ("catalogue", record.tool.catalogue.version),
            ("rules", record.tool.rules.version),
            ("seed", str(record.tool.seed)),
            ("status", record.status),
        ):
            SubElement(properties, "property", name=name, value=self.shown(value))
        tags = [self.case(suite, case) for case in cases]
        suite.set("tests", str(len(cases)))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(tags.count(tag)))
        suite.set("time", f"{sum(case.duration_ms for case in cases) / 1000:.3f}")
        return suite

    def case(self, suite: Element, case: Case) -> str:
        """Add one case; return the tag of its outcome, empty when it passed."""
        element = SubElement(
            suite,
            "testcase",
            classname=self.shown(f"mssante.{_suite(case)}"),
            name=self.shown(case.id, 200),
            time=f"{case.duration_ms / 1000:.3f}",
        )
        tag = _tag(case)
        if tag:
            outcome = SubElement(element, tag, message=self.headline(case))
            if tag != "skipped":
                outcome.set("type", case.fault or "product")
            outcome.text = self.body(case)
        elif case.findings:
            SubElement(element, "system-out").text = self.body(case)
        return tag

    def headline(self, case: Case) -> str:
        text = case.reason or next((finding.message for finding in case.findings), case.title)
        return self.shown(text.fr, 300)

    def body(self, case: Case) -> str:
        """Return all that a developer needs to act, without opening the HTML report."""
        lines = [self.both(case.title)]
        if case.reason:
            lines.append(self.both(case.reason))
        for finding in case.findings[:_FINDINGS]:
            lines.extend(("", *self.finding(finding)))
        if len(case.findings) > _FINDINGS:
            lines.append(self.both(message("reports.more_findings").filled(n=len(case.findings) - _FINDINGS)))
        lines.extend(
            ("", f"{_label('rerun')} {self.shown(case.rerun, 1000)}", " ".join(case.requirements[:50]))
        )
        return self.shown("\n".join(lines), 60_000)

    def finding(self, finding: Finding) -> list[str]:
        place = finding.location
        where = [
            f"{_label(f'where_{name}')} {value}"
            for name, value in (
                ("part", place.part),
                ("header", place.header),
                ("line", place.line),
                ("column", place.column),
                ("offset", place.offset),
                ("xpath", place.xpath),
                ("event", place.event),
            )
            if value is not None
        ]
        return [
            f"[{finding.severity}] {finding.rule}: {self.both(finding.message)}",
            f"{_label('expected')} {self.shown(finding.expected, _LONG)}",
            f"{_label('found')} {self.shown(finding.found, _LONG)}",
            *([self.shown(", ".join(where), 600)] if where else []),
            f"{_label('fix')} {self.both(finding.fix)}",
            *([f"{_label('evidence')} {finding.evidence}"] if finding.evidence else []),
        ]

    def both(self, text: Bilingual) -> str:
        french, english = self.shown(text.fr, _LONG), self.shown(text.en, _LONG)
        return french if french == english else f"{french} / {english}"

    def shown(self, text: str, limit: int = 400) -> str:
        """Mask, clean and cut; cleaned text has no character that XML forbids."""
        return cut(self.masker(text[: limit * 4]), limit)


def _suite(case: Case) -> str:
    """Return the suite of a case: its level, or that of the care scenarios, which serve no level."""
    return "scenarios" if case.id.startswith("scenario/") else case.level


def _tag(case: Case) -> str:
    if case.elsewhere:
        return "error"
    return {"failed": "failure", "not-tested": "skipped", "not-applicable": "skipped"}.get(case.result, "")


def _label(key: str) -> str:
    text = message(f"reports.{key}")
    return f"{text.fr} / {text.en}:"


def _local(instant: str) -> str:
    """Return the instant as JUnit wants it: ISO 8601 without fraction or zone; else the epoch."""
    head = instant[:19]
    return head if len(head) == 19 and head[10] == "T" else "1970-01-01T00:00:00"
