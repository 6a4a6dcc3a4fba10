"""Sight of the checks: single faults of many kinds, in generated artefacts and official samples, are seen.

The whole matrix is `make mutation`; here a seeded sample of it, and in full the six faults to which the
official tool is known to be blind.
"""

from __future__ import annotations

import random

import pytest
from mutation_core import MUTATIONS
from mutation_matrix import before, explanations, figures, mutants, pairs, sampled, stale, unexplained

BLIND = {
    "ins-wrong-oid": "wrong INS OID",
    "ins-bad-key": "bad INS key",
    "act-dates-reversed": "reversed dates",
    "visit-dates-reversed": "reversed dates",
    "times-reversed": "reversed dates",
    "narrative-emptied": "emptied narrative",
    "file-base64-corrupt": "corrupt base64",
    "file-not-a-pdf": "bad PDF type",
}

SEEN_BY = [
    ("address-mixed", "n1", "CDA-H-067"),
    ("date-offset-impossible", "n1", "CDA-029"),
    ("dose-unit-unknown", "ldl-ses", "CDA-B-021"),
    ("entry-class-unknown", "ep-med-dm", "CDA-032"),
    ("entry-code-system-malformed", "ldl-ses", "CDA-030"),
    ("loinc-as-snomed", "cr-bio", "CDA-031"),
    ("participant-type-unknown", "ep-med-dm", "CDA-032"),
    ("template-doubled", "cr-img", "CDA-B-023"),
    ("template-without-root", "cr-img", "CDA-020"),
    ("coherence-name", "n1.zip", "META-078"),
    ("meta-authenticator-authority", "n1.zip", "META-095"),
    ("meta-code-confidentiality-other-scheme", "n1.zip", "META-033"),
    ("meta-code-event-without-label", "cr-bio.zip", "META-034"),
    ("meta-source-id-type", "n1.zip", "META-058"),
    ("meta-uri-lower", "n1.zip", "META-094"),
    ("zip-empty", "n1.zip", "XDM-008"),
    ("zip-index-nameless", "n1.zip", "XDM-023"),
    ("zip-readme-without-sender", "n1.zip", "XDM-015"),
    ("mail-copy-twice", "cr-bio.eml", "DOC-006"),
    ("mail-date-removed", "n1.eml", "MAIL-012"),
    ("mail-date-malformed", "n1.eml", "MAIL-012"),
    ("mail-subject-twice", "n1.eml", "MAIL-012"),
    ("mail-mime-version-removed", "n1.eml", "MAIL-013"),
    ("pdf-xref", "n1.pdf", "PDF-011"),
]
"""Faults and the rule that has to see each: the inputs unspoiled have no finding of these rules."""


@pytest.fixture(scope="module")
def made():
    return list(mutants(sampled(seed=20_262, every=30)))


def test_there_are_enough_kinds_and_each_says_what_it_does():
    assert len(MUTATIONS) >= 150
    assert all(each.what and each.name == name for name, each in MUTATIONS.items())
    assert {name for name, each in MUTATIONS.items() if each.blind} == set(BLIND)


def test_at_least_97_in_100_of_the_mutants_are_killed(made):
    killed = sum(one.killed for one in made)
    assert len(made) > 800
    assert killed / len(made) >= 0.97, "\n".join(figures(made))


def test_every_survivor_is_explained(made):
    assert [(one.mutation.name, one.input.name) for one in unexplained(made)] == []


def test_no_explanation_is_stale():
    """Every mutant that an explanation is about is made, sampled or not."""
    told = explanations()
    about = [(kind, one) for kind, one in pairs() if any(each.names(kind, one) for each in told)]
    assert [(each.kind, each.input) for each in stale(list(mutants(about)))] == []
    assert all(len(each.reason) > 20 for each in told)


@pytest.mark.parametrize("name", sorted(BLIND))
def test_what_the_official_tool_does_not_see_is_killed(name):
    found = list(mutants(pairs([MUTATIONS[name]])))
    survivors = [one for one in found if not one.killed]

    assert sum(not one.input.official for one in found) >= 1
    assert [one.input.name for one in survivors if not one.input.official] == []
    assert len(survivors) <= len(found) * 0.05


def test_a_matrix_comes_out_the_same_again():
    chosen = random.Random(5).sample(pairs(), 40)
    assert [one.content for one in mutants(chosen)] == [one.content for one in mutants(chosen)]


@pytest.mark.parametrize(("name", "where", "rule"), SEEN_BY)
def test_a_fault_is_seen_by_its_rule(name, where, rule):
    (pair,) = [pair for pair in pairs([MUTATIONS[name]]) if pair[1].name == where]

    (mutant,) = mutants([pair])

    assert rule in {each for each, _ in mutant.seen_by}
    assert rule not in {each for each, _ in before(pair[1])}
