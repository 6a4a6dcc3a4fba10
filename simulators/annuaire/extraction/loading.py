"""From extraction files to a store: `mssante annuaire load`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from simulators.annuaire import nos
from simulators.annuaire.extraction.lines import LineError, take
from simulators.annuaire.extraction.reading import FileReport, Line, opened
from simulators.annuaire.extraction.staging import Staging
from simulators.annuaire.model import (
    Address,
    BalType,
    Coding,
    DataTrace,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Qualification,
    Record,
    TypeOfStructure,
)
from simulators.annuaire.store import About, DirectoryStore

BATCH = 4_000
TOLD_EVERY = 20_000
Progress = Callable[[str, int], None]
"""Told the file being read (empty: the store is being written), and how many lines or records."""
_STAMP = re.compile(r"_(\d{12})(?=\D*$)")
Bals = Iterable[tuple[str, str, list[str]]]


def load(
    paths: Sequence[Path],
    store: DirectoryStore,
    *,
    now: datetime,
    progress: Progress = lambda *_: None,
) -> tuple[FileReport, ...]:
    """Fill an empty store from extraction files and finish it; return what was read of each.

    The records are dated by the latest stamp in the names of the files (AAAAMMJJhhmm), else `now`. Raises
    `UnknownFileError`; the store is not finished then, nor when no line could be used.
    """
    reports: list[FileReport] = []
    with TemporaryDirectory(prefix="mssante-annuaire-") as folder:
        staging = Staging(Path(folder) / "staging.db")
        try:
            for path in paths:
                with opened(path) as files:
                    for file in files:
                        reports.append(file.report)
                        _read(file.lines(), file.report, staging, progress)
            staging.settle()
            if any(report.lines > report.refused for report in reports):
                created = _dated(reports) or now
                people = _write(staging, store, created, progress)
                store.finish(About("files", created, people, None, tuple(_told(one) for one in reports)))
        finally:
            staging.close()
    return tuple(reports)


def _read(lines: Iterable[Line], report: FileReport, staging: Staging, progress: Progress) -> None:
    for line in lines:
        try:
            take(report.kind, line, staging)
        except LineError as error:
            report.refuse(line.number, str(error))
        if report.lines % TOLD_EVERY == 0:
            progress(report.name, report.lines)
    progress(report.name, report.lines)


def _write(staging: Staging, store: DirectoryStore, created: datetime, progress: Progress) -> int:
    people = written = 0
    records = _records(staging, created)
    while batch := list(islice(records, BATCH)):
        store.add_all(batch)
        people += sum(isinstance(record, Practitioner) for record in batch)
        written += len(batch)
        progress("", written)
    return people


def _dated(reports: Iterable[FileReport]) -> datetime | None:
    found = []
    for report in reports:
        if match := _STAMP.search(report.name):
            try:
                found.append(datetime.strptime(match[1], "%Y%m%d%H%M").replace(tzinfo=UTC))
            except ValueError:  # twelve digits that are no date
                continue
    return max(found, default=None)


def _told(report: FileReport) -> str:
    return f"{report.name}: {report.lines} lines, {report.refused} refused"


def _records(staging: Staging, created: datetime) -> Iterator[Record]:
    for number, ident, body, legal, boxes in staging.places():
        yield _organization((number, 1, created), ident, body, legal, _mailboxes(boxes))
    authorities: dict[str, DataTrace] = {}
    for number, ident, body, practices, boxes in staging.people():
        family, given, civility, title, authority = body
        trace = authorities.setdefault(authority, DataTrace("RPPS", authority))
        known = _qualifications(practices)
        bals = _mailboxes(boxes)
        yield Practitioner(
            *(number, 1, created, True, ident, family, given, civility, title, known),
            mailboxes=bals,
            trace=trace,
        )
    for number, person, place, body, boxes in staging.activities():
        yield PractitionerRole(
            *(number, 1, created, True, f"{number:010d}", person, place, _activity(body)),
            mailboxes=_mailboxes(boxes),
            trace=DataTrace("RPPS"),
        )


def _organization(
    head: tuple[int, int, datetime],
    ident: str,
    body: list[str],
    legal: int | None,
    boxes: tuple[MssMailbox, ...],
) -> Organization:
    if not body:  # a legal entity that the files only name
        fine = ident[1:]
        return Organization(
            *head,
            active=True,
            idnst=ident,
            name=f"Entité juridique {fine}",
            finess=fine,
            entity="EJ",
            types=_types("EJ", "", ""),
            trace=DataTrace("FINESS"),
        )
    name, alias, entity, siren, siret, finess, rang, *rest = body
    address, (phone, fax, email, sector, label) = rest[:12], rest[12:]
    if ident.startswith("1"):
        finess, entity = finess or ident[1:], entity or "EG"
    return Organization(
        *head,
        active=True,
        idnst=ident,
        name=name,
        alias=alias,
        finess=finess,
        entity=entity if finess else "",
        siren=siren or (ident[1:] if ident.startswith("2") else ""),
        siret=siret or (ident[1:] if ident.startswith("3") else ""),
        rpps_rang=rang or (ident[1:] if ident.startswith("4") else ""),
        types=_types(entity if finess else "", sector, label),
        part_of=legal,
        address=_address(address),
        phone=phone,
        fax=fax,
        email=email,
        mailboxes=boxes,
        trace=DataTrace("FINESS" if finess else "RPPS"),
    )


def _address(parts: list[str]) -> Address:
    address = Address(*parts)
    return replace(address, country="") if address.country.casefold() == "france" else address


def _types(entity: str, sector: str, label: str) -> tuple[TypeOfStructure, ...]:
    found = []
    if entity:
        kind = "GEOGRAPHICAL-ENTITY" if entity == "EG" else "LEGAL-ENTITY"
        found.append(TypeOfStructure(nos.ORGANIZATION_TYPE, Coding(nos.ENTITY_KIND, kind)))
    if sector:
        found.append(TypeOfStructure(nos.SECTOR_TYPE, Coding(nos.SECTOR, sector, label)))
    return tuple(found)


def _mailboxes(boxes: Bals) -> tuple[MssMailbox, ...]:
    """Return BAL; a rank of preference is not in the files, nor is the liste rouge (it is not published)."""
    paperless = {"O": True, "OUI": True, "N": False, "NON": False}
    return tuple(
        MssMailbox(address, BalType(kind), service=body[0], digitization=paperless.get(body[1].upper()))
        for address, kind, body in boxes
    )


def _qualifications(practices: list[list[str]]) -> tuple[Qualification, ...]:
    found: dict[str, list[Qualification]] = {"diploma": [], "practice": [], "skill": []}
    skills = {body[3]: body for body in practices if body[0] == "skill" and body[1]}
    exercised: set[tuple[str, str]] = set()
    for kind, *body in practices:
        if kind == "practice":
            category, category_label, code, label = body
            if (category, code) in exercised:
                continue  # the same, otherwise labelled in another file
            exercised.add((category, code))
            told = [Coding(nos.CATEGORY, category, category_label)] if category else []
            found[kind].append(Qualification((*told, Coding(nos.PROFESSION, code, label))))
        elif kind == "skill":
            if not body[0] and body[2] in skills:
                continue  # the same with its type, from a file that prints it
            found[kind].append(_skill(*body))
        else:
            told = [Coding(nos.DIPLOMA_KIND, body[0], body[1])] if body[0] else []
            found[kind].append(Qualification((*told, Coding(nos.DIPLOMA, body[2], body[3]))))
    return tuple(one for several in found.values() for one in several)


def _skill(kind: str, kind_label: str, code: str, label: str) -> Qualification:
    system = nos.SPECIALITY if code.startswith("S") else nos.COMPETENCE
    told = (Coding(nos.KNOW_HOW_KIND, kind, kind_label),) if kind else ()
    return Qualification((*told, Coding(system, code, label)))


def _activity(body: list[str]) -> tuple[Coding, ...]:
    if not body:
        return ()
    systems = (nos.EXERCISE_MODE, nos.FUNCTION, nos.ACTIVITY_KIND, nos.PHARMACY_SECTION)
    pairs = zip(systems, body[::2], body[1::2], strict=True)
    return tuple(Coding(system, code, label) for system, code, label in pairs if code)
