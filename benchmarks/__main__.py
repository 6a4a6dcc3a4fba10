"""`python benchmarks [NAME ...] [--quick]`: runs the benchmarks one after the other (`make bench`).

A benchmark is a file `bench_<name>.py` that prints its measures beside a peer's and exits with 1 when a
target is missed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, all of them when none is named; return 1 when one of them misses a target."""
    names = [word for word in arguments if not word.startswith("-")]
    options = [word for word in arguments if word.startswith("-")]
    known = {path.stem.removeprefix("bench_"): path for path in sorted(FOLDER.glob("bench_*.py"))}
    if unknown := [name for name in names if name not in known]:
        print(f"unknown benchmark {', '.join(unknown)}; known: {', '.join(known)}", file=sys.stderr)
        return 2
    missed = []
    for name in names or known:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, str(known[name]), *options], check=False).returncode:
            missed.append(name)
    print(f"targets missed: {', '.join(missed)}" if missed else "all targets met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
