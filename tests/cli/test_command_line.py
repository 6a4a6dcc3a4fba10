"""The command line as people see it: help, errors, languages, exit codes."""

import json
import os
import subprocess
import sys
import time

import pytest

from harness.cli.app import COMMANDS
from harness.cli.console import Console, flag_from, language_from
from schemas.messages import messages
from schemas.rules import rules

HELP_FR = """\
Utilisation : mssante COMMANDE [OPTIONS]

Dit si un logiciel de santé atteint le niveau basique, intermédiaire ou avancé de compatibilité
MSSanté, et sinon ce qui ne va pas, où, et comment le corriger. Un Espace de Confiance simulé tourne
sur cette machine ; rien ne sort de 127.0.0.1.

Pour commencer : « mssante init », puis « mssante doctor profil.toml ».

Commandes
"""
PLAN_HELP_EN = """\
Usage: mssante plan [OPTIONS] PROFIL

Says before a run what will play by itself, what will wait for a person, what cannot be tested and
why, and what is declared. The driver is asked (describe) except with --no-driver.

Arguments
  PROFIL                      vendor profile (TOML); `mssante init` writes one

Options
  --format text|json          form of the output (default: text)
  --no-driver                 do not ask the driver

Common options
  --lang fr|en                language, also by the variable MSSANTE_LANG (default: fr)
  --debug                     on an error, show the Python traceback
  -h, --help                  show this help

Examples
  mssante plan profile.toml
  mssante plan profile.toml --no-driver --format json
"""


def test_help(mssante):
    code, out, err = mssante("--help")
    assert (code, err) == (0, "")
    assert out.startswith(HELP_FR)
    assert all(f"\n  {name} " in out for name in COMMANDS)
    assert mssante() == (code, out, err)


def test_help_of_a_command_in_english(mssante, monkeypatch):
    assert mssante("plan", "--help", "--lang", "en") == (0, PLAN_HELP_EN, "")
    monkeypatch.setenv("MSSANTE_LANG", "en_GB.UTF-8")
    assert mssante("plan", "-h") == (0, PLAN_HELP_EN, "")
    assert mssante("plan", "-h", "--lang=fr")[1].startswith("Utilisation : ")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_command_has_a_help_with_examples(mssante, name, language):
    code, out, _ = mssante(name, "--help", "--lang", language)
    assert code == 0
    assert f"  mssante {name}" in out
    assert "opt-" not in out
    assert "arg-" not in out
    assert {f"{name}-short", name} <= set(messages("cli"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plam", "p"], "« plan »"),
        (["xyzzy"], "« xyzzy » inconnue"),
        (["plan"], "il manque « PROFIL »"),
        (["plan", "--formt", "x", "p"], "option « --formt » inconnue. (--format)"),
        (["requirements", "--level", "expert"], "attendu : basic, intermediate, advanced, operator."),
        (["rules", "too", "many"], "mssante rules --help"),
        (["--lang", "de", "rules"], "fr ou en"),
        (["rules", "--lang"], "fr ou en"),
        (["explain", "ECO.1.1.55"], "ECO.1.1.5"),
        (["explain", "éé"], "« éé » n'est ni une règle"),
        (["report", "nowhere"], "run.json"),
        (["plan", "nowhere.toml"], "n'existe pas"),
        (["doctor", "."], "dossier"),
    ],
)
def test_usage_errors_say_what_to_do(mssante, monkeypatch, arguments, said):
    code, out, err = mssante(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("mssante : ")
    assert said in err
    monkeypatch.setenv("MSSANTE_LANG", "en")
    code, out, english = mssante(*arguments)
    assert (code, out) == (2, "")
    assert english.startswith("mssante: ") or "--lang" in arguments


def test_a_defect_of_ours_is_said_and_shown_only_on_demand(monkeypatch, capsys):
    from harness.cli import run_command_line

    def broken():
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("harness.cli.requirements.catalogue", broken)
    assert run_command_line(["requirements"]) == 3
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "Traceback" not in said
    assert run_command_line(["requirements", "--debug"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_no_verdict(mssante, monkeypatch):
    def stopped():
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.cli.requirements.catalogue", stopped)
    assert mssante("requirements") == (130, "", "mssante : Interrompu.\n")


def test_version(mssante):
    from harness import __version__

    assert mssante("--version") == (0, f"mssante {__version__}\n", "")


def test_options_after_a_double_dash_are_left_alone():
    arguments = ["run", "--", "--lang", "en", "--debug"]
    assert language_from(arguments, {}) == ("fr", None)
    assert not flag_from(arguments, "--debug")
    assert len(arguments) == 5


def test_a_terminal_without_unicode(monkeypatch):
    class Narrow:
        encoding = "ascii"

        def __init__(self):
            self.text = ""

        def write(self, text):
            self.text += text.encode("ascii").decode()

        def flush(self):
            pass

    narrow = Narrow()
    monkeypatch.setattr(sys, "stdout", narrow)
    console = Console("fr")
    console.say(f"{console.sign('ok')} prêt")
    assert narrow.text == "+ pr?t\n"


# --- lists ------------------------------------------------------------------------------------------


def test_requirements(mssante):
    code, out, _ = mssante("requirements", "--level", "basic")
    assert code == 0
    assert out.splitlines()[0].split()[:4] == ["ECO.1.0.1", "basic", "MUST", "full"]
    assert "49 exigences" in out.splitlines()[-1]
    listed = json.loads(mssante("requirements", "--format", "json")[1])
    assert len(listed["requirements"]) == 288
    assert listed["requirements"][0]["text"]["en"]


def test_rules(mssante):
    code, out, _ = mssante("rules", "--lang", "en")
    assert code == 0
    title = rules()["MAIL-001"].title.en
    assert any(line.startswith("MAIL-001 ") and title in line for line in out.splitlines())
    listed = json.loads(mssante("rules", "--format", "json")[1])["rules"]
    assert {rule["severity"] for rule in listed} <= {"error", "warning", "info"}


def test_explain_a_rule(mssante):
    code, out, _ = mssante("explain", "mail-001")
    assert code == 0
    assert out.startswith(f"MAIL-001 — {rules()['MAIL-001'].title.fr}\n")
    for title in ("Gravité", "Pourquoi", "Comment corriger", "Exemple juste", "Exemple faux"):
        assert title in out


def test_explain_a_requirement_by_its_other_number(mssante):
    code, out, _ = mssante("explain", "sc.mss/conf.05", "--lang", "en")
    assert code == 0
    assert out.startswith("ECO.1.0.1 — ")
    assert "SC.MSS/CONF.05" in out
    assert "ECO.1.0.1/" in out.partition("\nCases\n")[2]


def test_explain_a_case(mssante):
    from harness.casebook import packaged_cases

    case = packaged_cases()[0].info
    code, out, _ = mssante("explain", case.id)
    assert code == 0
    assert out.startswith(f"{case.id} — {case.title.fr}\n")
    assert f"--case {case.id}" in out


# --- as a process -----------------------------------------------------------------------------------


def start(*arguments, **more):
    command = [sys.executable, "-m", "harness.cli", *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, capture_output=True, check=False, env=environment, timeout=60, **more)


def test_the_console_script_starts_fast():
    fastest = 9.0
    for _ in range(3):
        began = time.perf_counter()
        assert start("--help").returncode == 0
        fastest = min(fastest, time.perf_counter() - began)
    assert fastest < 1.0, "0.15 s on an idle machine; the margin is for a loaded one"


def test_help_loads_neither_pytest_nor_the_network():
    code = (
        "import sys; from harness.cli import run_command_line as run; run(['--help']); "
        "print(sorted({'pytest', 'httpx', 'jsonschema', 'lxml', 'rich.console'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.decode("utf-8", "replace").splitlines()[-1] == "[]"


def test_a_reader_that_leaves_early_is_no_error():
    command = [sys.executable, "-m", "harness.cli", "requirements", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        errors = process.stderr.read().decode("utf-8", "replace")
        process.wait(30)
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors
