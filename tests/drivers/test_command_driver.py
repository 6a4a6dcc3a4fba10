"""The command driver against programs that behave and programs that do not."""

import os
import sys
import time
from pathlib import Path

import pytest

from harness.drivers import CommandDriver, DriverFault, wire
from harness.errors import HarnessFault
from harness.findings import FaultClass

CONNECT = {"mailbox": "a@b.fr"}


def test_describe_then_call(program, journal):
    # Given a program that follows the protocol
    driver = program('answer("refused", detail="certificat révoqué")')

    # When it is asked what it can do, then to connect
    capabilities = driver.describe()
    answer = driver.call("connect", CONNECT, 10, tenant="t1")

    # Then both are understood, and the exchange is in the journal under the tenant
    assert capabilities.can("send")
    assert not capabilities.can("advance")
    assert (answer.status, answer.detail) == ("refused", "certificat révoqué")
    assert answer.duration_ms > 0
    assert [event.name for event in journal.events("t1", protocol="driver")] == ["request", "answer"]


def test_an_action_not_announced_is_unsupported_without_asking(program, journal):
    driver = program("raise SystemExit(9)")
    driver.describe()
    answer = driver.call("advance", {"seconds": 3}, 5, tenant="t1")
    assert answer.status == "unsupported"
    assert journal.events("t1") == []


@pytest.mark.parametrize(
    ("body", "rule", "fault"),
    [
        ("sys.stderr.write('panne'); sys.exit(3)", "DRV-003", FaultClass.PRODUCT),
        ("sys.stdout.buffer.write(b'\\xff\\xfe{}')", "DRV-005", FaultClass.CONFIGURATION),
        ("print('ready')", "DRV-006", FaultClass.CONFIGURATION),
        ("pass", "DRV-006", FaultClass.CONFIGURATION),
        ("print('[' * 100000)", "DRV-006", FaultClass.CONFIGURATION),
        ("print('{\"id\": NaN}')", "DRV-006", FaultClass.CONFIGURATION),
        ("print('{\"a\": 1' + '0' * 5000 + '}')", "DRV-006", FaultClass.CONFIGURATION),
        ("answer(detail='\\ud800')", "DRV-006", FaultClass.CONFIGURATION),
        ("answer('finished')", "DRV-007", FaultClass.CONFIGURATION),
        ("print('[1, 2]')", "DRV-007", FaultClass.CONFIGURATION),
        ("r = {}\nfor _ in range(90): r = {'a': r}\nanswer(result=r)", "DRV-007", FaultClass.CONFIGURATION),
        ("request['id'] = 'other'; answer()", "DRV-008", FaultClass.CONFIGURATION),
        ("answer(); sys.exit(1)", "DRV-011", FaultClass.CONFIGURATION),
    ],
)
def test_wrong_answers(program, journal, body, rule, fault):
    # Given a program that describes itself well, then answers wrongly
    driver = program(body)
    driver.describe()

    # When it is asked to connect
    with pytest.raises(DriverFault) as caught:
        driver.call("connect", CONNECT, 20, tenant="t1")

    # Then the fault has its rule and class, its finding reads in both languages, and the journal keeps it
    assert (caught.value.rule, caught.value.fault) == (rule, fault)
    finding = caught.value.finding
    assert finding.fault is fault
    assert finding.message.fr != finding.message.en
    assert finding.fix.fr
    assert journal.events("t1", name="fault")[0].data["rule"] == rule


def test_a_list_answer_without_messages_is_no_answer(program):
    driver = program("answer(result={})")
    driver.describe()
    with pytest.raises(DriverFault) as caught:
        driver.call("list", CONNECT, 20)
    assert caught.value.rule == "DRV-007"
    assert "messages" in caught.value.found


def test_a_program_that_hangs_is_ended_with_its_descendants(program, tmp_path):
    # Given a program that starts another one and then hangs
    driver = program(
        "import subprocess, time\n"
        "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\n"
        "sys.stderr.write('waiting for the network'); sys.stderr.flush()\n"
        "time.sleep(60)\n"
    )
    driver.describe()

    # When the deadline passes
    began = time.monotonic()
    with pytest.raises(DriverFault) as caught:
        driver.call("connect", CONNECT, 0.7)

    # Then it is the product's fault, soon told, and nothing of it runs any more
    assert (caught.value.rule, caught.value.fault) == ("DRV-002", FaultClass.PRODUCT)
    assert time.monotonic() - began < 10
    assert b"waiting for the network" in caught.value.evidence
    if sys.platform != "win32":
        assert not _runs(int((tmp_path / "pid").read_text()))


def _runs(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return False
    return True


def test_a_descendant_that_keeps_the_output_open_delays_nothing(program):
    driver = program(
        "import subprocess\n"
        "subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(4)'])\n"
        "answer()\n"
    )
    driver.describe()
    began = time.monotonic()
    assert driver.call("connect", CONNECT, 20).status == "done"
    assert time.monotonic() - began < 3.5


def test_an_endless_answer_is_cut(program, monkeypatch):
    monkeypatch.setattr("harness.drivers.command.MAX_ANSWER_BYTES", 100_000)
    driver = program("while True: sys.stdout.write('x' * 65536)")
    driver.describe()
    with pytest.raises(DriverFault) as caught:
        driver.call("connect", CONNECT, 20)
    assert (caught.value.rule, caught.value.fault) == ("DRV-009", FaultClass.CONFIGURATION)
    assert wire.MAX_ANSWER_BYTES == 64 * 1024 * 1024


def test_endless_errors_are_bounded_and_do_not_block(program, journal):
    driver = program("sys.stderr.write('e' * 3_000_000)\nanswer()")
    driver.describe()
    assert driver.call("connect", CONNECT, 20, tenant="t1").status == "done"
    (output,) = journal.events("t1", name="output")
    assert output.data["size"] == 256_000


def test_a_large_request_to_a_program_that_does_not_read_it(program):
    driver = program("", prelude='import sys\nprint(\'{"id": "main-1", "status": "done"}\')\n')
    answer = driver.call("send", {"from": "a", "to": ["b"], "subject": "s", "text": "x" * 2_000_000}, 20)
    assert answer.status == "done"


@pytest.mark.parametrize("command", [["no-such-program-here"], ["."], ["nul\0"]])
def test_a_program_that_cannot_start_is_a_configuration_fault(journal, command):
    driver = CommandDriver(journal, command, timeout_s=5)
    with pytest.raises(DriverFault) as caught:
        driver.describe()
    assert (caught.value.rule, caught.value.exit_code) == ("DRV-004", 2)


def test_a_program_that_dies_before_its_first_answer_is_wired_wrongly(program):
    driver = program("", prelude="import no_such_module_here")
    with pytest.raises(DriverFault) as caught:
        driver.describe()
    assert (caught.value.rule, caught.value.fault) == ("DRV-004", FaultClass.CONFIGURATION)
    assert "no_such_module_here" in caught.value.evidence.decode()


def test_a_request_outside_the_protocol_is_the_bench_s_own_fault(program):
    with pytest.raises(HarnessFault) as caught:
        program("").call("connect", {}, 5)
    assert "mailbox" in str(caught.value)


def test_secrets_never_reach_the_journal(program, journal):
    # Given a product that repeats its token
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    driver = program(f"answer(result={{'psc': {{'access_token': {token!r}}}}}, detail='Bearer {token}')")
    driver.describe()

    # When it is called
    driver.call("connect", CONNECT, 20, tenant="t1")

    # Then the journal file has only masks
    text = journal.path.read_text("utf-8")
    assert token not in text
    assert "‹" in text
