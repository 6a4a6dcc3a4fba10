"""PDF/A-1 copies of CDA documents and their names (ECO.2.1.5, ECO.2.1.6; DOSSIER §1.7)."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.documents.header import Header
from simulators.documents.pdf import Line, write_pdf
from simulators.documents.sections import Section, section_lines

TYPE_LENGTH = 40
"""Characters of the document type that the name of a copy keeps."""


def copy_of(header: Header, sections: tuple[Section, ...]) -> bytes:
    """Return the copy of an N3: the five data of the header, then the narrative of each section."""
    return _write(header, _section_lines(sections))


def copy_of_text(header: Header, text: str) -> bytes:
    """Return a PDF with the five data of the header and a plain text, one paragraph a line."""
    return _write(header, (Line(line, gap=3) for line in text.splitlines()))


def copy_name(header: Header) -> str:
    """Return the name: date of the act, type cut at 40, birth name, first given name[, file number].

    `_` only separates fields, so one inside a field is written as a space, as are the characters that file
    systems refuse.
    """
    patient = header.patient
    fields = [
        f"{header.main_act.start:%Y%m%d}",
        header.model.code.display[:TYPE_LENGTH].rstrip(),
        patient.birth_family,
        patient.first_given,
    ]
    if header.file_number is not None:
        fields.append(header.file_number)
    return "_".join(_field(field) for field in fields) + ".pdf"


def _field(text: str) -> str:
    return "".join(" " if character in '_/\\:*?"<>|' else character for character in text)


def _section_lines(sections: tuple[Section, ...]) -> Iterator[Line]:
    for text, is_title in section_lines(sections):
        yield Line(text, 11.5, 10) if is_title else Line(text, gap=2)


def _write(header: Header, body: Iterator[Line]) -> bytes:
    responsible = header.legal_authenticator.professional
    patient = header.patient
    data = (
        f"Type de document : {header.model.code.display}",
        f"Date et heure de création : {header.time:%d/%m/%Y %H:%M:%S}",
        *(f"Auteur : {author.professional.display_name}" for author in header.authors),
        f"Responsable : {responsible.display_name}",
        f"Structure chargée de la conservation : {header.custodian.name}",
        f"Patient : {patient.birth_family} {patient.first_given}, "
        f"{'née' if patient.sex == 'F' else 'né'} le {patient.birth_date:%d/%m/%Y}",
    )
    lines = [Line(header.title, 14), *(Line(text, gap=2) for text in data), *body]
    return write_pdf(
        lines,
        title=header.title,
        created=header.time,
        author=header.authors[0].professional.display_name,
    )
