"""Builds IHE_XDM.ZIP (ITI-32 §3.32.4.1.2, X-XDM-01 to 08; DOSSIER §1.1).

The bytes depend on the arguments only: entries are dated by the submission, and no trace of the platform is
kept in the entries.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from simulators.documents.ebxml import SubmissionSet, write_metadata
from simulators.documents.header import phone_of
from simulators.people import Professional

ARCHIVE_NAME = "IHE_XDM.ZIP"
_DIRECTORY = 0x10
_ASCII_FORMS = str.maketrans({"’": "'", "œ": "oe", "Œ": "OE", "–": "-", "—": "-", "«": '"', "»": '"'})


@dataclass(frozen=True, slots=True)
class Application:
    """The software that makes the archive, as README.TXT names it."""

    name: str = "mssante-conformance"
    version: str = "1.0"
    vendor: str = "mssante-conformance"


@dataclass(frozen=True, slots=True)
class BuiltArchive:
    """An archive: its bytes and the files in it, by path, in the order written."""

    content: bytes
    submissions: tuple[SubmissionSet, ...]
    files: dict[str, bytes]


def build_archive(
    submissions: Sequence[SubmissionSet], sender: Professional, application: Application | None = None
) -> BuiltArchive:
    """Build the archive of one or several submission sets, all of one patient (ECO.2.1.1).

    Raises `ValueError` without a document, for documents of several patients, or for more than 99 sets or
    9999 documents in a set (names have 8.3 characters).
    """
    _one_patient(submissions)
    application = application or Application()
    tree = _documents(submissions)
    files = {
        "INDEX.HTM": _index(sender),
        "README.TXT": _readme(sender, application, tree),
        **tree,
    }
    latest = max(submission.time for submission in submissions)
    return BuiltArchive(_zip(files, latest), tuple(submissions), files)


def _one_patient(submissions: Sequence[SubmissionSet]) -> None:
    documents = [document for submission in submissions for document in submission.documents]
    if not submissions or not all(submission.documents for submission in submissions):
        raise ValueError("an archive needs at least one set, and a set at least one document")
    if len(submissions) > 99 or any(len(submission.documents) > 9999 for submission in submissions):
        raise ValueError("the names of an archive leave room for 99 sets of 9999 documents")
    if len({document.cda.header.patient for document in documents}) > 1:
        raise ValueError("the documents are of several patients: one mail is about one patient (ECO.2.1.1)")


def _documents(submissions: Sequence[SubmissionSet]) -> dict[str, bytes]:
    files = {}
    for number, submission in enumerate(submissions, start=1):
        folder = f"IHE_XDM/SUBSET{number:02d}"
        names = [f"DOC{index:04d}.XML" for index in range(1, len(submission.documents) + 1)]
        files[f"{folder}/METADATA.XML"] = write_metadata(submission, names)
        for name, document in zip(names, submission.documents, strict=True):
            files[f"{folder}/{name}"] = document.cda.content
    return files


def _readme(sender: Professional, application: Application, tree: dict[str, bytes]) -> bytes:
    structure = sender.structure
    address = f"{structure.street_number} {structure.street} {structure.postcode} {structure.city}"
    lines = [
        "Emetteur :",
        "==========",
        f"    . Nom : {sender.display_name}",
        f"    . Organisme : {structure.name} ({structure.struct_idnat})",
        f"    . Adresse : {address}",
        f"    . Telephone : {phone_of(structure)}",
        "",
        "Application de l'emetteur :",
        "===========================",
        f"    . Nom : {application.name}",
        f"    . Version : {application.version}",
        f"    . Editeur : {application.vendor}",
        "",
        "Instructions :",
        "==============",
        "    . Consultez les documents de cette archive avec votre logiciel de professionnel de sante.",
        "",
        "Arborescence :",
        "==============",
        *_tree_lines(tree),
    ]
    return _ascii("".join(f"{line}\r\n" for line in lines)).encode("ascii")


def _tree_lines(tree: dict[str, bytes]) -> list[str]:
    lines = ["    INDEX.HTM", "    README.TXT", "    IHE_XDM"]
    folder = ""
    for path in tree:
        _top, parent, name = path.split("/")
        if parent != folder:
            folder = parent
            lines.append(f"        {folder}")
        lines.append(f"            {name}")
    return lines


def _index(sender: Professional) -> bytes:
    structure = sender.structure
    issuer = escape(f"{structure.name} ({structure.struct_idnat})")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN"'
        ' "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">\r\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr">\r\n'
        "<head><title>Documents de sante</title></head>\r\n"
        "<body>\r\n"
        f"<p>Emetteur : {issuer}</p>\r\n"
        '<p>Voir le fichier <a href="README.TXT">README.TXT</a></p>\r\n'
        "</body>\r\n</html>\r\n"
    ).encode("ascii", "xmlcharrefreplace")


def _ascii(text: str) -> str:
    """Return `text` in 7-bit ASCII: accents dropped, case kept."""
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII_FORMS))
    return plain.encode("ascii", "ignore").decode("ascii")


def _zip(files: dict[str, bytes], instant: datetime) -> bytes:
    stamp = instant.astimezone(UTC)
    date = (max(stamp.year, 1980), stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second)
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
