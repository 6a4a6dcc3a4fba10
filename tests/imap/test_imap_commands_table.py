"""The rooms and the table of commands: each cites its RFC, and each has its transcripts."""

import ast
import pkgutil
from pathlib import Path

from imap_corpus import CORPUS

import simulators.imap.commands as package
from simulators.imap.commands import all_commands
from simulators.imap.config import AUTHENTICATED


def test_every_command_cites_its_source() -> None:
    for name, spec in all_commands().items():
        assert spec.rfc.startswith("RFC "), name
        assert spec.name == name == name.upper()


def test_every_module_of_the_room_is_loaded() -> None:
    handlers = {spec.handler.__module__.rpartition(".")[2] for spec in all_commands().values()}
    assert handlers == {module.name for module in pkgutil.iter_modules(package.__path__)} - {"registry"}


def test_every_command_has_a_transcript() -> None:
    words = {
        word for transcript in CORPUS for step in transcript.steps for word in step.replace(":", " ").split()
    }
    assert set(all_commands()) <= words
    assert len({transcript.name for transcript in CORPUS}) == len(CORPUS) >= 150


def test_no_capability_is_shown_twice() -> None:
    assert len(set(AUTHENTICATED)) == len(AUTHENTICATED)


ROOMS = (
    {"parser"},
    {"formats", "responses", "trace"},
    {"mime"},
    {"view"},
    {"config", "faults"},
    {"session", "searching"},
    {"commands"},
    {"transport", "dialogue", "server"},
)


def room_of(name: str) -> int:
    return next(index for index, names in enumerate(ROOMS) if name in names)


def imported_rooms(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return []
    if node.module == "simulators.imap":
        return [alias.name for alias in node.names]
    return [node.module.split(".")[2]] if node.module.startswith("simulators.imap.") else []


def test_rooms_import_only_rooms_before_them() -> None:
    folder = Path(package.__path__[0]).parent
    checked = 0
    for path in folder.rglob("*.py"):
        where = path.relative_to(folder).parts[0].removesuffix(".py")
        if where == "__init__":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target in imported_rooms(node):
                assert room_of(target) <= room_of(where), f"{path.name} imports {target}"
                checked += 1
    assert checked > 50
