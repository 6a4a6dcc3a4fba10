"""The whole basic run on the reference product: one process, then one worker a core.

`python benchmarks/bench_run.py [--quick]`. The product is a process of its own, driven over HTTP as any
vendor's. Target: under 20 s of wall time on 2 cores, reports included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGET_S = 20.0
PROFILE = Path(__file__).resolve().parents[1] / "harness" / "reference" / "profile.toml"


def run(report: Path, *more: str) -> tuple[float, int]:
    """Play the suite; return wall seconds and the number of cases."""
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--vendor-profile",
        str(PROFILE),
    ]
    done = subprocess.run(
        [*command, "--report-dir", str(report), "--require-level", "basic", *more],
        check=False,
        cwd=report.parent,
        capture_output=True,
        text=True,
    )
    took = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"the reference product does not reach the level:\n{done.stdout[-2000:]}")
    return took, len(json.loads((report / "run.json").read_text("utf-8"))["cases"])


def main() -> int:
    """Print the times; return 1 when the best misses the target."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="one run of each")
    repeats = 1 if options.parse_args().quick else 3
    best = float("inf")
    with tempfile.TemporaryDirectory() as folder:
        for label, more in (("1 process", ()), ("-n 2", ("-n", "2"))):
            times = [run(Path(folder) / "report", *more) for _ in range(repeats)]
            median = sorted(took for took, _ in times)[repeats // 2]
            best = min(best, median)
            print(f"{label:>10}: {median:.1f} s for {times[0][1]} cases (target {TARGET_S:g} s)", flush=True)
    return 1 if best > TARGET_S else 0


if __name__ == "__main__":
    sys.exit(main())
