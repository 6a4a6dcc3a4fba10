"""Pure functions from a run record to HTML, JUnit and JSON. Nothing is judged again here.

`write_html`, `write_junit` and `write_json` take the path of the record, the first two also the record that
`read_record` made of it, and read the journal and evidence that lie beside it; the same record gives the same
octets. Tokens, INS and names are masked unless `clear`.
All raise `RecordError` when the record cannot be read or the published schema refuses it.
"""

from __future__ import annotations

from pathlib import Path

from reports import json_, junit
from reports.reading import RecordError, load, read_record
from reports.record import RunRecord

__all__ = ["RecordError", "read_record", "write_html", "write_json", "write_junit"]


def write_html(record: Path | RunRecord, out: Path, *, clear: bool = False) -> None:
    """Write the HTML report, one file; its links to evidence are relative to where it is written."""
    from reports.html import render  # noqa: PLC0415 - Jinja2 is loaded only by who wants HTML

    _write(out, render(_record(record), out_folder=out.parent, clear=clear))


def write_junit(record: Path | RunRecord, out: Path, *, clear: bool = False) -> None:
    """Write the JUnit report; see `reports.junit` for what becomes a failure, an error, or skipped."""
    _write(out, junit.render(_record(record), clear=clear))


def write_json(record_path: Path, out: Path, *, clear: bool = False) -> None:
    """Write the record as canonical JSON, still a valid `run-record/1`."""
    _write(out, json_.render(load(record_path), record_path.parent, clear=clear))


def _record(record: Path | RunRecord) -> RunRecord:
    return read_record(record) if isinstance(record, Path) else record


def _write(out: Path, content: bytes) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
