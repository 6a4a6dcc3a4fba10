"""Addresses of a mail: patients, look-alikes, no-reply forms, end of exchange, white list."""

from __future__ import annotations

import pytest

from harness.artefacts.mail import Mail
from harness.checks.addresses import (
    AUTOMATIC_ANSWER,
    PatientSaid,
    addressed_to,
    check_addresses,
    end_of_exchange,
    outside_trust,
)
from schemas.rules import rules

EXAMPLES = [f"ADR-{number:03}" for number in (1, 2, 3, 4, 7, 8, 10)]
INS = "279035121518989"
PATIENT = f"{INS}@patient.mssante.fr"


def mail(text: str) -> Mail:
    return Mail(text.replace("\n", "\r\n").encode())


def to(*addresses: str, more: str = "") -> Mail:
    return mail(f"From: a@b.mssante.fr\nTo: {', '.join(addresses)}\nMessage-ID: <x@b.fr>\n{more}\nBonjour.\n")


def said(found) -> list[str]:
    return [one.rule for one in found]


@pytest.mark.parametrize("rule_id", EXAMPLES)
def test_examples(rule_id):
    assert said(check_addresses(mail(rules()[rule_id].passing))) == []
    assert said(check_addresses(mail(rules()[rule_id].failing))) == [rule_id]


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        (PATIENT.upper(), []),
        (AUTOMATIC_ANSWER, []),
        ("jeanne.martin@patient.mssante.fr", ["ADR-001"]),
        (INS[:14] + "@patient.mssante.fr", ["ADR-001"]),
        ("contact@x.patient.mssante.fr", ["ADR-003"]),
        ("contact@patientele.mssante.fr", []),
        ("contact@patient-mssante.fr", ["ADR-003"]),
        ("Envois_automatiques_DPI-noreply@ch-troispics.mssante.fr", []),
    ],
)
def test_forms_of_an_address(address, rule):
    assert said(check_addresses(to(address))) == rule


@pytest.mark.parametrize(
    ("patients", "rule"),
    [
        ([PatientSaid(INS)], []),
        ([PatientSaid("312105121518906")], ["ADR-005"]),
        ([PatientSaid(None)], ["ADR-006"]),
        ([], []),
    ],
)
def test_documents_go_to_their_own_patient(patients, rule):
    assert said(check_addresses(to(PATIENT), patients)) == rule


@pytest.mark.parametrize(
    ("wanted", "header", "rule"),
    [
        (True, "X-MSS-MES: FIN\n", []),
        (True, "X-MSS-MES: fin\n", []),
        (True, "", ["ADR-009"]),
        (False, "", []),
        (False, "X-MSS-MES: FIN\n", ["ADR-009"]),
        (None, "X-MSS-MES: FIN\n", []),
    ],
)
def test_the_end_follows_the_choice(wanted, header, rule):
    assert said(end_of_exchange(to(PATIENT, more=header), wanted=wanted)) == rule


def test_the_white_list():
    one = to("c@d.mssante.fr", "e@gmail.example")
    assert said(outside_trust(one, {"b.mssante.fr", "d.mssante.fr"})) == ["ADR-011"]
    assert said(outside_trust(one, {"b.mssante.fr", "d.mssante.fr", "gmail.example"})) == []


def test_to_the_address_of_the_record_and_to_it_alone():
    one = to(PATIENT)
    assert said(addressed_to(one, [PATIENT], PATIENT)) == []
    assert said(addressed_to(one, [], PATIENT)) == ["ADR-012"]
    assert said(addressed_to(one, [PATIENT, "parent@patient.mssante.fr"], PATIENT)) == ["ADR-012"]


def test_every_finding_has_its_line():
    (found,) = check_addresses(to("jeanne@patient.mssante.fr"))
    assert (found.location.header, found.location.line) == ("To", 2)


@pytest.mark.parametrize("form", ["noreply", "ne-pas-repondre", "nepasrepondre.ch"])
def test_no_reply_in_all_its_forms(form):
    text = f"From: {form}@b.mssante.fr\nTo: c@d.mssante.fr\n\nBonjour.\n"
    assert said(check_addresses(mail(text))) == ["ADR-010"]
    assert said(check_addresses(mail(text.replace("Bonjour.", "Écrire à accueil@b.mssante.fr.")))) == []
