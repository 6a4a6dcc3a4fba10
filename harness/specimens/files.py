"""The specimens of a folder: what the product made and somebody put there, for the `artefacts` driver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.checking.items import Item, find
from harness.findings import Bilingual
from harness.specimens.facts import lighter
from harness.specimens.specimen import Specimen, examine

if TYPE_CHECKING:
    from harness.profile import VendorProfile
    from simulators.journal import Journal

MOST_FILES = 10_000
LARGEST_FILE = 40 * 1024 * 1024
_MEDIA = {"mail": "message/rfc822", "xdm": "application/zip", "cda": "application/xml"}


class FileSpecimens:
    """Reads a folder once: `.eml`, mbox, maildir, bare archives and CDA documents.

    `skipped` counts the files left out as too many, too large or not readable. The octets of a file in which
    something was found are kept as evidence; of the others only the facts are.
    """

    def __init__(self, profile: VendorProfile, journal: Journal) -> None:
        self.folder = folder_of(profile)
        self.skipped = 0
        self._nil = profile.product.nil
        self._journal = journal
        self._found: tuple[Specimen, ...] | None = None

    def all(self) -> tuple[Specimen, ...]:
        """Return every specimen, judged at the first call, in the order of the names."""
        if self._found is None:
            self._found = tuple(self._judged())
        return self._found

    def _judged(self) -> Iterator[Specimen]:
        read = 0
        for item in find([self.folder], None):
            if not isinstance(item, Item):
                self.skipped += not item.harmless
                continue
            if read >= MOST_FILES:
                self.skipped += 1
                continue
            read += 1
            specimen = self._one(item)
            if specimen is not None:
                yield specimen

    def _one(self, item: Item) -> Specimen | None:
        path = Path(item.path)
        try:
            size = item.length if item.length is not None else path.stat().st_size
            content = item.read() if size <= LARGEST_FILE else None
        except OSError:
            content = None
        if content is None:
            self.skipped += 1
            return None
        name = path.relative_to(self.folder).as_posix()
        name = f"{name}#{item.member}" if item.member else name
        specimen = examine(content, item.kind, Bilingual(name, name), self._nil)
        if specimen.findings:
            self._journal.evidence.put(content, _MEDIA[item.kind.value], name)
        return replace(specimen, facts=lighter(specimen.facts))


def folder_of(profile: VendorProfile) -> Path:
    """Return the folder of an `artefacts` profile: the one named, else the profile's own."""
    return profile.driver.path or profile.path.parent
