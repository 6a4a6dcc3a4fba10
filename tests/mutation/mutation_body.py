"""Single faults in the body of a document: the file of an N1, the sections and narrative of an N3."""

from __future__ import annotations

import base64
import random
from typing import Any

from lxml import etree
from mutation_core import (
    NS,
    adding,
    cda,
    cda_table,
    cut,
    doubling,
    found,
    parse,
    pick,
    removing,
    setting,
    writing,
)

FILE = "//h:nonXMLBody/h:text"
SECTION = "//h:structuredBody//h:section"
MEDIA = "//h:observationMedia/h:value[@representation='B64']"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()
NOT_A_PDF = base64.b64encode(b"Ceci n'est pas un fichier PDF.\n" * 20).decode()
NARRATED = f"{SECTION}/h:text[string-length(normalize-space(.)) > 0]"
CODED = f"{SECTION}[h:entry]"
"""Sections whose entries tell what the narrative has to tell."""


def _loinc(root: Any, rng: random.Random, path: str) -> bool:
    node = pick(root, path, rng)
    if node is None or not (node.get("code") or "")[-1:].isdigit():
        return False
    code = node.get("code")
    node.set("code", code[:-1] + str((int(code[-1]) + 1) % 10))
    return True


def _move(root: Any, rng: random.Random, path: str, after: str) -> bool:
    node = pick(root, path, rng)
    if node is None:
        return False
    node.getparent().find(after, NS).addnext(node)
    return True


def _same_id(root: Any, rng: random.Random) -> bool:
    known = found(root, "//h:structuredBody//*[@ID]")
    if len(known) < 2:
        return False
    one, other = rng.sample(known, 2)
    one.set("ID", other.get("ID"))
    return True


def _empty(root: Any, rng: random.Random, path: str) -> bool:
    node = pick(root, path, rng)
    if node is None or not len(node):
        return False
    for child in list(node):
        node.remove(child)
    node.text = None
    return True


def _other_type(root: Any, rng: random.Random) -> bool:
    node = pick(root, MEDIA, rng)
    if node is None:
        return False
    node.set("mediaType", "image/gif" if node.get("mediaType") != "image/gif" else "image/jpeg")
    return True


@cda("file-base64-corrupt", "base64 of the file with characters that base64 has not", blind=True)
def base64_corrupt(root: Any, rng: random.Random) -> bool:
    """In an N1 or an embedded file."""
    node = pick(root, f"{FILE} | {MEDIA}", rng)
    if node is None or not node.text:
        return False
    middle = len(node.text) // 2
    node.text = node.text[:middle] + "é*!" + node.text[middle + 3 :]
    return True


@cda("file-not-a-pdf", "plain text under the type application/pdf", blind=True)
def not_a_pdf(root: Any, rng: random.Random) -> bool:
    """Good base64, bad file."""
    pdf = "[@mediaType='application/pdf']"
    node = pick(root, f"{FILE}{pdf} | {MEDIA}{pdf}", rng)
    if node is None:
        return False
    node.text = NOT_A_PDF
    return True


@cda("narrative-emptied", "narrative of a section emptied, entries kept", blind=True)
def narrative_emptied(root: Any, rng: random.Random) -> bool:
    """What a reader sees disappears."""
    node = pick(root, f"{NARRATED}[../h:entry]", rng)
    if node is None:
        return False
    for child in list(node):
        node.remove(child)
    node.text = None
    return True


@cda("reference-dangling", "a reference to the narrative that designates nothing")
def reference_dangling(root: Any, rng: random.Random) -> bool:
    """Of a reference that designated something."""
    known = {one.get("ID") for one in found(root, "//*[@ID]")}
    nodes = [
        one
        for one in found(root, "//h:structuredBody//h:reference[starts-with(@value, '#')]")
        if one.get("value")[1:] in known
    ]
    if not nodes:
        return False
    rng.choice(nodes).set("value", "#nulle-part")
    return True


@cda("referenced-id-removed", "an ID that entries refer to removed")
def referenced_id_removed(root: Any, rng: random.Random) -> bool:
    """The other end of the same link."""
    wanted = {one.get("value")[1:] for one in found(root, "//h:reference[starts-with(@value, '#')]")}
    nodes = [one for one in found(root, "//h:text//h:*[@ID]") if one.get("ID") in wanted]
    if not nodes:
        return False
    rng.choice(nodes).attrib.pop("ID")
    return True


@cda("section-removed", "a section of the first level removed")
def section_removed(root: Any, rng: random.Random) -> bool:
    """Only a section that the model demands: one that is optional may be left out lawfully."""
    nodes = [
        one
        for one in found(root, "//h:structuredBody/h:component/h:section")
        if DEMANDED & {each.get("root") for each in one.findall("h:templateId", NS)}
        and len(found(root, "//h:structuredBody/h:component")) > 1
    ]
    demanded = [one for one in nodes if _demanded_by(root) & _templates(one)]
    if not demanded:
        return False
    chosen = rng.choice(demanded)
    # Another of the same kind would still satisfy the model.
    same = _demanded_by(root) & _templates(chosen)
    for one in demanded:
        if _templates(one) & same:
            cut(one.getparent())
    return True


def _templates(node: Any) -> set[str]:
    return {each.get("root") for each in node.findall("h:templateId", NS)}


_BY_MODEL = {
    "1.2.250.1.213.1.1.1.55": {"1.2.250.1.213.1.1.2.243", "1.3.6.1.4.1.19376.1.3.3.2.1"},
    "1.2.250.1.213.1.1.1.29": {
        "1.2.250.1.213.1.1.2.35.1", "1.3.6.1.4.1.19376.1.5.3.1.3.1", "1.3.6.1.4.1.19376.1.7.3.1.1.13.7",
        "1.3.6.1.4.1.19376.1.5.3.1.3.22",
    },
    "1.2.250.1.213.1.1.1.39": {"1.2.250.1.213.1.1.2.243"},
    "1.2.250.1.213.1.1.1.45": {"1.2.250.1.213.1.1.2.209", "1.2.250.1.213.1.1.2.206"},
    "1.2.250.1.213.1.1.1.13": {"1.2.250.1.213.1.1.2.29", "1.3.6.1.4.1.19376.1.5.3.1.3.27"},
}  # fmt: skip
"""Sections that CDA.md §4.2 and §5 call mandatory, by model."""
DEMANDED = {root for roots in _BY_MODEL.values() for root in roots}


def _demanded_by(root: Any) -> set[str]:
    model = next(
        (one.get("root") for one in found(root, "//h:ClinicalDocument/h:templateId")[::-1]
         if one.get("root") in _BY_MODEL),
        "",
    )  # fmt: skip
    version = found(root, f"//h:ClinicalDocument/h:templateId[@root='{model}']")
    # CR-BIO 2021.01 does not ask for the PDF copy; without a version it may be that one.
    if model.endswith(".55") and version[0].get("extension") != "2024.01":
        return {"1.3.6.1.4.1.19376.1.3.3.2.1"}
    return _BY_MODEL.get(model, set())


@cda("section-outside-body", "a section directly in the body, without component")
def section_outside_body(root: Any, rng: random.Random) -> bool:
    """The tree of components is part of the model."""
    body = pick(root, "//h:structuredBody", rng)
    section = pick(root, "//h:structuredBody/h:component/h:section", rng)
    if body is None or section is None:
        return False
    body.append(parse(etree.tostring(section, with_tail=False)))
    return True


cda_table([
    ("file-type-removed", "N1: mediaType removed", setting(FILE, mediaType=None)),
    ("file-type-unknown", "N1: mediaType application/msword", setting(FILE, mediaType="application/msword")),
    ("file-type-other", "N1: a PDF announced as an image", setting(FILE, mediaType="image/jpeg")),
    ("file-representation-removed", "N1: representation removed", setting(FILE, representation=None)),
    ("file-representation-text", "N1: base64 announced as text", setting(FILE, representation="TXT")),
    ("file-empty", "N1: file emptied", writing(FILE, lambda _: "")),
    ("file-truncated", "N1: file cut in the middle", writing(FILE, lambda text: text[: len(text) // 8 * 4])),
    ("file-png", "N1: a PNG under the type PDF",
     writing(FILE + "[@mediaType='application/pdf']", lambda _: PNG)),
    ("file-data-url", "N1: file written as a data: URL",
     writing(FILE, lambda text: "data:application/pdf;base64," + text.strip())),
    ("body-removed", "component removed", removing("//h:ClinicalDocument/h:component")),
    ("body-empty", "every component of the body removed",
     lambda root, rng: [one.getparent().remove(one)
                        for one in found(root, "//h:structuredBody/h:component")] != []),
    ("section-code-removed", "a section without code", removing(f"{SECTION}[h:title]/h:code")),
    ("section-title-removed", "a section without title", removing(f"{SECTION}[h:code]/h:title")),
    ("section-title-empty", "a section with an empty title", writing(f"{SECTION}/h:title", lambda _: "")),
    ("section-text-removed", "a section with entries and no text", removing(f"{CODED}/h:text")),
    ("section-code-malformed", "the LOINC code of a section with a wrong check digit",
     lambda root, rng: _loinc(root, rng, f"{SECTION}/h:code[@codeSystem='2.16.840.1.113883.6.1']")),
    ("section-title-after-text", "title of a section after its text",
     lambda root, rng: _move(root, rng, f"{SECTION}[h:text]/h:title", "h:text")),
    ("section-doubled", "two titles in a section", doubling(f"{SECTION}/h:title")),
    ("section-unknown-element", "a div in a section", adding(SECTION, "<div/>")),
    ("narrative-unknown-element", "a div in a narrative", adding(NARRATED, "<div>x</div>")),
    ("narrative-bold", "a b of HTML in a narrative", adding(NARRATED, "<b>x</b>")),
    ("narrative-id-doubled", "the same ID on two elements",
     _same_id),
    ("narrative-id-malformed", "an ID that begins with a digit", setting("//h:content[@ID]", ID="1 2")),
    ("narrative-cell-outside-row", "a cell directly in a table body",
     adding("//h:structuredBody//h:tbody", "<td>x</td>")),
    ("narrative-row-empty", "a table body without rows",
     lambda root, rng: _empty(root, rng, "//h:structuredBody//h:tbody")),
    ("media-reference-dangling", "renderMultiMedia of nothing",
     setting("//h:renderMultiMedia", referencedObject="nulle-part")),
    ("component-empty", "a component without its section",
     lambda root, rng: _empty(root, rng, "//h:structuredBody//h:component[h:section]")),
    ("media-type-other", "embedded file: type that it is not",
     _other_type),
    ("media-representation-removed", "embedded file: representation removed",
     setting(MEDIA, representation=None)),
    ("media-png", "embedded PDF replaced by a PNG",
     writing(f"{MEDIA}[@mediaType='application/pdf']", lambda _: PNG)),
    ("media-empty", "embedded file emptied", writing(MEDIA, lambda _: "")),
    ("media-truncated", "embedded file cut in the middle",
     writing(MEDIA, lambda text: text[: len(text) // 8 * 4])),
])  # fmt: skip
