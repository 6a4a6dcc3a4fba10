from __future__ import annotations

import doctest
from dataclasses import replace

import pytest

from schemas.requirements import Applicability, Claims, Level, applicability, catalogue, corridors_with_list

FULL = Claims(level=Level.ADVANCED, corridor="LGC")


def asked(requirement_id: str, **claims) -> Applicability:
    return applicability(catalogue().get(requirement_id), replace(FULL, **claims))


def test_a_whole_client_of_the_lgc_corridor_is_asked_the_core():
    for requirement_id in (
        "ECO.1.0.1",
        "ECO.1.0.2",
        "ECO.1.1.9",
        "ECO.1.2.1",
        "ECO.2.4.3",
        "ECO.3.1.4",
        "X-PSC-02",
    ):
        assert asked(requirement_id) == Applicability(applies=True), requirement_id


@pytest.mark.parametrize(
    ("requirement_id", "french"),
    [
        ("SC.MSS/CONF.13", "retirée"),
        ("SC.PSC.03", "remplacée par SC.PSC.01"),
        ("ECO.1.1.8", "Aucun texte public"),
        ("X-OPE-07", "Aucun texte public"),
    ],
)
def test_withdrawn_and_unknown_are_never_asked(requirement_id, french):
    for corridor in ("LGC", "PFI", "AUTRE"):
        answer = asked(requirement_id, corridor=corridor)

        assert not answer.applies
        assert answer.reason is not None
        assert french in answer.reason.fr


@pytest.mark.parametrize("requirement_id", ["X-OPE-01", "X-ANN-09"])
def test_duties_of_the_space_are_not_asked_of_a_product(requirement_id):
    answer = asked(requirement_id, corridor="OPERATEUR")

    assert not answer.applies
    assert "simulateur" in answer.reason.fr
    assert "simulator" in answer.reason.en


@pytest.mark.parametrize("requirement_id", ["X-ENS-03", "X-ENS-04", "X-ENS-08", "X-ENS-10"])
def test_what_a_product_does_of_a_duty_of_the_space_is_asked(requirement_id):
    assert asked(requirement_id).applies
    assert not asked(requirement_id, mailboxes=frozenset({"APP"})).applies
    assert not asked(requirement_id, integration="send-function").applies
    assert not asked(requirement_id, level=Level.OPERATOR, corridor="OPERATEUR").applies


def test_where_an_automatic_mail_is_answered_is_asked_of_applicative_mailboxes():
    assert asked("X-ENS-09", mailboxes=frozenset({"APP"})).applies
    assert not asked("X-ENS-09", mailboxes=frozenset({"PER", "ORG"})).applies


def test_an_operator_under_test_is_asked_the_operators_duties_only():
    assert asked("X-OPE-01", level=Level.OPERATOR, corridor="OPERATEUR") == Applicability(applies=True)
    assert not asked("ECO.1.0.1", level=Level.OPERATOR, corridor="OPERATEUR").applies
    assert not asked("X-ANN-09", level=Level.OPERATOR, corridor="OPERATEUR").applies


@pytest.mark.parametrize("requirement_id", ["PFI.MSS/UX.03", "X-TX-02", "X-LPS-01"])
def test_platform_requirements_are_for_the_pfi_corridor(requirement_id):
    assert asked(requirement_id, corridor="PFI").applies
    for corridor in ("LGC", "DPI", "AUTRE"):
        answer = asked(requirement_id, corridor=corridor)
        assert not answer.applies
        assert f"déclare {corridor}" in answer.reason.fr


# requirement, corridors asked (as the list of February 2023 has them)
CORRIDORS = [
    ("ECO.1.1.1", {"LGC", "RIS", "SGL", "PFI"}),  # CONF.01
    ("ECO.1.1.9", {"LGC", "RIS"}),  # CONF.04
    ("ECO.1.2.1", {"LGC", "RIS"}),  # CONF.07
    ("ECO.1.3.1", {"RIS", "PFI"}),  # CONF.12
    ("ECO.2.4.3", {"LGC", "RIS", "SGL", "PFI"}),  # CONF.16
    ("ECO.2.2.8", {"LGC", "RIS", "SGL", "PFI", "DPI"}),  # CONF.21
    ("ECO.1.2.5", {"LGC", "RIS", "PFI"}),  # CONF.28
    ("ECO.3.2.2", {"RIS"}),  # UX.27
    ("ECO.2.2.3", {"LGC", "RIS", "SGL", "PFI"}),  # withdrawn line: as ECO.2.2.4
    ("SC.MSS/UX.07", {"RIS", "DPI"}),
    ("LGC.MSS/UX.05", {"LGC", "RIS", "SGL", "DPI"}),  # the whole list has it, in spite of its prefix
    ("DPI.MSS/UX.03", {"DPI"}),
    ("LGC.MSS.02", {"LGC"}),  # withdrawn number, text kept: the prefix tells
    ("RIS.MSS/va1.30", {"RIS"}),
    ("SGL.MSS/va1.36", {"SGL"}),
    ("AMBU.MSS/va1.02", {"LGC"}),
    ("BIO/va1.01", {"LGC"}),
    ("X-PSC-02", {"LGC", "RIS"}),  # as ECO.1.2.1
    ("X-MDN-01", {"LGC", "RIS"}),  # as ECO.3.1.6
    ("X-ANN-03", {"LGC", "RIS"}),  # as ECO.3.1.4
    ("X-XDM-14", {"LGC", "RIS", "SGL", "PFI"}),  # as ECO.2.1.1
    ("X-TX-01", {"DPI"}),  # as DPI.MSS/UX.03
    ("SC.SSI/IE.58", {"LGC", "RIS", "SGL", "PFI", "DPI"}),  # common socle, no corridor given
]


@pytest.mark.parametrize(("requirement_id", "corridors"), CORRIDORS)
def test_each_corridor_is_asked_its_list(requirement_id, corridors):
    found = {
        corridor for corridor in corridors_with_list() if asked(requirement_id, corridor=corridor).applies
    }

    assert found == corridors


def test_the_reason_names_the_corridors_that_are_concerned():
    answer = asked("ECO.1.1.9", corridor="SGL")

    assert "SGL" in answer.reason.fr
    assert "LGC, RIS" in answer.reason.fr
    assert "LGC, RIS" in answer.reason.en


def test_a_dpi_is_told_that_its_mail_goes_through_a_pfi():
    assert "PFI" in asked("ECO.1.0.1", corridor="DPI").reason.fr


@pytest.mark.parametrize("corridor", ["DUI", "OFFICINE", "OPERATEUR", "AUTRE"])
def test_a_corridor_without_list_filters_nothing_and_says_so(corridor):
    answer = asked("ECO.1.1.9", corridor=corridor)

    assert answer.applies
    assert corridor in answer.reason.fr
    assert corridor in answer.reason.en


@pytest.mark.parametrize(
    "requirement_id", ["DPI.MSS/UX.03", "RIS.MSS/va1.29", "SGL.MSS/va1.36", "LGC.MSS/va1.28"]
)
def test_what_one_corridor_alone_has_is_not_asked_of_a_corridor_without_list(requirement_id):
    answer = asked(requirement_id, corridor="DUI")

    assert not answer.applies
    assert "propre au couloir" in answer.reason.fr


def test_what_is_listed_for_one_corridor_without_being_its_own_is_asked_out_of_caution():
    # "No INS if not qualified" is listed for LGC only, and is good for everybody.
    assert asked("INS/va1.53", corridor="DUI").applies


@pytest.mark.parametrize(
    ("requirement_id", "mailboxes", "corridor", "applies"),
    [
        ("ECO.1.2.1", {"APP"}, "RIS", False),
        ("ECO.1.2.1", {"ORG"}, "RIS", True),
        ("ECO.1.2.1", {"PER"}, "RIS", True),
        ("ECO.1.3.1", {"PER", "ORG"}, "RIS", False),
        ("ECO.1.3.1", {"APP", "PER"}, "RIS", True),
        ("ECO.1.1.1", {"APP"}, "RIS", True),
        ("ECO.2.2.5", {"PER"}, "LGC", False),  # the list says "all", the text speaks of BAL APP
        ("ECO.2.2.5", {"APP"}, "LGC", True),
        ("ECO.1.2.5", {"APP"}, "PFI", False),  # a BAL APP has no PSC token
        ("SC.PSC.08", {"APP"}, "RIS", False),
        ("SC.PSC.08", {"PER"}, "RIS", True),
        ("X-PSC-01", {"APP"}, "RIS", False),
        ("X-MDN-02", {"APP"}, "RIS", False),
    ],
)
def test_mailbox_types(requirement_id, mailboxes, corridor, applies):
    answer = asked(requirement_id, mailboxes=frozenset(mailboxes), corridor=corridor)

    assert answer.applies is applies
    assert applies or "BAL" in answer.reason.fr


@pytest.mark.parametrize(
    ("requirement_id", "roles", "applies"),
    [
        ("ECO.2.2.1", {"send"}, True),
        ("ECO.2.2.1", {"receive"}, False),
        ("ECO.3.1.1", {"receive"}, True),
        ("ECO.3.1.1", {"send"}, False),
        ("ECO.1.1.1", {"send"}, True),
        ("ECO.1.1.1", {"receive"}, True),
        ("ECO.1.0.1", {"send"}, True),
        ("ECO.1.0.1", {"receive"}, False),
        ("ECO.1.0.2", {"send"}, False),
        ("ECO.1.0.2", {"receive"}, True),
        ("ECO.2.2.2", {"send"}, False),
        ("ECO.2.2.2", {"receive"}, False),
        ("ECO.2.2.2", {"send", "receive"}, True),
        ("ECO.4.1.1", {"receive"}, True),  # reading is traced too
        ("X-MDN-01", {"send"}, False),
        ("X-MDN-01", {"receive"}, True),
        ("ECO.3.1.4", {"receive"}, False),
        ("X-ANN-03", {"receive"}, True),
    ],
)
def test_roles(requirement_id, roles, applies):
    answer = asked(requirement_id, roles=frozenset(roles))

    assert answer.applies is applies
    assert applies or "rôle" in answer.reason.fr


@pytest.mark.parametrize(
    ("requirement_id", "role"),
    [("X-LPS-04", "receive"), ("PFI.MSS/UX.02", "receive"), ("X-TX-11", "send"), ("PFI.MSS/UX.04", "send")],
)
def test_a_platform_is_asked_by_the_way_the_documents_go(requirement_id, role):
    for claimed in ("send", "receive"):
        answer = asked(requirement_id, corridor="PFI", roles=frozenset({claimed}))
        assert answer.applies is (claimed == role)


@pytest.mark.parametrize(
    ("requirement_id", "applies"),
    [
        ("ECO.1.0.1", True),
        ("ECO.2.4.3", True),
        ("ECO.2.3.2", True),
        ("ECO.1.2.1", True),
        ("ECO.1.0.2", False),
        ("ECO.1.2.4", False),
        ("ECO.2.2.2", False),
        ("ECO.3.1.1", False),
        ("ECO.3.1.6", False),
        ("X-DSN-01", False),
    ],
)
def test_a_sending_function_is_asked_nothing_that_needs_a_reading_client(requirement_id, applies):
    answer = asked(requirement_id, integration="send-function")

    assert answer.applies is applies
    assert applies or "send-function" in answer.reason.fr


def test_documents_filter_only_what_is_about_one_kind_and_only_when_told():
    assert asked("BIO/va1.01").applies
    assert asked("BIO/va1.01", documents=("LDL-SES", "BIO-CR-BIO")).applies
    assert asked("X-XDM-14", documents=("LDL-SES",)).applies

    answer = asked("BIO/va1.01", documents=("LDL-SES",))
    assert not answer.applies
    assert "BIO-CR-BIO" in answer.reason.fr


def test_the_claimed_level_is_no_filter():
    assert asked("X-XDM-14", level=Level.BASIC).applies


@pytest.mark.parametrize(
    "corridor", ["LGC", "DPI", "RIS", "SGL", "PFI", "DUI", "OFFICINE", "OPERATEUR", "AUTRE"]
)
@pytest.mark.parametrize("integration", ["client", "send-function"])
def test_every_refusal_has_a_filled_reason_in_both_languages(corridor, integration):
    claims = replace(FULL, corridor=corridor, integration=integration, mailboxes=frozenset({"APP"}))
    for requirement in catalogue():
        answer = applicability(requirement, claims)
        assert answer.applies or answer.reason is not None, requirement.id
        if answer.reason is not None:
            assert "{" not in answer.reason.fr + answer.reason.en
            assert answer.reason.fr != answer.reason.en


@pytest.mark.parametrize("corridor", ["LGC", "RIS", "AUTRE", "DUI"])
def test_every_corridor_with_its_own_mail_has_a_basic_level_to_reach(corridor):
    claims = replace(FULL, corridor=corridor)
    basic = [r for r in catalogue().of_level("basic") if applicability(r, claims).applies and r.mandatory]

    assert len(basic) >= 25


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"corridor": "BIO"}, "corridor: BIO"),
        ({"roles": frozenset({"relay"})}, "roles: relay"),
        ({"mailboxes": frozenset({"CAB"})}, "mailboxes: CAB"),
        ({"integration": "webmail"}, "integration: webmail"),
        ({"level": "expert"}, "expert"),
    ],
)
def test_claims_in_other_words_are_refused(wrong, word):
    with pytest.raises(ValueError, match=word):
        replace(FULL, **wrong)


def test_the_tables_name_only_what_exists():
    from schemas.requirements.applicability import _tables

    tables = _tables()
    ids = [r.id for r in catalogue()]
    keys = [*tables.own, *tables.follows, *tables.mailboxes, *tables.roles, *tables.documents]

    assert [key for key in keys if not any(i == key or i.startswith(key) for i in ids)] == []
    assert [target for target in tables.follows.values() if target not in ids] == []


def test_the_example_of_the_docstring_holds():
    import sys

    module = sys.modules["schemas.requirements.applicability"]
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0
