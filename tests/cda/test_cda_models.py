"""What the table says of other models, seen from the laboratory report announced as one of them."""

from __future__ import annotations

import pytest
from cda_documents import changed, of_model

from harness.checks.cda import check_cda

ROOT = "1.2.250.1.213.1.1.1."
MAIN = '<documentationOf><serviceEvent><code code="18719-5"'


def found(content, rule):
    return [each.expected for each in check_cda(content).findings if each.rule == rule]


@pytest.mark.parametrize(("model", "code"), [("13", "34117-2"), ("21", "IMP"), ("23", "28651-8")])
def test_the_main_act_has_the_code_of_its_model(model, code):
    content = of_model(ROOT + model)

    assert found(content, "CDA-M-006") == [f"code {code}"]
    assert found(changed(content, MAIN, MAIN.replace("18719-5", code)), "CDA-M-006") == []


def test_a_rapid_test_is_done_as_screening():
    content = of_model(ROOT + "59")
    screening = changed(content, 'code="AMBULATOIRE"', 'code="DEPISTAGE"')

    assert len(found(content, "CDA-M-006")) == 2  # the second act has no performer
    assert len(found(screening, "CDA-M-006")) == 1


@pytest.mark.parametrize(
    ("model", "missing"),
    [
        ("29", {"Statut du document", "Traitements à la sortie"}),
        ("21", {"Allergies", "Commentaire"}),
        ("45", {"Conclusion", "Acte d'imagerie"}),
        ("23", {"Signes vitaux", "Autonomie"}),
    ],
)
def test_missing_sections_are_named(model, missing):
    expected = " ".join(found(of_model(ROOT + model), "CDA-M-004"))

    assert all(name in expected for name in missing)


def test_one_section_too_many_is_seen():
    # The copy of the PDF is allowed once in a prescription.
    content = of_model(ROOT + "39").decode()
    copy = content[content.index('<component><section><templateId root="1.2.250.1.213.1.1.2.243"/>') :]
    copy = copy[: copy.index("</structuredBody>")]
    doubled = content.replace(copy, copy + copy.replace('ID="', 'ID="x')).encode()

    assert not any("Copie" in each for each in found(content.encode(), "CDA-M-004"))
    assert any("Copie" in each for each in found(doubled, "CDA-M-004"))
