"""The invented professionals: right shapes, test ranges, reproducible."""

from __future__ import annotations

import random
import re

import pytest

from simulators.people import PeopleGenerator, ascii_word, luhn_digit


def _luhn_ok(digits: str) -> bool:
    total = 0
    for index, value in enumerate(int(digit) for digit in reversed(digits)):
        doubled = value * 2 if index % 2 else value
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


@pytest.mark.parametrize("rpps", ["10101343233", "10000001916", "99700366240", "99700218896", "99700427885"])
def test_luhn_digit_agrees_with_published_numbers(rpps: str) -> None:
    assert luhn_digit(rpps[:10]) == rpps[10]


def test_people_are_in_the_test_ranges_and_distinct() -> None:
    generator = PeopleGenerator(random.Random(7))
    people = [generator.professional(profession=code) for code in ("10", "21", "40", "50", "60") * 20]
    assert all(re.fullmatch(r"899700\d{6}", person.ps_idnat) and _luhn_ok(person.rpps) for person in people)
    assert len({person.ps_idnat for person in people}) == len(people)
    assert all(re.fullmatch(r"\d[A-Z]\d{7}", person.structure.finess) for person in people)
    assert all(re.fullmatch(r"[a-z0-9.-]+", person.local_part) for person in people)
    assert {person.civility for person in people} == {"M", "MME"}


def test_the_seed_decides() -> None:
    def draw(seed: int) -> list[object]:
        generator = PeopleGenerator(random.Random(seed))
        return [generator.professional() for _ in range(5)]

    assert draw(3) == draw(3)
    assert draw(3) != draw(4)


def test_a_shared_structure_and_an_unknown_profession() -> None:
    generator = PeopleGenerator(random.Random(1))
    structure = generator.structure("SA01")
    assert generator.professional(structure=structure).sector == "SA01"
    assert structure.struct_idnat == f"1{structure.finess}"
    assert structure.name.startswith("CH fictif")
    with pytest.raises(ValueError, match="choose among 10, 21"):
        generator.professional(profession="99")


def test_names_become_address_words() -> None:
    assert ascii_word("Hélène-Noëlle") == "helene-noelle"
    assert ascii_word("D'Œuvre ") == "d-oeuvre"
