"""From arguments to an exit code: finds the command, loads its module alone, explains every error."""

from __future__ import annotations

import difflib
import importlib
import traceback
from collections.abc import Sequence
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from harness import __version__
from harness.cli.console import Console, flag_from, language_from
from harness.cli.help import Command, common_options, metavar, section, text_of, wrapped
from harness.errors import MssanteError, UsageError
from schemas.messages import message

COMMANDS = (
    "init",
    "doctor",
    "plan",
    "run",
    "scenarios",
    "check",
    "pack",
    "annuaire",
    "serve",
    "requirements",
    "rules",
    "explain",
    "report",
    "selftest",
)
"""Modules of this package, in the order of the help; a new command is a module and its name here."""

_ParserError: type[Exception] = typer.BadParameter.__mro__[1]
"""`UsageError` of click, which newer Typers carry inside themselves under a private name."""

INTERRUPTED = 130


class Commands(TyperGroup):
    """The commands by name; a module is imported when its command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"harness.cli.{cmd_name}")
        single = typer.Typer(add_completion=False)
        settings = {"help_option_names": ["-h", "--help"], **getattr(module, "CONTEXT_SETTINGS", {})}
        single.command(cmd_name, cls=Command, context_settings=settings)(module.command)
        return typer.main.get_command(single)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command of the first argument; raises `UsageError` with the nearest names."""
        if args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            key = "unknown-command-near" if near else "unknown-command"
            text = message(f"cli.{key}").filled(name=args[0], near="".join(near))
            raise UsageError(text, fix=message("cli.see-help"))
        return args[0], self.get_command(ctx, args[0]), args[1:]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write what the program is for and its commands."""
        console: Console = ctx.obj
        rows = [(name, text_of(console, f"{name}-short")) for name in COMMANDS]
        pieces = [
            f"{console.text('help-usage')}mssante {console.text('help-command')} [OPTIONS]",
            wrapped(console.text("mssante")),
            section(console.text("help-commands"), rows),
            common_options(console),
            console.text("mssante-exit"),
        ]
        formatter.write("\n\n".join(pieces) + "\n")


def run(arguments: Sequence[str]) -> int:
    """Run the command line; every error is told in the user's language, never as a traceback."""
    words = list(arguments)
    language, unknown = language_from(words)
    console = Console(language, debug=flag_from(words, "--debug"))
    try:
        if unknown is not None:
            raise UsageError(message("cli.unknown-language").filled(name=unknown))
        return _dispatch(words or ["--help"], console)
    except BrokenPipeError:
        return 0  # the reader (head, less) has seen enough
    except (KeyboardInterrupt, typer.Abort):
        code, text = INTERRUPTED, console.text("interrupted")
    except MssanteError as error:
        code, text = error.exit_code, _traced(console, error, error.text(language))
    except _ParserError as error:
        code, text = 2, _traced(console, error, _usage_text(console, error))
    except Exception as error:  # last resort: a defect of ours is said, not thrown at the user
        said = console.text("defect", error=f"{type(error).__name__}: {error}")
        code, text = 3, _traced(console, error, said)
    console.say(f"mssante : {text}" if language == "fr" else f"mssante: {text}", error=True)
    return code


def _dispatch(words: list[str], console: Console) -> int:
    if words == ["--version"]:
        console.say(f"mssante {__version__}")
        return 0
    app = typer.Typer(
        cls=Commands, add_completion=False, context_settings={"help_option_names": ["-h", "--help"]}
    )
    app.callback()(_nothing)
    result = typer.main.get_group(app).main(words, prog_name="mssante", standalone_mode=False, obj=console)
    if result == INTERRUPTED:  # how Typer returns a Ctrl-C
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def _nothing() -> None:
    """Let Typer make a group: the commands come by name."""


def _traced(console: Console, error: Exception, text: str) -> str:
    """Return the text, after the traceback where `--debug` asks for it."""
    if console.debug:
        traceback.print_exception(error)
    return text


def _usage_text(console: Console, error: Any) -> str:
    """Return a parser's error in the user's language; what is not known keeps the parser's own words."""
    param: Any = getattr(error, "param", None)
    shape = metavar(param) if param else ""
    name = param.opts[0] if param and param.param_type_name == "option" else shape
    match type(error).__name__:
        case "NoSuchOption":
            near = ", ".join(getattr(error, "possibilities", None) or [])
            text = console.text("no-such-option", name=error.option_name)
            text += f" ({near})" if near else ""
        case "MissingParameter":
            text = console.text("missing-parameter", name=name)
        case "BadParameter":
            expected = shape.replace("|", ", ") if "|" in shape else str(error.message)
            text = console.text("bad-parameter", name=name, expected=expected)
        case _:
            text = str(getattr(error, "message", error))
    command = error.ctx.command_path if getattr(error, "ctx", None) else "mssante"
    return f"{text}\n{console.text('see-help-of', command=command)}"
