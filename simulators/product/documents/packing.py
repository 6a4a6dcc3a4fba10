"""Puts documents in IHE_XDM.ZIP (ITI-32 §3.32.4.1.2; DOSSIER §1.1)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree

from simulators.documents import Action, Application, SubmissionSet, build_archive
from simulators.product.behaviour import Behaviour
from simulators.product.documents.making import Made, Maker
from simulators.product.documents.metadata_faults import spoilt_metadata

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
APPLICATION = Application("Produit de reference", "1.0", "mssante-conformance")
_DIRECTORY = 0x10


def pack(maker: Maker, documents: Sequence[Made], action: Action | None, behaviour: Behaviour) -> bytes:
    """Return the archive of documents of one patient, all in one submission set."""
    if action is Action.DELETE and behaviour.delete_slot != "D":
        action = Action.CHANGE if behaviour.delete_slot == "C" else None
    if action is Action.CHANGE and not behaviour.change_slot:
        action = None
    submission = maker.submission(*(made.cda for made in documents), action=action)
    sender = documents[0].cda.header.authors[0].professional
    files = dict(build_archive([submission], sender, APPLICATION).files)
    for path, content in files.items():
        if path.endswith("METADATA.XML"):
            typed = _presenting_typed(content, documents)
            files[path] = spoilt_metadata(typed, behaviour)
    return _zip(files, submission)


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


def _zip(files: dict[str, bytes], submission: SubmissionSet) -> bytes:
    date = _date(submission.time)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        folders: set[str] = set()
        for path, content in files.items():
            for folder in _parents(path):
                if folder not in folders:
                    folders.add(folder)
                    archive.writestr(_entry(folder, date, _DIRECTORY, zipfile.ZIP_STORED), b"")
            archive.writestr(_entry(path, date, 0, zipfile.ZIP_DEFLATED), content)
    return out.getvalue()


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
