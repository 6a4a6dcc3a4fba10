from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator, ValidationError

from schemas.json_schemas import UnknownSchemaError, published, schema, validator


@pytest.mark.parametrize("each", published(), ids=lambda each: each.name)
def test_every_published_schema_is_valid_draft_2020_12(each):
    content = schema(each.name)

    assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(content)


@pytest.mark.parametrize("each", published(), ids=lambda each: each.name)
def test_every_reference_of_a_schema_leads_somewhere(each):
    content = schema(each.name)

    def references(value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    for reference in references(content):
        target, _, name = reference.rpartition("/")
        assert target == "#/$defs", reference
        assert name in content["$defs"], reference


def test_names_and_uris_carry_the_same_version():
    names = {each.name for each in published()}

    assert {"driver-1", "run-record-1", "vendor-profile-1"} <= names
    for each in published():
        assert each.uri == f"urn:mssante-conformance:{each.name.rpartition('-')[0]}/{each.version}"


def test_a_validator_is_made_once():
    assert validator("driver-1") is validator("driver-1")


def test_a_validator_accepts_and_refuses():
    validator("driver-1").validate({"id": "1", "status": "done"})
    with pytest.raises(ValidationError):
        validator("driver-1").validate({"id": "1", "status": "maybe"})


def test_a_definition_has_a_validator_of_its_own():
    endpoint = {"host": "mx", "address": "127.0.0.1", "port": 25, "security": "starttls"}
    validator("driver-1", "endpoint").validate(endpoint)
    with pytest.raises(ValidationError):
        validator("driver-1", "endpoint").validate({**endpoint, "port": 0})


@pytest.mark.parametrize("name", ["driver-9", "../text", "", "driver-1.json"])
def test_an_unknown_schema_is_named(name):
    with pytest.raises(UnknownSchemaError, match=r"Known: .*driver-1"):
        schema(name)


def test_an_unknown_definition_is_named():
    with pytest.raises(UnknownSchemaError, match=r"'nothing'.*endpoint"):
        validator("driver-1", "nothing")
