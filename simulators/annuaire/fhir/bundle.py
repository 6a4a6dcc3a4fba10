"""The searchset Bundle, put together from resources that are already JSON (DOSSIER §2.6)."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.annuaire.fhir.outcome import encode
from simulators.annuaire.fhir.parts import id_of
from simulators.annuaire.fhir.rendering import render
from simulators.annuaire.model import Record

SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "Resource encoded in summary mode",
}
ALWAYS = ("resourceType", "id", "meta")
RENDERED_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: where the resource is, and the resource as JSON."""

    full_url: str
    resource: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A page as it is about to leave. No `search.mode`; `first`, `last` and `previous` do not exist."""

    id: str
    entries: tuple[Entry, ...]
    self_url: str
    next_url: str | None = None
    total: int | None = None

    def to_json(self) -> bytes:
        """Return the Bundle, its members in the order of the live server."""
        total = "" if self.total is None else f',"total":{self.total}'
        head = f'{{"resourceType":"Bundle","type":"searchset","id":{json.dumps(self.id)}{total},"entry":['
        following = [{"relation": "next", "url": self.next_url}] if self.next_url else []
        pieces, comma = [head.encode("ascii")], b""
        for entry in self.entries:
            pieces += (comma, b'{"fullUrl":', encode(entry.full_url), b',"resource":', entry.resource, b"}")
            comma = b","
        pieces += (b'],"link":', encode([*following, {"relation": "self", "url": self.self_url}]), b"}")
        return b"".join(pieces)


class Renderer:
    """Renders records for the public; what was rendered lately is kept, by resource, key and version."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int, tuple[str, ...]], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def entries(self, records: Iterable[Record], base: str, elements: Sequence[str] = ()) -> list[Entry]:
        """Return the entries of records; `elements` cuts them."""
        return [
            Entry(f"{base}/{record.resource}/{id_of(record)}", self.resource(record, elements))
            for record in records
        ]

    def resource(self, record: Record, elements: Sequence[str] = ()) -> bytes:
        """Return a record as a public resource."""
        if elements:
            return encode(cut(render(record), elements))
        # A fault may take a BAL out of a version: its addresses tell the views of one version apart.
        shown = tuple(one.address for one in getattr(record, "mailboxes", ()))
        key = (record.resource, record.key, record.version, shown)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        made = encode(render(record))
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > RENDERED_KEPT:
                self._kept.popitem(last=False)
        return made


def cut(resource: dict[str, Any], elements: Sequence[str]) -> dict[str, Any]:
    """Return a resource with these elements alone, and the tag that says so (`_elements`).

    An element may be written with its resource (`Practitioner.name`). Unknown ones are left out.
    """
    kind = resource["resourceType"]
    wanted = {name.removeprefix(f"{kind}.").partition(".")[0] for name in elements}
    kept = {name: value for name, value in resource.items() if name in wanted or name in ALWAYS}
    meta = dict(resource["meta"])
    meta["tag"] = [*meta.get("tag", ()), SUBSETTED]
    kept["meta"] = meta
    return kept
