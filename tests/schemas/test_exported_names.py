from __future__ import annotations

import importlib

import pytest

PUBLIC = {
    "schemas.certainty": "Certainty",
    "schemas.identifiers": (
        "Finess FinessError IdentifierError InsError InsOid Matricule Oid OidError Problem PsIdNat "
        "PsIdNatError PsType Rpps RppsError Siren SirenError Siret SiretError StructIdNat "
        "StructIdNatError StructType luhn_valid"
    ),
    "schemas.json_schemas": "PublishedSchema UnknownSchemaError published schema validator",
    "schemas.messages": "MessageError MissingMessageError areas load_area message messages places",
    "schemas.openapi": "driver_description driver_description_text",
    "schemas.requirements": (
        "Actor Applicability Catalogue CatalogueError Certainty Claims Direction Edition EditionStatus Level "
        "Requirement Strength Theme UnknownRequirementError Verification applicability catalogue "
        "corridors_with_list levels_up_to"
    ),
    "schemas.rules": (
        "Artefact PackIdentity Rule RuleError RuleSet Severity UnknownRuleError load pack_identity rule rules"
    ),
}


@pytest.mark.parametrize("module", PUBLIC)
def test_exported_names_are_pinned(module):
    found = importlib.import_module(module)

    assert sorted(found.__all__) == sorted(PUBLIC[module].split())
    assert all(hasattr(found, name) for name in found.__all__)
