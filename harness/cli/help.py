"""`--help` in French or in English, from `schemas/messages/cli.toml`."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand

from harness.cli.console import Console
from schemas.messages import messages

LEFT_WIDTH = 30


def text_of(console: Console, key: str | None) -> str:
    """Return the text of a message key, or the text itself when it is no key; empty for None."""
    found = messages("cli").get(key or "")
    return found.in_(console.language) if found else key or ""


class Command(TyperCommand):
    """A command of which `help` texts are message keys; its own is its name, `<name>-examples` are shown."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write usage, description, arguments, options and examples."""
        console: Console = ctx.obj
        params: list[Any] = list(self.params)
        arguments = [p for p in params if p.param_type_name == "argument"]
        options = [p for p in params if p.param_type_name == "option" and p.name != "help"]
        names = " ".join(metavar(p) if p.required else f"[{metavar(p)}]" for p in arguments)
        usage = f"{ctx.command_path} [OPTIONS] {names}".rstrip()
        name = self.name or ""
        pieces = [
            f"{console.text('help-usage')}{usage}",
            wrapped(text_of(console, name)),
            section(
                console.text("help-arguments"), ((metavar(p), text_of(console, p.help)) for p in arguments)
            ),
            section(console.text("help-options"), (_option(console, p) for p in options)),
            common_options(console),
        ]
        if f"{name}-examples" in messages("cli"):
            examples = textwrap.indent(text_of(console, f"{name}-examples").strip(), "  ")
            pieces.append(f"{console.text('help-examples')}\n{examples}")
        formatter.write("\n\n".join(piece for piece in pieces if piece) + "\n")


def common_options(console: Console) -> str:
    """Return the options that every command has."""
    return section(
        console.text("help-common"),
        (
            ("--lang fr|en", console.text("opt-lang")),
            ("--debug", console.text("opt-debug")),
            ("-h, --help", console.text("opt-help")),
        ),
    )


def section(title: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return a titled list of two columns, empty without rows."""
    width = max(50, min(shutil.get_terminal_size((100, 24)).columns, 100)) - LEFT_WIDTH
    lines = []
    for left, right in rows:
        wrapped_right = textwrap.wrap(right, width) or [""]
        if len(left) > LEFT_WIDTH - 4:
            lines.append(f"  {left}")
            left = ""  # noqa: PLW2901  the long name has its own line
        lines.append(f"  {left:<{LEFT_WIDTH - 2}}{wrapped_right[0]}".rstrip())
        lines += [" " * LEFT_WIDTH + line for line in wrapped_right[1:]]
    return "\n".join([title, *lines]) if lines else ""


def wrapped(text: str) -> str:
    """Return a text with each paragraph wrapped to the terminal."""
    width = max(50, min(shutil.get_terminal_size((100, 24)).columns, 100))
    return "\n\n".join(textwrap.fill(paragraph, width) for paragraph in text.strip().split("\n\n"))


def _option(console: Console, param: Any) -> tuple[str, str]:
    names = ", ".join(param.opts)
    left = names if param.is_flag else f"{names} {metavar(param)}"
    text = text_of(console, param.help)
    default = param.default
    if isinstance(default, str | int | float) and not isinstance(default, bool) and default != "":
        text += f" {console.text('help-default', value=getattr(default, 'value', default))}"
    return left, text


def metavar(param: Any) -> str:
    """Return the metavar that the command gives: Typer versions differ in what else they know."""
    return str(param.metavar or param.name.upper())
