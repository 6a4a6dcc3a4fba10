"""The vendor profile: every mistake is named with file, line, key, what was expected and an example."""

import hashlib
import tomllib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import ProfileError
from harness.profile import load_profile
from harness.profile.lines import dotted, key_lines

TODAY = date(2026, 3, 1)
GOOD = """\
schema = "vendor-profile/1"
[product]
name = "Logiciel"
version = "1.0"
vendor = "Éditeur"
nil = "1234"
corridor = "LGC"
[claims]
level = "basic"
roles = ["send", "receive"]
mailboxes = ["PER", "ORG"]
integration = "client"
[driver]
kind = "http"
url = "http://127.0.0.1:9000"
"""


@pytest.fixture
def load(tmp_path):
    def load(text, *, encoding="utf-8", newline="\n"):
        path = tmp_path / "profil.toml"
        path.write_bytes(text.replace("\n", newline).encode(encoding))
        return load_profile(path, today=TODAY)

    return load


@pytest.fixture
def problems(load):
    def problems(text, **more):
        with pytest.raises(ProfileError) as caught:
            load(text, **more)
        assert caught.value.exit_code == 2
        return caught.value.problems

    return problems


def test_a_whole_profile(load, tmp_path):
    # Given a profile with every section
    (tmp_path / "preuve.png").write_bytes(b"image")
    text = (
        GOOD
        + """\
timeout_s = 12
command = ["python", "p.py"]
env = { A = "1" }
[limits]
reopen_s = 20
[network]
domain = "banc.mssante.fr"
smtp_port = 1587
[declarations."SC.PSC.02"]
statement = "Oui"
proof = "preuve.png"
[[waivers]]
requirement = "ECO.1.1.5"
owner = "A. Martin"
reason = "corrigé en 4.3"
until = 2026-03-01
[[waivers]]
requirement = "ECO.1.1.6"
owner = "A. Martin"
reason = "corrigé en 4.3"
until = "2027-01-01"
"""
    )

    # When it is read
    profile = load(text)

    # Then every value has its type
    assert profile.product.vendor == "Éditeur"
    assert profile.claims.mailboxes == {"PER", "ORG"}
    assert profile.driver.timeout_s == 12.0
    assert profile.driver.command == ("python", "p.py")
    assert profile.driver.cwd == tmp_path.resolve()
    assert not profile.driver.parallel
    assert (profile.limits.reopen_s, profile.limits.session_end_s) == (20.0, 10.0)
    assert profile.network.ports() == {"smtp_port": 1587}
    assert profile.declarations["SC.PSC.02"].proof_sha256 == hashlib.sha256(b"image").hexdigest()
    assert [waiver.until for waiver in profile.waivers] == [date(2026, 3, 1), date(2027, 1, 1)]
    assert profile.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert profile.warnings == ()


def test_all_problems_are_told_at_once_with_their_lines(problems):
    # Given five mistakes in different sections
    text = (
        GOOD.replace('corridor = "LGC"', 'corridr = "LGC"')
        .replace('level = "basic"', 'level = "basik"')
        .replace("http://127.0.0.1:9000", "http://exemple.fr:9000")
    ) + "[network]\nsmtp_port = 70000\n"

    # When it is read
    found = {problem.key: problem for problem in problems(text)}

    # Then each has its key, its line and an example to copy
    assert {key: problem.line for key, problem in found.items()} == {
        "product.corridor": 2,
        "product.corridr": 7,
        "claims.level": 9,
        "driver.url": 15,
        "network.smtp_port": 17,
    }
    assert found["product.corridr"].example == 'corridor = "LGC"'
    assert "corridor" in found["product.corridr"].message.en
    assert found["claims.level"].found == '"basik"'
    assert '"advanced"' in found["claims.level"].expected.fr


def test_the_text_of_a_problem(problems):
    (problem,) = problems(GOOD.replace('level = "basic"', "level = 3"))
    place = f"{problem.file}:9 [claims.level]"
    assert problem.text("fr") == (
        f"{place} Valeur non admise.\n"
        '  attendu : "basic" ou "intermediate" ou "advanced"\n'
        "  trouvé : 3\n"
        '  exemple : level = "basic"'
    )
    assert problem.text("en") == (
        f"{place} Value not allowed.\n"
        '  expected: "basic" or "intermediate" or "advanced"\n'
        "  found: 3\n"
        '  example: level = "basic"'
    )


SCHEMA_CASES = [
    ('schema = "vendor-profile/1"', 'schema = "vendor-profile/2"', "schema", 1),
    ('name = "Logiciel"', "name = 3", "product.name", 3),
    ('name = "Logiciel"', 'name = ""', "product.name", 3),
    ('name = "Logiciel"', 'name = "a\\u0007b"', "product.name", 3),
    ('roles = ["send", "receive"]', "roles = []", "claims.roles", 10),
    ('roles = ["send", "receive"]', 'roles = [\n  "send",\n  "sned",\n]', "claims.roles[2]", 12),
    ('roles = ["send", "receive"]', 'roles = ["send", "send"]', "claims.roles", 10),
    ('kind = "http"', 'kind = "http"\ntimeout_s = 0', "driver.timeout_s", 15),
    ('kind = "http"', 'kind = "http"\ntimeout_s = nan', "driver.timeout_s", 15),
    ('kind = "http"', 'kind = "http"\ntimeout_s = inf', "driver.timeout_s", 15),
    ('kind = "http"', 'kind = "http"\ntimeout_s = 90000', "driver.timeout_s", 15),
    ('kind = "http"', 'kind = "command"', "driver.command", 13),
    ('kind = "http"', 'kind = "artefacts"', "driver.path", 13),
    ('kind = "http"', 'kind = "artefacts"\npath = "nulle-part"', "driver.path", 15),
    ('kind = "http"', 'kind = "http"\ncwd = "nulle-part"', "driver.cwd", 15),
    ('kind = "http"', 'kind = "http"\nenv = { "A=B" = "1" }', 'driver.env."A=B"', 15),
    ('kind = "http"', 'kind = "http"\ncommand = ["a", "b\\u0000"]', "driver.command[2]", 15),
    ('url = "http://127.0.0.1:9000"', "", "driver.url", 13),
    ('url = "http://127.0.0.1:9000"', 'url = "127.0.0.1:9000"', "driver.url", 15),
    ('url = "http://127.0.0.1:9000"', 'url = "http://a:b@127.0.0.1/"', "driver.url", 15),
    ('url = "http://127.0.0.1:9000"', 'url = "http://127.0.0.1:{port}"', "driver.url", 15),
    ('url = "http://127.0.0.1:9000"', 'url = "http://127.0.0.1:99999"', "driver.url", 15),
]


@pytest.mark.parametrize(("before", "after", "key", "line"), SCHEMA_CASES)
def test_one_mistake(problems, load, *, before, after, key, line):
    load(GOOD)
    assert before in GOOD
    errors = [problem for problem in problems(GOOD.replace(before, after)) if problem.severity == "error"]
    assert [(problem.key, problem.line) for problem in errors] == [(key, line)]
    assert errors[0].expected.fr
    assert errors[0].message.fr != errors[0].message.en


TAIL_CASES = [
    ('[network]\naddress = "0.0.0.0"', "network.address", 17),
    ('[network]\ndomain = "pas un domaine"', "network.domain", 17),
    ("[network]\nsmtp_port = 1587\nimap_port = 1587", "network.imap_port", 18),
    ('[declarations."ECO.9.9.9"]\nstatement = "Oui"', 'declarations."ECO.9.9.9"', 16),
    ('[declarations."ECO.3.1.1"]\nstatement = "Oui"\nproof = "x.png"', 'declarations."ECO.3.1.1".proof', 18),
    ('[declarations."ECO.3.1.1"]\nstatement = "Oui"\nproof = "."', 'declarations."ECO.3.1.1".proof', 18),
    ('[declarations]\n"ECO.3.1.1".statement = ""', 'declarations."ECO.3.1.1".statement', 17),
    ("[limits]\nreopen_s = -1", "limits.reopen_s", 17),
]
WAIVER = '[[waivers]]\nrequirement = "ECO.1.1.5"\nowner = "A"\nreason = "R"\nuntil = 2026-03-01\n'
WAIVER_CASES = [
    ("until = 2026-03-01", "until = 2026-02-28", "waivers[1].until", 20),
    ("until = 2026-03-01", 'until = "demain"', "waivers[1].until", 20),
    ("until = 2026-03-01", "until = 2026-03-01T10:00:00", "waivers[1].until", 20),
    ("until = 2026-03-01", "until = 3", "waivers[1].until", 20),
    ("ECO.1.1.5", "ECO.1.1.55", "waivers[1].requirement", 17),
    ('owner = "A"', "", "waivers[1].owner", 16),
]


@pytest.mark.parametrize(("tail", "key", "line"), TAIL_CASES)
def test_one_mistake_in_a_section_of_its_own(problems, tail, key, line):
    assert [(problem.key, problem.line) for problem in problems(GOOD + tail + "\n")] == [(key, line)]


@pytest.mark.parametrize(("before", "after", "key", "line"), WAIVER_CASES)
def test_one_mistake_in_a_waiver(problems, load, *, before, after, key, line):
    assert len(load(GOOD + WAIVER).waivers) == 1
    found = problems(GOOD + WAIVER.replace(before, after))
    assert [(problem.key, problem.line) for problem in found] == [(key, line)]


def test_two_waivers_for_one_requirement(problems):
    (problem,) = problems(GOOD + WAIVER + WAIVER)
    assert (problem.key, problem.line) == ("waivers[2].requirement", 22)
    assert "16" in problem.message.fr


def test_the_nearest_requirement_is_suggested(problems):
    (near,) = problems(GOOD + '[declarations."ECO.1.1.55"]\nstatement = "Oui"\n')
    assert "ECO.1.1.5" in near.message.fr
    (alias,) = problems(GOOD + '[declarations."SC.MSS/CONF.05"]\nstatement = "Oui"\n')
    assert alias.example == '[declarations."ECO.1.0.1"]'


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('nil = "1234"', 'nil = "NIL-12"', "product.nil"),
        ('mailboxes = ["PER", "ORG"]', 'mailboxes = ["APP"]', "claims.mailboxes"),
        ('corridor = "LGC"', 'corridor = "PFI"', "claims.mailboxes"),
        ('kind = "http"', 'kind = "http"\npath = "."', "driver.path"),
    ],
)
def test_doubts_are_warnings_and_do_not_stop(load, before, after, key):
    assert load(GOOD).warnings == ()
    (warning,) = load(GOOD.replace(before, after)).warnings
    assert (warning.key, warning.severity) == (key, "warning")


def test_another_machine_only_when_it_is_said(load):
    text = GOOD.replace("127.0.0.1:9000", "10.1.2.3:9000")
    assert load(text + "allow_remote = true\n").driver.allow_remote


def test_a_product_for_each_worker(load):
    text = GOOD.replace("9000", "{port}") + 'command = ["p", "{port}"]\n'
    assert load(text).driver.parallel
    assert not load(text + "parallel = false\n").driver.parallel


# --- the file itself --------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_and_a_utf8_mark_do_not_matter(load, problems, newline):
    assert load("\ufeff" + GOOD, newline=newline).product.name == "Logiciel"
    (problem,) = problems(GOOD.replace('level = "basic"', "level = 3"), newline=newline)
    assert problem.line == 9


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_named(problems, encoding):
    (problem,) = problems(GOOD, encoding=encoding)
    assert "UTF-8" in problem.message.fr


def test_latin_1_is_refused_at_its_line(problems):
    (problem,) = problems(GOOD, encoding="latin-1")
    assert (problem.line, problem.found) == (5, "0xC9")
    assert "Latin-1" in problem.message.en


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("schema = vendor\n", 1),
        (GOOD + "[driver\n", 16),
        (GOOD + 'x = "C:\\temp"\n', 16),
        (GOOD + "kind = 1\n", 16),
        (GOOD + 'x = """', 16),
        (GOOD + "x = " + "[" * 5000 + "]" * 5000, None),
        (GOOD + "x = 1" + "0" * 5000, None),
        ("", None),
    ],
)
def test_toml_that_is_not(problems, text, line):
    found = problems(text)
    assert found
    if line is not None:
        assert [problem.line for problem in found] == [line]


def test_what_is_no_profile_at_all(tmp_path):
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 1_000_001)
    for path in (tmp_path, tmp_path / "none.toml", huge, "nul\0", "x" * 5000):
        with pytest.raises(ProfileError) as caught:
            load_profile(path)
        assert caught.value.problems[0].message.en


@given(st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=6))))
@settings(max_examples=200, deadline=None)
def test_any_octets_are_a_profile_or_explained(tmp_path_factory, given_octets):
    # Given any octets, or a good profile with some octets put into it
    content = given_octets
    if isinstance(given_octets, tuple):
        at, extra = given_octets
        content = GOOD.encode()[:at] + extra + GOOD.encode()[at:]
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)

    # When they are read, then there is a profile, or problems that read in both languages
    try:
        load_profile(path, today=TODAY)
    except ProfileError as error:
        assert error.problems
        for language in ("fr", "en"):
            error.text(language).encode("utf-8")


# --- lines ------------------------------------------------------------------------------------------

NAMES = st.text(alphabet="ab-é .\"\\'#=[]\n", min_size=1, max_size=5)
SCALARS = st.one_of(st.integers(), st.booleans(), st.text(alphabet="ab#[]{}=,\"'\\\n é", max_size=8))


def written(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[ # [\n" + ",\n".join(written(item) for item in value) + "\n]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"""\n{escaped}"""' if "\n" in value else f'"{escaped}"'
    return str(value)


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=3), max_size=4)))
@settings(max_examples=150, deadline=None)
def test_every_key_is_found_on_its_line(tables):
    # Given TOML of which the line of each key is known
    text, expected = "", {}
    for table, pairs in tables.items():
        expected[(table,)] = text.count("\n") + 1
        text += f"[{quoted(table)}] # =\n"
        for name, value in pairs.items():
            expected[(table, name)] = text.count("\n") + 1
            text += f"{quoted(name)} = {written(value)}\n"
    assert tomllib.loads(text) == tables

    # When it is scanned
    lines = key_lines(text)

    # Then every one is where it was written
    assert {path: lines.get(path) for path in expected} == expected


@given(st.text(alphabet="ab[]{}=\"'\n.,#\\ 1", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_valid_toml_can_be_scanned(text):
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = key_lines(text)
    assert {(name,) for name in data} <= set(lines)


def test_arrays_of_tables_inline_tables_and_dotted_keys():
    text = "[[w]]\na.b = 1\n[[w]]\nc = { d = 1, e = [2,\n3] }\n[w.f]\ng = '''\nx'''''\nh = 1\n"
    lines = key_lines(text)
    assert lines[("w", 0, "a", "b")] == 2
    assert lines[("w", 1, "c", "e", 1)] == 5
    assert lines[("w", 1, "f", "h")] == 9
    assert dotted(("w", 1, "ECO.1", "é")) == 'w[2]."ECO.1"."é"'
