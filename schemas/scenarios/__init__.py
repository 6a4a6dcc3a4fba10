"""The 19 care scenarios: who writes what to whom, restated from the ANS “Catalogue des usages MSSanté”.

The facts are those of the sheets; the wording is ours. In which model or form a named document is played is
our reading, since the sheets name none (`documents.toml`) [inferred].
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from schemas.text import Bilingual

__all__ = ["Document", "Event", "Party", "Scenario", "Step", "UnknownScenarioError", "scenario", "scenarios"]

MailboxType = Literal["PER", "ORG", "APP"]
Sector = Literal["sanitaire", "liberal", "medico-social"]
Moment = Literal["before", "with", "after"]
_FILES = ("hopital.toml", "liberal.toml", "medico_social.toml")


class UnknownScenarioError(KeyError):
    """No scenario has this id."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that a sheet names.

    `model` is the CI-SIS model in which it is played and `form` its form; a document without a model travels
    as an attachment of media type `file`. All three are our reading.
    """

    key: str
    name: Bilingual
    model: str | None
    form: Literal["N1", "N3"] | None
    file: str


@dataclass(frozen=True, slots=True)
class Party:
    """A role in a structure; one lane of the diagram.

    `mailboxes` are the kinds that the sheet names, in our order of choice; empty: not said. `played_as` is
    the party whose part is the same, so that it is played once. `condition` is when there is such a party.
    """

    key: str
    name: Bilingual
    place: Bilingual
    mailboxes: tuple[MailboxType, ...]
    played_as: str | None
    condition: Bilingual | None


@dataclass(frozen=True, slots=True)
class Step:
    """One message; `number` counts from 1.

    `structured`: the sheet shows that the documents go into the record by software (True) or by hand (False);
    None: not said. `reply_to` is the number of the step that is answered. `bidirectional` messages also go
    the other way; the bench plays one.
    """

    number: int
    source: str
    targets: tuple[str, ...]
    says: Bilingual
    documents: tuple[Document, ...]
    structured: bool | None
    patient_copy: bool
    reply_expected: bool
    reply_to: int | None
    optional: bool
    condition: Bilingual | None
    bidirectional: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens without a message, before, with or after a step."""

    moment: Moment
    step: int
    text: Bilingual


@dataclass(frozen=True, slots=True)
class Scenario:
    """One sheet; `why` is what the exchange is good for, `minor` tells that the patient is a child."""

    id: str
    sector: Sector
    title: Bilingual
    why: Bilingual
    patient: Bilingual | None
    minor: bool
    parties: Mapping[str, Party]
    steps: tuple[Step, ...]
    events: tuple[Event, ...]
    source: str

    @property
    def played(self) -> tuple[Party, ...]:
        """Return the parties that a product can play, each part once."""
        return tuple(party for party in self.parties.values() if party.played_as is None)

    def sends(self, party: str) -> bool:
        """Tell whether the party writes."""
        return any(step.source == party for step in self.steps)

    def receives(self, party: str) -> bool:
        """Tell whether the party is written to."""
        return any(party in step.targets for step in self.steps)


@cache
def scenarios() -> Mapping[str, Scenario]:
    """Return every scenario by its id, in the order of the catalogue.

    Raises `ValueError` for data that do not hold together.
    """
    documents = {key: _document(key, item) for key, item in _read("documents.toml").items()}
    found: dict[str, Scenario] = {}
    for name in _FILES:
        for item in _read(name)["scenarios"]:
            one = _scenario(item, documents)
            if one.id in found:
                raise ValueError(f"two scenarios are called {one.id}")
            found[one.id] = one
    return MappingProxyType(found)


def scenario(identifier: str) -> Scenario:
    """Return one scenario; raises `UnknownScenarioError`."""
    try:
        return scenarios()[identifier]
    except KeyError as error:
        raise UnknownScenarioError(identifier) from error


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


def _document(key: str, item: Mapping[str, str]) -> Document:
    model, form = item.get("model"), item.get("form")
    if (model is None) != (form is None) or form not in (None, "N1", "N3"):
        raise ValueError(f"document {key}: a model has a form, N1 or N3")
    return Document(
        key,
        Bilingual(item["fr"], item["en"]),
        model,
        "N3" if form == "N3" else "N1" if form else None,
        item.get("file", "application/pdf"),
    )


def _scenario(item: Mapping[str, Any], documents: Mapping[str, Document]) -> Scenario:
    parties = {key: _party(key, one) for key, one in item["actors"].items()}
    steps = tuple(_step(number, one, documents) for number, one in enumerate(item["steps"], 1))
    events = tuple(_event(one) for one in item.get("events", ()))
    for step in steps:
        named = {step.source, *step.targets}
        if not named <= set(parties) or step.source in step.targets:
            raise ValueError(f"{item['id']}, step {step.number}: unknown party, or one that writes to itself")
        if step.reply_to is not None and not 0 < step.reply_to < step.number:
            raise ValueError(f"{item['id']}, step {step.number}: answers no earlier step")
    for party in parties.values():
        if party.played_as is not None and parties[party.played_as].played_as is not None:
            raise ValueError(f"{item['id']}: {party.key} is played as one that is not played")
    if any(not 0 < event.step <= len(steps) for event in events):
        raise ValueError(f"{item['id']}: an event is about no step")
    return Scenario(
        id=item["id"],
        sector=item["sector"],
        title=_text(item["title"]),
        why=_text(item["why"]),
        patient=_text(item["patient"]) if "patient" in item else None,
        minor=bool(item.get("minor", False)),
        parties=MappingProxyType(parties),
        steps=steps,
        events=events,
        source=item["source"],
    )


def _party(key: str, item: Mapping[str, Any]) -> Party:
    return Party(
        key,
        _text(item["name"]),
        _text(item["place"]),
        tuple(item.get("mailboxes", ())),
        item.get("played_as"),
        _text(item["condition"]) if "condition" in item else None,
    )


def _step(number: int, item: Mapping[str, Any], documents: Mapping[str, Document]) -> Step:
    return Step(
        number=number,
        source=item["from"],
        targets=tuple(item["to"]),
        says=_text(item["says"]),
        documents=tuple(documents[key] for key in item.get("documents", ())),
        structured=item.get("structured"),
        patient_copy=bool(item.get("patient_copy", False)),
        reply_expected=bool(item.get("reply_expected", False)),
        reply_to=item.get("reply_to"),
        optional=bool(item.get("optional", False)),
        condition=_text(item["condition"]) if "condition" in item else None,
        bidirectional=bool(item.get("bidirectional", False)),
    )


def _event(item: Mapping[str, Any]) -> Event:
    moment, _, step = str(item["at"]).partition(":")
    if moment not in ("before", "with", "after"):
        raise ValueError(f"event {item['at']!r}: before, with or after a step")
    return Event(moment, int(step), _text(item["text"]))  # type: ignore[arg-type]


def _text(item: Mapping[str, str]) -> Bilingual:
    return Bilingual(item["fr"], item["en"])
