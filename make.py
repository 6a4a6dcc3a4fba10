"""Sets everything up in the checkout and runs: `python make.py conformance`, `python make.py test`.

Needs nothing but Python 3.11 or later: the virtual environment `.venv` is made, or brought up to date when
pyproject.toml or Python changed, the project is installed in it (with its development tools where they are
needed), then the work is done there. On Windows `py make.py …`; `make …` is the same where there is a make.
"""

# ruff: noqa: S603  (every command below is written here, none comes from outside)

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LEVEL = "advanced"
"""The level that the reference product has to reach."""
REPORT = ROOT / "build" / "report"
MINIMUM = (3, 11)
RUNTIME_ONLY = frozenset({"conformance", "docs"})
"""Targets that need no development tool: a first conformance run waits for fewer downloads."""
PACKAGES = ("harness", "simulators", "schemas", "testcases", "reports")
STYLED = (*PACKAGES, "tests", "tools", "benchmarks", "examples", "make.py")
TESTS_AT_ONCE = 2
"""Worker processes of `test`: the tests wait on sockets, so two are of use even on one core."""


def main() -> int:
    """Prepare the environment and run what is asked; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="make.py", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument("target", nargs="?", default="help", choices=["help", *TARGETS])
    asked, more = parser.parse_known_args()
    if asked.target == "help":
        parser.print_usage()
        for name, (_, text) in TARGETS.items():
            print(f"  {name:12} {text}")
        return 2
    if sys.version_info < MINIMUM:
        found = ".".join(map(str, sys.version_info[:3]))
        wanted = ".".join(map(str, MINIMUM))
        print(f"Python {wanted} est nécessaire, celui-ci est {found} : prenez un Python plus récent.")
        print(f"Python {wanted} is needed, this one is {found}: take a newer Python.")
        return 2
    os.chdir(ROOT)
    if asked.target != "clean":
        prepare("parallel" if asked.target in RUNTIME_ONLY else "dev")
    return TARGETS[asked.target][0](more)


# --- environment ------------------------------------------------------------------------------------


def venv() -> Path:
    """Return the folder of the virtual environment; MSSANTE_VENV names another."""
    return Path(os.environ.get("MSSANTE_VENV") or ROOT / ".venv").resolve()


def python() -> str:
    """Return the interpreter of the virtual environment."""
    return str(venv() / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def prepare(extra: str) -> None:
    """Make the virtual environment, or bring it up to date when what it was made from has changed.

    `extra` is the optional part of pyproject.toml to install; `dev` holds all that `parallel` does.
    """
    stamp = venv() / "mssante-stamp.txt"
    wanted = fingerprint()
    usable = works(python())
    found = stamp.read_text(encoding="utf-8") if usable and stamp.is_file() else ""
    if found in {wanted + extra, wanted + "dev"}:
        return
    if found.startswith(wanted):
        extra = "dev"
    began = time.monotonic()
    if not usable:
        print(f"Environnement virtuel · virtual environment: {venv()}", flush=True)
        create()
    what = (
        "du projet et de ses outils · the project and its tools"
        if extra == "dev"
        else "du projet · the project"
    )
    print(f"Installation {what} …", flush=True)
    run([python(), "-m", "pip", "install", "--disable-pip-version-check", "-qq", "-e", f".[{extra}]"])
    stamp.write_text(wanted + extra, encoding="utf-8")
    print(f"Prêt · ready ({time.monotonic() - began:.0f} s)", flush=True)


def fingerprint() -> str:
    """Return what tells that an environment is still the right one."""
    content = (ROOT / "pyproject.toml").read_bytes()
    return f"{hashlib.sha256(content).hexdigest()} {sys.version_info[0]}.{sys.version_info[1]} "


def works(interpreter: str) -> bool:
    """Tell whether this interpreter starts, has pip, and is of the same version as the present one."""
    check = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        found = subprocess.run([interpreter, "-c", check], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return found.stdout.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}"


def create() -> None:
    """Make an empty virtual environment with pip."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv())], check=False)
    if made.returncode != 0:
        print(
            "L'environnement virtuel n'a pas pu être créé (message ci-dessus). Sous Debian ou Ubuntu : "
            "apt install python3-venv.\n"
            "The virtual environment could not be made (message above). On Debian or Ubuntu: "
            "apt install python3-venv.",
            file=sys.stderr,
        )
        sys.exit(3)


def run(command: Sequence[str]) -> None:
    """Run a command that has to succeed."""
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        print(f"Échec · failed (exit {done.returncode}): {' '.join(command)}", file=sys.stderr)
        sys.exit(3)


def tool(*arguments: str) -> int:
    """Run a Python module of the environment; return its exit code."""
    sys.stdout.flush()
    return subprocess.run([python(), "-m", *arguments], check=False).returncode


# --- targets ----------------------------------------------------------------------------------------


def conformance(more: Sequence[str]) -> int:
    """Judge the reference product; return the exit code of the run."""
    began = time.monotonic()
    shown = ("--report-dir", str(REPORT), "--require-level", LEVEL)
    code = tool("harness.cli", "run", "reference", *shown, *more)
    print(f"{time.monotonic() - began:.1f} s")
    return code


def test(more: Sequence[str]) -> int:
    """Run all tests of the project."""
    return tool("pytest", "-q", "-n", str(TESTS_AT_ONCE), "--dist", "loadfile", *more)


def lint(more: Sequence[str]) -> int:
    """Check style, types and layers."""
    styled = [name for name in STYLED if (ROOT / name).exists()]
    checks = (
        ("ruff", "check", *styled),
        ("ruff", "format", "--check", *styled),
        ("mypy",),
        ("pytest", "-q", "tests/project/test_layers.py"),
    )
    failed = [" ".join(check[:2]) for check in checks if tool(*check) != 0]
    if failed:
        print(f"En échec · failed: {', '.join(failed)}")
    return int(bool(failed))


def bench(more: Sequence[str]) -> int:
    """Run the benchmarks."""
    return tool("benchmarks", *more)


def mutation(more: Sequence[str]) -> int:
    """Spoil documents, archives, mails and copies in every known way; tell which faults the checks see."""
    return subprocess.run([python(), "tests/mutation/mutation_matrix.py", *more], check=False).returncode


def docs(more: Sequence[str]) -> int:
    """Write the files made from the published data."""
    return subprocess.run([python(), "tools/generate_docs.py", *more], check=False).returncode


def setup(more: Sequence[str]) -> int:
    """Do nothing more than prepare the environment."""
    return 0


def clean(more: Sequence[str]) -> int:
    """Remove what is made, except the environment."""
    for name in ("build", "dist", ".mypy_cache", ".ruff_cache", ".hypothesis", "mssante-report"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    return 0


TARGETS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "conformance": (conformance, "juge le produit de référence · judge the reference product"),
    "test": (test, "joue tous les tests du projet · run all tests of the project"),
    "lint": (lint, "style, types, dépendances entre paquets · style, types, layers"),
    "bench": (bench, "mesures · measures (benchmarks/README.md)"),
    "mutation": (
        mutation,
        "fautes vues par les contrôles · faults that the checks see (tests/mutation/README.md)",
    ),
    "docs": (docs, "refait docs/ et l'OpenAPI · make docs/ and OpenAPI again"),
    "setup": (setup, "prépare seulement .venv · prepare .venv only"),
    "clean": (clean, "efface ce qui est produit, sauf .venv · remove what is made, except .venv"),
}

if __name__ == "__main__":
    sys.exit(main())
