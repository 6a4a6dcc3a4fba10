"""The official verdict on a document, beside ours: the pack's schema, then the schematrons of its model.

It never changes our verdict nor the exit code. `not-judged` says that the pack could not be executed on this
document, and why; it is neither for nor against the document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from harness.artefacts.cda import CdaDocument, CdaError, line_of, locate
from harness.checking.kinds import Kind
from harness.checks.cda.model import announced
from harness.packs.contents import choose
from harness.packs.engine import Engine, EngineError
from harness.packs.registry import Pack, read
from harness.packs.schematron import SchematronError

MAX_FAILED = 200
"""Failed assertions that are told for one document and one pack; `more` counts the rest."""


@dataclass(frozen=True, slots=True)
class Failed:
    """One failed assertion; `id` is the pack's own, or made from its text and context."""

    schematron: str
    id: str
    severity: str
    text: str
    xpath: str
    line: int | None
    test: str


@dataclass(frozen=True, slots=True)
class OfficialVerdict:
    """What one pack says of one document: `passed`, `warning`, `failed` or `not-judged`."""

    pack: str
    sha256: str
    part: str | None
    schematrons: tuple[str, ...]
    verdict: str
    failed: tuple[Failed, ...]
    notes: tuple[str, ...]

    @property
    def errors(self) -> int:
        """Return the number of errors."""
        return sum(each.severity == "error" for each in self.failed)

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as `--format json` writes it."""
        return {
            "pack": self.pack,
            "sha256": self.sha256,
            "part": self.part,
            "schematrons": list(self.schematrons),
            "verdict": self.verdict,
            "errors": self.errors,
            "failed": [
                {
                    "schematron": each.schematron,
                    "id": each.id,
                    "severity": each.severity,
                    "text": each.text,
                    "location": {"xpath": each.xpath} | ({"line": each.line} if each.line else {}),
                    "test": each.test,
                }
                for each in self.failed[:MAX_FAILED]
            ],
            "more": max(0, len(self.failed) - MAX_FAILED),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class PackRef:
    """A registered pack as it is told to other processes."""

    folder: str
    sha256: str


@cache
def judge_of(pack: PackRef) -> PackJudge:
    """Return the judge of a pack, one a process: what is compiled stays."""
    return PackJudge(read(Path(pack.folder)))


def official(content: bytes, kind: Kind, packs: tuple[PackRef, ...]) -> list[dict[str, Any]]:
    """Return what the packs say of the CDA documents of an artefact."""
    documents = list(_documents(content, kind))
    return [judge_of(pack).judge(document, part).as_json() for part, document in documents for pack in packs]


class PackJudge:
    """Judges documents with one pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.engine = Engine(pack.content, pack.compiled)
        self._schema: etree.XMLSchema | None = None

    def judge(self, content: bytes, part: str | None = None) -> OfficialVerdict:
        """Judge one document; never raises on its octets."""
        try:
            document = CdaDocument.parse(content)
        except CdaError as error:
            return self._verdict(part, (), [], [f"{error.reason} : {error.detail}"], judged=False)
        model = announced(document.root)
        choice = choose(self.pack.contents, model.root, model.version, unstructured=model.unstructured)
        notes = [choice.note] if choice.note else []
        failed = list(self._by_schema(document, notes))
        # SaxonC is given what we have read safely: no DTD, no entity, and the ClinicalDocument alone.
        text = etree.tostring(document.root, encoding="unicode", with_tail=False)
        above = (locate(document.root).xpath or "").rpartition("/")[0]
        judged = True
        for each in choice.schematrons:
            try:
                failures = self.engine.run(each, text)
            except (SchematronError, EngineError) as error:
                notes.append(f"{each} : {error}")
                judged = False
                continue
            for one in failures:
                xpath = above + one.xpath
                node = document.select(xpath) if one.xpath else None
                line = line_of(node) if isinstance(node, etree._Element) else None
                fact = one.assertion
                failed.append(Failed(each, fact.id, fact.severity, one.text, xpath, line, fact.test))
        return self._verdict(part, choice.schematrons, failed, notes, judged=judged)

    def _verdict(
        self,
        part: str | None,
        schematrons: tuple[str, ...],
        failed: list[Failed],
        notes: list[str],
        *,
        judged: bool,
    ) -> OfficialVerdict:
        severities = {each.severity for each in failed}
        verdict = "warning" if "warning" in severities else "passed"
        # An error stands even where another schematron could not be executed; a pass does not.
        verdict = "failed" if "error" in severities else verdict if judged else "not-judged"
        pack = self.pack
        return OfficialVerdict(
            pack.name, pack.sha256, part, schematrons, verdict, tuple(failed), tuple(notes)
        )

    def _by_schema(self, document: CdaDocument, notes: list[str]) -> Iterator[Failed]:
        path = self.pack.contents.schema
        if path is None:
            notes.append("XSD : ∅")
            return
        if self._schema is None:
            try:
                self._schema = etree.XMLSchema(etree.parse(str(self.pack.content / path)))
            except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
                notes.append(f"{path} : {error}")
                return
        judged = etree.fromstring(etree.tostring(document.root, with_tail=False))
        if self._schema.validate(judged):
            return
        for entry in [*self._schema.error_log]:  # type: ignore[misc]
            found = judged.xpath(entry.path) if entry.path and ":" not in entry.path else []
            node = found[0] if isinstance(found, list) and found else judged
            xpath = locate(node).xpath if isinstance(node, etree._Element) else None
            above = (locate(document.root).xpath or "").rpartition("/")[0]
            whole = above + (xpath or "")
            ours = document.select(whole)
            line = line_of(ours) if isinstance(ours, etree._Element) else None
            yield Failed(path, entry.type_name, "error", entry.message[:500], whole, line, "XSD")


def _documents(content: bytes, kind: Kind) -> Iterator[tuple[str | None, bytes]]:
    """Yield the CDA documents of an artefact with the part that holds each."""
    if kind is Kind.CDA:
        yield None, content
    elif kind is Kind.XDM:
        yield from _carried(content)
    else:
        from harness.artefacts.mail import Mail  # noqa: PLC0415
        from harness.checks.documents_mail import check_documents  # noqa: PLC0415

        for part, archive in check_documents(Mail(content)).archives:
            for one in archive.documents:
                yield f"{part.number}/{one.path}", one.content


def _carried(content: bytes) -> Iterator[tuple[str, bytes]]:
    from harness.checks.xdm import check_xdm  # noqa: PLC0415

    seen: set[bytes] = set()
    for one in check_xdm(content).documents:
        if one.content not in seen:
            yield one.path, one.content
        seen.add(one.content)
