"""`pytest --vendor-profile P`: what is collected, what it exits with, what it leaves behind."""

from __future__ import annotations

import hashlib
import json
import socket
import warnings

import pytest
from plugin_world import BODY, MESSAGE_ID, SENDER, Bed, only, reference

from harness.drivers import Answer
from harness.errors import EnvironmentFault
from harness.findings import Bilingual
from schemas.json_schemas import validator
from simulators.product import variant_named

ALL = (MESSAGE_ID, BODY, SENDER)
FUTURE = "2099-12-31"


@pytest.fixture
def bed(tmp_path, monkeypatch):
    return Bed(tmp_path, monkeypatch)


def waiver(requirement, until=FUTURE):
    return f'[[waivers]]\nrequirement = "{requirement}"\nowner = "Q"\nreason = "r"\nuntil = {until}\n'


# --- collection ------------------------------------------------------------------------------------


def test_without_a_profile_the_plugin_does_nothing(bed):
    (bed.folder / "test_mine.py").write_text(
        "import sys\n\ndef test_mine():\n"
        "    assert not {'harness.plugin.session', 'simulators'} & set(sys.modules)\n",
        encoding="utf-8",
    )
    run = bed.process("-q", "-W", "error", profile=False)
    assert (run.code, "1 passed" in run.output) == (0, True), run.output
    assert not bed.report.exists()


def test_a_case_without_a_profile_says_what_to_give(bed):
    run = bed.process("-q", "--pyargs", "testcases.basic.test_eco_2_4_3_nil", profile=False)
    assert run.code == 2, run.output
    assert "--vendor-profile" in run.output
    assert "Traceback" not in run.output


def test_from_an_empty_folder_the_packaged_cases_are_collected(bed):
    run = bed.run("--collect-only")
    assert run.code == 0
    for case in ("test_message_id", "test_send_starttls", "test_refresh_token_dead"):
        assert case in run.output
    assert not (bed.report / "run.json").exists()


def test_only_the_cases_asked_for_are_played(bed):
    run = bed.run(*only(MESSAGE_ID, BODY))
    assert run.code == 0, run.output
    assert run.results == {MESSAGE_ID: "passed", BODY: "passed"}
    record = run.record
    assert (record["status"], record["exit_code"]) == ("partial", 0)
    assert record["levels"]["basic"]["outcome"] == "not-demonstrated"
    assert "exécution partielle" in run.output


@pytest.mark.parametrize(("expression", "expected"), [("ECO.2.2.1", {MESSAGE_ID}), ("test_body", {BODY})])
def test_k_knows_requirements_and_functions(bed, expression, expected):
    assert set(bed.run("-k", expression).results) == expected


def test_an_unknown_case_is_a_mistake_of_usage(bed):
    run = bed.run("--case", "ECO.9.9.9/rien")
    assert run.code == 2
    assert "ECO.9.9.9/rien" in run.output
    assert not (bed.report / "run.json").exists()


def test_a_path_that_does_not_exist_judges_nothing(bed):
    run = bed.run("absent.py")
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert not (bed.report / "run.json").exists()


def test_mistakes_of_the_profile_are_told_with_their_line(bed):
    bed.profile(replace={'level = "basic"': 'level = "facile"'})
    run = bed.run()
    assert run.code == 2
    assert "[claims.level]" in run.output
    assert "facile" in run.output
    assert "Traceback" not in run.output
    assert not bed.report.exists()


def test_a_profile_that_is_not_there(bed):
    run = bed.process("-q", "--vendor-profile", "absent.toml", profile=False)
    assert run.code == 2
    assert "absent.toml" in run.output
    assert "Traceback" not in run.output


def test_what_the_product_does_not_claim_is_left_out(bed):
    bed.profile(replace={'roles = ["send", "receive"]': 'roles = ["receive"]'})
    run = bed.run(*only(MESSAGE_ID))
    assert run.results == {}
    assert run.record["requirements"]["ECO.2.2.1"]["verdict"] == "not-applicable"


# --- levels and exit codes -------------------------------------------------------------------------


def test_a_partial_run_never_reaches_a_level_that_is_required(bed):
    run = bed.run("--require-level", "basic", *only(MESSAGE_ID))
    assert (run.code, run.results) == (1, {MESSAGE_ID: "passed"})


def test_an_unknown_level_is_refused(bed):
    assert bed.run("--require-level", "facile").code == pytest.ExitCode.USAGE_ERROR


def variant(name):
    def drive(profile, journal, worker):
        from harness.selftest.inprocess import InProcessDriver
        from simulators.product import Product

        product = Product(variant_named(name).behaviour)
        return InProcessDriver(product, journal, profile.driver.timeout_s, worker)

    return drive


def test_a_failure_is_told_and_exits_with_1(bed):
    run = bed.run(*only(MESSAGE_ID, BODY), drive=variant("html-seul"))
    assert run.code == 1
    assert run.results == {MESSAGE_ID: "passed", BODY: "failed"}
    assert "MAIL-004" in run.output
    assert "corriger" in run.output
    assert "Traceback" not in run.output
    failed = run.case(BODY)
    assert failed["fault"] == "product"
    assert failed["findings"][0]["rule"] == "MAIL-004"
    assert failed["evidence"]


def test_findings_are_told_in_the_language_asked_for(bed):
    run = bed.run("--lang", "en", *only(BODY), drive=variant("html-seul"))
    assert "expected :" in run.output
    assert "Basic level not reached" in run.output


def test_a_waiver_in_force_covers_the_failure(bed):
    bed.profile(more=waiver("ECO.2.2.4"))
    run = bed.run(*only(BODY), drive=variant("html-seul"))
    assert run.record["requirements"]["ECO.2.2.4"]["verdict"] == "waived"
    assert run.record["requirements"]["ECO.2.2.4"]["waiver"]["owner"] == "Q"


def test_an_expired_waiver_is_a_mistake_of_the_profile(bed):
    bed.profile(more=waiver("ECO.2.2.4", "2020-01-01"))
    run = bed.run()
    assert run.code == 2
    assert "2020-01-01" in run.output


def test_a_complete_run_with_an_unused_waiver_fails_and_names_it(bed, monkeypatch):
    # Given a casebook of one case, so that playing it is a complete run
    keep_only(monkeypatch, MESSAGE_ID)
    bed.profile(more=waiver("ECO.2.2.1"))
    # When
    run = bed.run()
    # Then
    assert run.record["status"] == "complete"
    assert run.code == 2
    assert "ECO.2.2.1" in run.output
    assert [problem["fault"] for problem in run.record["problems"]] == ["configuration"]


def keep_only(monkeypatch, *cases):
    from harness import casebook
    from harness.plugin import session

    kept = tuple(case for case in casebook.packaged_cases() if case.info.id in cases)
    monkeypatch.setattr(session, "packaged_cases", lambda: kept)


# --- faults that are not the product's -------------------------------------------------------------


def test_a_bug_of_a_case_is_the_benchs_and_exits_with_3(bed, monkeypatch):
    import testcases.basic.test_eco_2_2_mail_format as module

    monkeypatch.setattr(module, "message_id", lambda mail: 1 / 0)
    run = bed.run(*only(MESSAGE_ID, BODY))
    assert run.code == 3
    found = run.case(MESSAGE_ID)
    assert (found["result"], found["fault"], found["findings"]) == ("not-tested", "harness", [])
    assert "ZeroDivisionError" in found["reason"]["fr"]
    assert run.results[BODY] == "passed"
    assert run.record["requirements"]["ECO.2.2.1"]["verdict"] == "not-tested"


def test_a_fault_of_the_machine_exits_with_3(bed):
    class Starved:
        def __init__(self, inner):
            self._inner = inner

        def __getattr__(self, name):
            return getattr(self._inner, name)

        def call(self, action, params, deadline_s, *, tenant=""):
            if action == "send":
                raise EnvironmentFault(Bilingual("plus de place sur le disque", "no space left on device"))
            return self._inner.call(action, params, deadline_s, tenant=tenant)

    run = bed.run(*only(MESSAGE_ID), drive=lambda *args: Starved(reference(*args)))
    assert run.code == 3
    assert (run.case(MESSAGE_ID)["result"], run.case(MESSAGE_ID)["fault"]) == ("not-tested", "environment")
    assert "plus de place sur le disque" in run.output


@pytest.mark.parametrize("key", ["psc_port", "imap_port"])
def test_a_taken_port_is_a_fault_of_the_machine(bed, key):
    with socket.create_server(("127.0.0.1", 0)) as other:
        bed.profile(more=f"[network]\n{key} = {other.getsockname()[1]}\n")
        run = bed.run(*only(MESSAGE_ID))
    assert run.code == 3, run.output
    assert "ne peut pas écouter" in run.output
    assert "Traceback" not in run.output


def test_the_run_after_a_taken_port_works(bed):
    """Nothing of the run that could not start is left listening."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        bed.profile(more=f"[network]\nimap_port = {other.getsockname()[1]}\nsmtp_port = {free_port()}\n")
        assert bed.run(*only(MESSAGE_ID)).code == 3
    assert bed.run(*only(MESSAGE_ID)).code == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- a product that misbehaves ---------------------------------------------------------------------


class Stub:
    """A driver whose product answers each action as told; `send` is what misbehaves."""

    def __init__(self, **answers):
        self._answers = answers

    def __call__(self, profile, journal, worker):
        self._inner = reference(profile, journal, worker)
        return self

    def describe(self):
        return self._inner.describe()

    def close(self):
        self._inner.close()

    def call(self, action, params, deadline_s, *, tenant=""):
        answer = self._answers.get(action)
        if answer is None:
            return self._inner.call(action, params, deadline_s, tenant=tenant)
        return answer


def test_a_product_that_lies_has_not_sent(bed):
    sent = "ECO.1.0.1/send-starttls"
    run = bed.run(*only(sent, MESSAGE_ID), drive=Stub(send=Answer("done", {"message_id": "<a@b>"})))
    assert run.code == 1
    assert [found["rule"] for found in run.case(sent)["findings"]] == ["SMTP-005"]
    assert (run.case(MESSAGE_ID)["result"], run.case(MESSAGE_ID)["fault"]) == ("not-tested", None)


def test_a_product_that_refuses_everything_proves_nothing(bed):
    refusal = "ECO.1.1.5/expired-smtp"
    run = bed.run(*only(refusal), drive=Stub(connect=Answer("refused", {}, "non")))
    assert run.case(refusal)["result"] == "not-tested"
    assert "ne prouverait rien" in run.case(refusal)["reason"]["fr"]


PILOT = """
import json, sys, time
request = json.load(sys.stdin)
def answer(status="done", **more):
    print(json.dumps({"id": request["id"], "status": status, **more}), flush=True)
if request["action"] == "describe":
    answer(result={"actions": ["configure", "send", "reply", "disconnect"]})
elif request["action"] == "send":
    SEND
else:
    answer()
"""
MISBEHAVIOURS = {
    "hangs": ("time.sleep(60)", "failed", "product", "DRV-002", 1),
    "dies": ("sys.exit(139)", "failed", "product", "DRV-003", 1),
    "garbage": ("print('INFO connexion...')", "not-tested", "configuration", None, 2),
    "not UTF-8": (
        "sys.stdout.buffer.write(b'{\"id\": \"\\xe9\"}')", "not-tested", "configuration", None, 2),
    "another id": ("request['id'] = 'x'; answer()", "not-tested", "configuration", None, 2),
    "done, exit 1": ("answer(); sys.exit(1)", "not-tested", "configuration", None, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_product_that_misbehaves_in_the_middle_of_a_run(bed, name):
    # Given a program that does `configure` and then goes wrong on `send`
    send, result, fault, rule, code = MISBEHAVIOURS[name]
    (bed.folder / "pilote.py").write_text(PILOT.replace("SEND", send), encoding="utf-8")
    bed.profile(
        replace={
            '["python", "-m", "simulators.product"]': '["{python}", "-S", "pilote.py"]',
            "timeout_s = 10": "timeout_s = 1",
        }
    )
    # When
    from harness.factory import open_from_profile

    run = bed.run(*only(MESSAGE_ID, BODY), drive=open_from_profile)
    # Then each case says who must act, and the run goes on to the next one
    assert run.code == code, run.output
    assert "Traceback" not in run.output
    assert set(run.results.values()) == {result}
    found = run.case(MESSAGE_ID)
    assert found["fault"] == fault
    assert [one["rule"] for one in found["findings"]] == ([rule] if rule else [])
    assert run.record["requirements"]["ECO.2.2.1"]["verdict"] == result


def test_a_driver_that_never_answers_is_no_fault_of_the_product(bed):
    bed.profile(replace={'["python", "-m", "simulators.product"]': '["{python}", "-c", "0"]'})
    from harness.factory import open_from_profile

    run = bed.run(*only(MESSAGE_ID), drive=open_from_profile)
    assert run.code == 2, run.output
    assert "DRV" in run.output or "pilote" in run.output
    assert "Traceback" not in run.output
    assert not (bed.report / "run.json").exists()


# --- what a run leaves -----------------------------------------------------------------------------


def test_a_run_leaves_a_valid_record_reports_journal_and_evidence(bed):
    run = bed.run(*only(*ALL), reports=True)
    validator("run-record-1").validate(run.record)
    assert (run.folder / "index.html").stat().st_size > 1000
    assert (run.folder / "junit.xml").read_text("utf-8").startswith("<?xml")
    assert [outcome.id for outcome in run.outcomes] == list(run.results)
    journal = [
        json.loads(line) for line in (run.folder / "journal.jsonl").read_text("utf-8").splitlines() if line
    ]
    assert {event["test"] for event in journal} >= set(ALL)
    for digest, piece in run.record["evidence"].items():
        content = (run.folder / piece["path"]).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (digest, piece["size"])
    assert {digest for case in run.record["cases"] for digest in case["evidence"]} <= set(
        run.record["evidence"]
    )


def test_a_second_run_replaces_the_first_and_spares_other_files(bed):
    bed.run(*only(MESSAGE_ID))
    (bed.report / "notes.txt").write_text("à garder", encoding="utf-8")
    run = bed.run(*only(BODY))
    assert set(run.results) == {BODY}
    assert [outcome.id for outcome in run.outcomes] == [BODY]
    assert (bed.report / "notes.txt").exists()


def test_a_folder_called_evidence_that_is_not_ours_is_spared(bed):
    precious = bed.report / "evidence" / "photo.jpg"
    precious.parent.mkdir(parents=True)
    precious.write_bytes(b"x")
    run = bed.run(*only(MESSAGE_ID))
    assert precious.exists()
    assert run.code == 2


def test_the_seed_gives_the_same_people_again(bed):
    def people(*args):
        run = bed.run(*only(SENDER), *args)
        lines = (run.folder / "journal.jsonl").read_text("utf-8")
        (configured,) = (
            event for event in map(json.loads, filter(None, lines.splitlines()))
            if event["data"].get("action") == "configure" and event["test"] == SENDER
        )  # fmt: skip
        return run.record["tool"]["seed"], configured["data"]["params"]["mailboxes"]

    first, again, other = people("--seed", "7"), people("--seed", "7"), people("--seed", "8")
    assert first == again
    assert first[0] == 7
    assert first[1] != other[1]
    drawn, mailboxes = people()
    assert people("--seed", str(drawn))[1] == mailboxes


def test_last_failed_plays_again_what_failed(bed):
    first = bed.run(*only(MESSAGE_ID, BODY), drive=variant("html-seul"), cache=True)
    assert first.results == {MESSAGE_ID: "passed", BODY: "failed"}
    second = bed.run("--last-failed", cache=True)
    assert second.results == {BODY: "passed"}
    assert (second.code, second.record["status"]) == (0, "partial")


def test_a_run_leaves_no_warning(bed):
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        warnings.simplefilter("error", pytest.PytestUnraisableExceptionWarning)
        run = bed.run("-W", "error::ResourceWarning", "-W", "error::pytest.PytestUnraisableExceptionWarning",
                      *only(*ALL))  # fmt: skip
    assert run.code == 0, run.output
