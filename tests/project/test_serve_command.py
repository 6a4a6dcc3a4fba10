"""`mssante serve` as a person and as a program use it: a process of its own, stopped from outside."""

from __future__ import annotations

import json
import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys

import pytest

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals to another process are POSIX's")


@pytest.fixture
def serve(tmp_path):
    """Return a function that starts the command; what is left at the end is killed."""
    started = []

    def start(*arguments, **more):
        environment = {
            **os.environ,
            "TMPDIR": str(tmp_path),
            "PYTHONIOENCODING": "utf-8",
            "MSSANTE_LANG": "fr",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "harness.cli", "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=environment,
            encoding="utf-8",
            **more,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def listens(endpoint):
    try:
        with socket.create_connection((endpoint["address"], endpoint["port"]), timeout=2):
            return True
    except OSError:
        return False


@POSIX
def test_json_tells_all_that_a_driver_needs_and_sigterm_stops_cleanly(serve, tmp_path):
    # Given a space served for a program
    process = serve("--json", "--seed", "3")
    told = json.loads(process.stdout.readline())
    configure = told["configure"]
    assert [bal["type"] for bal in configure["mailboxes"]] == ["PER", "ORG", "APP"]

    # When its good token opens an SMTP session with a library that is not ours
    context = ssl.create_default_context(cafile=configure["trust"]["igc_sante_root"])
    per = configure["mailboxes"][0]["address"]
    with smtplib.SMTP(timeout=10) as client:
        client._host = configure["smtp"]["host"]  # the name to verify; the address is loopback
        client.connect(configure["smtp"]["address"], configure["smtp"]["port"])
        client._host = configure["smtp"]["host"]
        client.starttls(context=context)
        client.ehlo()

        def answer(token):
            return lambda challenge=None: f"user={per}\1auth=Bearer {token}\1\1" if challenge is None else ""

        # Then the good one is taken and the bad ones are refused
        for name in ("expired", "foreign"):
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.auth("XOAUTH2", answer(told["tokens"][name]))
        client.auth("XOAUTH2", answer(told["tokens"]["valid"]))
        refused = client.sendmail(per, [told["correspondents"][0]], b"Subject: x\r\n\r\ny\r\n")
        assert refused == {}

    # And SIGTERM leaves nothing behind
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
    assert not listens(configure["smtp"])
    assert not listens(configure["imap"])
    assert list(tmp_path.iterdir()) == []


@POSIX
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_every_command_shown_works_and_ctrl_c_stops(serve):
    process = serve("--quiet")
    commands = []
    for line in process.stdout:
        if line.startswith("  curl "):
            commands.append(line.strip())
        if line.startswith("Ctrl-C"):
            break
    assert len(commands) == 6
    for command in commands:
        done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=30)
        assert done.returncode == 0, done.stderr.decode()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "Arrêté.\n", "")


@POSIX
def test_what_crosses_the_wires_is_shown_without_secrets(serve):
    process = serve("--mailboxes", "PER")
    shown = []
    for line in process.stdout:
        shown.append(line)
        if line.startswith("  SMTP "):
            port = int(line.split()[1].rpartition(":")[2])
        if line.startswith("Ctrl-C"):
            break
    text = "".join(shown)
    assert "BAL PER" in text
    assert "BAL APP" not in text
    assert "eyJ" not in text
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo("poste.test")
    while "EHLO poste.test" not in (line := process.stdout.readline()):
        assert line
    assert " smtp " in line
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_wrong_mailboxes_are_named(serve):
    process = serve("--mailboxes", "PER,BAL")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert "« BAL » n'est pas admis" in err


def test_a_port_already_taken_is_explained(serve, tmp_path):
    profile = tmp_path / "profil.toml"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        profile.write_text(
            'schema = "vendor-profile/1"\n[product]\nname = "L"\nversion = "1"\nvendor = "V"\nnil = "1"\n'
            'corridor = "LGC"\n[claims]\nlevel = "basic"\nroles = ["send"]\nmailboxes = ["PER"]\n'
            'integration = "client"\n[driver]\nkind = "manual"\n'
            f"[network]\nsmtp_port = {taken.getsockname()[1]}\n",
            encoding="utf-8",
        )
        process = serve(str(profile))
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (3, "")
    assert "n'a pas pu écouter" in err
    assert "[network]" in err
