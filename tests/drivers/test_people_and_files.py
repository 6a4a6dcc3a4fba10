"""The manual and artefacts drivers: a person, or a folder, instead of a product."""

import io

import pytest

from harness.drivers import (
    ArtefactsDriver,
    DriverFault,
    ManualDriver,
    Reply,
    Step,
    TerminalPrompter,
    open_driver,
)
from harness.drivers.manual import instruction, settings_lines
from harness.outcomes import NotTested

SEND = {"from": "a@b.fr", "to": ["c@d.fr"], "subject": "Avis", "text": "Bonjour"}


class Scripted:
    def __init__(self, *replies: Reply | None) -> None:
        self.replies = list(replies)
        self.steps: list[Step] = []

    def ask(self, step: Step) -> Reply | None:
        self.steps.append(step)
        return self.replies.pop(0)


def test_a_person_is_told_what_to_do_and_how_much_remains(journal):
    # Given a run that plans three steps
    person = Scripted(Reply("done"), Reply("refused", "certificat expiré"))
    driver = ManualDriver(journal, person)
    driver.planned_steps = 3

    # When two actions are asked
    sent = driver.call("send", {**SEND, "request_dsn": True}, 1, tenant="t1")
    refused = driver.call("connect", {"mailbox": "a@b.fr"}, 1, tenant="t1")

    # Then the person was told all that is needed, and the answers are journalled
    assert (sent.status, refused.status, refused.detail) == ("done", "refused", "certificat expiré")
    assert [step.remaining for step in person.steps] == [2, 1]
    assert "« Avis »" in person.steps[0].instruction.fr
    assert "delivery receipt" in person.steps[0].instruction.en
    assert driver.steps[1] == "Ouvrez la messagerie de la BAL a@b.fr."
    assert len(journal.events("t1", name="answer")) == 2


def test_what_the_person_saw_becomes_the_result(journal):
    driver = ManualDriver(journal, Scripted(Reply("done", lines=("Avis", "Réponse"))))
    answer = driver.call("list", {"mailbox": "a@b.fr"}, 1)
    assert answer.result == {"messages": [{"subject": "Avis"}, {"subject": "Réponse"}]}


def test_without_a_person_the_case_is_not_tested(journal):
    driver = ManualDriver(journal, Scripted(None))
    with pytest.raises(NotTested) as caught:
        driver.call("send", SEND, 1)
    assert "terminal" in caught.value.reason.fr
    assert caught.value.fault is None


def test_a_person_cannot_advance_time(journal):
    driver = ManualDriver(journal, Scripted())
    assert not driver.describe().can("advance")
    assert driver.call("advance", {"seconds": 1}, 1).status == "unsupported"


@pytest.mark.parametrize(
    ("language", "typed", "status", "lines"),
    [
        ("fr", "?\nf\nAvis\nRéponse\n\nrien\n", "done", ("Avis", "Réponse")),
        ("en", "r\nbad certificate\n", "refused", ()),
        ("en", "d\n", "done", ()),
    ],
)
def test_the_terminal(language, typed, status, lines):
    shown = io.StringIO()
    prompter = TerminalPrompter(language, io.StringIO(typed), shown, interactive=True)
    driver_step = Step(1, 4, "list", _both("Regardez", "Look"), _both("Objets", "Subjects"))
    reply = prompter.ask(driver_step)
    assert reply is not None
    assert (reply.status, reply.lines) == (status, lines)
    assert ("4 restantes" if language == "fr" else "4 remaining") in shown.getvalue()


@pytest.mark.parametrize("typed", ["", "what\n" * 50])
def test_a_terminal_that_ends_or_makes_no_sense_is_nobody(typed):
    prompter = TerminalPrompter("fr", io.StringIO(typed), io.StringIO(), interactive=True)
    assert prompter.ask(Step(1, None, "send", _both("a", "b"))) is None


def test_no_terminal_is_nobody_and_nothing_is_read():
    assert (
        TerminalPrompter("fr", io.StringIO("f\n"), io.StringIO()).ask(Step(1, None, "x", _both("a", "b")))
        is None
    )


def _both(fr, en):
    from schemas.text import Bilingual

    return Bilingual(fr, en)


def test_files_can_do_nothing(journal, tmp_path):
    driver = ArtefactsDriver(journal, tmp_path)
    assert driver.describe().actions == frozenset()
    assert driver.describe().means == "files"
    answer = driver.call("send", SEND, 1)
    assert answer.status == "unsupported"
    assert "send" in answer.detail
    driver.close()


def test_a_missing_folder(journal, tmp_path):
    with pytest.raises(DriverFault) as caught:
        ArtefactsDriver(journal, tmp_path / "none").describe()
    assert caught.value.rule == "DRV-001"


def test_the_profile_chooses_the_driver_and_a_free_port(journal, make_profile):
    profile = make_profile(
        driver='kind = "http"\nurl = "http://127.0.0.1:{port}"\ncommand = ["x", "--port={port}"]'
    )
    one, two = open_driver(profile, journal), open_driver(profile, journal)
    try:
        assert profile.driver.parallel
        assert "{port}" not in one._url + one._command[1]
        assert one._url.rpartition(":")[2] == one._command[1].rpartition("=")[2]
        assert one._url != two._url
    finally:
        one.close()
        two.close()


RECORD = {
    "key": "patient-1",
    "ins": "290115121500123",
    "ins_status": "qualified",
    "birth_family": "TESTUT",
    "birth_given": "ANNE",
    "sex": "F",
    "birth_date": "1990-11-05",
    "opposed_to": ["patient-mail"],
}
DOCUMENTS = {
    "from": "a@b.fr",
    "to": ["c@d.fr"],
    "patient": "patient-1",
    "documents": [{"model": "CR-BIO", "format": "N3", "partial": True}],
    "way": "draft",
    "reply_to": "e@b.fr",
}


def test_a_person_is_told_what_documents_to_send_and_how():
    said = instruction("send_documents", DOCUMENTS)
    for text in (said.fr, said.en):
        for word in ("patient-1", "a@b.fr", "c@d.fr", "CR-BIO N3 (partiel / partial)", "e@b.fr"):
            assert word in text
    assert "brouillon" in said.fr
    assert "draft" in said.en


def test_a_person_creates_the_records_that_the_case_needs():
    lines = settings_lines({"patients": [RECORD]})
    assert (
        "DOSSIER patient-1 : TESTUT ANNE, F, 1990-11-05, INS 290115121500123, qualified, patient-mail"
        in lines
    )


def test_addresses_written_down_are_the_entries_of_a_search(journal):
    prompter = Scripted(Reply("done", lines=("dr.a@b.mssante.fr (Lyon)", "", "c@d.mssante.fr")))
    answer = ManualDriver(journal, prompter).call("search_directory", {"family": "A"}, 5)
    assert answer.result == {"entries": [{"address": "dr.a@b.mssante.fr"}, {"address": "c@d.mssante.fr"}]}
