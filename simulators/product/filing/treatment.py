"""One received mail, treated: opened, matched, filed or set aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from simulators.product.behaviour import Behaviour
from simulators.product.errors import Failed
from simulators.product.filing.archive import Submitted, open_archive
from simulators.product.filing.cabinet import Cabinet, Held, Verdict
from simulators.product.filing.cda import Received, read_cda
from simulators.product.filing.matching import Match, match
from simulators.product.filing.metadata import Entry
from simulators.product.filing.parcel import Parcel
from simulators.product.filing.xml import Unreadable
from simulators.product.records import PatientRecord

Outcome = Literal["integrated", "waiting", "refused", "ordinary"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A document of a mail and its entry, with the record found for it."""

    document: Received
    entry: Entry
    found: Match


@dataclass(frozen=True, slots=True)
class Treated:
    """What became of a mail; `pieces` are the documents that wait for a person."""

    parcel: Parcel
    outcome: Outcome
    at: datetime
    patient: str | None = None
    code: str = ""
    reason: str = ""
    pieces: tuple[Piece, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


class Treatment:
    """Treats mails of one structure; remembers in the cabinet."""

    def __init__(self, cabinet: Cabinet, behaviour: Behaviour, folder: Callable[[], Path]) -> None:
        self._cabinet = cabinet
        self._behaviour = behaviour
        self._folder = folder

    def treat(self, parcel: Parcel, records: tuple[PatientRecord, ...], now: datetime) -> Treated:
        """Open a mail and file what may be filed by itself."""
        if not parcel.archives:
            return Treated(parcel, "ordinary", now)
        try:
            pieces = [
                piece for archive in parcel.archives for piece in self._pieces(parcel, archive, records)
            ]
        except Unreadable as error:
            if not self._behaviour.survives_bad_mail:
                raise Failed(f"La relève s'arrête : {error}.") from error
            if not self._behaviour.damage_told:
                return Treated(parcel, "ordinary", now)
            return Treated(parcel, "refused", now, code=error.code, reason=f"Non intégré : {error}.")
        return self._filed(parcel, pieces, now)

    def file(self, treated: Treated, patient: PatientRecord, now: datetime) -> Treated:
        """File what waits in the record that the user chose."""
        chosen = [replace(piece, found=Match(patient, sure=True)) for piece in treated.pieces]
        return self._filed(treated.parcel, chosen, now, validated=True)

    def _pieces(self, parcel: Parcel, archive: bytes, records: tuple[PatientRecord, ...]) -> list[Piece]:
        submitted = open_archive(archive, self._behaviour, self._folder)
        pieces = []
        for one in submitted:
            document = _read(one, self._behaviour)
            if document.structured and not self._behaviour.n3_read:
                continue
            found = match(document, one.entry, parcel.subject, records, self._behaviour)
            pieces.append(Piece(document, one.entry, found))
        return pieces

    def _filed(
        self, parcel: Parcel, pieces: list[Piece], now: datetime, *, validated: bool = False
    ) -> Treated:
        waiting: list[Piece] = []
        verdicts: list[Verdict] = []
        for piece in pieces:
            record = piece.found.record
            if record is None or not piece.found.sure:
                waiting.append(piece)
                verdicts.append(Verdict("waits", piece.found.code, piece.found.reason))
                continue
            new = Held(
                piece.document, record.key, parcel.message_id, piece.entry.class_code, now, not validated
            )
            verdict = self._cabinet.take(
                new, action=piece.entry.action, validated=validated, behaviour=self._behaviour
            )
            if verdict.outcome == "waits":
                waiting.append(piece)
            verdicts.append(verdict)
        return _summed_up(parcel, pieces, waiting, verdicts, now)


def _read(one: Submitted, behaviour: Behaviour) -> Received:
    return read_cda(one.content, one.entry.uri, behaviour)


def _summed_up(
    parcel: Parcel, pieces: list[Piece], waiting: list[Piece], verdicts: list[Verdict], now: datetime
) -> Treated:
    first = next((piece.found.record for piece in pieces if piece.found.record is not None), None)
    patient = first.key if first is not None else None
    outcomes = {verdict.outcome for verdict in verdicts}
    outcome: Outcome = "ordinary"
    if waiting:
        outcome = "waiting"
    elif "filed" in outcomes:
        outcome = "integrated"
    elif "refused" in outcomes:
        outcome = "refused"
    code = next((verdict.code for verdict in verdicts if verdict.code), "")
    reason = " ; ".join(dict.fromkeys(verdict.reason for verdict in verdicts if verdict.reason))
    return Treated(parcel, outcome, now, patient, code, reason, tuple(waiting), tuple(verdicts))
