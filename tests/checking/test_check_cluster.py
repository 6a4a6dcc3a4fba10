"""`mssante check --dask`: the lines of one process, from a cluster; clear errors without one."""

from __future__ import annotations

import json
import socket
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.checking.items import find
from harness.checking.kinds import Kind
from harness.checking.running import CHUNK, WINDOW, Settings, judged
from harness.cli import run_command_line
from harness.errors import EnvironmentFault

distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
pytestmark = pytest.mark.filterwarnings("default")
"""Warnings of the cluster's own making are not ours."""

from harness.checking import cluster as judging  # noqa: E402


@pytest.fixture(scope="module")
def address():
    """The address of a scheduler with two workers in this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0", protocol="tcp"
        ) as made:
            yield made.scheduler_address


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Documents, more than one batch of them; each third has a fault."""
    from cda_documents import changed, report

    made = tmp_path_factory.mktemp("documents")
    bad = changed(report(), '<realmCode code="FR"/>', '<realmCode code="US"/>')
    for number in range(3 * CHUNK + 5):
        (made / f"{number:03}.xml").write_bytes(bad if number % 3 == 0 else report())
    return made


def untimed(lines) -> list[dict]:
    return [{**line, "duration_ms": 0} for line in lines]


def test_same_lines_in_the_same_order(folder, address):
    # Given what one process says
    alone = [line for _, line in judged(find([folder], Kind.CDA), 1, Settings())]
    # When a cluster is asked
    items = [item.path for item in find([folder], Kind.CDA)]
    together = list(judging.judged_on(address, find([folder], Kind.CDA), Settings()))
    # Then it says the same, in the order of the names
    assert [item.path for item, _ in together] == items
    assert untimed(line for _, line in together) == untimed(alone)
    assert [line["verdict"] for line in alone[:3]] == ["failed", "passed", "passed"]


def test_on_the_command_line(folder, address, capsys):
    code = run_command_line(["check", str(folder), "--format", "jsonl", "--dask", address])
    out, _ = capsys.readouterr()
    assert code == 1
    assert len([json.loads(line) for line in out.splitlines()]) == 3 * CHUNK + 5


def test_what_is_under_way_is_bounded(folder, address):
    # Given artefacts that are counted as they are taken
    one = next(iter(find([folder], Kind.CDA)))
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield one

    # When one line is asked for
    lines = judging.judged_on(address, endless(), Settings())
    next(lines)
    # Then no more than the window was read ahead: two workers of one thread
    assert taken <= 2 * WINDOW * CHUNK
    lines.close()


def test_a_run_goes_on_after_another(folder, address, tmp_path, capsys):
    state = tmp_path / "state"
    arguments = ["check", str(folder), "--format", "jsonl", "--resume", str(state), "--dask", address]
    run_command_line(arguments)
    first = len(capsys.readouterr().out.splitlines())
    assert run_command_line(arguments) == 1
    assert (first, capsys.readouterr().out) == (3 * CHUNK + 5, "")


def test_an_unreadable_file_is_told_as_elsewhere(folder, address):
    gone = next(iter(find([folder], Kind.CDA)))
    missing = type(gone)(str(folder / "absent.xml"), Kind.CDA)
    ((_, left),) = judging.judged_on(address, [missing], Settings())
    assert left.path.endswith("absent.xml")


def test_a_scheduler_that_does_not_answer(folder, capsys, monkeypatch):
    monkeypatch.setattr(judging, "CONNECT_S", 0.5)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        code = run_command_line(["check", str(folder), "--dask", address])
    _, err = capsys.readouterr()
    assert code == 3
    assert address in err
    assert "dask scheduler" in err
    assert "Traceback" not in err


def test_an_address_that_is_none(folder, capsys):
    assert run_command_line(["check", str(folder), "--dask", "bogus://x y"]) == 3
    assert "bogus" in capsys.readouterr().err


def test_a_scheduler_without_workers(folder, monkeypatch):
    monkeypatch.setattr(judging, "CONNECT_S", 0.5)
    with distributed.LocalCluster(
        n_workers=0, processes=False, dashboard_address=":0", protocol="tcp"
    ) as empty:
        with pytest.raises(EnvironmentFault) as told:
            list(judging.judged_on(empty.scheduler_address, find([folder], Kind.CDA), Settings()))
        assert "dask worker" in told.value.text("en")


def test_without_the_extra(folder, monkeypatch, capsys):
    import builtins

    real = builtins.__import__

    def absent(name, *rest, **named):
        if name == "distributed":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    assert run_command_line(["check", str(folder), "--dask", "tcp://127.0.0.1:1"]) == 3
    assert 'pip install "mssante-conformance[dask]"' in capsys.readouterr().err


class Client:
    """A cluster that keeps what it is asked and does it at once."""

    def __init__(self):
        self.asked = []

    def nthreads(self):
        return {"one": 1}

    def submit(self, work, chunk, settings, *, pure):
        self.asked += chunk
        lines = work(chunk, settings)
        return SimpleNamespace(result=lambda: lines, release=lambda: None)

    def cancel(self, futures, *, force):
        pass


def test_relative_paths_are_sent_whole_and_told_as_given(folder, monkeypatch):
    # Given a path relative to this folder, where no worker stands
    monkeypatch.chdir(folder)
    client = Client()
    # When it is judged
    ((_, line),) = judging._spread(client, find([Path("000.xml")], Kind.CDA), Settings(), "tcp://x")
    # Then the worker was told where it is, and the line says what was asked
    assert [Path(item.path) for item in client.asked] == [folder / "000.xml"]
    assert line["path"] == "000.xml"
