"""`mssante annuaire serve` and the directory that `mssante serve` shows: what is printed works in a shell."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from harness.cli.annuaire_serve import Asked, serving
from harness.errors import EnvironmentFault, UsageError
from harness.serving import ServedSpace
from simulators.annuaire.building import fill
from simulators.annuaire.population import Population
from simulators.annuaire.sqlite import create_store
from simulators.journal import Journal

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def run_in_shell(command: str) -> bytes:
    shell = ["powershell", "-NoProfile", "-Command"] if os.name == "nt" else ["sh", "-c"]
    done = subprocess.run([*shell, command], capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    return done.stdout


@needs_curl
def test_the_small_directory_and_its_examples() -> None:
    with serving(Asked(write=True)) as served:
        statement, found, structures = (json.loads(run_in_shell(example)) for example in served.examples)
        assert statement["resourceType"] == "CapabilityStatement"
        assert found["resourceType"] == structures["resourceType"] == "Bundle"
        assert structures["entry"]
        assert httpx.get(served.extractions[0]).headers["content-type"] == "application/zip"
        assert httpx.get(f"{served.directory.base}/Practitioner").status_code == 401


def test_a_store_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "annuaire.sqlite"
    fill(create_store(path), Population(300, seed=5)).close()
    with serving(Asked(path, limited=False)) as served:
        headers = {"ESANTE-API-KEY": served.directory.api_key}
        with httpx.Client(headers=headers) as http:
            told = [
                http.get(f"{served.directory.base}/Practitioner?_total=accurate").json() for _ in range(20)
            ]
        assert told[-1]["total"] >= 300


def test_what_cannot_be_served_is_explained(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(EnvironmentFault, match="port"):
        serving(Asked(port=taken.getsockname()[1])).__enter__()
    (tmp_path / "autre").write_text("autre chose", encoding="utf-8")
    for path in (tmp_path / "absent", tmp_path / "autre"):
        with pytest.raises(UsageError, match="mssante annuaire build"):
            serving(Asked(path)).__enter__()


@needs_curl
def test_mssante_serve_shows_the_directory(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    served = ServedSpace(journal, ("PER",))
    try:
        told = served.to_json()
        assert {"api_key", "base_url", "extraction_url"} <= set(told["configure"]["directory"])
        bundle = json.loads(run_in_shell(told["commands"]["directory"]))
        addresses = [
            one["value"] for entry in bundle["entry"] for one in entry["resource"].get("telecom", ())
        ]
        assert served.tenant.correspondent.address in addresses
    finally:
        served.close()
        journal.close()


@pytest.mark.skipif(os.name == "nt", reason="a console signal cannot be sent to one process on Windows")
def test_the_command_serves_until_it_is_stopped() -> None:
    command = [sys.executable, "-m", "harness.cli", "--lang", "en", "annuaire", "serve", "--no-limit"]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert running.stdout is not None
    try:
        told = {}
        for line in running.stdout:
            name, _, value = line.strip().partition(" ")
            told[name] = value.strip()
            if line.startswith("Ctrl") or "Ctrl" in line:
                break
        answer = httpx.get(f"{told['FHIR']}/metadata", headers={"ESANTE-API-KEY": told["ESANTE-API-KEY"]})
        assert answer.json()["resourceType"] == "CapabilityStatement"
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=30)
    finally:
        running.kill()
        running.communicate()
    assert (running.returncode, errors) == (0, "")
    assert rest
