"""Versions: what is visible when, frozen pages, conflicts, deletion, files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from annuaire_stores import NOW, T0, bal, found, person, records, text, token

from simulators.annuaire.model import Device, Organization, Practitioner, Record, key_of, technical_id
from simulators.annuaire.parameters import RESOURCES
from simulators.annuaire.query import Query
from simulators.annuaire.sql_store import SqlStore
from simulators.annuaire.sqlite import create_store, memory_store, open_store
from simulators.annuaire.store import About, StoreError, StoreFormatError, VersionConflict

LATER = NOW + timedelta(hours=6)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with memory_store() as made:
        made.add_all(records())
        made.finish(About("population", T0, 5))
        yield made


def renamed(record: Record) -> Record:
    assert isinstance(record, Practitioner)
    return replace(record, family="BLANC", mailboxes=(bal("blanc@x.mssante.fr"),))


def test_a_change_is_visible_from_its_instant(store: SqlStore) -> None:
    # Given / When
    changed = store.patch("Practitioner", 1, renamed, updated=NOW, visible=LATER)
    # Then
    assert changed is not None and (changed.version, changed.updated) == (2, NOW)
    assert found(store, "Practitioner", text("family", "blanc"), at=LATER - timedelta(seconds=1)) == []
    assert found(store, "Practitioner", text("family", "leveque"), at=LATER - timedelta(seconds=1)) == [1, 2]
    assert found(store, "Practitioner", text("family", "blanc"), at=LATER) == [1]
    assert found(store, "Practitioner", text("family", "leveque"), at=LATER) == [2]
    assert found(store, "Practitioner", token("qualification-code", "10"), at=LATER) == [1, 4]
    assert found(store, "Practitioner", text("mailbox-mss", "a.lev"), at=LATER) == []
    assert [one.version for one in store.history("Practitioner", 1)] == [1, 2]


def test_pages_stay_as_at_the_first_one(store: SqlStore) -> None:
    first = store.search(Query("Practitioner", count=2), NOW)
    store.delete("Practitioner", 3, updated=NOW, visible=LATER)
    store.put(person(0, "NEUF", "Ève"), LATER)
    rest = store.search(Query("Practitioner", count=50), NOW, first.next_after)
    assert [one.key for one in rest.matches] == [3, 4, 5]
    assert isinstance(rest.matches[0], Practitioner) and rest.matches[0].active
    assert rest.total == 5
    assert store.search(Query("Practitioner"), LATER).total == 6


def test_two_changes_keep_their_order(store: SqlStore) -> None:
    """The second is never visible before the first."""
    store.patch("Practitioner", 1, renamed, updated=NOW, visible=LATER)
    store.delete("Practitioner", 1, updated=NOW, visible=NOW)
    seen = store.get("Practitioner", 1, LATER - timedelta(seconds=1))
    assert seen is not None and seen.version == 1
    seen = store.get("Practitioner", 1, LATER)
    assert seen is not None and (seen.version, seen.active) == (3, False)


def test_what_stays_of_the_deleted(store: SqlStore) -> None:
    for resource in RESOURCES:
        assert store.delete(resource, 1, updated=NOW, visible=NOW)
    practitioner, organization = store.get("Practitioner", 1, NOW), store.get("Organization", 1, NOW)
    device = store.get("Device", 1, NOW)
    assert isinstance(practitioner, Practitioner) and not practitioner.active
    assert (practitioner.idnps, practitioner.family, practitioner.mailboxes) == ("899700000001", "", ())
    assert isinstance(organization, Organization) and organization.name == "Hôpital de l'Étoile"
    assert (organization.finess, organization.mailboxes, organization.active) == ("750000001", (), False)
    assert isinstance(device, Device) and (device.status, device.arhgos) == ("inactive", "93-93-67204")
    assert found(store, "Practitioner", token("active", "false")) == [1, 5]
    assert not store.delete("Device", 99, updated=NOW, visible=NOW)


def test_a_record_changed_meanwhile_is_a_conflict(store: SqlStore) -> None:
    read = store.get("Practitioner", 1, NOW)
    assert read is not None
    store.patch("Practitioner", 1, renamed, updated=NOW, visible=LATER)
    with pytest.raises(VersionConflict, match="version 2, not 1"):
        store.put(read, NOW, expected=1)


def test_a_change_that_fails_leaves_nothing(store: SqlStore) -> None:
    def broken(record: Record) -> Record:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.patch("Practitioner", 1, broken, updated=NOW, visible=NOW)
    assert len(store.history("Practitioner", 1)) == 1
    assert store.patch("Practitioner", 99, broken, updated=NOW, visible=NOW) is None


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    place = tmp_path / "annuaire.db"
    with create_store(place) as making:
        making.add_all(records())
        assert not place.exists()
        making.finish(About("population", T0, 5, 3, ("une note",)))
    with open_store(place) as store:
        assert store.about == About("population", T0, 5, 3, ("une note",))
        assert found(store, "Practitioner", text("family", "VEQ", modifier="contains")) == [1, 2]
        store.patch("Practitioner", 1, renamed, updated=NOW, visible=NOW)
    with open_store(place) as store:
        assert found(store, "Practitioner", text("family", "blanc")) == [1]
    with create_store(place) as making:
        making.add_all(records())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["annuaire.db"], "the unfinished one is gone"


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreFormatError, match="no directory at"):
        open_store(tmp_path / "none.db")
    text_file = tmp_path / "text.db"
    text_file.write_text("nothing of the kind, and long enough to be read" * 40, encoding="utf-8")
    with pytest.raises(StoreFormatError, match="no directory store"):
        open_store(text_file)
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(StoreFormatError, match="of ours"):
        open_store(other)
    with pytest.raises(StoreError, match="cannot be written"):
        create_store(tmp_path / "nowhere" / "x.db")


def test_technical_ids() -> None:
    for resource in RESOURCES:
        for key in (1, 42, 8_999_999):
            assert key_of(resource, technical_id(resource, key)) == key
    for wrong in (
        "",
        "003-1000001",
        "003-1000001-2000002",
        "003-0-1",
        "003-٣-1",
        "003-99999999999999-1",
        "005-1-1",
    ):
        assert key_of("Practitioner", wrong) is None
