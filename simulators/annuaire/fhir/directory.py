"""The directory of one tenant: its key, its data, its limits, its faults; a request becomes an answer.

Nothing here knows of sockets. Every method is safe to call from several threads.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from simulators.annuaire.fhir import patching
from simulators.annuaire.fhir.asking import Ask, Note, fields_asked, page_id_of
from simulators.annuaire.fhir.bundle import Bundle, Entry, Renderer
from simulators.annuaire.fhir.capability import capability_statement
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.faults import STALE, Call, DirectoryFault, Operation
from simulators.annuaire.fhir.limits import CallRate
from simulators.annuaire.fhir.outcome import Answer, Refusal, encode, gateway, outcome
from simulators.annuaire.fhir.pages import NextPage, Pages
from simulators.annuaire.fhir.reading import read_query
from simulators.annuaire.model import Record, key_of
from simulators.annuaire.parameters import ResourceType
from simulators.annuaire.query import Query
from simulators.annuaire.store import DirectoryStore, Page
from simulators.clock import Clock, monotonic_ms

KNOWN_ORDER = "Practitioner, PractitionerRole, Device, Organization, HealthcareService"
TICK = timedelta(milliseconds=1)


class Directory:
    """One Annuaire Santé: the API v2 on a store.

    `base` is the URL before `/Practitioner`, without slash at the end. `api_key` is the key of the product,
    `operator_key` that of an operator who may write (None: nobody). `conduct` may be changed at any time, but
    for `page_life_s`.
    """

    def __init__(
        self,
        base: str,
        *,
        store: DirectoryStore,
        clock: Clock,
        rng: random.Random,
        api_key: str,
        operator_key: str | None = None,
        conduct: Conduct | None = None,
    ) -> None:
        self.base = base
        self.store = store
        self.clock = clock
        self.api_key = api_key
        self.operator_key = operator_key
        self.conduct = conduct or Conduct()
        self.pages = Pages(rng, self.conduct.page_life_s)
        self._rng = rng
        self._renderer = Renderer()
        self._rates: dict[str, CallRate] = {}
        self._faults: tuple[DirectoryFault, ...] = ()
        self._calls = 0
        self._searched = self._changed = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    # --- data and time ----------------------------------------------------------------------------

    def change(self, resource: ResourceType, key: int, change: Callable[[Record], Record]) -> Record | None:
        """Change a record, seen after the delay of the conduct; None when there is no such record."""
        updated, visible = self._change_instants()
        return self.store.patch(resource, key, change, updated=updated, visible=visible)

    def _change_instants(self) -> tuple[datetime, datetime]:
        """Return when a change made now happened and when it is seen: after every search that has begun.

        Stores count in milliseconds, in which a search and a change may both fall.
        """
        now = self.clock.now()
        with self._lock:
            visible = max(now, self._searched + TICK) + timedelta(seconds=self.conduct.visible_after_s)
            if not self.conduct.visible_after_s:
                self._changed = visible
        return now, visible

    def _search_instant(self) -> datetime:
        """Return the instant as of which a search that begins now sees the data."""
        with self._lock:
            self._searched = max(self.clock.now(), self._changed)
            return self._searched

    # --- faults -----------------------------------------------------------------------------------

    def break_with(self, *faults: DirectoryFault) -> None:
        """Switch these faults on, and those before off."""
        with self._lock:
            self._faults, self._calls = faults, 0

    def repair(self) -> None:
        """Switch all faults off."""
        self.break_with()

    @property
    def faults(self) -> tuple[DirectoryFault, ...]:
        """The faults that are on."""
        return self._faults

    def call(self, ask: Ask) -> Call:
        """Count a call and return it as faults see it."""
        return self.counted(ask.operation, self._page_number(ask))

    def counted(self, operation: Operation, page: int = 0) -> Call:
        """Count a call of an operation."""
        with self._lock:
            self._calls += 1
            return Call(operation, self._calls, page, self.conduct)

    def _page_number(self, ask: Ask) -> int:
        if ask.operation == "search":
            return 1
        if ask.operation != "page":
            return 0
        known = self.pages.find(page_id_of(ask) or "", self.clock.now())
        return known.number if known else 0

    # --- answers ----------------------------------------------------------------------------------

    def answer(self, ask: Ask, call: Call, note: Note) -> Answer:
        """Answer a request; never raises for what a client sent."""
        refused = self._gate(ask, note)
        if refused is not None:
            return refused
        for fault in self._faults:
            instead = fault.instead(call)
            if instead is not None:
                note.data["fault"] = type(fault).__name__
                return instead
        try:
            return self._serve(ask, call, note)
        except Refusal as refusal:
            note.data["diagnostics"] = refusal.diagnostics[:500]
            return outcome(refusal.status, refusal.diagnostics, self.conduct.issue_code)

    def _gate(self, ask: Ask, note: Note) -> Answer | None:
        """Return what the gateway in front of the server refuses: key, rate, method, root."""
        shape = self.conduct.gateway_body
        holders = {self.api_key: "product", self.operator_key: "operator"}
        holder = holders.get(ask.key) if ask.key else None
        note.data["key"] = holder or ("wrong" if ask.key else "missing")
        if holder is None:
            return gateway(401, "Unauthorized", shape)
        rate = self._rates.setdefault(holder, CallRate())
        if not rate.take(self.clock.now(), self.conduct.calls_per_second):
            note.data["rate_limited"] = True
            return gateway(429, "Rate limit exceeded", shape, (("Retry-After", "1"),))
        if not ask.tail:  # the gateway does not route the root: no batch, no `_type`
            return gateway(404, "No context-path matches the request URI.", shape)
        writes = ask.method == "PATCH" and self.conduct.write and holder == "operator"
        searches = ask.method == "POST" and ask.tail[1:] == ("_search",)
        if ask.method != "GET" and not searches and not writes:
            return gateway(403, f"Forbidden method {ask.method}", shape)
        return None

    def _serve(self, ask: Ask, call: Call, note: Note) -> Answer:
        if ask.operation == "metadata":
            return Answer(200, encode(capability_statement(self.conduct)))
        if ask.operation == "page":
            return self._next_page(ask, call, note)
        resource = ask.resource
        if resource is None:
            text = f"HAPI-0302: Unknown resource type '{ask.tail[0][:100]}' - Server knows how to handle: "
            raise Refusal(404, f"{text}[{KNOWN_ORDER}]")
        if ask.operation == "patch":
            return self._patch(ask, resource, note)
        if ask.operation == "read":
            return self._read(ask, resource, call, note)
        if len(ask.tail) > 2 or (ask.method == "GET") != (len(ask.tail) == 1):
            raise Refusal(404, f"Unknown resource: {'/'.join(ask.tail)[:200]}")
        return self._search(ask, resource, call, note)

    # --- search and pages -------------------------------------------------------------------------

    def _search(self, ask: Ask, resource: ResourceType, call: Call, note: Note) -> Answer:
        at, fields = self._search_instant(), fields_asked(ask)
        asked = read_query(resource, fields, self.conduct, at)
        if asked.ignored:
            note.data["ignored_modifiers"] = list(asked.ignored)
        suffix = f"?{urlencode(fields, safe=':,/|@')}" if fields else ""
        first = NextPage(asked.query, at, None, 1, f"{self.base}/{resource}{suffix}")
        return self._page(first, call, note)

    def _next_page(self, ask: Ask, call: Call, note: Note) -> Answer:
        token = page_id_of(ask)
        if not token:
            raise Refusal(400, "Parameter id required to fetch the next page")
        known = self.pages.find(token, self.clock.now())
        note.data["page_id"] = token[:200]
        note.data["page_known"] = known is not None
        if known is None:
            raise Refusal(self.conduct.dead_page_status, STALE)
        return self._page(known, call, note)

    def _page(self, page: NextPage, call: Call, note: Note) -> Answer:
        following: NextPage | None
        if not page.held_back and any(fault.holds_back(call) for fault in self._faults):
            found, entries, following = Page((), total=page.total), [], replace(page, held_back=True)
        else:
            found = self._found(page, note)
            entries = self._entries(found, page.query, call)
            following = _after(page, found)
        bundle = Bundle(
            str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
            tuple(entries),
            page.self_url,
            self._link(following),
            found.total if page.number == 1 else page.total,
        )
        for fault in self._faults:
            bundle = fault.bundle(call, bundle)
        note.data |= {
            "resource": page.query.resource,
            "page": page.number,
            "at": page.at.isoformat(),
            "matches": len(found.matches),
            "included": len(found.included),
            "total": bundle.total,
            "next": bundle.next_url,
        }
        return Answer(200, self._spoiled(bundle.to_json(), call))

    def _link(self, page: NextPage | None) -> str | None:
        if page is None:
            return None
        return f"{self.base}/_page?id={self.pages.issue(page, self.clock.now())}"

    def _found(self, page: NextPage, note: Note) -> Page:
        """Return what the store finds; only the first page counts, and a page of none asks nothing."""
        query = page.query
        if page.number > 1:
            query = replace(query, total="none")
        if query.count == 0:
            counted = self._timed(note, replace(query, count=1, total="accurate"), page)
            return Page((), total=counted.total)
        return self._timed(note, query, page)

    def _timed(self, note: Note, query: Query, page: NextPage) -> Page:
        began = monotonic_ms()
        try:
            return self.store.search(query, page.at, page.after)
        finally:
            note.store_ms += monotonic_ms() - began

    def _entries(self, found: Page, query: Query, call: Call) -> list[Entry]:
        matches, included = tuple(found.matches), tuple(found.included)
        for fault in self._faults:
            matches = tuple(fault.records(call, matches))
            included = tuple(fault.records(call, included))
        entries = self._renderer.entries(matches, self.base, query.elements)
        # `_elements` names elements of what is searched: what comes along stays whole [inferred].
        return [*entries, *self._renderer.entries(included, self.base)]

    def _spoiled(self, body: bytes, call: Call) -> bytes:
        for fault in self._faults:
            body = fault.body(call, body)
        return body

    # --- read and write ---------------------------------------------------------------------------

    def _read(self, ask: Ask, resource: ResourceType, call: Call, note: Note) -> Answer:
        record = self._record(resource, ask.tail[1], note)
        for fault in self._faults:
            record = next(iter(fault.records(call, [record])), record)
        note.data |= {"resource": resource, "id": ask.tail[1][:100]}
        return Answer(200, self._spoiled(self._renderer.resource(record), call))

    def _record(self, resource: ResourceType, identifier: str, note: Note) -> Record:
        key, began = key_of(resource, identifier), monotonic_ms()
        record = self.store.get(resource, key, self._search_instant()) if key is not None else None
        note.store_ms += monotonic_ms() - began
        if record is None:
            raise Refusal(404, f"Resource not found with id: {identifier[:100]}")
        return record

    def _patch(self, ask: Ask, resource: ResourceType, note: Note) -> Answer:
        note.data |= {"resource": resource}
        at = self._search_instant()
        updated, visible = self._change_instants()
        return patching.patch(
            self.store,
            resource,
            tail=ask.tail[1:],
            query=ask.query,
            body=ask.body,
            at=at,
            updated=updated,
            visible=visible,
        )


def _after(page: NextPage, found: Page) -> NextPage | None:
    """Return what follows a page, None at the end."""
    if found.next_after is None:
        return None
    total = found.total if page.number == 1 else page.total
    return replace(page, after=found.next_after, number=page.number + 1, total=total, held_back=False)
