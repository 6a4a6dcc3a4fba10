"""What a mutation is, the registry of all kinds, and the means to spoil one thing of an XML tree.

A mutation makes ONE fault. It returns None where it does not apply, and what comes out equal to what went in
is not counted. A node is chosen among all that match with a generator seeded by kind and input, so that the
same matrix comes out each time and a kind is not tried on the first node only.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lxml import etree

NS = {
    "h": "urn:hl7-org:v3",
    "lab": "urn:oid:1.3.6.1.4.1.19376.1.3.2",
    "sdtc": "urn:hl7-org:sdtc",
    "ps": "urn:dicom-org:ps3-20",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
    "lcm": "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0",
}
XSI_TYPE = f"{{{NS['xsi']}}}type"


class Kind(StrEnum):
    """What a mutation spoils, and by what it is judged."""

    CDA = "cda"
    XDM = "xdm"
    MAIL = "mail"
    PDF = "pdf"


Spoil = Callable[[bytes, random.Random], bytes | None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One kind of single fault; `blind` when the official tool is known not to see it (CDA.md §6)."""

    name: str
    kind: Kind
    what: str
    spoil: Spoil
    blind: bool = False


MUTATIONS: dict[str, Mutation] = {}


def register(name: str, kind: Kind, what: str, spoil: Spoil, *, blind: bool = False) -> None:
    """Add a kind. Raises `ValueError` when the name is taken."""
    if name in MUTATIONS:
        raise ValueError(f"two mutations are called {name}")
    MUTATIONS[name] = Mutation(name, kind, what, spoil, blind)


def mutation(name: str, kind: Kind, what: str, *, blind: bool = False) -> Callable[[Spoil], Spoil]:
    """Register a function on octets as a kind."""

    def keep(spoil: Spoil) -> Spoil:
        register(name, kind, what, spoil, blind=blind)
        return spoil

    return keep


# --- XML --------------------------------------------------------------------------------------------

Edit = Callable[[Any, random.Random], bool | None]
"""Changes a tree in place; False or None when it does not apply."""


def parse(content: bytes) -> Any:
    """Read a tree as the mutations change it."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def octets(root: Any) -> bytes:
    """Write a tree with what stands before its root."""
    written: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
    return written


def spoiled_tree(content: bytes, edit: Edit, rng: random.Random) -> bytes | None:
    """Return the octets after `edit`; None when it does not apply or changes nothing that counts."""
    root = parse(content)
    before = etree.tostring(root, method="c14n")
    if not edit(root, rng):
        return None
    return None if etree.tostring(root, method="c14n") == before else octets(root)


def cda(name: str, what: str, *, blind: bool = False) -> Callable[[Edit], Edit]:
    """Register an edit of a document's tree as a kind."""

    def keep(edit: Edit) -> Edit:
        register(name, Kind.CDA, what, lambda data, rng: spoiled_tree(data, edit, rng), blind=blind)
        return edit

    return keep


def found(root: Any, path: str) -> list[Any]:
    """Return what an XPath selects, in the namespaces of `NS`."""
    result = root.xpath(path, namespaces=NS)
    return result if isinstance(result, list) else []


def pick(root: Any, path: str, rng: random.Random) -> Any:
    """Return one of the selected nodes, or None."""
    nodes = found(root, path)
    return rng.choice(nodes) if nodes else None


def cut(node: Any) -> bool:
    """Remove an element and keep the text after it."""
    if node is None or node.getparent() is None:
        return False
    parent, before = node.getparent(), node.getprevious()
    if node.tail:
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)
    return True


def removing(path: str) -> Edit:
    """Remove one of the selected elements."""
    return lambda root, rng: cut(pick(root, path, rng))


def doubling(path: str) -> Edit:
    """Put a copy of one of the selected elements after it."""

    def edit(root: Any, rng: random.Random) -> bool:
        node = pick(root, path, rng)
        if node is None or node.getparent() is None:
            return False
        node.addnext(parse(etree.tostring(node, with_tail=False)))
        return True

    return edit


def setting(path: str, **values: str | None) -> Edit:
    """Write attributes of one of the selected elements; None removes. `xsi_type` stands for xsi:type."""

    def edit(root: Any, rng: random.Random) -> bool:
        node = pick(root, path, rng)
        if node is None:
            return False
        for name, value in values.items():
            key = XSI_TYPE if name == "xsi_type" else name
            if value is None:
                node.attrib.pop(key, None)
            else:
                node.set(key, value)
        return True

    return edit


def altering(path: str, name: str, change: Callable[[str], str]) -> Edit:
    """Change the value of an attribute of one of the selected elements that have it."""

    def edit(root: Any, rng: random.Random) -> bool:
        node = pick(root, f"({path})[@{name}]", rng)
        if node is None:
            return False
        node.set(name, change(node.get(name)))
        return True

    return edit


def writing(path: str, change: Callable[[str], str]) -> Edit:
    """Change the text of one of the selected elements, whose children go."""

    def edit(root: Any, rng: random.Random) -> bool:
        node = pick(root, path, rng)
        if node is None:
            return False
        text = change(node.text or "")
        for child in list(node):
            node.remove(child)
        node.text = text
        return True

    return edit


def nulling(path: str, flavor: str = "UNK") -> Edit:
    """Take attributes and children of one of the selected elements, and give it a nullFlavor."""

    def edit(root: Any, rng: random.Random) -> bool:
        node = pick(root, path, rng)
        if node is None:
            return False
        tail = node.tail
        node.clear()
        node.tail = tail
        node.set("nullFlavor", flavor)
        return True

    return edit


def adding(path: str, fragment: str, *, first: bool = False) -> Edit:
    """Put an element (in the namespace of its parent) at the end or the beginning of a selected one."""

    def edit(root: Any, rng: random.Random) -> bool:
        node = pick(root, path, rng)
        if node is None:
            return False
        namespace = etree.QName(node).namespace or ""
        node.insert(0 if first else len(node), parse(_wrapped(fragment, namespace))[0])
        return True

    return edit


def _wrapped(fragment: str, namespace: str) -> bytes:
    return f'<x xmlns="{namespace}" xmlns:xsi="{NS["xsi"]}">{fragment}</x>'.encode()


def cda_table(rows: Iterator[tuple[str, str, Edit]] | list[tuple[str, str, Edit]]) -> None:
    """Register edits of documents, one a row: name, what it does, edit."""
    for name, what, edit in rows:
        cda(name, what)(edit)
