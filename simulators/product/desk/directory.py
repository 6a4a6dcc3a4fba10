"""The Annuaire Santé at the composer, and its extraction files, which update users and correspondents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from simulators.product.annuaire import resources
from simulators.product.annuaire.care import CareTeams
from simulators.product.annuaire.client import (
    DirectoryClient,
    DirectorySettings,
    Fields,
    Found,
    Unanswered,
    parse_directory,
)
from simulators.product.annuaire.extraction import Activity, Listed, read_activities, read_mailboxes
from simulators.product.annuaire.offers import Offer, Wanted, matches, offers
from simulators.product.annuaire.resources import Json
from simulators.product.deadline import Deadline
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.errors import Failed, ProductError, Unsupported

IDS_AT_ONCE = 40
MOST_UNTOLD = 500
"""Changes of loadings that nobody has looked at; the oldest go first."""
LOADING_S = 8.0
"""Real time that a loading which nobody waits for may take."""


class Directory:
    """Searches an address, loads the extraction files."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.forget()

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of this group."""
        return {"search_directory": self._search, "update_directory": self._update}

    def forget(self) -> None:
        """Forget the directory, what was loaded of it, what was found in it."""
        self._settings: DirectorySettings | None = None
        self._client: DirectoryClient | None = None
        self._ruined = False
        self._loaded_at: datetime | None = None
        self._known: dict[str, dict[str, str]] = {}
        self._book: dict[str, Listed] = {}
        self._shown: dict[str, Offer] = {}
        self._untold: list[dict[str, str]] = []
        self._teams = CareTeams()

    def configure(self, told: object) -> None:
        """Take `directory` of `configure`; raises `Failed`."""
        self._settings = parse_directory(told)
        desk = self._desk
        if self._settings is not None and desk.web is not None:
            self._client = DirectoryClient(self._settings, desk.web, desk.clock, desk.behaviour)
            desk.clock.on_advance(self._time_passed)

    # --- search -----------------------------------------------------------------------------------------

    def _search(self, params: Params, deadline: Deadline) -> Answer:
        if isinstance(params.get("patient"), str):
            return self._care_team(str(params["patient"]), params)
        client, wanted = self._client, Wanted.of(params)
        if client is None:
            raise Unsupported("Aucun annuaire n'est paramétré dans le logiciel.")
        if wanted == Wanted():
            raise Failed("Tapez au moins un critère de recherche.")
        if not self._desk.behaviour.directory_searched:
            return {"entries": self._address_book(wanted), "complete": True, "problem": None}
        if self._ruined:
            raise Failed("Erreur interne : l'annuaire n'est plus accessible.")
        if wanted.structure:
            client.write(deadline)
        found = self._ask(client, wanted, deadline)
        lines = offers(found.resources, wanted, self._desk.behaviour)
        if found.problem:
            self._desk.alert(found.problem)
        whole = self._desk.behaviour.directory_tells_apart if _alike(lines) else True
        return {
            "entries": [line.to_json(whole=whole) for line in self._offered(lines, wanted)],
            "complete": found.complete,
            "problem": found.problem,
        }

    def _care_team(self, patient: str, params: Params) -> Answer:
        """Show who takes care of a patient, after `associate` or `dissociate` (an address) was done."""
        record, known = self._desk.settings.patient(patient), self._correspondents() | self._shown
        if isinstance(params.get("associate"), str):
            self._teams.associate(record, str(params["associate"]), known)
        if isinstance(params.get("dissociate"), str):
            self._teams.dissociate(record, str(params["dissociate"]), known)
        members = self._teams.of(record, known).values()
        return {"entries": [one.to_json(whole=True) for one in members], "complete": True, "problem": None}

    def _ask(self, client: DirectoryClient, wanted: Wanted, deadline: Deadline) -> Found:
        behaviour, all_found = self._desk.behaviour, Found()
        try:
            ignored = behaviour.directory_ignores if wanted.narrowed else None
            for resource, fields in questions(wanted, ignored):
                _join(all_found, client.ask(resource, fields, deadline))
            for resource, fields in missing(all_found.resources):
                _join(all_found, client.ask(resource, fields, deadline))
        except Unanswered as error:
            if error.kind == "unreadable":
                self._ruined = not behaviour.directory_survives
            if behaviour.directory_swallows != error.kind:
                all_found.complete, all_found.problem = False, str(error)
        return all_found

    def _offered(self, lines: Sequence[Offer], wanted: Wanted) -> list[Offer]:
        behaviour = self._desk.behaviour
        known = {line.address.casefold() for line in lines}
        shown = list({line.address.casefold(): line for line in reversed(lines)}.values())[::-1]
        if len(shown) < len(lines) and behaviour.directory_repeats:
            shown = list(lines)
        older = [one for key, one in self._shown.items() if key not in known]
        self._shown |= {line.address.casefold(): line for line in lines}
        again = [line for line in older if matches(line, wanted, behaviour)]
        if again and behaviour.directory_remembers:
            shown += again
        printed = [_from_extraction(one) for key, one in self._book.items() if key not in known]
        old = [line for line in printed if matches(line, wanted, behaviour)]
        if old and behaviour.directory_old_extraction:
            shown += old
        return shown

    def _address_book(self, wanted: Wanted) -> list[dict[str, str]]:
        lines = self._correspondents().values()
        return [line.to_json(whole=True) for line in lines if matches(line, wanted, self._desk.behaviour)]

    def _correspondents(self) -> dict[str, Offer]:
        return {
            one.address.casefold(): Offer(
                one.address, "PER", 1, one.family, one.given, one.profession, structure=one.entity
            )
            for one in self._desk.settings.professionals
        }

    # --- extraction files -------------------------------------------------------------------------------

    def _update(self, params: Params, deadline: Deadline) -> Answer:
        if self._settings is None or self._desk.web is None:
            raise Unsupported("Aucun annuaire n'est paramétré dans le logiciel.")
        if self._settings.libre_acces_url is None and self._settings.extraction_url is None:
            raise Unsupported("Aucun fichier d'extraction n'est paramétré dans le logiciel.")
        if self._desk.behaviour.extraction_loaded == "never":
            return {"loaded": 0, "users": 0, "correspondents": 0, "changes": []}
        loaded = self._load(self._settings, deadline)
        kinds = [key.partition("/")[0] for key in self._known]
        told, self._untold = self._untold, []
        return {
            "loaded": loaded,
            "users": kinds.count("user"),
            "correspondents": kinds.count("correspondent"),
            "changes": told,
        }

    def _load(self, settings: DirectorySettings, deadline: Deadline) -> int:
        """Load the files; return how many entries they have. The changes wait to be told."""
        activities: list[Activity] = []
        listed: list[Listed] = []
        if settings.libre_acces_url is not None:
            activities = read_activities(self._download(settings.libre_acces_url, deadline))
        if settings.extraction_url is not None:
            listed = read_mailboxes(self._download(settings.extraction_url, deadline))
        self._loaded_at = self._desk.clock.now()
        self._book |= {one.address.casefold(): one for one in listed}
        users, correspondents = self._people(activities, listed)
        if self._desk.behaviour.extraction_users:
            self._untold += self._compared("user", users)
        if self._desk.behaviour.extraction_correspondents:
            self._untold += self._compared("correspondent", correspondents)
        self._untold = self._untold[-MOST_UNTOLD:]
        return len(activities) + len(listed)

    def _people(
        self, activities: Sequence[Activity], listed: Sequence[Listed]
    ) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
        settings = self._desk.settings
        mine = {box.holder.ps_idnat for box in settings.mailboxes if box.holder is not None}
        theirs = {one.ps_idnat for one in settings.professionals if one.ps_idnat}
        addresses = {one.national_id: one.address for one in listed if one.type == "PER"}
        people = {one.national_id: _person(one, addresses.get(one.national_id, "")) for one in activities}
        return (
            {key: people[key] for key in mine if key in people},
            {key: people[key] for key in theirs if key in people},
        )

    def _compared(self, kind: str, found: Mapping[str, dict[str, str]]) -> list[dict[str, str]]:
        """Keep what was found; return what is new, changed or gone since the last loading."""
        changes = []
        for key, person in found.items():
            before = self._known.get(f"{kind}/{key}")
            if before != person:
                changes.append({"kind": kind, "change": "added" if before is None else "changed"} | person)
            self._known[f"{kind}/{key}"] = person
        for key in [one for one in self._known if one.startswith(f"{kind}/")]:
            if key.partition("/")[2] not in found:
                changes.append({"kind": kind, "change": "removed"} | self._known.pop(key))
        return changes

    def _download(self, url: str, deadline: Deadline) -> bytes:
        assert self._desk.web is not None
        answer = self._desk.web.request("GET", url, deadline, max_wait_s=LOADING_S)
        if answer.status != 200:
            raise Failed(f"L'extraction de l'annuaire n'a pas été servie ({answer.status}).")
        return answer.body

    def _time_passed(self) -> None:
        """Load by itself when it is time to; what goes wrong is told and tried again later."""
        settings = self._settings
        if settings is None or (settings.libre_acces_url or settings.extraction_url) is None:
            return
        how, age = self._desk.behaviour.extraction_loaded, self._age()
        due = age is None or age >= timedelta(hours=1 if how == "hourly" else settings.every_h)
        if not due or how == "never" or (how == "once" and age is not None):
            return
        try:
            self._load(settings, Deadline(LOADING_S))
        except ProductError as error:
            self._desk.alert(f"Mise à jour de l'annuaire : {error}")

    def _age(self) -> timedelta | None:
        return None if self._loaded_at is None else self._desk.clock.now() - self._loaded_at


def questions(wanted: Wanted, ignored: str | None) -> list[tuple[str, Fields]]:
    """Return what to ask the directory for what the user typed; the rest is sorted out at home."""
    asked: list[tuple[str, Fields]] = []
    if wanted.identifier and ignored != "identifier":
        resource = "Practitioner" if len(wanted.identifier) >= 11 else "Organization"
        system = resources.RPPS if resource == "Practitioner" else resources.FINESS
        return [_with_roles(resource, [("identifier", f"{system}|{wanted.identifier}")])]
    if wanted.person:
        asked.append(_with_roles("Practitioner", _person_fields(wanted, ignored)))
    elif wanted.place:
        asked.append(_with_roles("Organization", _place_fields(wanted, ignored)))
    elif wanted.text:
        word = max(wanted.text.split(), key=len)
        asked.append(_with_roles("Practitioner", [("name", word)]))
        asked.append(("Organization", [("name:contains", word)]))
    else:
        resource = "Organization" if wanted.mailbox_type in {"ORG", "APP"} else "Practitioner"
        asked.append(_with_roles(resource, [("mailbox-mss:contains", "@")]))
    return asked


def _with_roles(resource: str, fields: Fields) -> tuple[str, Fields]:
    known = [(name, value) for name, value in fields if value]
    back = f"PractitionerRole:{resource.lower()}"
    return resource, [*known, ("active", "true"), ("_revinclude", back)]


def _person_fields(wanted: Wanted, ignored: str | None) -> Fields:
    codes = [
        ("qualification-code", value)
        for name, value in (("profession", wanted.profession), ("specialty", wanted.specialty))
        if name != ignored
    ]
    return [("family", wanted.family), ("given", wanted.given), *codes]


def _place_fields(wanted: Wanted, ignored: str | None) -> Fields:
    where = [("address-city", wanted.city), ("address-postalcode", wanted.postcode)]
    return [
        *(where if ignored != "place" else ()),
        ("name:contains", wanted.structure),
    ]


def missing(found: Iterable[Json]) -> list[tuple[str, Fields]]:
    """Return the questions for the people and structures that activities speak of and that did not come."""
    held = {resources.key(one): one for one in found}
    wanted: dict[str, set[str]] = {"Practitioner": set(), "Organization": set()}
    for one in held.values():
        if one.get("resourceType") == "PractitionerRole":
            for name in ("practitioner", "organization"):
                kind, _, identifier = resources.reference(one, name).partition("/")
                if kind in wanted and f"{kind}/{identifier}" not in held:
                    wanted[kind].add(identifier)
    return [
        (kind, [("_id", ",".join(ids[start : start + IDS_AT_ONCE]))])
        for kind, ids in ((kind, sorted(several)) for kind, several in wanted.items())
        for start in range(0, len(ids), IDS_AT_ONCE)
    ]


def _join(found: Found, more: Found) -> None:
    found.resources += more.resources
    found.complete = found.complete and more.complete
    found.problem = found.problem or more.problem


def _alike(lines: Sequence[Offer]) -> bool:
    """Tell whether two lines bear one name."""
    return len({line.name.casefold() for line in lines}) < len(lines)


def _from_extraction(one: Listed) -> Offer:
    return Offer(one.address, one.type, 1, one.family, one.given, structure=one.structure)


def _person(one: Activity, address: str) -> dict[str, str]:
    person = {
        "identifier": one.national_id[1:],
        "family": one.family,
        "given": one.given,
        "profession": one.profession,
        "structure": one.structure,
        "address": address,
    }
    return {name: value for name, value in person.items() if value}
