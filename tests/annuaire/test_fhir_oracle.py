"""`fhir.resources` (R4B: the library has no R4 4.0.1, and no member used here differs) reads every answer."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fhir_world import CHU, CLOSED, DELETED, OPERATOR_KEY, SITE, SOPHIE, World, next_of

pytest.importorskip("fhir.resources", reason="fhir.resources is not installed (extra dev)")

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

RESOURCES = ("Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Device")


def judged(answer: httpx.Response) -> Any:
    """Let the oracle read an answer and give back what it read; every member must have survived."""
    told = json.loads(answer.content)
    read = get_fhir_model_class(told["resourceType"]).model_validate_json(answer.content)
    again = json.loads(read.model_dump_json(exclude_none=True))
    if told.get("entry") == []:
        del told["entry"]  # as the live server writes it, although FHIR has no empty lists
    assert _members(again) == _members(told)
    return read


def _members(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {
            found
            for key, inner in value.items()
            for found in {f"{path}.{key}", *_members(inner, f"{path}.{key}")}
        }
    if isinstance(value, list):
        return {found for number, inner in enumerate(value) for found in _members(inner, f"{path}[{number}]")}
    return set()


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize(
    "search",
    ["?_count=100", "?_count=1", "?_id=x", "?_total=none", "?_include=*&_count=3", "?_elements=identifier"],
)
def test_searches(shared: World, resource: str, search: str) -> None:
    judged(shared.get(resource + search))


def test_revincludes_and_pages(shared: World) -> None:
    judged(shared.get(f"Practitioner?_id={SOPHIE}&_revinclude=PractitionerRole:practitioner"))
    judged(
        shared.get(
            f"Organization?_id={CHU},{SITE}&_revinclude=Organization:partof&_revinclude=Device:organization"
        )
    )
    first = shared.get("Practitioner?_count=30")
    judged(first)
    judged(shared.http.get(str(next_of(first.json()))))


@pytest.mark.parametrize(
    "path",
    [
        f"Practitioner/{SOPHIE}",
        f"Practitioner/{DELETED}",
        f"Organization/{SITE}",
        f"Organization/{CLOSED}",
        "HealthcareService/004-1000001",
        "HealthcareService/004-1000002",
        "HealthcareService/004-1000003",
        "Device/002-1000001",
        "Device/002-1000002",
        "PractitionerRole/005-1000001-2000001",
        "PractitionerRole/005-1000003-2000003",
    ],
)
def test_reads(shared: World, path: str) -> None:
    judged(shared.get(path))


@pytest.mark.parametrize(
    "path", ["Practicien", "Practitioner?nom=x", "Practitioner/x", "_page", "_page?id=x", "Device?_count=x"]
)
def test_outcomes(shared: World, path: str) -> None:
    answer = shared.get(path)
    assert answer.status_code >= 400
    assert judged(answer).issue[0].severity == "error"


def test_the_answer_of_a_patch(world: World) -> None:
    world.conduct(write=True)
    part = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "telecom[1].rank"},
        {"name": "value", "valuePositiveInt": 4},
    ]
    body = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": part}]}
    answer = world.http.patch(
        f"{world.base}/Practitioner/003-1000003-2000003", json=body, headers={"ESANTE-API-KEY": OPERATOR_KEY}
    )
    assert answer.status_code == 200
    assert judged(answer).telecom[1].rank == 4


def test_the_capability_statement_lacks_what_the_live_one_lacks(shared: World) -> None:
    """Neither kind, date nor rest.mode (DOSSIER §2.6): the oracle complains of these and of nothing else."""
    told = shared.get("metadata").json()
    with pytest.raises(ValidationError) as complaint:
        get_fhir_model_class("CapabilityStatement").model_validate(told)
    named = {str(error["loc"][-1]) for error in complaint.value.errors()}
    assert named <= {"kind", "date", "mode"}
    told |= {"kind": "instance", "date": "2026-01-15"}
    told["rest"][0]["mode"] = "server"
    get_fhir_model_class("CapabilityStatement").model_validate(told)


def test_the_oracle_sees_a_defect(shared: World) -> None:
    told = shared.get("Practitioner?_count=1").json()
    told["entry"][0]["resource"]["telecom"] = [{"sytem": "email"}]
    with pytest.raises(ValidationError):
        get_fhir_model_class("Bundle").model_validate(told)
