"""Ways in which a product makes a wrong PDF copy, each named for what the product does.

Bytes are changed in place, so that the file's own table of positions stays right.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from simulators.documents import BuiltCda, build_n1, write_pdf
from simulators.documents.pdf import Line
from simulators.product.behaviour import Behaviour

OTHER = "Document produit par un autre logiciel."


def spoilt_copy(cda: BuiltCda, behaviour: Behaviour) -> BuiltCda:
    """Return the document with the copy that the product makes of it.

    The copy of an N1 is the PDF inside it: what is wrong with the file is wrong in both.
    """
    match behaviour.copy_fault:
        case "no-output-intent":
            return _with_file(cda, cda.copy.replace(b"/OutputIntents", b"/OutputIntentZ"))
        case "no-xmp":
            return _with_file(cda, cda.copy.replace(b"/Metadata ", b"/MetadatZ "))
        case "printed-elsewhere":
            return replace(cda, copy=_other(cda))
        case "header-only":
            return replace(cda, copy=_header_only(cda))
        case "absent" | "none":
            return cda


def copy_name_of(cda: BuiltCda, now: datetime, behaviour: Behaviour) -> str:
    """Return the name of the copy (ECO.2.1.6)."""
    day, _, rest = cda.copy_name.partition("_")
    kind, _, who = rest.partition("_")
    match behaviour.copy_name:
        case "identifier":
            return f"{cda.header.id}.pdf"
        case "day-of-sending":
            return f"{now:%Y%m%d}_{rest}"
        case "long-type":
            return f"{day}_{kind} de l'établissement qui a soigné le patient_{who}"
        case "no-given-name":
            return f"{day}_{kind}_{who.partition('_')[0]}.pdf"
        case "conforming":
            return cda.copy_name


def _with_file(cda: BuiltCda, copy: bytes) -> BuiltCda:
    if cda.media_type == "application/pdf":
        return replace(build_n1(cda.header, copy), copy=copy)
    return replace(cda, copy=copy)


def _other(cda: BuiltCda) -> bytes:
    header = cda.header
    return write_pdf([Line(OTHER, 14)], title=header.title, created=header.time, author="Imprimante PDF")


def _header_only(cda: BuiltCda) -> bytes:
    header = cda.header
    lines = [
        Line(header.title, 14),
        Line(header.model.code.display),
        Line(f"{header.time:%d/%m/%Y %H:%M:%S}"),
        Line(header.authors[0].professional.display_name),
        Line(header.custodian.name),
    ]
    return write_pdf(lines, title=header.title, created=header.time, author="Imprimante PDF")
