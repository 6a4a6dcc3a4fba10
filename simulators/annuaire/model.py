"""What the directory holds: professionals, their activities, structures, care activities, equipment, BAL.

Values only, in the field's own terms; `simulators.annuaire.fhir` gives them their FHIR form (DOSSIER §2.6).
Every record has a `key` (its number, kept over its whole life) from which the technical id of the API is
made, a `version` that grows by one at each change, and the instant of its last change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from simulators.annuaire import nos
from simulators.annuaire.parameters import ResourceType

FIRST_NUMBER = 1_000_000
"""Technical numbers begin above it, so that ids sort as their keys do up to 8,999,999 of a kind."""


class BalType(StrEnum):
    """Kind of a BAL: the codes of TRE_R257."""

    PER = "PER"
    ORG = "ORG"
    APP = "APP"
    CAB = "CAB"


@dataclass(frozen=True, slots=True)
class Coding:
    """A code and the URL of its code system; `display` where the simulator knows one."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class MssMailbox:
    """A BAL, held by the record that carries it (DOSSIER §2.2).

    `rank` is the order of preference (1 first; None: not given); BAL with `liste_rouge` never leave;
    `digitization` is the dématérialisation (None: not given). `responsible` is never published.
    """

    address: str
    type: BalType
    rank: int | None = None
    liste_rouge: bool = False
    description: str = ""
    service: str = ""
    responsible: str = ""
    digitization: bool | None = None


@dataclass(frozen=True, slots=True)
class DataTrace:
    """Where a record comes from: `as-ext-data-trace`.

    `system` is the information system (RPPS, FINESS, MSS, CG), `authority` the registration authority's code
    (TRE_R08-like: CNOM, ARS…; empty: not given), `updated` the day it last changed there.
    """

    system: str
    authority: str = ""
    updated: date | None = None


@dataclass(frozen=True, slots=True)
class Smartcard:
    """A card of the CPx family: `type` is a code of TRE_R87 (CPS, CPF…), `number` has 10 digits."""

    type: str
    number: str
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Qualification:
    """A diploma, a professional practice or a know-how: one `qualification`, with all its codings."""

    codings: tuple[Coding, ...]


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A professional.

    `idnps` is the type digit and the number (`8` + RPPS, `0` + ADELI in old data); `civility` a code of
    TRE_R81 and `title` (civilité d'exercice) one of TRE_R11, or empty. `active` false: deleted.
    """

    resource: ClassVar[ResourceType] = "Practitioner"

    key: int
    version: int
    updated: datetime
    active: bool
    idnps: str
    family: str
    given: str
    civility: str = ""
    title: str = ""
    qualifications: tuple[Qualification, ...] = ()
    smartcards: tuple[Smartcard, ...] = ()
    mailboxes: tuple[MssMailbox, ...] = ()
    trace: DataTrace | None = None

    @property
    def rpps(self) -> str:
        """Return the 11 digits of the RPPS, empty for a person without one."""
        return self.idnps[1:] if self.idnps.startswith("8") else ""

    @property
    def text(self) -> str:
        """Return the name as one text: `MARTIN Sophie`."""
        return f"{self.family} {self.given}".strip()

    def code(self, system: str) -> str:
        """Return the first code of a code system among the qualifications, or nothing."""
        return next((c.code for q in self.qualifications for c in q.codings if c.system == system), "")

    @property
    def profession(self) -> str:
        """Return the code of the profession (TRE_G15), or nothing."""
        return self.code(nos.PROFESSION)


@dataclass(frozen=True, slots=True)
class PractitionerRole:
    """An activity of a professional (situation d'exercice).

    `identifier` is its number of 10 digits; `practitioner` and `organization` are keys. `codes` are the genre
    d'activité (R22), mode d'exercice (R23), fonction (R21), section of the pharmacists' table (G05).
    `active` false: closed (`end`) or deleted. The public profile has no period.
    """

    resource: ClassVar[ResourceType] = "PractitionerRole"

    key: int
    version: int
    updated: datetime
    active: bool
    identifier: str
    practitioner: int
    organization: int | None = None
    codes: tuple[Coding, ...] = ()
    start: date | None = None
    end: date | None = None
    mailboxes: tuple[MssMailbox, ...] = ()
    trace: DataTrace | None = None

    def code(self, system: str) -> str:
        """Return the first code of a code system, or nothing."""
        return next((c.code for c in self.codes if c.system == system), "")


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in the lines of the national norm (L2 to L6); `commune` is the INSEE code (TRE_R13).

    `country` is a name, empty for France.
    """

    recipient: str = ""
    point: str = ""
    number: str = ""
    repetition: str = ""
    street_type: str = ""
    street: str = ""
    mention: str = ""
    cedex: str = ""
    postcode: str = ""
    city: str = ""
    commune: str = ""
    country: str = ""

    @property
    def department(self) -> str:
        """Return the number of the département: of the commune (2A, 2B, 971) or else of the postcode."""
        source = self.commune or self.postcode
        return source[:3] if source.startswith("97") else source[:2]

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the address lines as one reads them, without city."""
        street = " ".join(p for p in (self.number, self.repetition, self.street_type, self.street) if p)
        return tuple(line for line in (self.recipient, self.point, street, self.mention) if line)


@dataclass(frozen=True, slots=True)
class TypeOfStructure:
    """One `type` of a structure; `kind` is the code of `as-ext-organization-types` (category: empty)."""

    kind: str
    coding: Coding


@dataclass(frozen=True, slots=True)
class Organization:
    """A structure.

    `idnst` is the type digit and the number (`1` FINESS, `2` SIREN, `3` SIRET, `4` RPPS-rang). `entity` is EG
    (geographic) or EJ (legal) with a FINESS, else empty; `part_of` is the key of the EJ. `email` is an
    ordinary contact address, no BAL.
    """

    resource: ClassVar[ResourceType] = "Organization"

    key: int
    version: int
    updated: datetime
    active: bool
    idnst: str
    name: str
    alias: str = ""
    finess: str = ""
    entity: str = ""
    siren: str = ""
    siret: str = ""
    rpps_rang: str = ""
    types: tuple[TypeOfStructure, ...] = ()
    part_of: int | None = None
    address: Address = Address()
    phone: str = ""
    fax: str = ""
    email: str = ""
    pharmacy_licence: str = ""
    opened: date | None = None
    closed: date | None = None
    mailboxes: tuple[MssMailbox, ...] = ()
    trace: DataTrace | None = None

    @property
    def sector(self) -> str:
        """Return the code of the sector of activity (TRE_R02), or nothing."""
        return next((one.coding.code for one in self.types if one.coding.system == nos.SECTOR), "")


@dataclass(frozen=True, slots=True)
class Authorization:
    """`as-ext-authorization` of a care activity, a social equipment or a heavy equipment."""

    granted: date | None = None
    start: date | None = None
    end: date | None = None
    updated: date | None = None
    deleted: bool = False


class ServiceKind(StrEnum):
    """The two public profiles of HealthcareService."""

    ACTIVITY = "healthcare-activity"
    SOCIAL = "social-equipment"


@dataclass(frozen=True, slots=True)
class HealthcareService:
    """A care activity (`arhgos` number) or a social equipment (no number) of a structure (key).

    `category` (modalité, JDV_J132), `type` (JDV_J133 or JDV_J379), `characteristic` (JDV_J134 or JDV_J138),
    `eligibility` (JDV_J376, social alone).
    """

    resource: ClassVar[ResourceType] = "HealthcareService"

    key: int
    version: int
    updated: datetime
    active: bool
    kind: ServiceKind
    organization: int | None = None
    arhgos: str = ""
    category: Coding | None = None
    type: Coding | None = None
    characteristic: Coding | None = None
    eligibility: Coding | None = None
    capacity: int | None = None
    authorization: Authorization | None = None
    trace: DataTrace | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A heavy equipment (équipement matériel lourd) of a structure (`organization`, key).

    `status`: active, inactive (deleted), entered-in-error, unknown.
    """

    resource: ClassVar[ResourceType] = "Device"

    key: int
    version: int
    updated: datetime
    status: str
    arhgos: str
    type: Coding | None = None
    organization: int | None = None
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    authorization: Authorization | None = None
    trace: DataTrace | None = None

    @property
    def active(self) -> bool:
        """Tell whether it is not deleted."""
        return self.status == "active"


Record = Practitioner | PractitionerRole | Organization | HealthcareService | Device


def technical_id(resource: ResourceType, key: int) -> str:
    """Return the id of a record in the API: `003-1000001-2000001` (shapes of DOSSIER §2.6)."""
    number = FIRST_NUMBER + key
    match resource:
        case "Organization":
            return f"001-01-{number}"
        case "Device":
            return f"002-{number}"
        case "HealthcareService":
            return f"004-{number}"
        case "Practitioner":
            return f"003-{number}-{number + FIRST_NUMBER}"
        case "PractitionerRole":
            return f"005-{number}-{number + FIRST_NUMBER}"


def key_of(resource: ResourceType, text: str) -> int | None:
    """Return the key of a technical id, None when no record of this kind could have it."""
    pieces = text.split("-")
    digits = pieces[2] if resource == "Organization" and len(pieces) == 3 else "".join(pieces[1:2])
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        return None
    key = int(digits) - FIRST_NUMBER
    return key if key > 0 and technical_id(resource, key) == text else None
