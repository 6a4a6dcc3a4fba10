"""Runs in a process of their own: workers, interruption, sudden death."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from plugin_world import BODY, MESSAGE_ID, Bed, only

from harness.factory import open_from_profile
from harness.plugin.outcome import load_outcomes

PILOT = '["python", "-m", "simulators.product"]'
HTTP = {
    'kind = "command"': 'kind = "http"\nurl = "http://127.0.0.1:{port}"',
    PILOT: '["{python}", "-m", "simulators.product", "--port", "{port}"]',
}
ENDLESS = """
import json, sys, time
request = json.load(sys.stdin)
result = {"actions": ["configure", "send", "disconnect"]} if request["action"] == "describe" else {}
if request["action"] == "send":
    time.sleep(120)
print(json.dumps({"id": request["id"], "status": "done", "result": result}))
"""
DEADLINE_S = 60


@pytest.fixture
def bed(tmp_path, monkeypatch):
    return Bed(tmp_path, monkeypatch)


def test_two_workers_give_the_verdicts_of_one(bed):
    # Given a product that can exist several times
    pytest.importorskip("xdist")
    bed.profile(replace=HTTP)
    cases = (MESSAGE_ID, BODY, "ECO.1.0.1/send-starttls")
    # When it is judged by two workers, then by one process
    two = bed.process("-q", "-n", "2", "--seed", "5", *only(*cases))
    record = two.record
    journal = (two.folder / "journal.jsonl").read_text("utf-8").splitlines()
    one = bed.run("--seed", "5", *only(*cases), drive=open_from_profile)
    # Then nothing differs but the times
    assert (two.code, one.code) == (0, 0), two.output + one.output
    assert {case["id"]: case["result"] for case in record["cases"]} == one.results
    assert verdicts(record) == verdicts(one.record)
    assert record["tool"]["seed"] == one.record["tool"]["seed"] == 5
    assert record["driver"]["actions"] == one.record["driver"]["actions"] != []
    # And both workers wrote one journal, of which every piece of evidence is there
    events = [json.loads(line) for line in journal if line]
    assert {event["test"] for event in events} >= set(cases)
    assert not list(two.folder.glob("journal-*.jsonl"))


def verdicts(record):
    return {key: value["verdict"] for key, value in record["requirements"].items()}


def test_a_product_that_does_not_answer_stops_two_workers_with_one_explanation(bed):
    pytest.importorskip("xdist")
    bed.profile(replace={PILOT: '["{python}", "-c", "0"]'})
    run = bed.process("-q", "-n", "2", *only(MESSAGE_ID))
    assert run.code == 2, run.output
    assert "Traceback" not in run.output
    assert run.output.count("DRV") <= 1


def started(bed, cases):
    """Start a run whose product never comes back from `send`, and wait until it is there."""
    (bed.folder / "pilote.py").write_text(ENDLESS, encoding="utf-8")
    bed.profile(replace={PILOT: '["{python}", "-S", "pilote.py"]', "timeout_s = 10": "timeout_s = 100"})
    group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {}
    run = subprocess.Popen(
        [*bed.command("-q", "-p", "no:xdist", *only(*cases))],
        cwd=bed.folder, env=bed.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **group,
    )  # fmt: skip
    deadline = time.monotonic() + DEADLINE_S
    journal = bed.report / "journal-main.jsonl"
    while not (journal.exists() and '"action": "send"' in journal.read_text("utf-8")):
        assert run.poll() is None, run.communicate()[0].decode()
        assert time.monotonic() < deadline
        time.sleep(0.05)  # nothing tells a stranger that a file grew
    return run


def test_a_killed_run_leaves_what_it_saw(bed):
    # Given a run with one case over (the product cannot list) and one under way
    run = started(bed, ("X-DSN-01/failed", MESSAGE_ID))
    # When it is killed
    run.kill()
    run.communicate(timeout=DEADLINE_S)
    # Then the journal is whole lines but perhaps the last, and the case that was over is kept
    lines = (bed.report / "journal-main.jsonl").read_text("utf-8").splitlines()
    events = [json.loads(line) for line in lines[:-1]]
    assert any(event["data"].get("action") == "configure" for event in events)
    kept = load_outcomes(bed.report / "cases.jsonl") if (bed.report / "cases.jsonl").exists() else []
    assert all(outcome.result == "not-tested" for outcome in kept)
    for piece in (bed.report / "evidence").iterdir():
        assert piece.name.startswith("index-") or len(piece.read_bytes()) >= 0
    assert not (bed.report / "run.json").exists()
    # And the next run in the same folder works
    assert bed.run("--collect-only").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to a process without its console")
def test_ctrl_c_leaves_a_record_that_says_so(bed):
    run = started(bed, (MESSAGE_ID,))
    os.kill(run.pid, signal.SIGINT)
    output = run.communicate(timeout=DEADLINE_S)[0].decode()
    assert run.returncode == 3, output
    record = json.loads((bed.report / "run.json").read_text("utf-8"))
    assert (record["status"], record["exit_code"]) == ("interrupted", 3)
    assert record["levels"]["basic"]["outcome"] == "not-demonstrated"
    assert (bed.report / "index.html").exists()
