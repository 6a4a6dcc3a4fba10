"""`mssante init`, `doctor`, `plan` and `report` on real files."""

import io
import json
import socket

import pytest

from harness.cli import run_command_line
from harness.cli.console import Console
from harness.cli.init import write_new
from harness.cli.questions import FIELDS, ask_missing
from harness.cli.template import profile_text
from harness.profile import load_profile

# --- init -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["http", "command", "manual", "artefacts"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_init_writes_a_valid_commented_profile(mssante, tmp_path, driver, language):
    # When a profile is written without questions
    code, out, err = mssante("init", "--yes", "--name", 'L"o\\g', "--driver", driver, "--lang", language)

    # Then it loads, and every section is explained
    assert (code, err) == (0, "")
    assert "profil.toml" in out
    profile = load_profile(tmp_path / "profil.toml")
    assert (profile.product.name, profile.driver.kind) == ('L"o\\g', driver)
    text = (tmp_path / "profil.toml").read_text("utf-8")
    assert ("# Profil éditeur" if language == "fr" else "# Vendor profile") in text
    assert '# [declarations."SC.PSC.02"]' in text


def test_the_commented_sections_are_valid_too(tmp_path, monkeypatch):
    # Given the written profile with its example sections uncommented
    text = profile_text(ask_missing(Console(), dict.fromkeys(FIELDS, ""), ask=False), "fr")
    start = text.index("# [network]")
    toml = (
        "# [",
        "# statement",
        "# proof",
        "# smtp_",
        "# imap_",
        "# requirement",
        "# owner",
        "# reason",
        "# until",
    )
    lines = [line.removeprefix("# ") for line in text[start:].splitlines() if line.startswith(toml)]
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "rapprochement.png").write_bytes(b"x")
    path = tmp_path / "p.toml"
    path.write_text(text[:start] + "\n".join(lines), encoding="utf-8")

    # When it is loaded on a day before the example waiver ends, then it is valid
    from datetime import date

    profile = load_profile(path, today=date(2026, 1, 1))
    assert (len(profile.waivers), len(profile.declarations), len(profile.network.ports())) == (1, 1, 2)


def test_init_never_replaces_a_file(mssante, tmp_path):
    (tmp_path / "profil.toml").write_text("mine", encoding="utf-8")
    code, _, err = mssante("init", "--yes")
    assert code == 2
    assert "n'est pas remplacé" in err
    assert (tmp_path / "profil.toml").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("option", "value"),
    [("--level", "expert"), ("--roles", "send,all"), ("--corridor", "X"), ("--command", "'")],
)
def test_init_refuses_what_a_profile_would_refuse(mssante, tmp_path, option, value):
    code, _, err = mssante("init", "--yes", "--driver", "command", option, value)
    assert code == 2
    assert option in err
    assert list(tmp_path.iterdir()) == []


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_init_asks_what_is_not_given_and_again_when_it_is_wrong(mssante, tmp_path, monkeypatch):
    typed = "Mon éditeur à moi\n\n4321\nDPI\nexpert\nadvanced\n\n\n\ncommand\npython 'mon pilote.py'\n"
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    code, out, _ = mssante("init", "--name", "Dossier")
    assert code == 0
    assert "« expert » n'est pas admis" in out
    profile = load_profile(tmp_path / "profil.toml")
    assert (profile.product.vendor, profile.product.nil, profile.product.corridor) == (
        "Mon éditeur à moi",
        "4321",
        "DPI",
    )
    assert profile.driver.command == ("python", "mon pilote.py")


@pytest.mark.parametrize("typed", ["", "Nom\n", "Nom\nV\n1\n"])
def test_init_stopped_in_the_middle_leaves_nothing(mssante, tmp_path, monkeypatch, typed):
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert mssante("init")[0] == 130
    assert list(tmp_path.iterdir()) == []


def test_init_without_a_terminal_says_which_way_out(mssante, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, err = mssante("init")
    assert code == 2
    assert "--yes" in err


def test_a_file_that_cannot_be_written_whole_is_not_left(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write_new(tmp_path / "x.toml", "abc\ud800")
    assert list(tmp_path.iterdir()) == []


def test_init_into_a_folder_that_is_not_there(mssante):
    code, _, err = mssante("init", "--yes", "--out", "none/p.toml")
    assert code == 3
    assert "none" in err


# --- doctor -----------------------------------------------------------------------------------------


def marks(out):
    return [line[0] for line in out.splitlines() if line[:1] in "✓!✕" and line]


def test_doctor_of_a_ready_product(mssante, profile):
    code, out, err = mssante("doctor", profile())
    assert (code, err) == (0, "")
    assert set(marks(out)) == {"✓"}
    assert "Logiciel 1.0 répond" in out
    assert out.splitlines()[-1].startswith("Prêt : mssante run ")


def test_doctor_says_what_to_do_about_each_fault(mssante, profile):
    # Given a port that is taken, a driver without fetch, another version
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        more = f"[network]\nimap_port = {port}\n"
        path = profile(["configure", "connect", "send", "list"], more, version="2.0", nil="X")

        # When the doctor looks
        code, out, _ = mssante("doctor", path, "--lang", "en")

    # Then each is told with what to do, and the exit code says no
    assert code == 1
    assert f"✕ Port {port} is not available (imap_port)" in out
    assert "✕ The profile claims role receive but the driver does not offer: fetch" in out
    assert "! The product says that it is version 1.0, the profile says 2.0" in out
    assert "! product.nil" in out
    assert out.count("    → ") == len([mark for mark in marks(out) if mark != "✓"])
    assert out.splitlines()[-1] == "3 point(s) to correct before a run."


def test_doctor_of_a_driver_that_does_not_answer(mssante, profile, tmp_path):
    path = profile()
    (tmp_path / "pilote.py").unlink()
    code, out, _ = mssante("doctor", path)
    assert code == 1
    assert "✕ Le programme de pilotage n'a pas pu démarrer" in out
    assert "driver.command" in out


def test_doctor_warns_of_waivers_that_end_soon_and_declarations_that_say_no(mssante, profile):
    from datetime import UTC, datetime, timedelta

    soon = (datetime.now(UTC) + timedelta(days=10)).date()
    more = (
        '[declarations."SC.PSC.02"]\nstatement = "Non, prévu"\n'
        f'[[waivers]]\nrequirement = "ECO.1.2.7"\nowner = "A. Martin"\nreason = "R"\nuntil = {soon}\n'
    )
    code, out, _ = mssante("doctor", profile(more=more))
    assert code == 0
    assert "! La dérogation ECO.1.2.7 expire le" in out
    assert "! La déclaration de SC.PSC.02 dit non" in out


def test_a_wrong_profile_is_exit_2_with_every_problem(mssante, profile):
    path = profile(more="timeout_s = -1\n[limits]\nreopen = 3\n")
    code, out, err = mssante("doctor", path)
    assert (code, out) == (2, "")
    assert "[driver.timeout_s]" in err
    assert "« reopen_s »" in err


# --- plan -------------------------------------------------------------------------------------------


def test_plan(mssante, profile):
    code, out, _ = mssante("plan", profile())
    assert code == 0
    assert out.startswith("Automatiques (")
    assert "ECO.1.1.5/expired-smtp" in out
    assert "Par déclaration (" in out


def test_plan_as_json_is_the_run_record_s(mssante, profile):
    code, out, _ = mssante("plan", profile(), "--format", "json")
    items = json.loads(out)
    assert code == 0
    assert {item["mode"] for item in items} == {"automatic", "declaration"}
    assert set(items[0]) == {"case", "requirements", "mode", "reason"}


def test_plan_of_a_driver_that_does_not_answer(mssante, profile, tmp_path):
    path = profile()
    (tmp_path / "pilote.py").unlink()
    code, out, err = mssante("plan", path)
    assert code == 0
    assert out.startswith("Le pilote n'a pas été interrogé")
    assert "driver.command" in err
    assert mssante("plan", path, "--no-driver")[2] == ""


def test_plan_names_what_the_driver_lacks(mssante, profile):
    code, out, _ = mssante("plan", profile(["configure", "send"]))
    assert code == 0
    impossible = out.partition("Impossibles à tester")[2]
    assert "Le pilote du produit n'offre pas : " in impossible


# --- report -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "writer"), [("html", "write_html"), ("junit", "write_junit"), ("json", "write_json")]
)
def test_report_asks_the_right_writer(mssante, tmp_path, monkeypatch, form, writer):
    seen = []
    monkeypatch.setattr(f"reports.{writer}", lambda record, out, *, clear: seen.append((record, out, clear)))
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    code, out, _ = mssante("report", tmp_path, "--format", form, "--out", "r.out", "--clear")
    assert code == 0
    assert "r.out est écrit" in out
    ((record, target, clear),) = seen
    assert (record, str(target), clear) == (tmp_path / "run.json", "r.out", True)


def test_a_record_that_is_none_is_a_usage_error(capsys, tmp_path):
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    assert run_command_line(["report", str(tmp_path)]) == 2
    assert "run.json" in capsys.readouterr().err
