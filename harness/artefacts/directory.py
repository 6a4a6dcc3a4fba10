"""What the product asked of the Annuaire Santé and what it was answered, read back from the journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from simulators.journal import Event

CALLS = frozenset({"search", "page", "read", "metadata", "patch"})
_REQUEST = "-request"


@dataclass(frozen=True, slots=True)
class DirectoryCall:
    """One call of the FHIR API with its answer, or one download of an extraction file.

    `operation` is `search`, `page`, `read`, `metadata`, `patch` or `extraction`; `target` what stands after
    the base in the path (the file's name for an extraction). `parameters` are in order. `status` is None when
    no answer was recorded. `key` is as the gateway saw it: `product`, `operator`, `wrong` or `missing`.
    `issued` is the id in the next link of the answer, None at the end; `page_id` what the product sent as
    one. `retry_after_s` is None without such a header.
    """

    event: Event
    operation: str
    method: str
    target: str
    parameters: tuple[tuple[str, str], ...]
    at: datetime
    answered: datetime
    status: int | None = None
    key: str = "missing"
    page_id: str | None = None
    issued: str | None = None
    matches: int = 0
    total: int | None = None
    retry_after_s: float | None = None
    fault: str = ""

    @property
    def api(self) -> bool:
        """Tell whether it is a call of the FHIR API."""
        return self.operation in CALLS

    @property
    def shown(self) -> str:
        """Return the call as a person reads it."""
        return f"{self.method} /{self.target}"


def directory_calls(events: Iterable[Event]) -> tuple[DirectoryCall, ...]:
    """Read the calls of the product back from the events of a tenant, in the order of the requests."""
    made: list[DirectoryCall] = []
    waiting: dict[str, list[int]] = {}
    for event in events:
        if event.protocol != "http":
            continue
        if event.source == "product" and event.target == "directory" and event.name.endswith(_REQUEST):
            waiting.setdefault(event.connection, []).append(len(made))
            made.append(_asked(event))
        elif event.source == "directory" and waiting.get(event.connection):
            number = waiting[event.connection].pop(0)
            made[number] = _answered(made[number], event)
    return tuple(made)


def _asked(event: Event) -> DirectoryCall:
    data, at = event.data, datetime.fromisoformat(event.at)
    return DirectoryCall(
        event=event,
        operation=event.name.removesuffix(_REQUEST),
        method=str(data.get("method", "")),
        target=str(data.get("tail") or data.get("extraction") or ""),
        parameters=tuple((str(name), str(value)) for name, value in data.get("parameters", ())),
        at=at,
        answered=at,
        page_id=data.get("page_id"),
    )


def _answered(call: DirectoryCall, event: Event) -> DirectoryCall:
    data = event.data
    following = data.get("next")
    after = str(data.get("headers", {}).get("retry-after", ""))
    return DirectoryCall(
        event=call.event,
        operation=call.operation,
        method=call.method,
        target=call.target,
        parameters=call.parameters,
        at=call.at,
        answered=datetime.fromisoformat(event.at),
        status=data.get("status"),
        key=str(data.get("key", "missing")),
        page_id=call.page_id,
        issued=str(following).rpartition("id=")[2] if following else None,
        matches=int(data.get("matches") or 0),
        total=data.get("total"),
        retry_after_s=float(after) if after.isascii() and after.isdigit() else None,
        fault=str(data.get("fault", "")),
    )
