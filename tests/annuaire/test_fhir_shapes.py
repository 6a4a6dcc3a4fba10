"""Answers in the shape of the live server (DOSSIER §2.6), deleted resources and liste rouge included."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir_world import ANNE, CLOSED, DELETED, NOEL, RED, RED_ROLE, SITE, SOPHIE, World

from simulators.annuaire.fhir.parts import EMAIL_TYPE, MAILBOX_METADATA


def test_a_bundle_has_the_members_of_the_live_one_in_their_order(world: World) -> None:
    answer = world.get("Practitioner?_count=2")
    assert answer.headers["content-type"] == "application/fhir+json;charset=UTF-8"
    bundle = json.loads(answer.content)
    assert list(bundle) == ["resourceType", "type", "id", "total", "entry", "link"]
    assert [set(entry) for entry in bundle["entry"]] == [{"fullUrl", "resource"}] * 2
    assert bundle["entry"][0]["fullUrl"] == f"{world.base}/Practitioner/{SOPHIE}"
    assert [link["relation"] for link in bundle["link"]] == ["next", "self"]
    assert bundle["link"][1]["url"] == f"{world.base}/Practitioner?_count=2"
    assert bundle["link"][0]["url"].startswith(f"{world.base}/_page?id=u")


def test_nothing_found_is_an_empty_bundle(world: World) -> None:
    bundle = world.bundle("Practitioner?family=inconnue")
    assert (bundle["total"], bundle["entry"]) == (0, [])
    assert [link["relation"] for link in bundle["link"]] == ["self"]


def test_a_public_practitioner(world: World) -> None:
    read = world.get(f"Practitioner/{SOPHIE}").json()
    assert read["meta"]["profile"][0].endswith("/fr-core-practitioner")
    assert read["meta"]["profile"][1].endswith("/as-dp-practitioner")
    assert read["meta"]["versionId"] == "1"
    assert read["meta"]["source"] == "https://annuaire.sante.fr"
    assert [one["type"]["coding"][0]["code"] for one in read["identifier"]] == ["IDNPS", "RPPS"]
    assert read["name"] == [
        {
            "text": "MARTIN Sophie",
            "family": "MARTIN",
            "given": ["Sophie"],
            "prefix": ["MME"],
            "suffix": ["DR"],
        }
    ]
    (bal,) = read["telecom"]
    assert list(bal) == ["extension", "system", "value", "use"]
    assert [one["url"] for one in bal["extension"]] == [EMAIL_TYPE, MAILBOX_METADATA]
    inner = {one["url"]: one for one in bal["extension"][1]["extension"]}
    assert set(inner) == {"type", "digitization"}
    assert not {"address", "gender", "birthDate", "photo"} & set(read)


def test_rank_and_type_of_mailboxes(world: World) -> None:
    held = world.get(f"Practitioner/{ANNE}").json()["telecom"]
    kinds = [one["extension"][1]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] for one in held]
    assert [(one["value"], one["rank"]) for one in held] == [
        ("anne-laure@infirmier.mssante.fr", 2),
        ("cabinet@infirmier.mssante.fr", 1),
    ]
    assert kinds == ["PER", "CAB"]


def test_a_structure_has_bal_and_ordinary_contacts(world: World) -> None:
    read = world.get(f"Organization/{SITE}").json()
    coded = [
        one["value"]
        for one in read["telecom"]
        if any(e["url"] == EMAIL_TYPE for e in one.get("extension", ()))
    ]
    plain = [one["value"] for one in read["telecom"] if "extension" not in one]
    assert coded == ["secretariat@hopital.mssante.fr", "resultats-noreply@hopital.mssante.fr"]
    assert plain == ["0100000000", "accueil@hopital.example"]
    assert "DUPONT" not in json.dumps(read)  # `responsible` is not in free access
    assert read["partOf"]["reference"].startswith("Organization/001-01-")
    assert [("extension" in one) for one in read["type"]] == [True, True, False]  # the category has none
    address = read["address"][0]
    assert address["line"] == ["12 RUE DES LILAS"]
    assert {one["url"].rpartition("-")[2] for one in address["_line"][0]["extension"]} == {
        "houseNumber",
        "streetNameType",
        "streetNameBase",
    }


@pytest.mark.parametrize(
    ("path", "members"),
    [
        (f"Practitioner/{DELETED}", {"identifier", "active"}),
        (f"Organization/{CLOSED}", {"identifier", "active", "name"}),
        ("PractitionerRole/005-1000003-2000003", {"identifier", "active"}),
        ("HealthcareService/004-1000003", {"identifier", "active"}),
        ("Device/002-1000002", {"identifier", "status"}),
    ],
)
def test_deleted_resources_keep_their_identity_alone(world: World, path: str, members: set[str]) -> None:
    read = world.get(path).json()
    assert set(read) - {"resourceType", "id", "meta", "language"} == members
    assert read.get("active") is False or read["status"] == "inactive"
    assert read["meta"]["profile"]
    assert path.rpartition("/")[2] in world.ids(path.partition("/")[0] + "?_count=100")


def test_liste_rouge_never_leaves(world: World) -> None:
    seen: list[str] = []
    for resource in ("Practitioner", "PractitionerRole", "Organization"):
        for search in (
            "?_count=1000",
            "?_count=1000&_elements=telecom",
            "?mailbox-mss:contains=@",
            "?_revinclude=x",
        ):
            seen.append(world.get(resource + search).text)
    seen.append(world.get(f"Practitioner/{NOEL}").text)
    assert "sophie.martin@" in "".join(seen)
    assert not any(RED in one or RED_ROLE in one or "listeRouge" in one for one in seen)


@pytest.mark.parametrize(
    "path", ["Practitioner/nobody", "Practitioner/003-1-2", f"Device/{SOPHIE}", "Device/..%2f"]
)
def test_an_unknown_id_is_404(world: World, path: str) -> None:
    answer = world.get(path)
    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_an_unknown_resource_is_named(world: World) -> None:
    answer = world.get("Practicien?family=x")
    assert answer.status_code == 404
    (issue,) = answer.json()["issue"]
    assert issue == {
        "severity": "error",
        "code": "processing",
        "diagnostics": "HAPI-0302: Unknown resource type 'Practicien' - Server knows how to handle: "
        "[Practitioner, PractitionerRole, Device, Organization, HealthcareService]",
    }


def test_the_capability_statement_is_that_of_the_live_server(world: World) -> None:
    told = world.get("metadata").json()
    assert list(told) == ["resourceType", "status", "fhirVersion", "format", "rest"]
    assert set(told["rest"][0]) == {"resource"}
    by_type: dict[str, Any] = {one["type"]: one for one in told["rest"][0]["resource"]}
    assert set(by_type) == {"Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Device"}
    assert [one["code"] for one in by_type["Device"]["interaction"]] == ["search-type", "read"]
    assert by_type["PractitionerRole"]["searchInclude"] == [
        "*",
        "PractitionerRole:organization",
        "PractitionerRole:practitioner",
    ]
    assert "searchInclude" not in by_type["Practitioner"]
    world.conduct(mailbox_type="served", write=True)
    again = {one["type"]: one for one in world.get("metadata").json()["rest"][0]["resource"]}
    assert "mailbox-mss-type" in {one["name"] for one in again["Practitioner"]["searchParam"]}
    assert {"code": "patch"} in again["Organization"]["interaction"]
