from __future__ import annotations

import json
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import schemas
from schemas.json_schemas import schema, validator
from schemas.openapi import driver_description, driver_description_text

COMMITTED = Path(schemas.__file__).parent / "openapi" / "driver-1.json"


@pytest.fixture(scope="module")
def description():
    return json.loads(COMMITTED.read_text(encoding="utf-8"))


def test_the_committed_file_is_in_step_with_the_protocol():
    expected = driver_description_text(driver_description())

    assert COMMITTED.read_text(encoding="utf-8") == expected, "run: python tools/generate_docs.py"


def test_it_is_valid_openapi_3_1(description):
    assert list(OpenAPIV31SpecValidator(description).iter_errors()) == []


def test_a_broken_reference_would_be_seen(description):
    broken = json.loads(
        json.dumps(description).replace("#/components/schemas/answer", "#/components/schemas/nothing")
    )

    with pytest.raises(Exception, match="nothing"):
        list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_every_definition_of_the_protocol_is_in_it(description):
    assert set(description["components"]["schemas"]) == set(schema("driver-1")["$defs"])
    assert "#/$defs/" not in json.dumps(description)


def test_every_action_is_described(description):
    for action in schema("driver-1")["$defs"]["request"]["properties"]["action"]["enum"]:
        assert f"`{action}`:" in description["info"]["description"]


def test_its_examples_obey_the_protocol(description):
    operation = description["paths"]["/"]["post"]
    requests = operation["requestBody"]["content"]["application/json"]["examples"]
    answers = operation["responses"]["200"]["content"]["application/json"]["examples"]

    assert set(requests) == set(answers) != set()
    for name, example in requests.items():
        validator("driver-1", "request").validate(example["value"])
        answer = answers[name]["value"]
        validator("driver-1", "answer").validate(answer)
        assert answer["id"] == example["value"]["id"]
        if answer["status"] == "done":
            validator("driver-1", f"{name}.result").validate(answer["result"])
