"""The files of a Schematron schema, read safely and put together: includes and relative paths resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

_SCH = "http://purl.oclc.org/dsdl/schematron"
_MAX_FILES = 3_000
_MAX_DEPTH = 30
_CALL = re.compile(r"\b(doc|document|doc-available)\(\s*(['\"])([^'\"$]+)\2")
_QUOTED = re.compile(r"""^\s*(['"]?)([^'"$()]+\.(?:xml|rdf))\1\s*$""", re.IGNORECASE)
_ATTRIBUTES = ("context", "test", "select", "value", "match", "use")


class SchematronError(ValueError):
    """A schema cannot be compiled; `path` is the file at fault."""

    def __init__(self, detail: str, path: Path) -> None:
        super().__init__(f"{path.name} : {detail}")
        self.detail = detail
        self.path = path


def parsed(path: Path) -> _Element:
    """Read one XML file: no DTD, no entity, no network. Raises `SchematronError`."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, huge_tree=False
    )
    try:
        return etree.fromstring(path.read_bytes(), parser)
    except OSError as error:
        raise SchematronError(error.strerror or str(error), path) from error
    except etree.XMLSyntaxError as error:
        raise SchematronError(str(error.msg or error), path) from error


@dataclass(slots=True)
class Sources:
    """Reads `path` and all that it includes, inside `root` only."""

    path: Path
    root: Path
    files: set[Path] = field(default_factory=set)

    def schema(self) -> _Element:
        """Return the whole schema in one tree."""
        top = self._read(self.path, 0)
        if top.tag != f"{{{_SCH}}}schema":
            raise SchematronError(f"racine / root {top.tag}", self.path)
        return top

    def _read(self, path: Path, depth: int) -> _Element:
        self.files.add(path)
        if depth > _MAX_DEPTH or len(self.files) > _MAX_FILES:
            raise SchematronError("inclusions sans fin / endless includes", path)
        element = parsed(path)
        for each in element.iter("*"):
            for name in _ATTRIBUTES:
                if (value := each.get(name)) is not None:
                    each.set(name, self._absolute(value, path))
        for include in [*element.iter(f"{{{_SCH}}}include")]:
            self._include(include, path, depth)
        return element

    def _include(self, include: _Element, path: Path, depth: int) -> None:
        href, _, fragment = include.get("href", "").partition("#")
        target = (path.parent / href).resolve()
        if not target.is_relative_to(self.root.resolve()):
            raise SchematronError(f"include {href} : hors du pack / outside the pack", path)
        found = self._read(target, depth + 1)
        if fragment:
            named = [each for each in found.iter("*") if each.get("id") == fragment]
            if not named:
                raise SchematronError(f"include {href}#{fragment} : absent", path)
            found = named[0]
        parent = include.getparent()
        if parent is None:
            return
        place = parent.index(include)
        # A whole schema included gives its parts, anything else gives itself.
        parts = [*found] if found.tag == f"{{{_SCH}}}schema" else [found]
        for offset, part in enumerate(parts):
            parent.insert(place + 1 + offset, part)
        parent.remove(include)

    def _absolute(self, value: str, path: Path) -> str:
        """Return an expression of which the files that it names by a relative path are named by a URI."""
        whole = _QUOTED.match(value)
        if whole:
            uri = self._found(whole[2].strip(), path)
            return f"{whole[1]}{uri}{whole[1]}" if uri else value

        def replaced(match: re.Match[str]) -> str:
            uri = self._found(match[3], path)
            return f"{match[1]}({match[2]}{uri}{match[2]}" if uri else match[0]

        return _CALL.sub(replaced, value)

    def _found(self, relative: str, path: Path) -> str | None:
        if ":" in relative:
            return None
        for folder in (self.path.parent, path.parent):
            target = (folder / relative).resolve()
            if target.is_relative_to(self.root.resolve()) and target.is_file():
                return target.as_uri()
        return None
