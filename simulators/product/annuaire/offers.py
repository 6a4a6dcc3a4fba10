"""From resources to what the composer offers: one line a BAL, kept when it answers what the user typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from simulators.product.annuaire import resources
from simulators.product.annuaire.resources import Json
from simulators.product.behaviour import Behaviour

MSS_DOMAIN = ".mssante.fr"


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of the composer's list; `coded`: the directory says that it is a BAL."""

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
    coded: bool = True

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
    def narrowed(self) -> bool:
        """Tell whether more than names is asked for."""
        return self.place or bool(self.identifier or self.profession or self.specialty)

    @property
    def person(self) -> bool:
        """Tell whether a person is asked for."""
        return bool(self.family or self.given or self.profession or self.specialty)

    @property
    def place(self) -> bool:
        """Tell whether a place or a structure is asked for."""
        return bool(self.city or self.postcode or self.structure)


def offers(found: Iterable[Json], wanted: Wanted, behaviour: Behaviour) -> list[Offer]:
    """Return the BAL of the resources that answer what the user typed, preferred ones first.

    A resource that came twice is there twice.
    """
    came = list(found)
    pool = {resources.key(one): one for one in came}
    lines = [line for one in came for line in _lines(one, pool)]
    answering = (line for line in lines if matches(line, wanted, behaviour))
    kept = (_shown(line, behaviour) for line in answering if _is_bal(line, behaviour))
    matching = [line for line in kept if line is not None]
    if _several_ranks(matching) and behaviour.directory_ranked:
        matching.sort(key=lambda line: line.rank)
    return matching


def _lines(one: Json, pool: Mapping[str, Json]) -> list[Offer]:
    match one.get("resourceType"):
        case "Organization":
            return _of_structure(one)
        case "Practitioner":
            home = next((role for role in pool.values() if _is_of(role, one)), {})
            return _of_person(one, _structure(pool, home), one)
        case "PractitionerRole":
            person = pool.get(resources.reference(one, "practitioner"), {})
            return _of_person(person, _structure(pool, one), one)
    return []


def _several_ranks(lines: Sequence[Offer]) -> bool:
    """Tell whether somebody has several BAL of different preference."""
    return len({(line.name, line.rank) for line in lines}) > len({line.name for line in lines})


def _is_of(role: Json, person: Json) -> bool:
    return resources.reference(role, "practitioner") == resources.key(person)


def _structure(pool: Mapping[str, Json], role: Json) -> Json:
    return pool.get(resources.reference(role, "organization"), {})


def _of_structure(structure: Json) -> list[Offer]:
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
            coded=box.mss,
        )
        for box in resources.emails(structure)
    ]


def _of_person(person: Json, structure: Json, carrier: Json) -> list[Offer]:
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
            coded=box.mss,
        )
        for box in resources.emails(carrier)
    ]


def _is_bal(line: Offer, behaviour: Behaviour) -> bool:
    ends_as_mss = line.address.casefold().endswith(MSS_DOMAIN)
    if line.coded and ends_as_mss:
        return True  # whatever the test
    how = behaviour.directory_mailboxes
    return how == "any-email" or (how == "coded" and line.coded) or (how == "by-domain" and ends_as_mss)


def _shown(line: Offer, behaviour: Behaviour) -> Offer | None:
    if line.type in {"", "PER"}:
        return line
    how = behaviour.directory_types
    if how == "app-as-per" and line.type == "APP":
        return replace(line, type="PER")
    return None if how == "no-cab" and line.type == "CAB" else line


def matches(line: Offer, wanted: Wanted, behaviour: Behaviour) -> bool:
    """Tell whether a line answers every criterion."""
    criteria = (
        ("name", _begins(line.family, wanted.family, behaviour)),
        ("name", _begins(line.given, wanted.given, behaviour)),
        ("profession", not wanted.profession or line.profession == wanted.profession),
        ("specialty", not wanted.specialty or line.specialty == wanted.specialty),
        ("place", _begins(line.city, wanted.city, behaviour)),
        ("place", line.postcode.startswith(wanted.postcode)),
        ("name", _holds(line.structure, wanted.structure, behaviour)),
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
