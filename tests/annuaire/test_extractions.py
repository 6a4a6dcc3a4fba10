"""Extraction files: written as published, read as they come."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from annuaire_stores import NOW, T0, found, records, text

from simulators.annuaire import nos
from simulators.annuaire.building import fill
from simulators.annuaire.extraction import UnknownFileError, load, mssante_zip, ps_libre_acces_zip
from simulators.annuaire.extraction.columns import ACTIVITY, DIPLOMAS, KNOW_HOW, MSSANTE, kind_of
from simulators.annuaire.model import Organization, Practitioner, PractitionerRole
from simulators.annuaire.population import CREATED, Population
from simulators.annuaire.sql_store import SqlStore
from simulators.annuaire.sqlite import memory_store
from simulators.annuaire.store import About

HEADER = "|".join(MSSANTE.columns)


def made() -> SqlStore:
    store = memory_store()
    store.add_all(records())
    store.finish(About("population", T0, 5))
    return store


def members(octets: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    return {name: [line.split("|") for line in body.splitlines()] for name, body in texts.items()}


def bal_line(address: str, **columns: str) -> str:
    told = {
        "Type de BAL": "PER",
        "Adresse BAL": address,
        "Identification nationale PP": "899700000013",
        **columns,
    }
    return "|".join(told.get(name, "") for name in MSSANTE.columns)


def loaded(tmp_path: Path, content: bytes, name: str = "bal.txt") -> tuple[SqlStore, list[tuple[int, str]]]:
    path = tmp_path / name
    path.write_bytes(content)
    store = memory_store()
    (report,) = load([path], store, now=NOW)
    assert report.refused == len(report.reasons)
    return store, report.reasons


def test_the_mssante_extraction_is_as_published() -> None:
    archive = mssante_zip(made(), datetime(2026, 1, 13, 6, 5, tzinfo=UTC))
    assert archive.name == "Extraction_Correspondance_MSSante_202601130605.zip"
    ((name, lines),) = members(b"".join(archive.stream())).items()
    assert name == "Extraction_Correspondance_MSSante_202601130605.txt"
    assert lines[0] == list(MSSANTE.columns) and len(MSSANTE.columns) == 31
    assert all(len(line) == 31 for line in lines)
    kinds = {line[1]: line[0] for line in lines[1:]}
    assert kinds == {
        "a.leveque@medecin.mssante.fr": "PER",
        "cab@x.mssante.fr": "PER",
        "anne@pont.mssante.fr": "PER",
        "Cardiologie@etoile.mssante.fr": "ORG",
        "robot@etoile.mssante.fr": "ORG",
    }, "no liste rouge, no ordinary e-mail"
    role = next(line for line in lines if line[1] == "anne@pont.mssante.fr")
    assert role[2:7] == ["8", "99700000001", "899700000001", "3", "75000000200012"]


def test_ps_libre_acces_is_as_published() -> None:
    archive = ps_libre_acces_zip(made(), NOW)
    texts = members(b"".join(archive.stream()))
    assert {name.rpartition("_")[0] for name in texts} == {ACTIVITY.name, KNOW_HOW.name, DIPLOMAS.name}
    for name, lines in texts.items():
        kind = {one.name: one for one in (ACTIVITY, KNOW_HOW, DIPLOMAS)}[name.rpartition("_")[0]]
        assert lines[0] == [*kind.columns, ""], "a separator ends each line"
        assert all(len(line) == len(kind.columns) + 1 for line in lines)
    assert len(ACTIVITY.columns) == 56
    activities = next(lines for name, lines in texts.items() if name.startswith(ACTIVITY.name))
    assert [line[2] for line in activities[1:]] == [
        *("899700000001", "899700000001"),
        *("899700000002", "899700000003", "899700000004"),
    ], "a line an activity, or a person; nobody deleted"
    assert not any("mssante.fr" in value for line in activities for value in line)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    # Given
    store = fill(memory_store(), Population(400))
    paths = []
    for archive in (mssante_zip(store, CREATED), ps_libre_acces_zip(store, CREATED)):
        path = tmp_path / archive.name
        path.write_bytes(b"".join(archive.stream()))
        paths.append(path)
    # When
    again = memory_store()
    reports = load(paths, again, now=NOW)
    # Then
    assert [report.refused for report in reports] == [0, 0, 0, 0]
    assert again.about.created == CREATED, "dated by the names of the files"
    before, after = store.counts(CREATED), again.counts(CREATED)
    assert after.resources["Practitioner"] == before.active["Practitioner"]
    assert sum(after.mailboxes.values()) == sum(before.mailboxes.values())
    for one in store.every("Practitioner", CREATED):
        assert isinstance(one, Practitioner)
        if not one.active:
            continue
        (key,) = [
            twin.key
            for twin in again.every("Practitioner", CREATED)
            if isinstance(twin, Practitioner) and twin.idnps == one.idnps
        ]
        twin = again.get("Practitioner", key, CREATED)
        assert isinstance(twin, Practitioner)
        assert (twin.family, twin.given, twin.civility, twin.title) == (
            *(one.family, one.given),
            *(one.civility, one.title),
        )
        assert twin.qualifications == one.qualifications
        assert [box.address for box in twin.mailboxes] == [box.address for box in one.mailboxes]
        if one.key > 20:
            break
    hospital = found(
        again, "Organization", text("name", "centre hospitalier des trois-pics site"), at=CREATED
    )
    (place,) = again.get_all("Organization", hospital, CREATED)
    assert isinstance(place, Organization)
    parent = again.get("Organization", place.part_of or 0, CREATED)
    assert isinstance(parent, Organization) and (parent.entity, place.entity) == ("EJ", "EG")
    assert (place.address.city, place.sector) == ("ORLÉANS", "SA01")
    martin = next(one for one in again.every("PractitionerRole", CREATED, with_mailbox=True))
    assert (
        isinstance(martin, PractitionerRole)
        and martin.mailboxes[0].address == "jean.martin@ch-troispics.mssante.fr"
    )


def test_bad_lines_are_told_and_stop_nothing(tmp_path: Path) -> None:
    good = bal_line("jean.martin@medecin.mssante.fr", **{"Nom d'exercice": "MARTIN", "Code Profession": "10"})
    lines = [
        HEADER,
        good,
        good,
        "PER|short",
        bal_line("no-at-sign"),
        bal_line("a b@medecin.mssante.fr"),
        bal_line("x@medecin.mssante.fr", **{"Type de BAL": "ZZZ"}),
        bal_line("y@medecin.mssante.fr", **{"Identification nationale PP": ""}),
        bal_line("z" * 300 + "@medecin.mssante.fr"),
        "",
        "x" * 200_000,
        bal_line("last@medecin.mssante.fr") + "|one|more",
    ]
    store, reasons = loaded(tmp_path, "\r\n".join(lines).encode())
    assert [number for number, _ in reasons] == [4, 5, 6, 7, 8, 9, 11]
    assert "2 columns of 31" in reasons[0][1] and "octets" in reasons[-1][1]
    assert store.counts(NOW).mailboxes == {"PER": 2}
    assert store.counts(NOW).resources["Practitioner"] == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_marks_and_line_ends_do_not_matter(tmp_path: Path, mark: str, end: str) -> None:
    body = mark + HEADER + end + bal_line("élan@x.mssante.fr".replace("é", "e")) + end
    store, reasons = loaded(tmp_path, body.encode())
    assert (reasons, store.counts(NOW).mailboxes) == ([], {"PER": 1})


def test_a_line_in_the_old_encoding_is_read(tmp_path: Path) -> None:
    line = bal_line("a@x.mssante.fr", **{"Nom d'exercice": "LÉVÊQUE"})
    store, _ = loaded(tmp_path, HEADER.encode() + b"\n" + line.encode("cp1252") + b"\n")
    assert found(store, "Practitioner", text("family", "LÉVÊQUE", modifier="exact")) == [1]


def test_headers_of_other_years_are_recognised() -> None:
    old = "|".join(ACTIVITY.columns).replace(
        "Code Département (coord. structure)", "Code département (structure)"
    )
    assert kind_of(old.upper() + "|") is ACTIVITY
    assert kind_of("|".join(KNOW_HOW.columns)) is KNOW_HOW
    assert kind_of("|".join(DIPLOMAS.columns)) is DIPLOMAS
    assert kind_of("nom;prenom") is None


def test_old_activity_files_and_adeli(tmp_path: Path) -> None:
    """52 columns, an ADELI number, a SIRET structure."""
    columns = ACTIVITY.columns[:52]
    told = {
        "Identification nationale PP": "0759312345",
        "Nom d'exercice": "PETIT",
        "Code profession": "93",
        "Identifiant technique de la structure": "C00000003400017",
        "Raison sociale site": "CABINET PETIT",
        "Code mode exercice": "L",
    }
    line = "|".join(told.get(name, "") for name in columns)
    store, reasons = loaded(tmp_path, f"{'|'.join(columns)}|\n{line}|\n".encode())
    person, role = store.get("Practitioner", 1, NOW), store.get("PractitionerRole", 1, NOW)
    assert reasons == [] and isinstance(person, Practitioner) and isinstance(role, PractitionerRole)
    assert (person.idnps, person.rpps, person.profession) == ("0759312345", "", "93")
    assert role.code(nos.EXERCISE_MODE) == "L"
    (place,) = store.get_all("Organization", [role.organization or 0], NOW)
    assert isinstance(place, Organization) and place.siret == "00000003400017"


def test_a_bal_alone_implies_its_activity(tmp_path: Path) -> None:
    columns = {"Type identifiant structure": "1", "Identification Structure": "0B0000002"}
    store, _ = loaded(tmp_path, f"{HEADER}\n{bal_line('a@ch.mssante.fr', **columns)}\n".encode())
    (role,) = store.every("PractitionerRole", NOW)
    assert isinstance(role, PractitionerRole) and role.mailboxes[0].address == "a@ch.mssante.fr"
    (place,) = store.every("Organization", NOW)
    assert isinstance(place, Organization) and (place.finess, place.entity) == ("0B0000002", "EG")


@pytest.mark.parametrize("content", [b"", b"a;b;c\n1;2;3\n", b"PK\x03\x04 broken", b"\x00" * 100])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    with pytest.raises(UnknownFileError):
        load([path], memory_store(), now=NOW)


def test_archives_that_are_broken_empty_or_missing_are_refused(tmp_path: Path) -> None:
    whole = b"".join(mssante_zip(made(), NOW).stream())
    broken = tmp_path / "broken.zip"
    broken.write_bytes(whole[:60] + b"\xff" * 40 + whole[100:])
    with pytest.raises(UnknownFileError):
        load([broken], memory_store(), now=NOW)
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.md", "nothing")
    with pytest.raises(UnknownFileError, match="no text file"):
        load([empty], memory_store(), now=NOW)
    with pytest.raises(UnknownFileError, match="cannot be read"):
        load([tmp_path / "missing.zip"], memory_store(), now=NOW)


def test_an_archive_comes_in_pieces() -> None:
    store = fill(memory_store(), Population(2_000))
    pieces = list(ps_libre_acces_zip(store, CREATED).stream())
    assert len(pieces) > 3 and max(map(len, pieces)) < 300_000


def test_separators_inside_values_do_not_break_lines() -> None:
    store = made()
    store.patch(
        "Organization",
        1,
        lambda one: Organization(
            *(1, 1, T0, True), idnst="1750000001", name="A|B\nC", mailboxes=one.mailboxes
        ),  # type: ignore[union-attr]
        updated=NOW,
        visible=NOW,
    )
    (lines,) = members(b"".join(mssante_zip(store, NOW).stream())).values()
    assert all(len(line) == 31 for line in lines) and any("A B C" in line for line in lines)
