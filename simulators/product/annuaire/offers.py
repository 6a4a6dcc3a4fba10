"""From resources to what the composer offers: one line a BAL, kept when it answers what the user typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from simulators.product.annuaire import resources
from simulators.product.annuaire.resources import Email, Json
from simulators.product.behaviour import Behaviour

MSS_DOMAIN = ".mssante.fr"


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of the composer's list."""

    address: str
    type: str
    rank: int
    family: str = ""
    given: str = ""
    profession: str = ""
    specialty: str = ""
    structure: str = ""
    city: str = ""
    postcode: str = ""
    identifier: str = ""
    finess: str = ""

    @property
    def name(self) -> str:
        """The person, else the structure."""
        return f"{self.family} {self.given}".strip() or self.structure

    def to_json(self, *, whole: bool) -> dict[str, str]:
        """Return the form of `search_directory`; not `whole`: address, type and name alone."""
        shown = {"address": self.address, "type": self.type, "name": self.name}
        if not whole:
            return shown
        more = {
            "profession": self.profession,
            "specialty": self.specialty,
            "structure": self.structure,
            "city": self.city,
            "identifier": self.identifier or self.finess,
        }
        return shown | {name: value for name, value in more.items() if value}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user typed; empty: no matter."""

    text: str = ""
    family: str = ""
    given: str = ""
    profession: str = ""
    specialty: str = ""
    city: str = ""
    postcode: str = ""
    structure: str = ""
    identifier: str = ""
    mailbox_type: str = ""

    @classmethod
    def of(cls, params: Mapping[str, object]) -> Wanted:
        """Read the parameters of `search_directory`; what is no text is left out."""
        given = {name: params[name] for name in cls.__slots__ if isinstance(params.get(name), str)}
        return cls(**{name: str(value).strip() for name, value in given.items()})

    @property
    def person(self) -> bool:
        """Tell whether a person is asked for."""
        return bool(self.family or self.given or self.profession or self.specialty)

    @property
    def place(self) -> bool:
        """Tell whether a place or a structure is asked for."""
        return bool(self.city or self.postcode or self.structure)


def offers(found: Iterable[Json], wanted: Wanted, behaviour: Behaviour) -> list[Offer]:
    """Return the BAL of the resources that answer what the user typed, preferred ones first."""
    pool = {resources.key(one): one for one in found}
    lines: list[Offer] = []
    for one in pool.values():
        kind = one.get("resourceType")
        if kind == "Organization":
            lines += _of_structure(one, behaviour)
        elif kind == "Practitioner":
            home = next((role for role in pool.values() if _is_of(role, one)), {})
            lines += _of_person(one, _structure(pool, home), one, behaviour)
        elif kind == "PractitionerRole":
            person = pool.get(resources.reference(one, "practitioner"), {})
            lines += _of_person(person, _structure(pool, one), one, behaviour)
    matching = [line for line in lines if matches(line, wanted, behaviour)]
    if len({(line.name, line.rank) for line in matching}) > len({line.name for line in matching}) and (
        behaviour.directory_ranked
    ):
        matching.sort(key=lambda line: line.rank)
    return matching


def _is_of(role: Json, person: Json) -> bool:
    return resources.reference(role, "practitioner") == resources.key(person)


def _structure(pool: Mapping[str, Json], role: Json) -> Json:
    return pool.get(resources.reference(role, "organization"), {})


def _of_structure(structure: Json, behaviour: Behaviour) -> list[Offer]:
    city, postcode = resources.place(structure)
    name, finess = resources.text_of(structure, "name"), resources.identifier(structure, resources.FINESS)
    return [
        Offer(
            box.address,
            box.type,
            box.rank,
            structure=name,
            city=city,
            postcode=postcode,
            finess=finess,
        )
        for box in _boxes(structure, behaviour)
    ]


def _of_person(person: Json, structure: Json, carrier: Json, behaviour: Behaviour) -> list[Offer]:
    family, given = resources.person_name(person)
    city, postcode = resources.place(structure)
    return [
        Offer(
            box.address,
            box.type,
            box.rank,
            family,
            given,
            resources.code(person, resources.PROFESSION),
            resources.code(person, resources.SPECIALITY),
            resources.text_of(structure, "name"),
            city,
            postcode,
            resources.identifier(person, resources.RPPS),
        )
        for box in _boxes(carrier, behaviour)
    ]


def _boxes(carrier: Json, behaviour: Behaviour) -> Sequence[Email]:
    kept = []
    for one in resources.emails(carrier):
        ends_as_mss = one.address.casefold().endswith(MSS_DOMAIN)
        if one.mss and ends_as_mss:
            kept.append(one)  # whatever the test, this is one
            continue
        how = behaviour.directory_mailboxes
        if how == "any-email" or (how == "coded" and one.mss) or (how == "by-domain" and ends_as_mss):
            kept.append(one)
    shown = (_shown(one, behaviour) for one in kept)
    return [one for one in shown if one is not None]


def _shown(one: Email, behaviour: Behaviour) -> Email | None:
    if one.type in {"", "PER"}:
        return one
    how = behaviour.directory_types
    if how == "all-per" or (how == "app-as-per" and one.type == "APP"):
        return replace(one, type="PER")
    return None if how == "no-cab" and one.type == "CAB" else one


def matches(line: Offer, wanted: Wanted, behaviour: Behaviour) -> bool:
    """Tell whether a line answers every criterion."""
    criteria = (
        ("name", _begins(line.family, wanted.family, behaviour)),
        ("name", _begins(line.given, wanted.given, behaviour)),
        ("profession", not wanted.profession or line.profession == wanted.profession),
        ("specialty", not wanted.specialty or line.specialty == wanted.specialty),
        ("place", _begins(line.city, wanted.city, behaviour)),
        ("place", line.postcode.startswith(wanted.postcode)),
        ("structure", _holds(line.structure, wanted.structure, behaviour)),
        ("identifier", not wanted.identifier or wanted.identifier in (line.identifier, line.finess)),
        ("type", not wanted.mailbox_type or line.type == wanted.mailbox_type),
        ("text", _has_words(line, wanted.text, behaviour)),
    )
    return all(holds or behaviour.directory_ignores == name for name, holds in criteria)


def _begins(value: str, wanted: str, behaviour: Behaviour) -> bool:
    if not wanted or value.startswith(wanted):
        return True
    return comparable(value, behaviour).startswith(comparable(wanted, behaviour))


def _holds(value: str, wanted: str, behaviour: Behaviour) -> bool:
    if not wanted or wanted in value:
        return True
    return comparable(wanted, behaviour) in comparable(value, behaviour)


def _has_words(line: Offer, text: str, behaviour: Behaviour) -> bool:
    shown = f"{line.family} {line.given} {line.structure} {line.city} {line.address}"
    return all(_holds(shown, word, behaviour) for word in text.split())


def comparable(text: str, behaviour: Behaviour) -> str:
    """Return a text as it is compared: without case and accents."""
    how = behaviour.directory_compares
    plain = text if how == "accent-sensitive" else resources.without_accents(text)
    return plain if how == "case-sensitive" else plain.casefold()
