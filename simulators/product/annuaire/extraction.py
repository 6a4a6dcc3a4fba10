"""The extraction files as the product loads them: by column name, bounded, nothing written to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulators.product.errors import Failed

MOST_OCTETS = 50_000_000
"""Of one file once inflated: the small directories of the bench, with room."""
ACTIVITY = "PS_LibreAcces_Personne_activite"
MAILBOXES = "Extraction_Correspondance_MSSante"

Line = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Activity:
    """A professional in a structure, as `PS_LibreAcces_Personne_activite` has them."""

    national_id: str
    family: str
    given: str
    profession: str
    structure: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A BAL, as `Extraction_Correspondance_MSSante` has it."""

    address: str
    type: str
    national_id: str
    family: str
    given: str
    structure: str


def read_activities(archive: bytes) -> list[Activity]:
    """Read the activities; raises `Failed` when the archive cannot be read."""
    return [
        Activity(
            line.get("Identification nationale PP", ""),
            line.get("Nom d'exercice", ""),
            line.get("Prénom d'exercice", ""),
            line.get("Code profession", ""),
            line.get("Raison sociale site", ""),
        )
        for line in _lines(archive, ACTIVITY)
    ]


def read_mailboxes(archive: bytes) -> list[Listed]:
    """Read the BAL; raises `Failed` when the archive cannot be read."""
    return [
        Listed(
            line.get("Adresse BAL", ""),
            line.get("Type de BAL", ""),
            line.get("Identification nationale PP", ""),
            line.get("Nom d'exercice", ""),
            line.get("Prénom d'exercice", ""),
            line.get("Raison Sociale structure BAL", ""),
        )
        for line in _lines(archive, MAILBOXES)
        if "@" in line.get("Adresse BAL", "")
    ]


def _lines(archive: bytes, name: str) -> Iterator[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            member = next((one for one in opened.infolist() if one.filename.startswith(name)), None)
            if member is None:
                raise Failed(f"L'extraction ne contient pas {name}. Réessayez demain.")
            if member.file_size > MOST_OCTETS:
                raise Failed(f"{member.filename} est trop grand pour être chargé.")
            with opened.open(member) as stream:
                text = stream.read(MOST_OCTETS).decode("utf-8-sig", "replace")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise Failed(
            f"L'extraction {name} est illisible ({error}). Elle sera demandée de nouveau."
        ) from error
    rows = iter(text.split("\n"))
    columns = next(rows, "").strip("\r").split("|")
    for row in rows:
        if row.strip():
            # A line may end with one separator more than the header has.
            yield dict(zip(columns, row.strip("\r").split("|"), strict=False))
