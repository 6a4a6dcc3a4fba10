"""`mssante check`: kinds by content, formats, exit codes, several processes, resuming."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xdm_samples as samples
from test_check_documents_mail import whole

from harness.cli import run_command_line
from schemas.rules import rules

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def check(capsys, monkeypatch, tmp_path):
    """Return a function: arguments -> (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MSSANTE_LANG", raising=False)

    def run(*arguments):
        code = run_command_line(["check", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def lines(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


def mail() -> bytes:
    return whole(rules()["DOC-012"].passing)


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def bad_archive() -> bytes:
    """An archive whose document was changed after its hash was written."""
    return samples.zipped({**samples.files(), samples.DOCUMENT: samples.cda() + b"\n"})


def xdm_rules(line: dict) -> set[str]:
    """The rules on the archive itself: the sample's CDA is a header, and no whole document."""
    return {one["rule"] for one in line["findings"] if one["rule"].startswith(("XDM", "META", "DOC"))}


def test_kinds_are_recognised_by_content(check, tmp_path):
    # Given files whose names say nothing
    write(tmp_path / "a" / "one", samples.archive())
    write(tmp_path / "a" / "three", mail())
    write(tmp_path / "a" / "two", samples.cda())
    write(tmp_path / "a" / "zzz", b"\x00\x01nothing known")
    # When the folder is judged
    code, out, err = check("a", "--format", "jsonl")
    # Then each is judged as what it is, and the last is counted
    assert [one["kind"] for one in lines(out)] == ["xdm", "mail", "cda"]
    assert "1 fichier(s) d'un autre genre" in err
    assert xdm_rules(lines(out)[0]) == set()
    assert xdm_rules(lines(out)[1]) == set()
    assert code in {0, 1}


def test_a_line_says_everything(check, tmp_path):
    write(tmp_path / "IHE_XDM.ZIP", bad_archive())
    code, out, _ = check("IHE_XDM.ZIP", "--format", "jsonl")
    (line,) = lines(out)
    assert code == 1
    assert set(line) == {
        "path", "member", "kind", "sha256", "model", "depth", "verdict", "errors", "warnings", "findings",
        "duration_ms",
    }  # fmt: skip
    assert (line["path"], line["kind"], line["verdict"]) == ("IHE_XDM.ZIP", "xdm", "failed")
    finding = next(one for one in line["findings"] if one["rule"] == "META-011")
    assert finding["severity"] == "error"
    assert finding["location"]["part"] == samples.METADATA
    assert finding["location"]["line"] > 1
    assert finding["location"]["xpath"].endswith("rim:Value[1]")
    assert set(finding["message"]) == set(finding["fix"]) == {"fr", "en"}


def test_findings_in_a_mail_name_part_and_file(check, tmp_path):
    good = mail()
    import base64

    bad = good.replace(
        base64.encodebytes(samples.archive()).replace(b"\n", b"\r\n"),
        base64.encodebytes(bad_archive()).replace(b"\n", b"\r\n"),
    )
    assert bad != good
    write(tmp_path / "m.eml", bad)
    _, out, _ = check("m.eml", "--format", "jsonl")
    parts = {one["location"].get("part") for one in lines(out)[0]["findings"] if one["rule"] == "META-011"}
    assert parts == {f"2/{samples.METADATA}"}


def test_exit_codes(check, tmp_path):
    assert check("absent.zip")[0] == 2
    write(tmp_path / "notes.txt", b"just words\n")
    assert check("notes.txt")[0] == 2
    write(tmp_path / "plain.eml", whole(rules()["DOC-013"].passing))
    assert check("plain.eml")[0] == 0
    write(tmp_path / "cut.zip", samples.archive()[:1000])
    assert check("cut.zip")[0] == 1
    assert check("plain.eml", "--format", "pdf")[0] == 2


def test_a_named_file_is_judged_as_its_name_says(check, tmp_path):
    write(tmp_path / "broken.zip", b"not a zip at all")
    code, out, _ = check("broken.zip", "--format", "jsonl")
    assert code == 1
    assert {one["rule"] for one in lines(out)[0]["findings"]} == {"XDM-001"}
    code, out, _ = check("broken.zip", "--as", "mail", "--format", "jsonl")
    assert lines(out)[0]["kind"] == "mail"


def test_level_keeps_what_serves_it(check, tmp_path):
    write(tmp_path / "m.eml", whole(rules()["DOC-016"].failing.replace("XDM/1.0/DDM+", "")))
    everything = lines(check("m.eml", "--format", "jsonl")[1])[0]
    basic = lines(check("m.eml", "--format", "jsonl", "--level", "basic")[1])[0]
    assert {"DOC-009", "DOC-016"} <= {one["rule"] for one in everything["findings"]}
    kept = {one["rule"] for one in basic["findings"]}
    assert "DOC-016" in kept
    assert "DOC-009" not in kept


def test_an_mbox_is_one_line_per_mail(check, tmp_path):
    plain = whole(rules()["DOC-013"].passing).replace(b"\r\n", b"\n")
    box = b"".join(b"From claire@banc Mon Jan  5 10:15:00 2026\n" + plain + b"\n" for _ in range(3))
    write(tmp_path / "box", box)
    code, out, _ = check("box", "--format", "jsonl")
    assert code == 0
    assert [one["member"] for one in lines(out)] == ["1", "2", "3"]
    assert len({one["sha256"] for one in lines(out)}) == 1


def test_a_maildir_without_its_tmp(check, tmp_path):
    plain = whole(rules()["DOC-013"].passing)
    for name in ("cur/1:2,S", "new/2", "tmp/3"):
        write(tmp_path / "box" / name.replace(":", "_"), plain)
    assert len(lines(check("box", "--format", "jsonl")[1])) == 2


def test_text_json_and_junit(check, tmp_path):
    write(tmp_path / "a.zip", bad_archive())
    write(tmp_path / "b.eml", whole(rules()["DOC-013"].passing))
    _, text, _ = check("a.zip", "b.eml")
    assert "META-011" in text
    assert "2 artefact(s)" in text
    _, english, _ = check("a.zip", "--lang", "en")
    assert "The hash is not that of the file" in english
    document = json.loads(check("a.zip", "b.eml", "--format", "json")[1])
    assert document["totals"]["failed"] == 1
    assert len(document["artefacts"]) == 2
    tree = ElementTree.fromstring(check("a.zip", "b.eml", "--format", "junit")[1].encode())
    assert (tree.get("tests"), tree.get("failures")) == ("2", "1")
    assert [case.find("failure") is not None for case in tree.iter("testcase")] == [True, False]


def test_processes_give_the_same_lines_in_the_same_order(check, tmp_path):
    # Given more artefacts than one process is left with
    for number in range(45):
        content = bad_archive() if number % 3 == 0 else samples.archive()
        write(tmp_path / "many" / f"{number:03}.zip", content)
    # When they are judged by one process, then by two
    alone = lines(check("many", "--format", "jsonl", "--jobs", "1")[1])
    together = lines(check("many", "--format", "jsonl", "--jobs", "2")[1])
    # Then the lines are the same but for the time taken
    for one in (*alone, *together):
        one["duration_ms"] = 0
    assert alone == together
    assert len(alone) == 45


def test_a_run_goes_on_after_a_kill(check, tmp_path):
    # Given a run of which the state was cut in the middle of a line
    for number in range(4):
        write(tmp_path / "many" / f"{number}.zip", samples.archive())
    write(tmp_path / "many" / "4.zip", bad_archive())
    first = lines(check("many", "--format", "jsonl", "--resume", "state")[1])
    state = (tmp_path / "state").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "state").write_text("".join(state[:2]) + state[2][:20], "utf-8")
    # When it is started again / Then only what is not noted is judged, and the exit code is that of all
    code, out, _ = check("many", "--format", "jsonl", "--resume", "state")
    assert [one["path"] for one in lines(out)] == [one["path"] for one in first[2:]]
    assert code == 1
    code, out, _ = check("many", "--format", "jsonl", "--resume", "state")
    assert (code, out) == (1, "")
    # And a file that has changed is judged again
    write(tmp_path / "many" / "0.zip", samples.archive() + b"")
    os.utime(tmp_path / "many" / "0.zip", (1, 1))
    assert len(lines(check("many", "--format", "jsonl", "--resume", "state")[1])) == 1


def test_a_killed_run_leaves_no_process_and_goes_on(tmp_path, check):
    # Given a run on two processes, killed once it has told something
    for number in range(60):
        write(tmp_path / "many" / f"{number:03}.zip", samples.archive())
    command = [sys.executable, "-m", "harness.cli", "check", str(tmp_path / "many"), "--jobs", "2"]
    options = ["--format", "jsonl", "--resume", str(tmp_path / "state")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, *options], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as run:
        assert run.stdout.readline()
        run.kill()
        # When what it wrote is read to the end: the workers hold the other end of the pipe
        # Then the end comes, so that none of them is left
        reader = threading.Thread(target=run.stdout.read, daemon=True)
        reader.start()
        reader.join(timeout=20)
        assert not reader.is_alive()
    # And the rest is judged by the next run
    noted = sum(1 for one in (tmp_path / "state").read_text("utf-8").splitlines() if one.endswith("}"))
    _, out, _ = check(tmp_path / "many", "--jobs", "1", *options)
    assert len(lines(out)) == 60 - noted


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is unreadable here")
def test_a_file_that_cannot_be_read_is_told(check, tmp_path):
    path = write(tmp_path / "a.zip", samples.archive())
    path.chmod(0)
    code, _, err = check("a.zip")
    assert code == 3
    assert "a.zip" in err


def test_cold_start(tmp_path):
    """A whole process judges one document in well under a second (0.7 s on an idle machine)."""
    path = write(tmp_path / "one.xml", samples.cda())
    command = [sys.executable, "-m", "harness.cli", "check", str(path), "--format", "jsonl"]
    done = subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=30
    )
    assert done.returncode in {0, 1}, done.stderr
    assert json.loads(done.stdout)["kind"] == "cda"


def test_heavy_modules_wait_until_they_are_needed(tmp_path):
    path = write(tmp_path / "one.xml", samples.cda())
    code = (
        "import sys; from harness.cli import run_command_line\n"
        f"run_command_line(['check', {str(path)!r}, '--format', 'jsonl'])\n"
        "print([name for name in ('pikepdf', 'lxml.html', 'rich.progress', 'multiprocessing.pool',"
        " 'simulators', 'pytest') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stdout[-300:] + done.stderr
