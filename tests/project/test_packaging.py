"""The wheel holds everything that runs, and no file of the repository names the machine it was made on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from harness import __version__

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("harness", "simulators", "schemas", "testcases", "reports")
NEEDED = (
    "harness/reference/profile.toml",
    "harness/reference/preuves/SC.PSC.02.txt",
    "schemas/json/driver-1.json",
    "schemas/json/run-record-1.json",
    "schemas/json/vendor-profile-1.json",
    "schemas/openapi/driver-1.json",
    "schemas/messages/cli.toml",
    "schemas/rules/tls.toml",
    "schemas/requirements/data/catalogue.json",
    "reports/html/templates/page.html",
    "reports/html/templates/style.css",
    "testcases/basic/test_psc.py",
)
# Written in two pieces, so that this file itself is free of what it looks for.
MACHINE_PATH = re.compile(
    "|".join((r"(?<![\w.])/wo" + "rk/", r"(?<![\w.])/ro" + "ot/", "/ho" + "me/[a-z]+/"))
)


def tracked():
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the list of files is not known")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode("utf-8").split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel: that of MSSANTE_WHEEL, else one built here where the build backend can be had."""
    if given := os.environ.get("MSSANTE_WHEEL"):
        return Path(given)
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    if built.returncode != 0:
        pytest.skip(
            f"no wheel could be built here (no network for the build backend?): {built.stderr[-300:]}"
        )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = [path.relative_to(ROOT).as_posix() for path in tracked()]
    missing = [name for name in ours if name.partition("/")[0] in PACKAGES and name not in names]
    assert not missing
    assert set(NEEDED) <= names


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {*PACKAGES, f"mssante_conformance-{__version__}.dist-info"}


def test_the_wheel_registers_command_and_plugin(wheel):
    with zipfile.ZipFile(wheel) as archive:
        info = f"mssante_conformance-{__version__}.dist-info"
        entries = archive.read(f"{info}/entry_points.txt").decode()
        assert any("LICENSE" in name for name in archive.namelist())
    assert "mssante = harness.cli:main" in entries
    assert "mssante = harness.plugin" in entries


def test_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_no_file_names_a_machine():
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if MACHINE_PATH.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def test_every_text_file_is_utf8():
    wrong = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            wrong.append(f"{path.relative_to(ROOT)}: octet {error.start}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("sample", ["/wo" + "rk/main/x", "/ro" + "ot/.venv", "/ho" + "me/jean/essai"])
def test_a_machine_path_is_seen(sample):
    assert MACHINE_PATH.search(sample)
