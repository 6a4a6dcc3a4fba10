"""Archives and documents that are not what they say: damaged, lying, or made to harm the reader.

Each is small and quick to make. What harms is bounded: the reader that falls for it is seen to, and no more.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from simulators.documents.cda import BuiltCda

_DOCUMENT = "IHE_XDM/SUBSET01/DOC0001.XML"
_METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
BOMB_OCTETS = 160_000_000
"""What the bomb unpacks to, from some 160 KB."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 10, 0, 0)), content)
    return out.getvalue()


def other_hash(files: Mapping[str, bytes]) -> bytes:
    """Return the archive with the hash of another file in METADATA.XML."""
    return zipped({**files, _METADATA: _slot(files[_METADATA], "hash", b"0" * 39 + b"A")})


def other_size(files: Mapping[str, bytes]) -> bytes:
    """Return the archive with another size in METADATA.XML."""
    return zipped({**files, _METADATA: _slot(files[_METADATA], "size", b"1234")})


def document_missing(files: Mapping[str, bytes]) -> bytes:
    """Return the archive without the document that METADATA.XML describes."""
    return zipped({name: content for name, content in files.items() if name != _DOCUMENT})


def metadata_missing(files: Mapping[str, bytes]) -> bytes:
    """Return the archive without METADATA.XML."""
    return zipped({name: content for name, content in files.items() if name != _METADATA})


def truncated(content: bytes) -> bytes:
    """Return two thirds of an archive, as after a transfer that was cut."""
    return content[: len(content) * 2 // 3]


def empty() -> bytes:
    """Return an archive without any file: 22 octets."""
    return zipped({})


def outside(files: Mapping[str, bytes], name: str) -> bytes:
    """Return the archive with a file whose path leads out of the folder it would be unpacked into."""
    return zipped({f"../{name}": b"hors du dossier", **files})


def bomb(files: Mapping[str, bytes]) -> bytes:
    """Return the archive with a document that unpacks to `BOMB_OCTETS`."""
    out = io.BytesIO(_bomb())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if name != _DOCUMENT:
                archive.writestr(name, content)
    return out.getvalue()


@cache
def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(_DOCUMENT, (2026, 1, 5, 10, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        block = b" " * 1_000_000
        with archive.open(entry, "w") as file:
            for _ in range(BOMB_OCTETS // len(block)):
                file.write(block)
    return out.getvalue()


def with_external_entity(cda: BuiltCda, path: str) -> BuiltCda:
    """Return the document with a title that is an external entity: the content of a local file."""
    declared = f'<!DOCTYPE ClinicalDocument [<!ENTITY titre SYSTEM "{path}">]>'.encode()
    content = re.sub(rb"(<title>)[^<]*(</title>)", rb"\1&titre;\2", cda.content, count=1)
    return replace(cda, content=_after_declaration(content, declared))


def with_entities_in_entities(cda: BuiltCda) -> BuiltCda:
    """Return the document with a title of entities nested nine deep, each ten times: a thousand million."""
    levels = ['<!ENTITY e0 "lol">']
    levels += [f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10)]
    declared = f"<!DOCTYPE ClinicalDocument [{''.join(levels)}]>".encode()
    content = re.sub(rb"(<title>)[^<]*(</title>)", rb"\1&e9;\2", cda.content, count=1)
    return replace(cda, content=_after_declaration(content, declared))


def with_doctype(cda: BuiltCda) -> BuiltCda:
    """Return the document with a harmless document type declaration."""
    return replace(cda, content=_after_declaration(cda.content, b"<!DOCTYPE ClinicalDocument>"))


def with_mark(cda: BuiltCda) -> BuiltCda:
    """Return the document with a byte order mark, as official samples have it (DOSSIER §1.6)."""
    return replace(cda, content=b"\xef\xbb\xbf" + cda.content)


def written_in(cda: BuiltCda, charset: str, title: str) -> BuiltCda:
    """Return the document in another encoding, declared as such, under a title of its own.

    XML readers know UTF-8, UTF-16 and most others; the volet wants UTF-8 alone: a receiver may take or
    refuse such a document, not damage it.
    """
    text = cda.content.decode("utf-8")
    text = re.sub(r"encoding=[\"'][^\"']*[\"']", f'encoding="{charset}"', text, count=1)
    text = re.sub(r"(<title>)[^<]*(</title>)", rf"\g<1>{title}\g<2>", text, count=1)
    return replace(
        cda, content=text.encode(charset, "xmlcharrefreplace"), header=replace(cda.header, title=title)
    )


def not_a_document(cda: BuiltCda) -> BuiltCda:
    """Return something that is well-formed XML and no CDA document."""
    return replace(
        cda, content=b'<?xml version="1.0" encoding="UTF-8"?>\n<html><body>Erreur 500</body></html>'
    )


def not_xml(cda: BuiltCda) -> BuiltCda:
    """Return the document cut in the middle."""
    return replace(cda, content=cda.content[: len(cda.content) // 2])


def other_code_system(cda: BuiltCda) -> BuiltCda:
    """Return the document with its type code in an unknown code system."""
    content = re.sub(rb'(<code code="[^"]+" codeSystem=")[^"]+', rb"\g<1>1.2.3.4.5", cda.content, count=1)
    return replace(cda, content=content)


def _after_declaration(content: bytes, declared: bytes) -> bytes:
    head, mark, rest = content.partition(b"?>")
    return head + mark + b"\n" + declared + rest if mark else declared + content


def _slot(metadata: bytes, name: str, value: bytes) -> bytes:
    pattern = rb'(name="' + name.encode() + rb'".*?Value>)[^<]*(<)'
    return re.sub(pattern, rb"\g<1>" + value + rb"\g<2>", metadata, count=1, flags=re.DOTALL)
