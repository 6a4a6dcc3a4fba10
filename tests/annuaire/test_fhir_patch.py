"""The draft write API of operators (DOSSIER §2.3, X-ANN-12): FHIRPath Patch, by id and conditional."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fhir_world import ANNE, CHU, DELETED, KEY, OPERATOR_KEY, SITE, SOPHIE, World
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.annuaire import nos
from simulators.annuaire.fhir.fhirpath import PathError, read_path, walk
from simulators.annuaire.fhir.outcome import Refusal
from simulators.annuaire.fhir.parts import EMAIL_TYPE, MAILBOX_METADATA
from simulators.annuaire.fhir.patching import read_operations

ADDRESS = "sophie.martin@medecin.mssante.fr"
ROLE = "005-1000001-2000001"


@pytest.fixture(autouse=True)
def open_for_writing(world: World) -> None:
    world.conduct(write=True)


def operation(kind: str, path: str, value: Any = None, **parts: Any) -> dict[str, Any]:
    made = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    made += [
        {"name": name, "valueInteger" if name == "index" else "valueString": one}
        for name, one in parts.items()
    ]
    if value is not None:
        name = {dict: "valueContactPoint", str: "valueString", bool: "valueBoolean", int: "valueInteger"}[
            type(value)
        ]
        made.append({"name": "value", name: value})
    return {"name": "operation", "part": made}


def bal(
    address: str, kind: str = "PER", *, coded: bool = True, system: str = nos.BAL_TYPE, **more: Any
) -> dict[str, Any]:
    inner: list[Any] = [
        {"url": "type", "valueCodeableConcept": {"coding": [{"system": system, "code": kind}]}}
    ]
    inner += [
        {"url": name, "valueBoolean" if isinstance(one, bool) else "valueString": one}
        for name, one in more.items()
    ]
    metadata = {"url": MAILBOX_METADATA, "extension": inner}
    messaging = {"url": EMAIL_TYPE, "valueCoding": {"system": nos.MESSAGING_TYPE, "code": "MSSANTE"}}
    return {"system": "email", "value": address, "extension": [messaging, metadata] if coded else [metadata]}


def patch(world: World, target: str, *operations: Any, key: str = OPERATOR_KEY) -> httpx.Response:
    world.clock.advance(1)
    body = json.dumps({"resourceType": "Parameters", "parameter": list(operations)})
    headers = {"ESANTE-API-KEY": key, "Content-Type": "application/fhir+json"}
    return world.http.patch(f"{world.base}/{target}", content=body, headers=headers)


def addresses(read: Any) -> list[str]:
    return [
        one["value"] for one in read.get("telecom", ()) if one["system"] == "email" and "extension" in one
    ]


def where(address: str, rest: str = "") -> str:
    return f"telecom.where(value='{address}'){rest}"


def test_insert_is_seen_by_a_search(world: World) -> None:
    new = bal("sophie.martin@autre.mssante.fr", description="Deuxième", listeRouge=False)
    answer = patch(world, f"Practitioner/{SOPHIE}", operation("insert", "Practitioner.telecom", new, index=1))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/fhir+json;charset=UTF-8"
    assert addresses(answer.json()) == [ADDRESS, "sophie.martin@autre.mssante.fr"]
    assert answer.json()["meta"]["versionId"] == "2"
    assert world.ids("Practitioner?mailbox-mss=sophie.martin@autre") == [SOPHIE]
    assert "Deuxième" in world.get(f"Practitioner/{SOPHIE}").text


def test_add_to_telecom_is_an_insert_at_the_end(world: World) -> None:
    answer = patch(
        world,
        f"Practitioner/{SOPHIE}",
        operation("add", "Practitioner", bal("b@x.mssante.fr"), name="telecom"),
    )
    assert addresses(answer.json()) == [ADDRESS, "b@x.mssante.fr"]


def test_the_examples_of_the_guide_are_read(world: World) -> None:
    """They leave the emailType out, and write the type with the system R256 or as a code (DOSSIER §2.3)."""
    loose = bal("a@x.mssante.fr", coded=False, system=nos.MESSAGING_TYPE)
    coded = bal("c@x.mssante.fr", coded=False)
    coded["extension"][0]["extension"][0] = {"url": "type", "valueCode": "CAB"}
    answer = patch(
        world,
        f"Practitioner/{SOPHIE}",
        operation("insert", "telecom", loose, index=0),
        operation("insert", "telecom", coded, index=0),
    )
    assert addresses(answer.json()) == ["c@x.mssante.fr", "a@x.mssante.fr", ADDRESS]
    first = answer.json()["telecom"][0]["extension"]
    assert first[0]["valueCoding"]["code"] == "MSSANTE"
    assert first[1]["extension"][0]["valueCodeableConcept"]["coding"][0] == {
        "system": nos.BAL_TYPE,
        "code": "CAB",
    }


def test_liste_rouge_goes_in_and_out_of_the_public_view(world: World) -> None:
    hidden = bal(ADDRESS, listeRouge=True)
    answer = patch(world, f"Practitioner/{SOPHIE}", operation("replace", where(ADDRESS), hidden))
    assert answer.status_code == 200
    assert addresses(answer.json()) == [ADDRESS]  # the operator sees what is written
    assert addresses(world.get(f"Practitioner/{SOPHIE}").json()) == []
    assert world.ids(f"Practitioner?mailbox-mss={ADDRESS}") == []
    flag = where(ADDRESS, f".extension('{MAILBOX_METADATA}').extension('listeRouge').value")
    assert patch(world, f"Practitioner/{SOPHIE}", operation("replace", flag, False)).status_code == 200
    assert world.ids(f"Practitioner?mailbox-mss={ADDRESS}") == [SOPHIE]


def test_metadata_and_rank_are_replaced_one_by_one(world: World) -> None:
    address = "secretariat@hopital.mssante.fr"
    inner = f".extension.where(url='{MAILBOX_METADATA}').extension.where(url='description').value"
    answer = patch(
        world,
        f"Organization/{SITE}",
        operation("replace", f"Organization.{where(address, inner)}", "Accueil"),
        operation("replace", where(address, ".rank"), 5),
        operation("delete", where(address, f".extension('{MAILBOX_METADATA}').extension('service')")),
    )
    assert answer.status_code == 200, answer.text
    read = world.get(f"Organization/{SITE}").json()
    shown = next(one for one in read["telecom"] if one["value"] == address)
    assert shown["rank"] == 5
    assert [one.get("valueString") for one in shown["extension"][1]["extension"]] == [None, "Accueil"]
    assert "accueil@hopital.example" in [one["value"] for one in read["telecom"]]


def test_delete(world: World) -> None:
    answer = patch(
        world, f"Practitioner/{ANNE}", operation("delete", where("anne-laure@infirmier.mssante.fr"))
    )
    assert addresses(answer.json()) == ["cabinet@infirmier.mssante.fr"]
    assert world.ids("Practitioner?mailbox-mss:contains=anne-laure") == []


def test_a_patch_is_seen_after_the_delay(world: World) -> None:
    world.conduct(write=True, visible_after_s=3600)
    answer = patch(world, f"Practitioner/{SOPHIE}", operation("delete", where(ADDRESS)))
    assert addresses(answer.json()) == []
    assert world.ids(f"Practitioner?mailbox-mss={ADDRESS}") == [SOPHIE]
    world.clock.advance(3600)
    assert world.ids(f"Practitioner?mailbox-mss={ADDRESS}") == []


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("Practitioner?identifier=99700000013", 200),
        (f"Practitioner?identifier={nos.IDNPS}|899700000013", 200),
        (f"Practitioner/{SOPHIE}", 200),
        ("Practitioner?identifier=11111111111", 404),
        ("Practitioner/003-9999999-9999999", 404),
        ("Practitioner/nobody", 404),
        (f"Practitioner?identifier={nos.RPPS}|", 412),
        ("Practitioner?family=martin", 400),
        ("Practitioner", 400),
        ("Practitioner?identifier=", 400),
    ],
)
def test_conditions(world: World, target: str, status: int) -> None:
    before = world.get(f"Practitioner/{SOPHIE}").json()["meta"]["versionId"]
    answer = patch(world, target, operation("insert", "telecom", bal("n@x.mssante.fr"), index=0))
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert world.get(f"Practitioner/{SOPHIE}").json()["meta"]["versionId"] == before


def test_conditions_of_the_other_resources(world: World) -> None:
    role = patch(world, "PractitionerRole?identifier=1011848351", operation("replace", "telecom[0].rank", 3))
    assert (role.status_code, role.json()["telecom"][0]["rank"]) == (200, 3)
    made = operation("insert", "telecom", bal("o@x.mssante.fr", "ORG", responsible="Dr X"), index=0)
    structure = patch(world, "Organization?identifier=11B0000017", made)
    assert structure.status_code == 200
    assert "Dr X" in structure.text
    assert "Dr X" not in world.get(f"Organization/{CHU}").text


BAD = [
    operation("replace", where(ADDRESS, ".value"), "autre@x.mssante.fr"),
    operation("replace", where(ADDRESS), bal("autre@x.mssante.fr")),
    operation("replace", where(ADDRESS), bal(ADDRESS, "CAB")),
    operation("replace", where(ADDRESS, f".extension('{MAILBOX_METADATA}')"), {"url": MAILBOX_METADATA}),
    operation("delete", where(ADDRESS, f".extension('{MAILBOX_METADATA}').extension('type')")),
    operation("delete", where("personne@x.mssante.fr")),
    operation("delete", "telecom[7]"),
    operation("delete", "Practitioner.name"),
    operation("replace", "Practitioner.name.family", "AUTRE"),
    operation("replace", "active", False),
    operation("insert", "Practitioner.identifier", {"system": "x", "value": "1"}, index=0),
    operation("insert", "telecom", bal("x@y.mssante.fr"), index=9),
    operation("insert", "telecom", bal("x@y.mssante.fr", "ORG"), index=0),
    operation("insert", "telecom", bal("x@y.mssante.fr", "XYZ"), index=0),
    operation("insert", "telecom", bal(ADDRESS.upper()), index=0),
    operation("insert", "telecom", bal("pas une adresse"), index=0),
    operation("insert", "telecom", {"system": "email", "value": "x@y.fr"}, index=0),
    operation("insert", "telecom", {"system": "phone", "value": "0100000000"}, index=0),
    operation("insert", "telecom", bal("x@y.mssante.fr", responsible="Dr X"), index=0),
    operation("insert", "telecom", bal("x@y.mssante.fr") | {"rank": 0}, index=0),
    operation("insert", "telecom", index=0),
    operation("move", "telecom"),
    operation("delete", "telecom.where(value="),
    operation("delete", "telecom.where(value='a') or true"),
    operation("delete", ""),
    {"name": "autre"},
    {"name": "operation", "part": [None, 3]},
]


@pytest.mark.parametrize("wrong", BAD, ids=[json.dumps(one)[:90] for one in BAD])
def test_what_is_refused_changes_nothing(shared: World, wrong: Any) -> None:
    shared.conduct(write=True, calls_per_second=None)
    before = shared.get(f"Practitioner/{SOPHIE}").content
    good = operation("insert", "telecom", bal("bonne@x.mssante.fr"), index=0)
    answer = patch(shared, f"Practitioner/{SOPHIE}", good, wrong)
    assert answer.status_code == 400, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert shared.get(f"Practitioner/{SOPHIE}").content == before


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"resourceType":"Patient"}', b'{"resourceType":"Parameters"}', b"[" * 100_000],
)
def test_a_body_that_is_no_patch(world: World, body: bytes) -> None:
    answer = world.http.patch(
        f"{world.base}/Practitioner/{SOPHIE}", content=body, headers={"ESANTE-API-KEY": OPERATOR_KEY}
    )
    assert answer.status_code == 400


def test_who_may_write(world: World) -> None:
    good = operation("insert", "telecom", bal("bonne@x.mssante.fr"), index=0)
    assert patch(world, f"Practitioner/{SOPHIE}", good, key=KEY).status_code == 403
    assert patch(world, f"Practitioner/{SOPHIE}", good, key="autre").status_code == 401
    assert patch(world, f"Practitioner/{DELETED}", good).status_code == 400
    assert patch(world, "Device/002-1000001", good).status_code == 400
    put = world.http.put(
        f"{world.base}/Practitioner/{SOPHIE}", json={}, headers={"ESANTE-API-KEY": OPERATOR_KEY}
    )
    assert put.status_code == 403
    world.conduct(write=False)
    assert patch(world, f"Practitioner/{SOPHIE}", good).status_code == 403


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r"telecom(\.[a-z]{1,5}(\('[^']{0,5}'\))?(\[\d\])?){0,4}", fullmatch=True)
)
def test_any_path_is_read_or_refused(path: str) -> None:
    try:
        steps = read_path(path)
    except PathError:
        return
    walk({"resourceType": "Practitioner", "telecom": [{"value": "a", "extension": [{"url": "b"}]}]}, steps)


@settings(deadline=None)
@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["parameter", "part", "name", "valueCode", "x"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    ).map(lambda one: json.dumps({"resourceType": "Parameters", "parameter": one}).encode())
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        read_operations(body)
    except Refusal as refusal:
        assert refusal.status == 400
