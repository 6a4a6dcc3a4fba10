"""What a directory may do wrong, by name; switched on with `Directory.break_with`, off with `repair`.

Unless said otherwise they serve X-ANN-04: the product keeps working and says what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from simulators.annuaire.fhir.bundle import Bundle
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.outcome import Answer, gateway, outcome
from simulators.annuaire.model import Organization, Practitioner, PractitionerRole, Record

Operation = Literal["search", "page", "read", "metadata", "patch", "extraction"]
STALE = "The url can't be processed. Maybe it is too old or corrupted."


@dataclass(frozen=True, slots=True)
class Call:
    """A call as faults see it: `count` is its number (from 1) since they were switched on.

    `page` is the number of the page asked for (the first of a search is 1), 0 for what has no pages.
    """

    operation: Operation
    count: int
    page: int
    conduct: Conduct


class DirectoryFault:
    """One way to go wrong; a subclass overrides what it spoils."""

    def delay_s(self, call: Call) -> float:
        """Return the real seconds to wait before the answer."""
        return 0.0

    def instead(self, call: Call) -> Answer | None:
        """Return an answer given in place of the directory's own."""
        return None

    def holds_back(self, call: Call) -> bool:
        """Tell whether an empty page with a next link comes in front of this page."""
        return False

    def records(self, call: Call, records: Sequence[Record]) -> Sequence[Record]:
        """Return the matches to show."""
        return records

    def bundle(self, call: Call, bundle: Bundle) -> Bundle:
        """Return the page to send."""
        return bundle

    def body(self, call: Call, body: bytes) -> bytes:
        """Return the octets of a Bundle or resource to send."""
        return body


def _early(call: Call, times: int | None) -> bool:
    return times is None or call.count <= times


@dataclass(frozen=True, slots=True)
class Slow(DirectoryFault):
    """Each answer takes `seconds` of real time (X-ANN-04: time-out of 30 s; the user is not left waiting)."""

    seconds: float = 5.0
    times: int | None = None

    def delay_s(self, call: Call) -> float:
        """Return the delay."""
        return self.seconds if _early(call, self.times) else 0.0


@dataclass(frozen=True, slots=True)
class KeyRefused(DirectoryFault):
    """The gateway answers 401 to the good key: it was revoked or expired (X-ANN-01, X-ANN-04)."""

    times: int | None = None

    def instead(self, call: Call) -> Answer | None:
        """Return 401."""
        return gateway(401, "Unauthorized", call.conduct.gateway_body) if _early(call, self.times) else None


@dataclass(frozen=True, slots=True)
class TooManyCalls(DirectoryFault):
    """The gateway answers 429 with `Retry-After`, the first `times` times (X-ANN-04, X-ANN-05).

    A product waits as long as told, or tells its user; it does not hammer.
    """

    times: int | None = 1
    retry_after_s: int = 2

    def instead(self, call: Call) -> Answer | None:
        """Return 429."""
        if not _early(call, self.times):
            return None
        after = (("Retry-After", str(self.retry_after_s)),)
        return gateway(429, "Rate limit exceeded", call.conduct.gateway_body, after)


@dataclass(frozen=True, slots=True)
class Unavailable(DirectoryFault):
    """The directory is down: 503 (or 500, 502, 504), the first `times` times (X-ANN-04)."""

    status: int = 503
    times: int | None = None

    def instead(self, call: Call) -> Answer | None:
        """Return the error, an OperationOutcome for 500 and the gateway's own page otherwise."""
        if not _early(call, self.times):
            return None
        if self.status == 500:
            return outcome(500, "Unexpected error", call.conduct.issue_code)
        page = b"<html><body><h1>Service Unavailable</h1></body></html>"
        return Answer(self.status, page, "text/html")


@dataclass(frozen=True, slots=True)
class Refused(DirectoryFault):
    """The server refuses with an OperationOutcome: any status of the documented list (X-ANN-04).

    400, 401, 403, 404, 410, 412, 500 (DOSSIER §2.1); what a product tells its user is in `diagnostics`.
    """

    status: int = 403
    diagnostics: str = "Access denied"
    times: int | None = None

    def instead(self, call: Call) -> Answer | None:
        """Return the refusal."""
        if not _early(call, self.times):
            return None
        return outcome(self.status, self.diagnostics, call.conduct.issue_code)


@dataclass(frozen=True, slots=True)
class StalePage(DirectoryFault):
    """The link to page `page` is dead although it was just given (X-ANN-03): 400, 410 or 500.

    A product shows what it has, says that the rest is missing, and starts the search anew if asked.
    """

    page: int = 2
    status: int | None = None
    times: int | None = None

    def instead(self, call: Call) -> Answer | None:
        """Return the error of a dead page id."""
        if call.operation != "page" or call.page != self.page or not _early(call, self.times):
            return None
        return outcome(self.status or call.conduct.dead_page_status, STALE, call.conduct.issue_code)


@dataclass(frozen=True, slots=True)
class EmptyPage(DirectoryFault):
    """Page `page` of a search comes empty, with a next link to what it should have held (X-ANN-03).

    The end of a search is the absence of a next link, never an empty page.
    """

    page: int = 1

    def holds_back(self, call: Call) -> bool:
        """Tell whether this is that page."""
        return call.page == self.page


@dataclass(frozen=True, slots=True)
class TruncatedJson(DirectoryFault):
    """The Bundle is cut in the middle, under status 200 (X-ANN-04)."""

    times: int | None = None

    def body(self, call: Call, body: bytes) -> bytes:
        """Return the first half."""
        return body[: len(body) // 2] if _early(call, self.times) else body


@dataclass(frozen=True, slots=True)
class WrongResourceType(DirectoryFault):
    """Status 200 carries another resource than a Bundle (X-ANN-04)."""

    resource: str = "Parameters"
    times: int | None = None

    def body(self, call: Call, body: bytes) -> bytes:
        """Return a resource of the wrong type."""
        return f'{{"resourceType":"{self.resource}"}}'.encode() if _early(call, self.times) else body


@dataclass(frozen=True, slots=True)
class DuplicateEntry(DirectoryFault):
    """The first entry of each page comes again at its end: shown once all the same (X-ANN-04)."""

    def bundle(self, call: Call, bundle: Bundle) -> Bundle:
        """Return the page with its first entry repeated."""
        return replace(bundle, entries=(*bundle.entries, *bundle.entries[:1]))


@dataclass(frozen=True, slots=True)
class VanishedAddress(DirectoryFault):
    """A BAL is gone from the record that carried it (X-ANN-04): what was kept from before is stale.

    `address` None takes every BAL away.
    """

    address: str | None = None

    def records(self, call: Call, records: Sequence[Record]) -> Sequence[Record]:
        """Return the records without that BAL."""
        return [self._without(record) for record in records]

    def _without(self, record: Record) -> Record:
        if not isinstance(record, Practitioner | PractitionerRole | Organization):
            return record
        held = record.mailboxes
        kept = tuple(one for one in held if self.address is not None and one.address != self.address)
        return record if len(kept) == len(held) else replace(record, mailboxes=kept)


@dataclass(frozen=True, slots=True)
class WrongTotal(DirectoryFault):
    """`total` is `by` too high: a product follows the links, it does not count pages (X-ANN-03)."""

    by: int = 7

    def bundle(self, call: Call, bundle: Bundle) -> Bundle:
        """Return the page with the wrong total."""
        return replace(bundle, total=max(0, (bundle.total or 0) + self.by))
