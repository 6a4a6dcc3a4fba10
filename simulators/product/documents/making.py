"""Makes the CDA documents of a patient in the user's name."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from simulators.clock import Clock
from simulators.documents import BuiltCda, DocumentFactory, DocumentModel, Header, Patient
from simulators.people import Professional
from simulators.product.behaviour import Behaviour
from simulators.product.documents.asked import AskedDocument
from simulators.product.documents.cda_faults import spoilt_cda
from simulators.product.documents.copy_faults import spoilt_copy
from simulators.product.documents.presenting import presenting
from simulators.product.settings import Mailbox

PARTIAL = "résultats partiels"
N1_TEXT = "Bilan du jour.\nExamen sans particularité, à revoir dans trois mois."


@dataclass(frozen=True, slots=True)
class Made:
    """A document with what was asked for it; `presenting` is the form that shows itself in a browser."""

    asked: AskedDocument
    cda: BuiltCda
    presenting: bool = False


class Maker(DocumentFactory):
    """Makes documents; their author is who uses the mailbox, their source is this product."""

    def __init__(self, rng: random.Random, clock: Clock, behaviour: Behaviour) -> None:
        super().__init__(rng, clock)
        self._behaviour = behaviour
        self._asked: AskedDocument | None = None
        self._user: Mailbox | None = None

    def make(
        self,
        asked: AskedDocument,
        patient: Patient,
        user: Mailbox,
        *,
        replacing: BuiltCda | None = None,
        shows_itself: bool = False,
        before: Made | None = None,
    ) -> Made:
        """Make a document, the next version of `replacing`, or the N1 of the N3 made just `before`."""
        self._asked, self._user = asked, user
        number = self._number()
        if asked.same_document and asked.format == "N1" and before is not None and not before.cda.is_n1:
            cda = self.n1_of(before.cda)
        elif asked.format == "N1" or self._behaviour.forces_n1 == asked.model.name:
            cda = self.n1(
                asked.model,
                patient,
                replacing=replacing,
                text=f"Dossier {number}.\n{N1_TEXT}",
                file_number=number,
            )
        else:
            cda = self.of_model(asked.model, patient, replacing=replacing, file_number=number)
        if shows_itself:
            cda = replace(cda, content=presenting(cda.content))
        return self.spoilt(Made(asked, cda, shows_itself))

    def spoilt(self, made: Made) -> Made:
        """Return the document as the product really writes it."""
        cda = replace(made.cda, content=spoilt_cda(made.cda.content, self._behaviour))
        return replace(made, cda=spoilt_copy(cda, self._behaviour))

    def header(
        self,
        model: DocumentModel,
        patient: Patient | None = None,
        *,
        author: Professional | None = None,
        replacing: Header | None = None,
        file_number: str | None = None,
    ) -> Header:
        """Return a header whose author is the user and whose title is what the user wants."""
        if author is None and replacing is None:
            author = self.physician()
        if author is not None and self._user is not None:
            author = _as_user(author, self._user)
        header = super().header(model, patient, author=author, replacing=replacing, file_number=file_number)
        asked = self._asked
        title = (asked.title if asked is not None else None) or header.title.removesuffix(f" ({PARTIAL})")
        if asked is not None and asked.partial and self._behaviour.partial_told:
            title = f"{title[: 125 - len(PARTIAL)]} ({PARTIAL})"
        if replacing is not None:
            header = self._next(header, replacing)
        return replace(header, title=title)

    def _next(self, header: Header, replaced: Header) -> Header:
        match self._behaviour.new_version:
            case "same-number":
                return replace(header, version=replaced.version)
            case "other-set":
                return replace(header, set_id=header.id)
            case "same-id":
                return replace(header, id=replaced.id)
            case "no-parent":
                return replace(header, replaces=None)
            case "replaces-itself":
                return replace(header, replaces=header.id)
            case "complete":
                return header


def _as_user(person: Professional, user: Mailbox) -> Professional:
    """Return the invented professional with the name and the structure of the user's mailbox."""
    holder = user.holder
    if holder is None:
        return replace(person, structure=replace(person.structure, name=user.label))
    structure = replace(person.structure, name=holder.entity or user.label)
    return replace(
        person,
        ps_idnat=holder.ps_idnat,
        family=holder.family.upper(),
        given=holder.given,
        structure=structure,
    )
