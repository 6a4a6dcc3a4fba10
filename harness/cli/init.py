"""`mssante init`: writes a commented, valid vendor profile."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.listing import console_of
from harness.cli.questions import FIELDS, Answers, ask_missing, check_answers
from harness.cli.template import profile_text
from harness.errors import EnvironmentFault, UsageError
from schemas.messages import message


def command(
    ctx: typer.Context,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="F", help="opt-out")] = Path("profil.toml"),
    name: Annotated[str, typer.Option("--name", metavar="N", help="opt-name")] = "",
    vendor: Annotated[str, typer.Option("--vendor", metavar="N", help="opt-vendor")] = "",
    version: Annotated[str, typer.Option("--product-version", metavar="V", help="opt-product-version")] = "",
    nil: Annotated[str, typer.Option("--nil", metavar="N", help="opt-nil")] = "",
    corridor: Annotated[str, typer.Option("--corridor", metavar="C", help="opt-corridor")] = "",
    level: Annotated[
        str, typer.Option("--level", metavar="basic|intermediate|advanced", help="opt-level")
    ] = "",
    roles: Annotated[str, typer.Option("--roles", metavar="send,receive", help="opt-roles")] = "",
    mailboxes: Annotated[str, typer.Option("--mailboxes", metavar="PER,ORG,APP", help="opt-mailboxes")] = "",
    integration: Annotated[
        str, typer.Option("--integration", metavar="client|send-function", help="opt-integration")
    ] = "",
    driver: Annotated[
        str, typer.Option("--driver", metavar="http|command|manual|artefacts", help="opt-driver")
    ] = "",
    url: Annotated[str, typer.Option("--url", metavar="URL", help="opt-url")] = "",
    program: Annotated[str, typer.Option("--command", metavar="C", help="opt-command")] = "",
    path: Annotated[str, typer.Option("--path", metavar="D", help="opt-path")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="opt-yes")] = False,
) -> None:
    """Write a vendor profile."""
    console = console_of(ctx)
    values = (name, vendor, version, nil, corridor, level, roles, mailboxes, integration)
    given = dict(zip(FIELDS, (*values, driver, url, program, path), strict=True))
    if out.exists():
        raise _exists(out)
    check_answers(given)
    if not yes and not sys.stdin.isatty():
        raise UsageError(message("cli.init-nobody"), fix=message("cli.init-nobody-fix"))
    answers: Answers = ask_missing(console, given, ask=not yes)
    write_new(out, profile_text(answers, console.language))
    console.tell("init-written", path=out)
    console.tell("init-next", path=out)


def write_new(path: Path, text: str) -> None:
    """Write a file that must not exist yet, whole or not at all."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(text)
            except BaseException:
                file.close()
                path.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        detail = error.strerror or str(error)
        raise EnvironmentFault(message("cli.init-cannot-write").filled(path=path, detail=detail)) from error


def _exists(path: Path) -> UsageError:
    return UsageError(message("cli.init-exists").filled(path=path), fix=message("cli.init-exists-fix"))
