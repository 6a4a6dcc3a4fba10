"""How documents are shown: the record, the work list, the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha1
from typing import Any

from simulators.product.behaviour import Behaviour
from simulators.product.filing.cabinet import Held
from simulators.product.filing.cda import BIOLOGY, Received, Results
from simulators.product.filing.treatment import Treated

ORIGIN = "MSSanté"
Row = dict[str, Any]


def shown_documents(held: Sequence[Held], params: Any, behaviour: Behaviour) -> list[Row]:
    """Return the documents of a record: newest first, or in the order asked for."""
    rows = [_row(one, behaviour) for one in held]
    wanted = params.get("sort")
    if wanted is not None and not behaviour.sorting:
        return rows
    if wanted == "code":
        return sorted(rows, key=lambda row: (row["code"], row["date"]))
    return sorted(rows, key=lambda row: str(row["date"]), reverse=True)


def _row(held: Held, behaviour: Behaviour) -> Row:
    document = held.document
    row: Row = {
        **_common(document, behaviour),
        "status": held.status,
        "source": ORIGIN if behaviour.shown_origin else "",
        "message_id": held.message_id,
        "text": readable(document),
        "hash": sha1(document.content, usedforsecurity=False).hexdigest(),
        "lines": 2 if document.embeds_copy and behaviour.shown_lines == "one-each-form" else 1,
        "code": held.class_code if behaviour.shown_type == "class" else document.code,
        "date": document.time,
    }
    if behaviour.shown_date == "reception":
        row["date"] = held.received.isoformat()
    return row


def readable(document: Received) -> str:
    """Return what a person reads: header, then the narrative of each section or the text of an N1."""
    traits = document.traits
    return "\n".join(
        (
            document.title,
            f"Patient : {traits.family} {traits.given}, né(e) le {traits.birth_date}, sexe {traits.sex}",
            f"Auteur : {' ; '.join(document.authors)}",
            f"Date : {document.time} - version {document.version}",
            document.text,
        )
    )


def _common(document: Received, behaviour: Behaviour) -> Row:
    return {
        "id": document.id,
        "set_id": document.set_id,
        "version": document.version,
        "title": document.title,
        "code": document.code,
        "author": " ; ".join(document.authors),
        "date": document.time,
        "acts": list(document.acts),
        **(_flags(document.results, behaviour) if document.code == BIOLOGY else {"abnormal": None}),
    }


def _flags(results: Results, behaviour: Behaviour) -> Row:
    if results == Results():
        return {"abnormal": behaviour.abnormal == "always", "critical": False}
    match behaviour.abnormal:
        case "code-and-range":
            abnormal = results.abnormal or results.out_of_range
        case "code":
            abnormal = results.abnormal
        case "range":
            abnormal = results.out_of_range
        case "never":
            abnormal = False
        case "always":
            abnormal = True
    return {"abnormal": abnormal, "critical": results.critical and behaviour.critical}


def shown_items(
    waiting: Iterable[Treated], integrated: Iterable[Held], params: Any, behaviour: Behaviour
) -> list[Row]:
    """Return the work list: what waits, then what was filed by itself and not read, newest document first."""
    items = [_waiting_item(treated, behaviour) for treated in waiting]
    unread = [held for held in integrated if held.alone and held.unread]
    if unread and behaviour.list_integrated:
        items += [_integrated_item(held, behaviour) for held in unread]
    items = _filtered(items, params, behaviour)
    if len({item["patient"] for item in items}) > 1 and behaviour.list_scope == "one-patient":
        items = [item for item in items if item["patient"] == items[0]["patient"]]
    newest = len(items) < 2 or behaviour.list_order == "newest-first"
    return sorted(items, key=_newest, reverse=newest)


def _filtered(items: list[Row], params: Any, behaviour: Behaviour) -> list[Row]:
    patient, code, since = params.get("patient"), params.get("code"), params.get("since")
    if (patient, code, since) == (None, None, None) or not behaviour.list_filters:
        return items
    return [
        item
        for item in items
        if (patient is None or item["patient"] == patient)
        and (code is None or any(row["code"] == code for row in item["documents"]))
        and (since is None or _newest(item) >= str(since))
    ]


def _newest(item: Row) -> str:
    return max((str(row["date"]) for row in item["documents"]), default="")


def _waiting_item(treated: Treated, behaviour: Behaviour) -> Row:
    traits = treated.pieces[0].document.traits
    documents = [
        _listed(piece.document, treated.at, treated.parcel.subject, behaviour) for piece in treated.pieces
    ]
    return {
        "message_id": treated.parcel.message_id,
        "patient": treated.patient,
        "state": "waiting",
        "traits": {
            "family": traits.family,
            "given": traits.given,
            "birth_date": traits.birth_date,
            "sex": traits.sex,
            "ins": traits.ins,
        },
        "reason": treated.reason,
        "documents": documents,
    }


def _integrated_item(held: Held, behaviour: Behaviour) -> Row:
    traits = held.document.traits
    return {
        "message_id": held.message_id,
        "patient": held.patient,
        "state": "integrated",
        "traits": {
            "family": traits.family,
            "given": traits.given,
            "birth_date": traits.birth_date,
            "sex": traits.sex,
            "ins": traits.ins,
        },
        "reason": "intégré automatiquement, non lu",
        "documents": [{**_listed(held.document, held.received, "", behaviour), "status": held.status}],
    }


def _listed(document: Received, received: datetime, subject: str, behaviour: Behaviour) -> Row:
    row = {**_common(document, behaviour), "status": "current"}
    match behaviour.list_complete:
        case "no-author":
            row["author"] = ""
        case "no-title":
            row["title"] = subject
        case "no-version":
            row["version"] = None
        case "date-of-reception":
            row["date"] = received.isoformat()
        case "all":
            pass
    return row


def counted(
    held: Sequence[Held], treated: Sequence[Treated], since: datetime | None, behaviour: Behaviour
) -> list[Row]:
    """Count by type of document what was filed by itself, by a person, and what was not, since an instant."""
    if since is not None and behaviour.statistics == "whole-life":
        since = None
    counts: dict[str, Counter[str]] = {}

    def add(code: str, kind: str) -> None:
        if behaviour.statistics == "every-type":
            code = ""
        if behaviour.statistics == "together" and kind == "manual":
            kind = "automatic"
        counts.setdefault(code, Counter())[kind] += 1

    for one in held:
        if since is None or one.received >= since:
            add(one.document.code, "automatic" if one.alone else "manual")
    for mail in treated:
        if mail.outcome == "waiting" and (since is None or mail.at >= since):
            for piece in mail.pieces:
                add(piece.document.code, "not_integrated")
    return [
        {"code": code, **{kind: found[kind] for kind in ("automatic", "manual", "not_integrated")}}
        for code, found in sorted(counts.items())
    ]
