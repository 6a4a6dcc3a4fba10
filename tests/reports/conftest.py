from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from report_samples import RunFolder, full_record

from reports import write_html


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "run")


@pytest.fixture(scope="session")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record with every verdict, written once."""
    run = RunFolder(tmp_path_factory.mktemp("sample"))
    return run.write(full_record(run))


@pytest.fixture(scope="session")
def sample_html(sample_path: Path) -> Path:
    out = sample_path.parent / "index.html"
    write_html(sample_path, out)
    return out


@pytest.fixture(scope="session")
def page(sample_html: Path) -> html.HtmlElement:
    return html.document_fromstring(sample_html.read_bytes())


@pytest.fixture
def rendered(run: RunFolder) -> Callable[..., str]:
    """Render a changed copy of the full record and return the HTML."""

    def render(
        change: Callable[[dict[str, Any]], None], *, clear: bool = False, cut_journal: bool = False
    ) -> str:
        record = full_record(run)
        change(record)
        path = run.write(record, cut_journal=cut_journal)
        write_html(path, run.folder / "index.html", clear=clear)
        return (run.folder / "index.html").read_text(encoding="utf-8")

    return render
