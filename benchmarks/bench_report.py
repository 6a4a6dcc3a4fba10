"""The HTML report of 400 cases in the proportions of a real run: its size, its making, its opening.

`python benchmarks/bench_report.py [--quick] [RUN]`. RUN: the folder of a run, else one is made up.
Targets: under 4 MB; `DOMContentLoaded` under 1 s in a headless Chromium, from a file, best of several
openings (the others show what else the machine was doing). Without Chromium the opening is not measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "reports"))

from chromium_page import NoBrowserError, running
from report_mixture import mixed_record
from report_samples import RunFolder

from reports import write_html

SIZE_TARGET_MB, OPENING_TARGET_MS = 4.0, 1_000.0
_TIMING = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def openings(page: Path, times: int, profile: Path) -> tuple[list[float], int]:
    """Return `DOMContentLoaded` in ms of each opening of `page`, and its number of elements."""
    with running(profile) as browser:
        found = []
        for _ in range(times):
            browser.open(page.as_uri())
            found.append(float(browser.value(_TIMING)))
        return sorted(found), int(browser.value("document.querySelectorAll('*').length"))


def main() -> int:
    """Print the measures; return 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("run", nargs="?", type=Path, help="run folder (default: 400 made-up cases)")
    options.add_argument("--quick", action="store_true", help="three openings instead of nine")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        out = Path(folder) / "index.html"
        if chosen.run is None:
            run = RunFolder(Path(folder) / "run")
            record = run.write(mixed_record(run))
        else:
            record = chosen.run / "run.json"
        began = time.process_time()
        write_html(record, out)
        made, size = time.process_time() - began, out.stat().st_size / 1e6
        print(f"    making: {made:.1f} s of processor time")
        print(f"      size: {size:.2f} MB (target {SIZE_TARGET_MB:g} MB)")
        missed = size >= SIZE_TARGET_MB
        try:
            found, elements = openings(out, 3 if chosen.quick else 9, Path(folder) / "chromium")
        except NoBrowserError as problem:
            print(f"   opening: not measured, {problem}")
            return int(missed)
        print(
            f"   opening: DOMContentLoaded {found[0]:.0f} ms at best, "
            f"median {found[len(found) // 2]:.0f} ms, {elements} elements (target {OPENING_TARGET_MS:g} ms)"
        )
        return int(missed or found[0] >= OPENING_TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
