"""Calls to the FHIR API v2 of the Annuaire Santé (DOSSIER §2.1): key, pages, rate, errors."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from simulators.clock import Clock, monotonic_ms
from simulators.product.annuaire.resources import Json, dicts, text_of
from simulators.product.behaviour import Behaviour
from simulators.product.behaviours.directory import Trouble
from simulators.product.deadline import Deadline
from simulators.product.errors import Failed
from simulators.product.web import Response, Web

KEY_HEADER = "ESANTE-API-KEY"
CALLS_PER_SECOND = 17
LONGEST_ANSWER_S = 30.0
"""The directory itself gives up after 30 s."""
MOST_PAGES = 60
"""Pages of one question; beyond, the user is asked to be more precise."""
USUAL_PAUSE_S = 5
LONGEST_PAUSE_S = 3600
AT_ONCE = 3
"""How often the broken product calls again after 429."""

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DirectorySettings:
    """Where the directory is, the product's key, and where the extraction files are (None: not used)."""

    base_url: str
    api_key: str
    extraction_url: str | None = None
    libre_acces_url: str | None = None
    every_h: float = 24.0


def parse_directory(value: object) -> DirectorySettings | None:
    """Read `directory` of `configure`; raises `Failed` when it cannot be read."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Failed("Paramétrage illisible dans « directory » : un objet était attendu.")
    try:
        return DirectorySettings(
            str(value["base_url"]).rstrip("/"),
            str(value["api_key"]),
            _optional(value.get("extraction_url")),
            _optional(value.get("libre_acces_url")),
            float(value.get("extraction_every_h") or 24.0),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Failed(f"Paramétrage illisible dans « directory » : {error!r}.") from error


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


class Unanswered(Failed):
    """The directory did not answer well; `kind` names how."""

    def __init__(self, kind: Trouble, text: str) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(slots=True)
class Found:
    """What a question found: resources, whether they are all, and what the user is told otherwise."""

    resources: list[Json] = field(default_factory=list)
    complete: bool = True
    problem: str | None = None


class DirectoryClient:
    """Asks one directory for one space."""

    def __init__(self, settings: DirectorySettings, web: Web, clock: Clock, behaviour: Behaviour) -> None:
        self._settings = settings
        self._web = web
        self._clock = clock
        self._behaviour = behaviour
        self._calls: deque[float] = deque(maxlen=CALLS_PER_SECOND)
        self._quiet_until: datetime | None = None

    def ask(self, resource: str, fields: Fields, deadline: Deadline) -> Found:
        """Return every page of a search.

        Raises `Unanswered` when its first page does not come; a later one that does not is told in `Found`.
        """
        base = self._settings.base_url
        bundle = self._bundle(f"{base}/{resource}?{urlencode(fields)}", deadline, first=True)
        found, total = Found(_resources(bundle)), bundle.get("total")
        for number in range(2, MOST_PAGES + 2):
            following = self._following(bundle, number)
            if following is None or self._enough(found, bundle, total):
                return found
            if number > MOST_PAGES:
                found.complete, found.problem = False, "Trop de réponses : précisez la recherche."
                return found
            try:
                bundle = self._bundle(following, deadline, first=False)
            except Unanswered as error:
                if self._behaviour.directory_swallows != "page":
                    found.complete = False
                    found.problem = f"La suite de la liste manque. {error} Relancez la recherche."
                return found
            found.resources += _resources(bundle)
        return found

    def write(self, deadline: Deadline) -> None:
        """Write into the directory as a product must not; what it answers is ignored."""
        how = self._behaviour.directory_writing
        if how == "never":
            return
        method = {"create": "POST", "replace": "PUT", "delete": "DELETE"}[how]
        path = "Practitioner" if how == "create" else "Practitioner/003-1-1"
        self._throttle(deadline)
        self._web.request(
            method,
            f"{self._settings.base_url}/{path}",
            deadline,
            headers=self._headers(first=True) | {"Content-Type": "application/fhir+json"},
            content=b'{"resourceType":"Practitioner"}',
        )

    # --- pages ------------------------------------------------------------------------------------------

    def _following(self, bundle: Json, number: int) -> str | None:
        given = next(
            (text_of(link, "url") for link in dicts(bundle.get("link")) if link.get("relation") == "next"),
            "",
        )
        if not given:
            return None
        if self._behaviour.directory_paging == "first-page":
            return None
        if self._behaviour.directory_next_link == "built":
            return f"{self._settings.base_url}/_page?id={number}"
        if urlsplit(given)[:2] != urlsplit(self._settings.base_url)[:2]:
            raise Unanswered("unreadable", "Le lien de la page suivante mène hors de l'annuaire.")
        return given

    def _enough(self, found: Found, bundle: Json, total: object) -> bool:
        """Tell whether a product that does not go by the links stops here."""
        how = self._behaviour.directory_paging
        if how == "until-empty":
            return not dicts(bundle.get("entry"))
        if how == "by-total":
            return isinstance(total, int) and len(found.resources) >= total
        return False

    # --- calls ------------------------------------------------------------------------------------------

    def _bundle(self, url: str, deadline: Deadline, *, first: bool) -> Json:
        answer = self._call(url, deadline, first=first)
        if answer.status != 200:
            raise self._refusal(answer)
        try:
            bundle = answer.json()
        except Failed as error:
            raise Unanswered("unreadable", f"Annuaire Santé : {error}") from error
        if bundle.get("resourceType") != "Bundle":
            raise Unanswered("unreadable", "L'Annuaire Santé a répondu autre chose qu'une liste.")
        return bundle

    def _call(self, url: str, deadline: Deadline, *, first: bool) -> Response:
        self._keep_quiet()
        answer = self._once(url, deadline, first=first)
        if answer.status == 429 and not self._behaviour.directory_waits:
            for _ in range(AT_ONCE):
                if answer.status == 429:
                    answer = self._once(url, deadline, first=first)
        return answer

    def _once(self, url: str, deadline: Deadline, *, first: bool) -> Response:
        self._throttle(deadline)
        if self._behaviour.directory_key == "url":
            url = f"{url}{'&' if '?' in url else '?'}{KEY_HEADER}={self._settings.api_key}"
        try:
            return self._web.request(
                "GET", url, deadline, headers=self._headers(first=first), max_wait_s=LONGEST_ANSWER_S
            )
        except Unanswered:
            raise
        except Failed as error:
            raise Unanswered("unavailable", f"L'Annuaire Santé ne répond pas. {error}") from error

    def _headers(self, *, first: bool) -> dict[str, str]:
        headers = {"Accept": "application/fhir+json"}
        how = self._behaviour.directory_key if not first else "header"
        if how == "header":
            headers[KEY_HEADER] = self._settings.api_key
        return headers

    def _throttle(self, deadline: Deadline) -> None:
        now = monotonic_ms()
        if len(self._calls) == CALLS_PER_SECOND:
            early = 1.02 - (now - self._calls[0]) / 1000
            if early > 0 and self._behaviour.directory_throttled:
                threading.Event().wait(min(early, deadline.remaining()))
        self._calls.append(monotonic_ms())

    def _keep_quiet(self) -> None:
        if self._quiet_until is None:
            return
        left = (self._quiet_until - self._clock.now()).total_seconds()
        if left > 0:
            raise Unanswered("too-many", _wait(left))
        self._quiet_until = None

    def _refusal(self, answer: Response) -> Unanswered:
        if answer.status == 429:
            pause = _seconds(answer.headers.get("retry-after"))
            self._quiet_until = self._clock.now() + timedelta(seconds=pause)
            return Unanswered("too-many", _wait(pause))
        said = f" Il dit : {_diagnostics(answer)}" if _diagnostics(answer) else ""
        if answer.status in {401, 403}:
            text = "L'Annuaire Santé refuse la clé du logiciel ({status}).{said} Prévenez votre éditeur."
            return Unanswered("refused", text.format(status=answer.status, said=said))
        if answer.status >= 500:
            text = f"L'Annuaire Santé est indisponible ({answer.status}).{said} Réessayez plus tard."
            return Unanswered("unavailable", text)
        return Unanswered("refused", f"L'Annuaire Santé refuse la recherche ({answer.status}).{said}")


def _resources(bundle: Json) -> list[Json]:
    return [
        entry["resource"] for entry in dicts(bundle.get("entry")) if isinstance(entry.get("resource"), dict)
    ]


def _wait(seconds: float) -> str:
    return f"L'Annuaire Santé a reçu trop d'appels du logiciel. Réessayez dans {seconds:.0f} s."


def _seconds(value: str | None) -> float:
    if value is None or not value.strip().isascii() or not value.strip().isdigit():
        return USUAL_PAUSE_S
    return float(min(int(value.strip()[:9]), LONGEST_PAUSE_S))


def _diagnostics(answer: Response) -> str:
    try:
        outcome: Mapping[str, Any] = answer.json()
    except Failed:
        return ""
    issues = dicts(outcome.get("issue"))
    return text_of(issues[0], "diagnostics")[:200] if issues else ""
