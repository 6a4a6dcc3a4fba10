"""Runs the command line inside this process."""

import sys

import pytest

from harness.cli import run_command_line

DRIVER = """
import json, sys
request = json.load(sys.stdin)
actions = {actions!r}
print(json.dumps({{"id": request["id"], "status": "done",
    "result": {{"actions": actions, "product": "Logiciel", "version": "1.0", "clock": True}}}}))
"""
ACTIONS = [
    "configure",
    "connect",
    "send",
    "list",
    "fetch",
    "reply",
    "disconnect",
    "status",
    "advance",
    "files",
]


@pytest.fixture
def mssante(capsys, monkeypatch, tmp_path):
    """Return a function: arguments -> (exit code, standard output, standard error), from an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MSSANTE_LANG", raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments):
        code = run_command_line([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture
def profile(tmp_path):
    """Write a profile of which the driver is a small program that announces these actions."""

    def write(actions=ACTIONS, more="", **changes):
        (tmp_path / "pilote.py").write_text(DRIVER.format(actions=actions), encoding="utf-8")
        values = {"version": "1.0", "nil": "1234", "roles": '["send", "receive"]'} | changes
        path = tmp_path / "profil.toml"
        path.write_text(
            'schema = "vendor-profile/1"\n[product]\nname = "Logiciel"\nvendor = "V"\ncorridor = "LGC"\n'
            f'version = "{values["version"]}"\nnil = "{values["nil"]}"\n'
            f'[claims]\nlevel = "basic"\nroles = {values["roles"]}\nmailboxes = ["PER", "ORG"]\n'
            'integration = "client"\n[driver]\nkind = "command"\n'
            f"command = ['{sys.executable}', '-S', 'pilote.py']\n{more}",
            encoding="utf-8",
        )
        return path

    return write
