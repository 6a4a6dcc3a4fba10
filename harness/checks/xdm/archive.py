"""Rules on the zip itself, its tree, README.TXT and INDEX.HTM (IHE ITI-32 §3.32.4.1.2; X-XDM-02 to 08)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from harness.artefacts.xdm import METADATA, ROOT, Entry, Trouble, XdmArchive, is_zip
from harness.checks.xdm.scope import Scope
from harness.findings import Finding

_TROUBLES = {
    Trouble.UNREADABLE: ("XDM-001", "archive zip lisible / readable zip"),
    Trouble.TOO_MANY: ("XDM-002", "quelques entrées / a few entries"),
    Trouble.TOO_LARGE: ("XDM-002", "entrée de taille raisonnable / entry of a sane size"),
    Trouble.RATIO: ("XDM-002", "compression ordinaire / ordinary compression"),
    Trouble.ENCRYPTED: ("XDM-003", "entrée en clair / entry in clear"),
    Trouble.PATH: ("XDM-004", "chemin relatif avec « / » / relative path with `/`"),
    Trouble.DUPLICATE: ("XDM-005", "un seul fichier de ce nom / one file of this name"),
    Trouble.DAMAGED: ("XDM-006", "contenu conforme au CRC / content that matches its CRC"),
    Trouble.METHOD: ("XDM-007", "deflate ou/or stored"),
    Trouble.DESCRIPTOR: ("XDM-019", "indicateurs / flags 0x0"),
    Trouble.SURROUNDED: ("XDM-019", "rien autour du zip / nothing around the zip"),
}
_FILE = re.compile(r"[A-Z0-9_]{1,8}(?:\.[A-Z0-9_]{0,3})?", re.ASCII)
_DIRECTORY = re.compile(r"[A-Z0-9_]{1,8}", re.ASCII)
_MAX_DEPTH = 8
_EXECUTABLE = re.compile(
    r"\.(?:exe|com|bat|cmd|msi|scr|pif|dll|jar|vbs?|vbe|jse?|wsf|ps1|sh|lnk|hta|cpl|reg|app)$", re.IGNORECASE
)
_MAGIC = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_AUTORUN = re.compile(r"(?:^|/)\.?autorun(?:\.[a-z]*)?$", re.IGNORECASE)
_README = {
    "émetteur / sender": re.compile(r"(?<!['’])[ée]metteur|sender|institution|organi[sz]", re.IGNORECASE),
    "application": re.compile(r"application|logiciel|software", re.IGNORECASE),
    "version": re.compile(r"version", re.IGNORECASE),
    "éditeur / vendor": re.compile(r"[ée]diteur|vendor|fournisseur", re.IGNORECASE),
    "arborescence / organisation": re.compile(r"arborescence|IHE_XDM", re.IGNORECASE),
}
_LINK = re.compile(rb"""<a\s[^>]{0,500}?href\s*=\s*["']?(?:\./)?README\.TXT["'\s>]""", re.IGNORECASE)
_NAMING = re.compile(
    r"\b(?!(?:[ée]metteur|exp[ée]diteur|sender|issuer|voir|see|le|la|les|the|fichier|file|of|du|de|des|documents?"
    r"|sant[ée]|readme|txt)\b)[^\W_]{2,}",
    re.IGNORECASE,
)
"""A word that is none of those of the usual headings."""
_SMALL = 1024 * 1024
"""Octets of README.TXT and INDEX.HTM that are looked at."""


def zip_rules(archive: XdmArchive, scope: Scope) -> Iterator[Finding]:
    """XDM-001 to 007, 019: the zip reads everywhere and hides nothing."""
    for problem in archive.problems:
        rule, expected = _TROUBLES[problem.trouble]
        place = scope.of(problem.entry) if problem.entry is not None else scope
        yield place.fault(rule, expected, problem.detail)


def tree_rules(archive: XdmArchive, scope: Scope) -> Iterator[Finding]:
    """XDM-008 to 013, 020 to 022: names and places of the files."""
    missing = [name for name in ("README.TXT", "INDEX.HTM") if archive.file(name) is None]
    missing += [f"{ROOT}/"] if ROOT not in archive.directories else []
    for name in missing:
        yield scope.fault("XDM-008", name, ", ".join(entry.name for entry in archive.entries[:12]))
    if missing[-1:] != [f"{ROOT}/"] and not archive.subsets:
        yield scope.fault("XDM-009", f"{ROOT}/SUBSET01/{METADATA}", f"{ROOT}/")
    for subset in archive.subsets:
        if subset.metadata is None:
            yield scope.of(subset.directory).fault("XDM-009", subset.metadata_name, "absent")
    for entry in archive.entries:
        yield from _name_rules(entry, scope.of(entry.name))
    for entry in archive.files:
        yield from _content_rules(entry, scope.of(entry.name))


def _name_rules(entry: Entry, scope: Scope) -> Iterator[Finding]:
    pieces = entry.name.rstrip("/").split("/")
    forms = [_DIRECTORY] * (len(pieces) - 1) + [_DIRECTORY if entry.is_directory else _FILE]
    depth = len(pieces) if entry.is_directory else len(pieces) - 1
    wrong = [p for p, form in zip(pieces, forms, strict=True) if not form.fullmatch(p.upper())]
    if wrong or depth > _MAX_DEPTH:
        yield scope.fault("XDM-010", "8.3, A-Z 0-9 _", wrong[0] if wrong else f"{depth} niveaux / levels")
    elif entry.name != entry.name.upper():
        yield scope.fault("XDM-011", entry.name.upper(), entry.name)


def _content_rules(entry: Entry, scope: Scope) -> Iterator[Finding]:
    head = (entry.content or b"")[:8]
    if _AUTORUN.search(entry.name):
        yield scope.fault("XDM-012", "aucun / none", entry.name)
    elif _EXECUTABLE.search(entry.name) or head.startswith(_MAGIC):
        yield scope.fault("XDM-013", "aucun programme / no program", entry.name)
    elif is_zip(head):
        yield scope.fault("XDM-021", "aucun zip dans le zip / no zip in the zip", entry.name)
    elif head.startswith(b"%PDF"):
        yield scope.fault("XDM-022", "PDF à côté du zip / PDF beside the zip", entry.name)


def readme_rules(archive: XdmArchive, scope: Scope) -> Iterator[Finding]:
    """XDM-014 to 016: README.TXT says who sent, with what, and how the medium is laid out."""
    entry = archive.file("README.TXT")
    if entry is None or entry.content is None:
        return
    here = scope.of(entry.name)
    content = entry.content[:_SMALL]
    if not content.strip() or b"\0" in content:
        yield here.fault("XDM-014", "texte / text", repr(content[:40]))
        return
    text = content.decode("utf-8", "replace")
    absent = [what for what, pattern in _README.items() if not pattern.search(text)]
    if absent:
        yield here.fault("XDM-015", ", ".join(_README), f"absent : {', '.join(absent)}")
    if not content.isascii():
        yield _not_ascii(here, "XDM-016", content)
    bare = re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    if bare:
        line = content[: bare.start()].count(b"\n") + 1
        yield here.fault_at_line("XDM-016", "CRLF", repr(bare.group()), line)


def index_rules(archive: XdmArchive, scope: Scope) -> Iterator[Finding]:
    """XDM-017, 018, 023, 024: INDEX.HTM is XHTML, names the institution, links to README.TXT."""
    entry = archive.file("INDEX.HTM")
    if entry is None or entry.content is None:
        return
    here = scope.of(entry.name)
    content = entry.content[:_SMALL]
    if not _LINK.search(content):
        yield here.fault("XDM-017", '<a href="README.TXT">', content[:120].decode("utf-8", "replace"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        yield here.fault_at_line("XDM-018", "XHTML bien formé / well-formed", str(error), line)
    else:
        outside_links = [  # what is told of somebody: the headings alone name nobody
            text
            for one in root.iter()
            for text in (one.text if _speaks(one) else None, one.tail)
            if text and _NAMING.search(text)
        ]
        if not outside_links:
            yield here.fault("XDM-023", "structure émettrice / sending institution", "∅")
    if not content.isascii():
        yield _not_ascii(here, "XDM-024", content)


def _speaks(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and etree.QName(element).localname not in {"a", "title", "style"}


def _not_ascii(scope: Scope, rule: str, content: bytes) -> Finding:
    position = next(index for index, octet in enumerate(content) if octet > 127)
    around = content[max(0, position - 20) : position + 20].decode("utf-8", "replace")
    return scope.fault_at_line(rule, "ASCII", around, content[:position].count(b"\n") + 1)
