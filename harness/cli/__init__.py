"""The command line `mssante`: one module a command, loaded only when it is named.

A command is a module of this package with a function `command` (a Typer command: its `help` texts are keys
of `schemas/messages/cli.toml`), optionally `CONTEXT_SETTINGS` (to pass unknown options on, say), its name in
`harness.cli.app.COMMANDS`, and the texts `<name>`, `<name>-short`, `<name>-examples`. `console_of(ctx)` gives
it the language; `--lang` and `--debug` are taken out of the arguments before any command sees them.

Exit codes: 0 yes · 1 no (the level is not reached, a check failed) · 2 usage or profile · 3 environment or
harness · 130 stopped by Ctrl-C, as shells expect: no verdict was given.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main", "run_command_line"]


def run_command_line(arguments: Sequence[str]) -> int:
    """Run `mssante` with these arguments and return its exit code."""
    from harness.cli.app import run  # noqa: PLC0415  keeps `import harness.cli` free of Typer

    return run(arguments)


def main() -> None:
    """Run the console script."""
    sys.exit(run_command_line(sys.argv[1:]))
