"""Rules on the Annuaire Santé: how the product calls it, what it offers of the answers, what it loads.

Pure functions over the calls (`harness.artefacts.directory`) and over what `search_directory` answered.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from harness.artefacts.directory import DirectoryCall
from harness.artefacts.sent import SentMail
from harness.checks.rulebook import finding
from harness.drivers import Answer
from harness.findings import Finding, Location

CALLS_PER_SECOND = 17
CLOCK_GRAIN = timedelta(milliseconds=100)
"""How much sooner than told a call may come: clocks are read at different places."""
TELLING = ("profession", "specialty", "structure", "city", "postcode", "identifier")
"""What tells namesakes apart beside the name."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What the composer shows after a search."""

    entries: tuple[Mapping[str, Any], ...]
    complete: bool
    told: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses in their order, in lower case."""
        return tuple(str(one.get("address", "")).casefold() for one in self.entries)

    @property
    def says_trouble(self) -> bool:
        """Tell whether the user learns that something is missing."""
        return bool(self.told) or not self.complete

    def of(self, address: str) -> Mapping[str, Any]:
        """Return the first line of an address, empty when it is not offered."""
        wanted = address.casefold()
        return next((one for one in self.entries if str(one.get("address", "")).casefold() == wanted), {})

    def __contains__(self, address: str) -> bool:
        """Tell whether an address is offered."""
        return address.casefold() in self.addresses

    def __str__(self) -> str:
        """Return the addresses as findings show them."""
        return ", ".join(self.addresses) or "∅"


def offered(answer: Answer, alerts: Iterable[object] = ()) -> Offered:
    """Read the answer of `search_directory`; `alerts` are what `status` tells after it.

    A search that failed or was refused told its user so.
    """
    entries = answer.result.get("entries", [])
    lines = [one for one in entries if isinstance(one, Mapping)] if isinstance(entries, list) else []
    told = [str(answer.result.get("problem") or ""), *map(str, alerts)]
    if answer.status != "done":
        told.append(answer.detail or answer.status)
    complete = answer.status == "done" and answer.result.get("complete", True) is not False
    return Offered(tuple(lines), complete, " ; ".join(text for text in told if text))


# --- how it is called ---------------------------------------------------------------------------------


def asked_at_all(calls: Sequence[DirectoryCall]) -> Iterator[Finding]:
    """ANN-001: the directory was asked, or had been loaded."""
    if not calls:
        yield finding("ANN-001", expected="GET /Practitioner?…", found="aucun appel")


def key_in_header(calls: Iterable[DirectoryCall], api_key: str) -> Iterator[Finding]:
    """ANN-010, ANN-011: the key is in the header of each call of the API, and nowhere else."""
    for call in calls:
        if call.api and call.key not in {"product", "operator"}:
            yield _at(call, "ANN-010", "ESANTE-API-KEY", f"{call.shown} : {call.key}")
        named = [
            name
            for name, value in call.parameters
            if name.casefold() == "esante-api-key" or (api_key and value == api_key)
        ]
        if named:
            yield _at(call, "ANN-011", "ESANTE-API-KEY", f"{call.shown}?{named[0]}=…")


def reads_only(calls: Iterable[DirectoryCall]) -> Iterator[Finding]:
    """ANN-012: GET, or POST to `_search`."""
    for call in calls:
        searches = call.method == "POST" and call.target.endswith("/_search")
        if call.api and call.method not in {"GET", "HEAD"} and not searches:
            yield _at(call, "ANN-012", "GET, POST …/_search", call.shown)


def links_as_given(calls: Sequence[DirectoryCall]) -> Iterator[Finding]:
    """ANN-020: each page asked for was given as a next link before."""
    issued: set[str] = set()
    for call in calls:
        if call.operation == "page" and call.page_id not in issued:
            yield _at(call, "ANN-020", "Bundle.link[next]", f"{call.shown}?id={call.page_id}")
        if call.issued is not None:
            issued.add(call.issued)


def pages_read(calls: Sequence[DirectoryCall], shown: Offered) -> Iterator[Finding]:
    """ANN-021: every next link was followed, or the user is told that the list is not whole."""
    if shown.says_trouble:
        return
    followed = {call.page_id for call in calls}
    left = [call for call in calls if call.issued is not None and call.issued not in followed]
    for call in left[:1]:
        yield _at(call, "ANN-021", "GET _page", f"{len(left)} lien(s) next non suivi(s)")


def whole_or_told(shown: Offered, addresses: Iterable[str], rule: str = "ANN-021") -> Iterator[Finding]:
    """ANN-021, ANN-030: every address is offered, or the user is told that the list is not whole."""
    missing = [address for address in addresses if address not in shown]
    if missing and not shown.says_trouble:
        yield finding(rule, expected=", ".join(missing), found=f"{shown}, complete: true, problem: null")


def within_rate(calls: Sequence[DirectoryCall]) -> Iterator[Finding]:
    """ANN-040: no more than 17 calls in any second."""
    made = [call for call in calls if call.api]
    for early, late in zip(made, made[CALLS_PER_SECOND:], strict=False):
        gap = late.at - early.at
        if gap < timedelta(seconds=1) - CLOCK_GRAIN:
            yield _at(
                late,
                "ANN-040",
                "17 appels/s",
                f"{CALLS_PER_SECOND + 1} appels en {gap.total_seconds():.2f} s",
            )
            return


def keeps_quiet(calls: Sequence[DirectoryCall]) -> Iterator[Finding]:
    """ANN-032: no call before the Retry-After of a 429 has passed."""
    refused: DirectoryCall | None = None
    for call in calls:
        if refused is not None and refused.retry_after_s is not None:
            gap = call.at - refused.answered
            if gap < timedelta(seconds=refused.retry_after_s) - CLOCK_GRAIN:
                yield _at(
                    call,
                    "ANN-032",
                    f"Retry-After: {refused.retry_after_s:.0f}",
                    f"{gap.total_seconds():.1f} s",
                )
                return
        refused = call if call.status == 429 else None


# --- what is offered ----------------------------------------------------------------------------------


def is_offered(shown: Offered, address: str, rule: str = "ANN-002") -> Iterator[Finding]:
    """ANN-002, ANN-004, ANN-006, ANN-051: the address that the directory holds is among those offered."""
    if address not in shown:
        yield finding(rule, expected=address, found=f"{shown}{_told(shown)}")


def only_offered(shown: Offered, allowed: Collection[str]) -> Iterator[Finding]:
    """ANN-006: nothing is offered that does not answer the criterion."""
    known = {one.casefold() for one in allowed}
    others = [address for address in shown.addresses if address not in known]
    if others:
        yield finding("ANN-006", expected=", ".join(sorted(known)), found=", ".join(others))


def none_offered(shown: Offered, forbidden: Iterable[str], rule: str) -> Iterator[Finding]:
    """ANN-034, ANN-050, ANN-070: none of these addresses is offered."""
    for address in forbidden:
        if address in shown:
            yield finding(rule, expected="∅", found=address)


def sent_to_chosen(sent: SentMail, address: str) -> Iterator[Finding]:
    """ANN-003: the envelope has the address chosen, and it alone."""
    found = {one.casefold() for one in sent.recipients}
    if found != {address.casefold()}:
        yield finding(
            "ANN-003",
            expected=address,
            found=", ".join(sorted(found)),
            location=Location(event=sent.event.seq),
            evidence=sent.event.evidence,
        )


def told_apart(shown: Offered, addresses: Collection[str]) -> Iterator[Finding]:
    """ANN-005: the lines of namesakes differ in more than the address."""
    lines = [shown.of(address) for address in addresses if address in shown]
    seen = Counter(tuple(_plain(line.get(name)) for name in ("name", *TELLING)) for line in lines)
    for values, count in seen.items():
        if count > 1:
            yield finding("ANN-005", expected=", ".join(TELLING), found=f"{count} × {values[0]}")


def types_as_given(shown: Offered, types: Mapping[str, str]) -> Iterator[Finding]:
    """ANN-060, ANN-061: each mailbox is offered, as of its type (address → type)."""
    for address, kind in types.items():
        if address not in shown:
            yield finding("ANN-061", expected=f"{kind} {address}", found=f"{shown}{_told(shown)}")
        elif str(shown.of(address).get("type") or kind) != kind:
            yield finding("ANN-060", expected=kind, found=f"{shown.of(address)['type']} : {address}")


def in_order(shown: Offered, addresses: Sequence[str]) -> Iterator[Finding]:
    """ANN-062: the mailboxes of one holder are offered in their order of preference."""
    places = [shown.addresses.index(one.casefold()) for one in addresses if one in shown]
    if places != sorted(places):
        yield finding("ANN-062", expected=", ".join(addresses), found=str(shown))


def no_double(shown: Offered) -> Iterator[Finding]:
    """ANN-033: no address is offered twice."""
    for address, count in Counter(shown.addresses).items():
        if count > 1:
            yield finding("ANN-033", expected=f"1 × {address}", found=f"{count} × {address}")


# --- what went wrong ----------------------------------------------------------------------------------


def trouble_told(shown: Offered, what: str) -> Iterator[Finding]:
    """ANN-030: the user is told that the directory did not answer well."""
    if not shown.says_trouble:
        yield finding("ANN-030", expected=what, found=f"{shown}, complete: true, problem: null")


def works_again(shown: Offered, address: str) -> Iterator[Finding]:
    """ANN-031: the search after the incident finds the address."""
    if address not in shown:
        yield finding("ANN-031", expected=address, found=f"{shown}{_told(shown)}")


# --- what is loaded -----------------------------------------------------------------------------------


def loaded(calls: Iterable[DirectoryCall], rule: str, expected: str) -> Iterator[Finding]:
    """ANN-080, ANN-083: extraction files, or data of the API, were fetched."""
    if not any(call.status in {200, 304} for call in calls):
        yield finding(rule, expected=expected, found="aucun chargement")


def not_loaded(calls: Iterable[DirectoryCall]) -> Iterator[Finding]:
    """ANN-083: nothing was loaded before the period set."""
    for call in calls:
        if call.operation == "extraction":
            yield _at(call, "ANN-083", "∅", call.shown)
            return


def change_taken(answer: Answer, kind: str, rpps: str, structure: str) -> Iterator[Finding]:
    """ANN-081, ANN-082: the loading tells the change of a user or a correspondent.

    A product that tells no `changes` is judged on its counts: it updated nobody.
    """
    rule = "ANN-081" if kind == "user" else "ANN-082"
    changes = answer.result.get("changes")
    if not isinstance(changes, list):
        counted = answer.result.get("users" if kind == "user" else "correspondents")
        if counted == 0:
            yield finding(rule, expected="≥ 1", found="0")
        return
    about = [one for one in changes if isinstance(one, Mapping) and one.get("kind") == kind]
    mine = [one for one in about if str(one.get("identifier", "")).endswith(rpps)]
    if not any(_plain(one.get("structure", structure)) == _plain(structure) for one in mine):
        shown = "; ".join(f"{one.get('identifier', '?')} {one.get('structure', '')}" for one in about)
        yield finding(rule, expected=f"{rpps} {structure}", found=shown or "∅")


def _plain(value: object) -> str:
    spread = unicodedata.normalize("NFKD", str(value or ""))
    return "".join(char for char in spread if not unicodedata.combining(char)).casefold().strip()


def _told(shown: Offered) -> str:
    return f" ({shown.told})" if shown.told else ""


def _at(call: DirectoryCall, rule: str, expected: str, found: str) -> Finding:
    return finding(
        rule,
        expected=expected,
        found=found,
        location=Location(event=call.event.seq),
        evidence=call.event.evidence,
    )
