"""Generated patients: INS with the right key, traits that agree with it."""

from __future__ import annotations

import random
from datetime import date

import pytest

from schemas.identifiers import Matricule, ins
from simulators.clock import FrozenClock
from simulators.documents import Patient, PatientGenerator

TODAY = FrozenClock().now().date()


def generator(seed: int) -> PatientGenerator:
    return PatientGenerator(random.Random(seed), FrozenClock())


@pytest.mark.parametrize("seed", range(60))
def test_matricule_agrees_with_the_traits(seed: int) -> None:
    patient = generator(seed).patient(corsican=seed % 3 == 0, minor=seed % 4 == 0)

    matricule: Matricule = ins.parse(patient.matricule)

    assert ins.check(patient.matricule) == ()
    assert patient.ins_oid == "1.2.250.1.213.1.4.10"
    assert matricule.sex == patient.sex
    assert matricule.year == patient.birth_date.year % 100
    assert matricule.month == patient.birth_date.month
    assert patient.matricule[5:10] == patient.birth_place.cog
    assert patient.birth_place.cog.startswith(("2A", "2B")) is (seed % 3 == 0)


@pytest.mark.parametrize("seed", range(30))
def test_minor_and_adult(seed: int) -> None:
    patients = generator(seed)

    assert patients.patient(minor=True).is_minor(TODAY)
    assert not patients.patient().is_minor(TODAY)


def test_majority_is_the_eighteenth_birthday() -> None:
    patient = generator(1).patient()
    born = patient.birth_date

    assert patient.age(date(born.year + 18, born.month, min(born.day, 28))) in (17, 18)
    assert not patient.is_minor(date(born.year + 19, born.month, min(born.day, 28)))


@pytest.mark.parametrize("seed", range(20))
def test_names_are_civil_status_capitals(seed: int) -> None:
    patient = generator(seed).patient()

    for name in (patient.birth_family, patient.used_family, *patient.given_names):
        assert name.isascii()
        assert name == name.upper()
    assert patient.first_given == patient.given_names[0]
    assert patient.used_given in patient.given_names


def test_patients_of_one_generator_differ_and_a_seed_repeats_them() -> None:
    def draw(seed: int) -> list[Patient]:
        patients = generator(seed)
        return [patients.patient() for _ in range(50)]

    first = draw(3)

    assert len({patient.matricule for patient in first}) == 50
    assert first == draw(3)
    assert first != draw(4)


def test_unqualified_identity_keeps_the_person() -> None:
    patient = generator(1).patient()

    assert not patient.unqualified().qualified
    assert patient.unqualified().matricule == patient.matricule
