"""What the driver tests share: a journal, and small programs that stand for a vendor's."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.drivers import CommandDriver
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
