"""What is broken in the official files, put right in the private copy: each repair has a name and is told.

    rebuilt-vocabulary   a list of codes in the ART-DECOR form that a profile reads and nobody published,
                         made again from the value set of the same content (StrucMin gives no report without)
    letter-case          a path written in another case than the file: fails on Linux

What cannot be put right is told as well, and left: `empty-include` (the schematron cannot be compiled),
`empty-value-set`, `missing-file`, `unsatisfiable` (a rule that no valid document can hold).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

_SVS = "urn:ihe:iti:svs:2008"
_VOCABULARY = re.compile(r"voc-([0-9.]+)-[^/]*\.xml$", re.IGNORECASE)
_TYPE_CODES = "1.2.250.1.213.1.1.5.471"
"""JDV_J07: its file may bear another identifier than the profile's list."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_HREF = re.compile(r"""\b(?:href|schemaLocation)\s*=\s*(["'])([^"'#]+)(?:#[^"']*)?\1""")
_CALL = re.compile(r"""\b(?:doc|document|doc-available)\(\s*(['"])([^'"$]+)\1""")
_PATH = re.compile(r"""\bvalue\s*=\s*(["'])\s*['"]?([^"'$()]+\.(?:xml|rdf))['"]?\s*\1""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing put right (`done`) or found beyond repair; `path` is the file in the copy."""

    name: str
    path: str
    detail: str
    done: bool


@dataclass(slots=True)
class _Copy:
    """A private copy: its folder, its paths, and the paths by their lower case."""

    root: Path
    files: set[str]
    folded: dict[str, list[str]]

    def near(self, path: str | None) -> list[str]:
        """Return the files that a path names but for letter case."""
        return self.folded.get(path.lower(), []) if path else []

    def add(self, path: str) -> None:
        """Count a file that was made."""
        self.files.add(path)
        self.folded.setdefault(path.lower(), []).append(path)


def repair(root: Path, files: set[str]) -> list[Repair]:
    """Put right the copy under `root`; `files` (paths with `/`) gains what is made."""
    whole = _Copy(root, files, {})
    for each in sorted(files):
        whole.folded.setdefault(each.lower(), []).append(each)
    made: list[Repair] = []
    for path in sorted(each for each in files if each.lower().endswith((".sch", ".xsd"))):
        made += _paths(whole, path)
    made += _empty(root, files)
    return made


def _paths(whole: _Copy, path: str) -> Iterator[Repair]:
    """Look at every path that a file writes."""
    octets = (whole.root / path).read_bytes()
    # What is put right is ASCII: one octet a character gives every other octet back as it was.
    before = text = octets.decode("iso-8859-1")
    for kind, pattern in (("include", _HREF), ("call", _CALL), ("call", _PATH)):
        for written in sorted({match[2].strip() for match in pattern.finditer(before)}):
            targets = [_joined(base, written) for base in _bases(path, kind)]
            if _SCHEME.match(written) or any(each in whole.files for each in targets):
                continue
            near = [found for each in targets for found in whole.near(each)]
            if near:
                right = _relative(path, near[0])
                text = text.replace(written, right)
                yield Repair("letter-case", path, f"{written} → {right}", True)
            else:
                yield _absent(whole, path, written, next((each for each in targets if each), None))
    if text != before:
        (whole.root / path).write_bytes(text.encode("iso-8859-1"))


def _bases(path: str, kind: str) -> list[str]:
    """Return the folders from which a path may be meant: a call in a part counts from the whole schema."""
    own = path.rpartition("/")[0]
    if kind == "include":
        return [own]
    above = []
    while own:
        above.append(own)
        own = own.rpartition("/")[0]
    return [*above, ""]


def _absent(whole: _Copy, path: str, written: str, target: str | None) -> Repair:
    """Make a vocabulary again, or say that the file is missing."""
    vocabulary = _VOCABULARY.search(written)
    source = _value_set(whole.root, whole.files, vocabulary[1]) if vocabulary else None
    if vocabulary and target and source is not None:
        count = _rebuild(whole.root / source, whole.root / target, vocabulary[1])
        whole.add(target)
        return Repair("rebuilt-vocabulary", target, f"{source} ({count} codes)", True)
    outside = "" if target else " : hors du dossier / outside the folder"
    return Repair("missing-file", path, written + outside, False)


def _joined(base: str, relative: str) -> str | None:
    """Return a path of the copy, None when it leaves it."""
    parts = base.split("/") if base else []
    for each in relative.replace("\\", "/").split("/"):
        if each == "..":
            if not parts:
                return None
            parts.pop()
        elif each not in ("", "."):
            parts.append(each)
    return "/".join(parts)


def _relative(path: str, target: str) -> str:
    here, there = path.split("/")[:-1], target.split("/")
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])


def _value_set(root: Path, files: set[str], oid: str) -> str | None:
    """Return the value set of this OID: by its own id, or by name for the type codes."""
    candidates = sorted(each for each in files if "jeuxdevaleurs/" in each.lower())
    if oid == _TYPE_CODES:
        named = [each for each in candidates if "jdv_j07_xdstypecode" in each.lower()]
        if named:
            return named[0]
    needle = f'id="{oid}"'.encode()
    return next((each for each in candidates if needle in (root / each).read_bytes()), None)


def _rebuild(source: Path, target: Path, oid: str) -> int:
    """Write a value set (IHE SVS) in the ART-DECOR form; return the number of codes."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    concepts = [
        "    <concept "
        + " ".join(
            f"{name}={quoteattr(each.get(name, ''))}" for name in ("code", "codeSystem", "displayName")
        )
        + "/>"
        for each in etree.fromstring(source.read_bytes(), parser).iter(f"{{{_SVS}}}Concept")
    ]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<valueSets>", f'  <valueSet id="{oid}">']
    lines += ["    <conceptList>", *concepts, "    </conceptList>", "  </valueSet>", "</valueSets>", ""]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    return len(concepts)


def _empty(root: Path, files: set[str]) -> Iterator[Repair]:
    for path in sorted(files):
        content = root / path
        if content.stat().st_size == 0 or not content.read_bytes().strip():
            name = "empty-value-set" if "jeuxdevaleurs/" in path.lower() else "empty-include"
            yield Repair(name, path, "0 octet", False)
        elif path.lower().endswith(".sch") and b"relatedSubject/Addr" in content.read_bytes():
            yield Repair("unsatisfiable", path, "relatedSubject/Addr", False)
