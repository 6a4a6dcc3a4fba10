"""driver/1 for a program that is run once for each action: one request on stdin, one answer on stdout.

What has to be known at the next action lies in a folder: `configure` empties it and writes what it was told.
The folder is MSSANTE_CLIENT_STATE, else one of the temporary folder named after the program and the worker.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Params = Mapping[str, Any]


class Refused(Exception):
    """A check of the program's said no."""


class Failed(Exception):
    """The program tried and could not."""


class Unsupported(Exception):
    """The program has no such function."""


class State:
    """The folder in which an adapter keeps what it was told."""

    def __init__(self, program: str) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "seul")
        usual = Path(tempfile.gettempdir()) / "mssante-clients" / f"{program}-{worker}"
        self.folder = Path(os.environ.get("MSSANTE_CLIENT_STATE") or usual)

    def renew(self, configuration: Params) -> None:
        """Forget the space before and keep this configuration."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "configuration.json").write_text(json.dumps(configuration), encoding="utf-8")

    @property
    def configuration(self) -> dict[str, Any]:
        """Return what `configure` said; raises `Failed` before it."""
        try:
            found = json.loads((self.folder / "configuration.json").read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise Failed("Non configuré : configure d'abord.") from error
        return dict(found)

    def mailbox(self, address: str) -> dict[str, Any]:
        """Return the configured mailbox of this address."""
        for mailbox in self.configuration["mailboxes"]:
            if mailbox["address"].lower() == address.lower():
                return dict(mailbox)
        raise Failed(f"Boîte inconnue : {address}.")


Action = Callable[[Params], Mapping[str, Any]]


def serve(actions: Mapping[str, Action]) -> int:
    """Do the one action that is asked on standard input; return the exit code."""
    request = json.load(sys.stdin.buffer)
    action = actions.get(request["action"])
    answer: dict[str, Any] = {"id": request["id"]}
    try:
        if action is None:
            raise Unsupported(f"action {request['action']}")
        answer |= {"status": "done", "result": action(request["params"])}
    except Refused as error:
        answer |= {"status": "refused", "detail": str(error)}
    except Failed as error:
        answer |= {"status": "failed", "detail": str(error)}
    except Unsupported as error:
        answer |= {"status": "unsupported", "detail": str(error)}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8") + b"\n")
    return 0 if answer["status"] == "done" else 1
