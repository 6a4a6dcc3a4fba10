"""Rules on documents received (RECV-…): taken or not, whose record, what became of them, what is shown.

Judged on what the product shows (`collect`, `documents`, `worklist`, alerts), beside what was sent. Where a
text leaves the choice, to refuse or to let a person decide, both are right.
Sources: Référentiel socle MSSanté #2, Ségur wave 2 list (SC.MSS, LGC.MSS, BIO, SC.CDA), ITI-32 §3.32.4.1.4,
volet "Structuration minimale" §3.5.5.10 (DOSSIER §1.1, §1.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.checks.rulebook import finding
from harness.checks.traces import Trace
from harness.drivers import Answer
from harness.findings import Finding

Shown = Mapping[str, Any]
_FILED = re.compile(r"int[eé]gr|class|import|filed", re.IGNORECASE)
"""How a line of a log says that a document entered a record [inferred]."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A document as it was sent; `date` is its effectiveTime, `act` the start of its act."""

    id: str
    set_id: str
    version: int
    title: str
    code: str
    date: datetime
    act: datetime
    author: str
    organisation: str
    sha1: str


def lines_of(shown: Sequence[Shown], document: Sent) -> list[Shown]:
    """Return the lines that show a document."""
    return [line for line in shown if str(line.get("id", "")).split("^")[0] == document.id]


def current(shown: Sequence[Shown], document: Sent) -> bool:
    """Tell whether a document is shown as the one in force."""
    return any(line.get("status") == "current" for line in lines_of(shown, document))


def told(said: Shown, alerts: Sequence[str], items: Sequence[Shown], message_id: str) -> bool:
    """Tell whether the user learns something of a mail: a reason, an alert, a waiting line."""
    outcome = said.get("outcome")
    if outcome in {"refused", "waiting"} and str(said.get("reason") or "").strip():
        return True
    return bool(alerts) or any(item.get("message_id") == message_id for item in items)


# --- taken ------------------------------------------------------------------------------------------------


def taken(
    said: Shown, shown: Sequence[Shown], documents: Sequence[Sent], rule: str = "RECV-001"
) -> Iterator[Finding]:
    """RECV-001: each document that was sent is in the record."""
    for document in documents:
        if not lines_of(shown, document):
            yield finding(
                rule,
                expected=f"{document.title} ({document.code})",
                found=f"{_outcome(said)} ; {len(shown)} document(s)",
            )


def recognised(said: Shown) -> Iterator[Finding]:
    """RECV-001: the mail is seen to carry documents, whatever becomes of them."""
    if said.get("outcome") not in {"integrated", "waiting", "refused"}:
        yield finding("RECV-001", expected="integrated | waiting", found=_outcome(said))


def ordinary(said: Shown) -> Iterator[Finding]:
    """RECV-002: a mail without documents is no mail of documents."""
    if said.get("outcome") not in {None, "ordinary"}:
        yield finding("RECV-002", expected="ordinary", found=_outcome(said))


def faithful(shown: Sequence[Shown], documents: Sequence[Sent]) -> Iterator[Finding]:
    """RECV-003: the document held is the one that was sent, octet for octet."""
    for document in documents:
        for line in lines_of(shown, document):
            digest = str(line.get("hash") or "").lower()
            if digest and digest != document.sha1:
                yield finding("RECV-003", expected=document.sha1, found=digest)
            version = line.get("version")
            if isinstance(version, int) and version != document.version:
                yield finding("RECV-003", expected=f"version {document.version}", found=f"version {version}")


def legible(shown: Sequence[Shown], documents: Sequence[Sent]) -> Iterator[Finding]:
    """RECV-048: what is shown of a document has the letters of the document, whatever its encoding."""
    for document in documents:
        for line in lines_of(shown, document):
            title = str(line.get("title") or "")
            as_latin = document.title.encode("utf-8").decode("latin-1")
            if "\ufffd" in title or as_latin in title:
                yield finding("RECV-048", expected=document.title, found=title)


# --- whose record -----------------------------------------------------------------------------------------


def not_in(shown: Sequence[Shown], documents: Sequence[Sent], whose: str) -> Iterator[Finding]:
    """RECV-004: nothing of it is in the record of somebody else."""
    for document in documents:
        if lines_of(shown, document):
            yield finding("RECV-004", expected=f"∅ ({whose})", found=document.title)


def proposed(said: Shown, items: Sequence[Shown], message_id: str, key: str) -> Iterator[Finding]:
    """RECV-005: the record with the same traits is proposed, or already used."""
    item = next((one for one in items if one.get("message_id") == message_id), {})
    names = {said.get("patient"), item.get("patient")} - {None}
    if key not in names:
        yield finding("RECV-005", expected=key, found=", ".join(map(str, names)) or _outcome(said))


def identified(said: Shown, items: Sequence[Shown], message_id: str, key: str) -> Iterator[Finding]:
    """RECV-009: no other record than that of patientId is used or proposed."""
    item = next((one for one in items if one.get("message_id") == message_id), {})
    names = {said.get("patient"), item.get("patient")} - {None}
    if names - {key}:
        yield finding("RECV-009", expected=key, found=", ".join(map(str, sorted(names, key=str))))


def found_known(said: Shown, items: Sequence[Shown], message_id: str, key: str) -> Iterator[Finding]:
    """RECV-008: the known identity is found by its INS."""
    item = next((one for one in items if one.get("message_id") == message_id), {})
    if key not in {said.get("patient"), item.get("patient")}:
        yield finding("RECV-008", expected=key, found=_outcome(said))


def filed_alone(said: Shown, shown: Sequence[Shown], documents: Sequence[Sent]) -> Iterator[Finding]:
    """RECV-006: with a qualified INS strictly equal the document is filed with nobody acting."""
    if said.get("outcome") != "integrated" or not all(lines_of(shown, one) for one in documents):
        yield finding("RECV-006", expected="integrated", found=_outcome(said))


def not_alone(said: Shown, shown: Sequence[Shown], documents: Sequence[Sent], why: str) -> Iterator[Finding]:
    """RECV-007: with an identity that is not strictly the same nothing is filed with nobody acting."""
    if said.get("outcome") == "integrated" or any(lines_of(shown, one) for one in documents):
        yield finding("RECV-007", expected=f"refused | waiting ({why})", found=_outcome(said))


# --- damaged, hostile -------------------------------------------------------------------------------------


def damage_told(said: Shown, informed: bool, damage: str) -> Iterator[Finding]:
    """RECV-010: the user is told that what was received is damaged."""
    if not informed:
        yield finding("RECV-010", expected=f"alerte ou motif ({damage})", found=_outcome(said))


def damaged_kept_out(
    said: Shown, shown: Sequence[Shown], alerts: Sequence[str], documents: Sequence[Sent], damage: str
) -> Iterator[Finding]:
    """RECV-011: a document that is not the one announced is not filed as if nothing were."""
    if not alerts and any(lines_of(shown, one) for one in documents):
        yield finding("RECV-011", expected=f"refused | waiting | alerte ({damage})", found=_outcome(said))


def others_treated(
    answer: Answer, shown: Sequence[Shown], said: Shown, documents: Sequence[Sent], what: str
) -> Iterator[Finding]:
    """RECV-012: a hostile mail does not keep the mails after it from being treated."""
    reached = said.get("outcome") in {"integrated", "waiting"}
    if answer.status != "done" or not (reached or all(lines_of(shown, one) for one in documents)):
        found = f"« {answer.status} » {answer.detail}".strip()
        yield finding("RECV-012", expected=f"done, integrated ({what})", found=f"{found} ; {_outcome(said)}")


def nothing_leaked(secret: str, texts: Sequence[str]) -> Iterator[Finding]:
    """RECV-013: the content of a local file is nowhere in what the product shows."""
    for text in texts:
        if secret in text:
            yield finding("RECV-013", expected="∅", found=text)
            return


def nothing_outside(found: Sequence[str]) -> Iterator[Finding]:
    """RECV-014: no file of the archive was written outside the product's folder."""
    for path in found:
        yield finding("RECV-014", expected="∅", found=path)


def nothing_left(found: Sequence[str]) -> Iterator[Finding]:
    """RECV-015: nothing of a refused document stays, unpacked, in the product's files."""
    for path in found:
        yield finding("RECV-015", expected="∅", found=path)


# --- the user's hand --------------------------------------------------------------------------------------


def waits(items: Sequence[Shown], message_id: str) -> Iterator[Finding]:
    """RECV-020: what was not treated by itself is in the work list."""
    if not any(item.get("message_id") == message_id for item in items):
        yield finding("RECV-020", expected=message_id, found=f"{len(items)} ligne(s)")


def done_waiting(items: Sequence[Shown], message_id: str) -> Iterator[Finding]:
    """RECV-022: what the user decided does not wait any more."""
    if any(item.get("message_id") == message_id for item in items):
        yield finding("RECV-022", expected="∅", found=message_id)


def kept_out(shown: Sequence[Shown], documents: Sequence[Sent]) -> Iterator[Finding]:
    """RECV-022: what the user refused is in no record."""
    for document in documents:
        if lines_of(shown, document):
            yield finding("RECV-022", expected="∅", found=document.title)


def filed_by_hand(answer: Answer, shown: Sequence[Shown], documents: Sequence[Sent]) -> Iterator[Finding]:
    """RECV-021: what the user filed is in the record that was chosen."""
    for document in documents:
        if not lines_of(shown, document):
            found = f"« {answer.status} » {answer.detail}".strip()
            yield finding("RECV-021", expected=document.title, found=found)


def taken_over(shown: Sequence[Shown], documents: Sequence[Sent]) -> Iterator[Finding]:
    """RECV-025: type and date of the line are those of the document."""
    for document in documents:
        for line in lines_of(shown, document):
            if line.get("code") != document.code:
                yield finding("RECV-025", expected=document.code, found=f"code : {line.get('code')!r}")
            if not same_day(line.get("date"), document):
                yield finding(
                    "RECV-025", expected=document.date.isoformat(), found=f"date : {line.get('date')!r}"
                )


def same_day(shown: object, document: Sent) -> bool:
    """Tell whether a date shown is that of the document or of its act (the lists say either)."""
    text = str(shown or "")
    days = {document.date.date().isoformat(), document.act.date().isoformat()}
    return text[:10] in days or any(day[8:] + "/" + day[5:7] + "/" + day[:4] in text for day in days)


# --- the work list ----------------------------------------------------------------------------------------


def listed_well(items: Sequence[Shown], message_id: str, document: Sent, family: str) -> Iterator[Finding]:
    """RECV-023: the line shows title, date, patient, author with organisation, version."""
    item = next((one for one in items if one.get("message_id") == message_id), None)
    if item is None:
        yield finding("RECV-020", expected=message_id, found=f"{len(items)} ligne(s)")
        return
    lines = item.get("documents")
    line = next(iter(lines_of(lines, document)), {}) if isinstance(lines, list) else {}
    traits = item.get("traits")
    author = str(line.get("author") or "").casefold()
    missing = []
    if str(line.get("title") or "") != document.title:
        missing.append("title")
    if not same_day(line.get("date"), document):
        missing.append("date")
    if not isinstance(traits, Mapping) or str(traits.get("family") or "").casefold() != family.casefold():
        missing.append("patient")
    if document.author.casefold() not in author or document.organisation.casefold() not in author:
        missing.append("author, organisation")
    if line.get("version") != document.version:
        missing.append("version")
    if missing:
        yield finding(
            "RECV-023", expected="title, date, patient, author, version", found=f"∅ {', '.join(missing)}"
        )


def listed_unread(items: Sequence[Shown], message_id: str) -> Iterator[Finding]:
    """RECV-026: what was filed by itself and nobody read is listed."""
    if not any(item.get("message_id") == message_id for item in items):
        yield finding("RECV-026", expected=message_id, found=f"{len(items)} ligne(s)")


def newest_first(items: Sequence[Shown], newest: str, oldest: str) -> Iterator[Finding]:
    """RECV-027: the newest document comes first."""
    order = [str(item.get("message_id")) for item in items if item.get("message_id") in {newest, oldest}]
    if order != [newest, oldest]:
        yield finding("RECV-027", expected=f"{newest}, {oldest}", found=", ".join(order))


def filtered(items: Sequence[Shown], kept: str, left: str, by: str) -> Iterator[Finding]:
    """RECV-028: a filter keeps what it names and leaves the rest."""
    ids = {str(item.get("message_id")) for item in items}
    if kept not in ids or left in ids:
        yield finding("RECV-028", expected=f"{by} : {kept}", found=", ".join(sorted(ids)))


def transversal(items: Sequence[Shown], wanted: Sequence[str]) -> Iterator[Finding]:
    """RECV-029: one list shows the documents of several patients."""
    ids = {str(item.get("message_id")) for item in items}
    for one in wanted:
        if one not in ids:
            yield finding("RECV-029", expected=one, found=", ".join(sorted(ids)))


# --- versions ---------------------------------------------------------------------------------------------


def once(shown: Sequence[Shown], document: Sent) -> Iterator[Finding]:
    """RECV-030: a document received twice is held once."""
    lines = lines_of(shown, document)
    if len(lines) > 1:
        yield finding("RECV-030", expected="1", found=str(len(lines)))


def duplicate_told(said: Shown, informed: bool) -> Iterator[Finding]:
    """RECV-031: the user is told that the document was already integrated."""
    if not informed:
        yield finding("RECV-031", expected="alerte ou motif", found=_outcome(said))


def same_version_refused(shown: Sequence[Shown], document: Sent) -> Iterator[Finding]:
    """RECV-032: another document of the same set and version is not taken."""
    if lines_of(shown, document):
        yield finding("RECV-032", expected=f"∅ (setId, version {document.version})", found=document.id)


def highest_current(shown: Sequence[Shown], older: Sent, newer: Sent) -> Iterator[Finding]:
    """RECV-033: the highest version stays the one in force."""
    if current(shown, older) or not current(shown, newer):
        states = [f"v{line.get('version')} {line.get('status')}" for line in shown]
        yield finding("RECV-033", expected=f"v{newer.version} current", found=", ".join(states))


def replaced(shown: Sequence[Shown], old: Sent, new: Sent) -> Iterator[Finding]:
    """RECV-034: after the user agreed the new version is in force, and the old one is not."""
    if current(shown, old) or not current(shown, new):
        states = [f"v{line.get('version')} {line.get('status')}" for line in shown]
        yield finding("RECV-034", expected=f"v{new.version} current", found=", ".join(states) or "∅")


def deletion_seen(
    shown: Sequence[Shown], document: Sent, said: Shown, *, informed: bool
) -> Iterator[Finding]:
    """RECV-035: the user learns that a document has to be deleted."""
    if current(shown, document) and not informed:
        yield finding("RECV-035", expected="deleted | alerte", found=_outcome(said))


def spared(shown: Sequence[Shown], document: Sent) -> Iterator[Finding]:
    """RECV-036: the deletion touches no other document."""
    lines = lines_of(shown, document)
    if not lines or any(line.get("status") == "deleted" for line in lines):
        states = [f"v{line.get('version')} {line.get('status')}" for line in shown]
        yield finding("RECV-036", expected=f"v{document.version}", found=", ".join(states) or "∅")


def not_replaced_alone(
    said: Shown, alerts: Sequence[str], shown: Sequence[Shown], old: Sent
) -> Iterator[Finding]:
    """RECV-037: a replacement by another author waits for somebody, or is told."""
    if not current(shown, old) and not any("auteur" in alert.casefold() for alert in alerts):
        yield finding("RECV-037", expected="refused | waiting (901)", found=_outcome(said))


# --- what is shown ----------------------------------------------------------------------------------------


def flagged(shown: Sequence[Shown], document: Sent, why: str) -> Iterator[Finding]:
    """RECV-040: an abnormal result is made visible outside the document."""
    if not any(line.get("abnormal") is True for line in lines_of(shown, document)):
        yield finding("RECV-040", expected=f"abnormal ({why})", found=str(_flags(shown, document)))


def not_flagged(shown: Sequence[Shown], document: Sent) -> Iterator[Finding]:
    """RECV-041: results within their intervals are not marked: a mark on everything says nothing."""
    if any(line.get("abnormal") is True for line in lines_of(shown, document)):
        yield finding("RECV-041", expected="∅", found=str(_flags(shown, document)))


def critical_told(shown: Sequence[Shown], document: Sent, code: str) -> Iterator[Finding]:
    """RECV-042: a critical result is told as such."""
    if not any(line.get("critical") is True for line in lines_of(shown, document)):
        yield finding("RECV-042", expected=f"critical ({code})", found=str(_flags(shown, document)))


def one_line(shown: Sequence[Shown], document: Sent) -> Iterator[Finding]:
    """RECV-043: an N3 with its PDF inside is one line."""
    lines = lines_of(shown, document)
    count = sum(line["lines"] if isinstance(line.get("lines"), int) else 1 for line in lines)
    if count != 1:
        yield finding("RECV-043", expected="1", found=str(count))


def sorted_by(shown: Sequence[Shown], wanted: Sequence[Sent], by: str) -> Iterator[Finding]:
    """RECV-044: the list is in the order that the user chose."""
    order = [str(line.get("id")).split("^")[0] for line in shown]
    ids = [document.id for document in wanted]
    if [one for one in order if one in ids] != ids:
        yield finding("RECV-044", expected=f"{by} : {', '.join(ids)}", found=", ".join(order))


def grouped(shown: Sequence[Shown], alike: Sequence[Sent], other: Sent) -> Iterator[Finding]:
    """RECV-044: sorted by type, the documents of one type are together."""
    order = [str(line.get("id")).split("^")[0] for line in shown]
    places = [order.index(document.id) for document in alike if document.id in order]
    apart = other.id in order and places and min(places) < order.index(other.id) < max(places)
    if apart or len(places) < len(alike):
        found = ", ".join(str(line.get("code")) for line in shown)
        yield finding("RECV-044", expected=f"code : {alike[0].code} ×{len(alike)}", found=found)


def origin_shown(shown: Sequence[Shown], document: Sent) -> Iterator[Finding]:
    """RECV-045: the line says that the document came by MSSanté."""
    for line in lines_of(shown, document):
        if "mss" not in str(line.get("source") or "").casefold():
            yield finding("RECV-045", expected="MSSanté", found=str(line.get("source")))


def counted(rows: Sequence[Shown], code: str, wanted: Mapping[str, int]) -> Iterator[Finding]:
    """RECV-046: the counts of a type are those of what was received."""
    row = next((one for one in rows if one.get("code") == code), {})
    found = {name: row.get(name, 0) for name in wanted}
    if found != dict(wanted):
        yield finding("RECV-046", expected=f"{code} {dict(wanted)}", found=f"{found} ; {len(rows)} type(s)")


def traced(traces: Sequence[Trace], marks: Sequence[str]) -> Iterator[Finding]:
    """RECV-047: the filing of a document received is traced."""
    about = [trace for trace in traces if any(mark in trace.about for mark in marks)]
    if not any(trace.event == "integrate" or _FILED.search(trace.about) for trace in about):
        found = ", ".join(sorted({trace.event for trace in about}))
        yield finding("RECV-047", expected=f"integrate {marks[0]}", found=found or "∅")


def integration_shown(
    messages: Sequence[Shown], message_id: str, recipient: str, code: str | None
) -> Iterator[Finding]:
    """RECV-050: the sent mail shows who integrated its documents, or who did not and why."""
    yield from _returned("RECV-050", messages, message_id, recipient, code)


def tolerated(
    messages: Sequence[Shown], message_id: str, recipient: str, code: str | None
) -> Iterator[Finding]:
    """RECV-051: the same of an acknowledgement that is written as some products write it."""
    yield from _returned("RECV-051", messages, message_id, recipient, code)


def _returned(
    rule: str, messages: Sequence[Shown], message_id: str, recipient: str, code: str | None
) -> Iterator[Finding]:
    line = next((one for one in messages if one.get("message_id") == message_id), {})
    integrated = [str(one).casefold() for one in line.get("integrated_by") or ()]
    rejected = {
        str(one.get("recipient")).casefold(): str(one.get("code") or "")
        for one in line.get("rejected_by") or ()
        if isinstance(one, Mapping)
    }
    right = integrated.count(recipient.casefold()) == 1 and recipient.casefold() not in rejected
    if code is not None:
        right = rejected.get(recipient.casefold()) == code and recipient.casefold() not in integrated
    if not right:
        wanted = f"rejected_by {recipient} {code}" if code else f"integrated_by {recipient}"
        yield finding(rule, expected=wanted, found=f"integrated_by {integrated} ; rejected_by {rejected}")


def _flags(shown: Sequence[Shown], document: Sent) -> list[tuple[object, object]]:
    return [(line.get("abnormal"), line.get("critical")) for line in lines_of(shown, document)]


def _outcome(said: Shown) -> str:
    return f"{said.get('outcome') or '∅'} {said.get('reason') or ''}".strip()
