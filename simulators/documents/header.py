"""Header of a CDA document as values, and the place of each in the XML (CDA.md §2, DOSSIER §1.8).

The values are also what the XDS metadata, the mail headers and the PDF copy are made from, so that all of
them agree without reading the XML back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from simulators.documents.codes import NORMAL, PRACTICES, SECTORS, SPECIALTIES, Code, DocumentModel
from simulators.documents.patients import Patient
from simulators.people import Professional, Structure


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote the document, when, and in which role to the patient (`function`, JDV_J47, may be none)."""

    professional: Professional
    time: datetime
    function: Code | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers for the document or validates it, and when."""

    professional: Professional
    time: datetime


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody else: `type_code` of JDV_J144 (`REF` prescriber, `INF` informer), `function` of JDV_J47."""

    type_code: str
    professional: Professional
    time: datetime
    function: Code | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative of the patient who informed: `link` of JDV_J11 (`MTH` the mother)."""

    link: Code
    family: str
    given: str
    phone: str


@dataclass(frozen=True, slots=True)
class Act:
    """An act that the document reports (`serviceEvent`); the first of a header is the main act.

    `translations` are other codings of the act; a pair's second code, when there is one, is the meaning of
    the translation (the DICOM modality has `121139`). `status` is the laboratory's `lab:statusCode`.
    """

    start: datetime
    end: datetime | None
    performer: Professional
    code: Code | None = None
    id: str | None = None
    id_extension: str | None = None
    translations: tuple[tuple[Code, Code | None], ...] = ()
    status: str | None = None
    performer_template: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The prescription that the document answers; `accession` is the imaging order's number."""

    id: str
    extension: str
    accession: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Encounter:
    """The stay or the visit: its dates, its kind (JDV_J142) and where it took place."""

    start: datetime
    end: datetime | None
    kind: Code
    structure: Structure
    responsible: Professional | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """All that stands above the body of a document.

    `id`, `set_id` and `replaces` are OIDs; `version` starts at 1; `replaces` is the id of the version that
    this one takes the place of. `file_number` only names the PDF copy (ECO.2.1.6).
    """

    model: DocumentModel
    id: str
    set_id: str
    version: int
    title: str
    time: datetime
    patient: Patient
    authors: tuple[Author, ...]
    custodian: Structure
    legal_authenticator: Signature
    acts: tuple[Act, ...]
    encounter: Encounter
    replaces: str | None = None
    confidentiality: Code = NORMAL
    language: str = "fr-FR"
    informants: tuple[Relative, ...] = ()
    participants: tuple[Participant, ...] = ()
    authenticators: tuple[Signature, ...] = ()
    authenticator_template: str | None = None
    orders: tuple[Order, ...] = ()
    file_number: str | None = None
    practice: Code | None = field(default=None)

    @property
    def main_act(self) -> Act:
        """Return the act that dates the document and names its performer."""
        return self.acts[0]

    @property
    def facility_code(self) -> Code:
        """Return the kind of place of care (JDV_J02)."""
        return SECTORS[self.encounter.structure.sector]

    @property
    def practice_code(self) -> Code:
        """Return the frame of practice (JDV_J04) of the main act."""
        return self.practice or PRACTICES[self.main_act.performer.structure.sector]


def specialty_of(professional: Professional) -> Code:
    """Return the profession and speciality (JDV_J01) of a physician.

    Raises `ValueError` for a professional who is no physician of a simulated speciality.
    """
    code = SPECIALTIES.get(professional.skill)
    if code is None:
        raise ValueError(
            f"no JDV_J01 code is known here for skill {professional.skill!r} of profession "
            f"{professional.profession!r}: choose a physician whose skill is among {', '.join(SPECIALTIES)}"
        )
    return code


def phone_of(structure: Structure) -> str:
    """Return a number of the range that ARCEP keeps for fiction (01 99 00), from the FINESS."""
    return f"019900{structure.finess[-4:]}"
