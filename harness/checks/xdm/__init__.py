"""What an IHE_XDM.ZIP must be: `check_xdm` judges the zip, its METADATA.XML and the documents it carries.

One module per matter: `archive` (zip, tree, README, INDEX), `structure` (skeleton, integrity), `forms` (each
metadata), `coherence` (metadata beside the CDA header), `versions` (replacement, deletion, one patient).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from harness.artefacts.cda_header import CdaHeader, read_header
from harness.artefacts.ebxml import DocumentEntry, Metadata, MetadataError, read_metadata
from harness.artefacts.xdm import Entry, Subset, XdmArchive
from harness.checks.xdm import archive as zip_checks
from harness.checks.xdm import structure, versions
from harness.checks.xdm.coherence import coherence_rules
from harness.checks.xdm.forms import entry_rules, set_rules
from harness.checks.xdm.scope import Scope
from harness.findings import Finding

__all__ = ["CarriedDocument", "XdmVerdict", "check_xdm"]

MAX_FINDINGS = 40
"""Findings of one rule that are told for one archive: the rest would say the same."""


@dataclass(frozen=True, slots=True)
class CarriedDocument:
    """One document that METADATA.XML announces and the archive holds."""

    path: str
    content: bytes
    header: CdaHeader | None
    action: str | None
    """`C` replacement, `D` deletion, None first sending."""


@dataclass(frozen=True, slots=True)
class XdmVerdict:
    """What was found, and the documents for whoever judges them."""

    findings: tuple[Finding, ...]
    documents: tuple[CarriedDocument, ...]


def check_xdm(content: bytes, *, evidence: str | None = None) -> XdmVerdict:
    """Judge an archive; the CDA documents themselves are judged by `harness.checks.cda`."""
    archive = XdmArchive(content)
    documents: list[CarriedDocument] = []
    findings = _findings(archive, Scope(None, evidence), documents)
    return XdmVerdict(tuple(limited(findings)), tuple(documents))


def limited(findings: Iterable[Finding], maximum: int = MAX_FINDINGS) -> Iterator[Finding]:
    """Yield at most `maximum` findings of each rule."""
    told: Counter[str] = Counter()
    for one in findings:
        told[one.rule] += 1
        if told[one.rule] <= maximum:
            yield one


def _findings(archive: XdmArchive, scope: Scope, documents: list[CarriedDocument]) -> Iterator[Finding]:
    yield from zip_checks.zip_rules(archive, scope)
    if not archive.entries and archive.problems:
        return
    yield from zip_checks.tree_rules(archive, scope)
    yield from zip_checks.readme_rules(archive, scope)
    yield from zip_checks.index_rules(archive, scope)
    read: list[tuple[Metadata, Scope]] = []
    headers: list[tuple[CdaHeader, Scope]] = []
    known = {"README.TXT", "INDEX.HTM"}
    for subset in archive.subsets:
        here = scope.of(subset.metadata_name)
        known.add(here.part.upper() if here.part else "")
        metadata = yield from _metadata(subset, here)
        if metadata is None:
            continue
        read.append((metadata, here))
        yield from _structure(metadata, here)
        for entry in metadata.entries:
            file = structure.file_of(archive, subset, entry)
            yield from structure.integrity_rules(entry, file, here)
            header = yield from _document(entry, file, here, documents)
            if file is not None:
                known.add(file.name.upper())
            if header is not None and file is not None:
                headers.append((header, scope.of(file.name)))
    yield from versions.patient_rules(read, headers)
    yield from versions.uniqueness_rules(read)
    if read:
        for other in archive.files:
            if other.name.upper() not in known:
                yield scope.of(other.name).fault("XDM-020", "URI de/of METADATA.XML", other.name)


def _metadata(subset: Subset, scope: Scope) -> Generator[Finding, None, Metadata | None]:
    if subset.metadata is None or subset.metadata.content is None:
        return None
    try:
        return read_metadata(subset.metadata.content)
    except MetadataError as error:
        rule = "META-002" if error.well_formed else "META-001"
        expected = "lcm:SubmitObjectsRequest/rim:RegistryObjectList" if error.well_formed else "XML 1.0"
        yield scope.fault_at_line(rule, expected, str(error), error.line)
        return None


def _structure(metadata: Metadata, scope: Scope) -> Iterator[Finding]:
    yield from structure.schema_rules(metadata, scope)
    yield from structure.order_rules(metadata, scope)
    yield from structure.object_rules(metadata, scope)
    yield from structure.association_rules(metadata, scope)
    for package in metadata.submission_sets:
        yield from set_rules(package, scope)


def _document(
    entry: DocumentEntry, file: Entry | None, scope: Scope, documents: list[CarriedDocument]
) -> Generator[Finding, None, CdaHeader | None]:
    yield from entry_rules(entry, scope)
    content = file.content if file else None
    header = read_header(content) if content is not None else None
    if file is not None and content is not None:
        documents.append(CarriedDocument(file.name, content, header, entry.action))
    yield from versions.action_rules(entry, header, scope)
    if header is not None:
        yield from coherence_rules(entry, header, scope)
    return header
