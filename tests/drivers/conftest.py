"""What the driver tests share: a journal, and small programs that stand for a vendor's."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.drivers import CommandDriver
from harness.profile import VendorProfile, load_profile
from simulators.journal import Journal

ANSWERING = """
import json, sys
request = json.load(sys.stdin)
def answer(status="done", **more):
    print(json.dumps({"id": request["id"], "status": status, **more}))
def describe(*actions):
    answer(result={"actions": list(actions), "product": "P", "version": "1"})
if request["action"] == "describe":
    describe("configure", "connect", "send", "list", "disconnect")
    sys.exit(0)
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "run")
    yield opened
    opened.close()


@pytest.fixture
def program(tmp_path: Path, journal: Journal) -> Callable[..., CommandDriver]:
    """Write a Python program and return the command driver over it."""

    def make(body: str, *, prelude: str = ANSWERING, timeout_s: float = 20) -> CommandDriver:
        script = tmp_path / "pilote.py"
        script.write_text(prelude + body, encoding="utf-8")
        return CommandDriver(journal, [sys.executable, "-S", str(script)], cwd=tmp_path, timeout_s=timeout_s)

    return make


@pytest.fixture
def make_profile(tmp_path: Path) -> Callable[..., VendorProfile]:
    """Return a profile with this `[driver]` section."""

    def make(driver: str) -> VendorProfile:
        path = tmp_path / "profil.toml"
        path.write_text(
            'schema = "vendor-profile/1"\n[product]\nname = "P"\nversion = "1"\nvendor = "V"\nnil = "12"\n'
            'corridor = "AUTRE"\n[claims]\nlevel = "basic"\nroles = ["send"]\nmailboxes = ["PER"]\n'
            f'integration = "client"\n[driver]\n{driver}\n',
            encoding="utf-8",
        )
        return load_profile(path)

    return make
