"""Puts documents in IHE_XDM.ZIP (ITI-32 §3.32.4.1.2; DOSSIER §1.1)."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from simulators.documents import Action, Application, SubmissionSet, SubmittedDocument, build_archive
from simulators.product.behaviour import Behaviour
from simulators.product.documents.archive_faults import spoilt_tree
from simulators.product.documents.making import Made, Maker
from simulators.product.documents.metadata_faults import spoilt_metadata

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
APPLICATION = Application("Produit de reference", "1.0", "mssante-conformance")
_DIRECTORY = 0x10


def pack(maker: Maker, documents: Sequence[Made], action: Action | None, behaviour: Behaviour) -> list[bytes]:
    """Return the archive of documents of one patient: one, unless the product goes wrong."""
    match behaviour.archives:
        case "none":
            return []
        case "one-each":
            return [_archive(maker, [made], action, behaviour) for made in documents]
        case "one":
            return [_archive(maker, documents, action, behaviour)]


def _archive(maker: Maker, documents: Sequence[Made], action: Action | None, behaviour: Behaviour) -> bytes:
    """Return documents in an archive, all in one submission set."""
    plain = maker.submission(*(made.cda for made in documents))
    written = _written(action, behaviour)
    submission = replace(plain, documents=tuple(SubmittedDocument(made.cda, written) for made in documents))
    sender = documents[0].cda.header.authors[0].professional
    files = dict(build_archive([submission], sender, APPLICATION).files)
    for path, content in files.items():
        if path.endswith("METADATA.XML"):
            typed = _presenting_typed(content, documents)
            files[path] = spoilt_metadata(typed, action, behaviour)
    return _zip(spoilt_tree(files, behaviour), submission, behaviour)


def _written(action: Action | None, behaviour: Behaviour) -> Action | None:
    """Return the action that the metadata says."""
    if action is Action.CHANGE:
        return Action.CHANGE if behaviour.change_slot else None
    if action is Action.DELETE:
        return {"D": Action.DELETE, "word": Action.DELETE, "C": Action.CHANGE, "absent": None}[
            behaviour.delete_slot
        ]
    return None


def _presenting_typed(metadata: bytes, documents: Sequence[Made]) -> bytes:
    """Give documents that show themselves their media type (volet Transmission, mapping)."""
    if not any(made.presenting for made in documents):
        return metadata
    root = etree.fromstring(metadata)
    for entry, made in zip(root.iter(f"{{{RIM}}}ExtrinsicObject"), documents, strict=True):
        if made.presenting:
            entry.set("mimeType", "application/xslt+xml")
    result: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return result


def _zip(files: dict[str, bytes], submission: SubmissionSet, behaviour: Behaviour) -> bytes:
    date = _date(submission.time)
    method = zipfile.ZIP_BZIP2 if behaviour.zip_fault == "bzip2" else zipfile.ZIP_DEFLATED
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        folders: set[str] = set()
        for path, content in files.items():
            for folder in _parents(path):
                if folder not in folders:
                    folders.add(folder)
                    archive.writestr(_entry(folder, date, _DIRECTORY, zipfile.ZIP_STORED), b"")
            archive.writestr(_entry(path, date, 0, method), content)
        if behaviour.zip_fault == "duplicate-entry":
            _write_last_again(archive)
    return out.getvalue()


def _write_last_again(archive: zipfile.ZipFile) -> None:
    last = archive.infolist()[-1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(last, archive.read(last))


def _date(instant: datetime) -> tuple[int, int, int, int, int, int]:
    stamp = instant.astimezone(UTC)
    return stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))]


def _entry(
    path: str, date: tuple[int, int, int, int, int, int], attributes: int, method: int
) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, date)
    entry.create_system = 0
    entry.external_attr = attributes
    entry.compress_type = method
    return entry
