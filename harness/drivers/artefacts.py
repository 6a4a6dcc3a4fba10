"""The `artefacts` driver: no live product, a folder of mails that it made.

`send` is answered by the file of which the subject is the one asked (and the sender, when the file names one
of the asked domain), each file once. Every other action is unsupported: a file cannot connect.
"""

from __future__ import annotations

import base64
import email
import email.policy
import time
from collections.abc import Mapping
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from harness.drivers.faults import driver_fault
from harness.drivers.protocol import Answer, Capabilities
from harness.drivers.record import DriverRecord
from harness.drivers.wire import encode_request
from schemas.messages import message
from simulators.journal import Journal

MOST_FILES = 10_000
LARGEST_FILE = 40 * 1024 * 1024
"""Base64 makes it a third larger, still below the bound of an answer."""


class ArtefactsDriver:
    """Answers from files. `skipped` counts the files left out as too many or too large."""

    def __init__(self, journal: Journal, folder: Path, worker: str = "main") -> None:
        self.skipped = 0
        self._record = DriverRecord(journal)
        self._folder = folder
        self._worker = worker
        self._numbers = count(1)
        self._by_subject: dict[str, list[Path]] | None = None

    def describe(self) -> Capabilities:
        """Read the folder's index; files can only have been sent. Raises `DriverFault` (DRV-001)."""
        if not self._folder.is_dir():
            raise driver_fault("DRV-001", str(self._folder), f"{self._folder} ∄")
        return Capabilities(frozenset({"send"}), {"send": frozenset({"subject"})}, means="files")

    def call(self, action: str, params: Mapping[str, Any], deadline_s: float, *, tenant: str = "") -> Answer:
        """Answer `send` from a file not used yet."""
        identifier = f"{self._worker}-{next(self._numbers)}"
        encode_request(identifier, action, params, deadline_s)
        if action != "send":
            return Answer("unsupported", {}, message("drivers.only-files").filled(action=action).fr)
        self._record.request(tenant, identifier, action, params)
        began = time.monotonic()
        answer = self._send(str(params["subject"]), (time.monotonic() - began) * 1000)
        self._record.answer(tenant, identifier, answer)
        return answer

    def close(self) -> None:
        """Nothing was started."""

    def _send(self, subject: str, duration_ms: float) -> Answer:
        if self._by_subject is None:
            self._by_subject = self._index()
        files = self._by_subject.get(_folded(subject), [])
        if not files:
            detail = message("drivers.no-file").filled(folder=self._folder.name, subject=subject).fr
            if self.skipped:
                skipped = message("drivers.too-many-files").filled(count=self.skipped, limit=MOST_FILES)
                detail = f"{detail} {skipped.fr}"
            return Answer("unsupported", {}, detail, round(duration_ms, 3))
        file = files.pop(0)
        raw = file.read_bytes()
        found = email.message_from_bytes(raw, policy=email.policy.compat32)
        result = {
            "message_id": _header(found.get("Message-ID")),
            "file": file.relative_to(self._folder).as_posix(),
            "raw_base64": base64.b64encode(raw).decode("ascii"),
        }
        return Answer("done", result, "", round(duration_ms, 3))

    def _index(self) -> dict[str, list[Path]]:
        index: dict[str, list[Path]] = {}
        read = 0
        for file in sorted(self._folder.rglob("*.eml")):
            if read >= MOST_FILES or not file.is_file() or file.stat().st_size > LARGEST_FILE:
                self.skipped += 1
                continue
            read += 1
            index.setdefault(_folded(_subject(file)), []).append(file)
        return index


def _subject(file: Path) -> str:
    with file.open("rb") as source:
        head = source.read(64_000)
    parsed = email.message_from_bytes(head, policy=email.policy.default, _class=EmailMessage)
    try:
        return str(parsed["Subject"] or "")
    except (
        ValueError,
        LookupError,
        IndexError,
        AttributeError,
    ):  # header parsers of the stdlib on hostile input
        return _header(email.message_from_bytes(head, policy=email.policy.compat32).get("Subject"))


def _header(value: object) -> str:
    return str(value or "").encode("utf-8", "replace").decode("utf-8")


def _folded(subject: str) -> str:
    return " ".join(_header(subject).split()).casefold()
