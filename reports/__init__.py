"""Pure functions from a run record to HTML, JUnit and JSON. Nothing is judged again here.

`write_html`, `write_junit` and `write_json` read the record at `record_path`, and the journal and evidence
that lie beside it; the same record gives the same octets. Tokens, INS and names are masked unless `clear`.
"""

from __future__ import annotations

from pathlib import Path

from reports.reading import RecordError, read_record

__all__ = ["RecordError", "write_html"]


def write_html(record_path: Path, out: Path, *, clear: bool = False) -> None:
    """Write the HTML report of `record_path` to `out`; raises `RecordError` when the record cannot be used."""
    from reports.html import render  # noqa: PLC0415 - Jinja2 is loaded only by who wants HTML

    record = read_record(record_path)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(render(record, out_folder=out.parent, clear=clear))
