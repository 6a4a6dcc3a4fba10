"""What is spoiled: generated documents, archives, mails and copies; the official samples where they are."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mutation_core import Kind

from simulators.clock import FrozenClock
from simulators.documents import LDL_SES, Action, DocumentFactory, Envelope

SHARED = Path(__file__).resolve().parents[3] / "shared" / "examples"
ENVELOPE = Envelope("labo@banc.mssante.fr", ("jeanne.martin@autre.mssante.fr",), "4321")
SEED = 20_261


@dataclass(frozen=True, slots=True)
class Input:
    """One artefact to spoil; `official` when it is a sample of the ANS."""

    name: str
    kind: Kind
    content: bytes
    official: bool = False


@cache
def inputs() -> tuple[Input, ...]:
    """Return every input, the generated ones first."""
    return (*_generated(), *_official())


def _generated() -> Iterator[Input]:
    factory = DocumentFactory(random.Random(SEED), FrozenClock())
    documents = {
        "n1": factory.n1(LDL_SES),
        "cr-bio": factory.cr_bio(),
        "ldl-ses": factory.ldl_ses(),
        "ep-med-dm": factory.ep_med_dm(),
        "cr-img": factory.cr_img(),
    }
    for name, document in documents.items():
        yield Input(name, Kind.CDA, document.content)
        yield Input(f"{name}.zip", Kind.XDM, factory.archive([factory.submission(document)]).content)
        yield Input(f"{name}.eml", Kind.MAIL, factory.mail(ENVELOPE, document).content)
        yield Input(f"{name}.pdf", Kind.PDF, document.copy)
    bio, letter = documents["cr-bio"], documents["ldl-ses"]
    second = factory.cr_bio(replacing=bio)
    yield Input("cr-bio-v2", Kind.CDA, second.content)
    yield Input("replaced.zip", Kind.XDM, factory.archive([factory.submission(second)]).content)
    yield Input("replaced.eml", Kind.MAIL, factory.mail(ENVELOPE, second).content)
    deleted = factory.submission(letter, action=Action.DELETE)
    yield Input("deleted.zip", Kind.XDM, factory.archive([deleted]).content)
    yield Input("deleted.eml", Kind.MAIL, factory.mail(ENVELOPE, letter, action=Action.DELETE).content)
    both = (bio, factory.n1_of(bio))
    yield Input("two.zip", Kind.XDM, factory.archive([factory.submission(*both)]).content)
    yield Input("two.eml", Kind.MAIL, factory.mail(ENVELOPE, *both).content)


def _official() -> Iterator[Input]:
    for path in sorted((SHARED / "cda").glob("*.xml")):
        yield Input(path.stem, Kind.CDA, path.read_bytes(), official=True)
    for path in sorted((SHARED / "xdm").glob("*/IHE_XDM.ZIP")):
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            yield Input(f"{path.parent.name}.zip", Kind.XDM, content, official=True)


@cache
def stranger() -> DocumentFactory:
    """Return a factory of other patients and documents: what a product mixes up."""
    return DocumentFactory(random.Random(SEED + 1), FrozenClock())
