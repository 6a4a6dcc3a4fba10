from __future__ import annotations

import email
import email.policy
import shutil
from pathlib import Path

import pytest

import schemas
from schemas.certainty import Certainty
from schemas.requirements import catalogue
from schemas.rules import (
    Artefact,
    RuleError,
    Severity,
    UnknownRuleError,
    load,
    loading,
    pack_identity,
    rules,
)

SCHEMAS = Path(schemas.__file__).parent
RULES = SCHEMAS / "rules"
LOCKED = (SCHEMAS / "locks" / "rules.txt").read_text(encoding="utf-8").split()


def test_locked_ids_never_change_nor_disappear():
    missing = [rule_id for rule_id in LOCKED if rule_id not in rules()]

    assert len(LOCKED) == len(set(LOCKED)) >= 11
    assert not missing, f"ids of published rules must stay: {missing}"


def test_new_ids_are_locked_at_once():
    assert [rule.id for rule in rules() if rule.id not in LOCKED] == [], "add them to schemas/locks/rules.txt"


def test_one_rule_asked_by_id_is_the_same_as_in_the_whole_list():
    assert [loading.rule(one.id) for one in rules()] == list(rules())
    assert (pack_identity().version, pack_identity().sha256) == (rules().version, rules().sha256)


def test_a_broken_family_harms_only_its_own_rules(tmp_path, monkeypatch):
    # Given a copy of the rules with one family cut in the middle of an edit
    broken = shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (broken / "pdf.toml").write_text('["PDF-001"]\ntitle = ', encoding="utf-8")
    monkeypatch.setattr(loading, "_DIRECTORY", broken)
    loading._family.cache_clear()
    loading.rules.cache_clear()
    try:
        # Then the rules of the others are there, its own say which file is wrong, and so does the whole list
        assert loading.rule("MAIL-001").family == "mail"
        assert loading.rule("CDA-BIO-001").id == "CDA-BIO-001"
        for ask in (lambda: loading.rule("PDF-001"), rules):
            with pytest.raises(RuleError, match=r"pdf\.toml"):
                ask()
    finally:
        loading._family.cache_clear()
        loading.rules.cache_clear()


@pytest.mark.parametrize("name", ["MAIL-999", "NOPE-001", "mail-001", "", "-", "../../PACK-001", "MAIL"])
def test_an_id_that_no_rule_has_is_said_so(name):
    with pytest.raises(UnknownRuleError):
        loading.rule(name)


def test_one_rule_reads_whole():
    rule = rules()["MAIL-001"]

    assert rule.artefact is Artefact.MAIL
    assert rule.severity is Severity.ERROR
    assert rule.certainty is Certainty.OFFICIAL
    assert rule.requirements == ("ECO.2.2.1",)
    assert rule.title.fr == "Le Message-ID manque, est répété ou est mal formé"
    assert "Message-ID" in rule.fix.en
    assert rule.family == "mail"
    assert rule.passing.startswith("From: ")


def test_rules_are_found_by_requirement_and_by_family():
    assert {"MAIL-004", "MAIL-005"} <= {rule.id for rule in rules().serving("ECO.2.2.4")}
    assert rules().serving("ECO.9.9.9") == ()
    assert all(rule.id.startswith("MAIL-") for rule in rules().of_family("mail"))
    assert len(rules().of_family("mail")) >= 11


def test_every_rule_serves_known_requirements():
    for rule in rules():
        assert rule.requirements or rule.artefact is Artefact.DRIVER
        assert all(requirement_id in catalogue() for requirement_id in rule.requirements), rule.id


def test_an_unknown_rule_is_named_with_its_neighbours():
    with pytest.raises(KeyError) as caught:
        rules()["MAIL-999"]

    assert isinstance(caught.value, UnknownRuleError)
    assert "MAIL-999" in caught.value.text.fr
    assert "MAIL-009" in str(caught.value)


def test_what_is_only_inferred_warns():
    rule = rules()["MAIL-011"]
    assert rule.certainty is Certainty.INFERRED
    assert rule.effective_severity is Severity.WARNING
    assert rules()["MAIL-001"].effective_severity is Severity.ERROR


@pytest.mark.parametrize("rule", rules().of_family("mail"), ids=lambda rule: rule.id)
@pytest.mark.parametrize("side", ["passing", "failing"])
def test_examples_of_mail_rules_are_whole_mails(rule, side):
    mail = email.message_from_string(getattr(rule, side), policy=email.policy.default)

    assert mail["From"], side
    assert mail["To"]
    assert mail.get_body(("plain", "html")) is not None


@pytest.fixture
def copy(tmp_path):
    for name in ("pack.toml", "mail.toml"):
        shutil.copy(RULES / name, tmp_path)
    return tmp_path


def test_the_fingerprint_does_not_depend_on_line_ends(copy):
    before = load(copy).sha256
    for path in copy.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert load(copy).sha256 == before


def test_the_fingerprint_changes_with_a_rule(copy):
    before = load(copy).sha256
    path = copy / "mail.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Message-ID is missing", "Message-ID lacks"),
        encoding="utf-8",
    )

    assert load(copy).sha256 != before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('severity = "error"', 'severity = "fatal"', r"MAIL-001.*severity.*error \| warning \| info"),
        ('certainty = "official"', 'certainty = "sure"', "MAIL-001.*certainty"),
        ('artefact = "mail"', 'artefact = "fax"', "MAIL-001.*artefact"),
        ('requirements = ["ECO.2.2.1"]', "requirements = []", "MAIL-001.*requirements"),
        ('requirements = ["ECO.2.2.1"]', 'requirements = ["ECO.2.2.99"]', r"ECO\.2\.2\.99"),
        ('requirements = ["ECO.2.2.1"]', 'requirements = ["ECO.2.2.1", "ECO.2.2.1"]', "requirements"),
        ('title.en = "Message-ID is missing, repeated or malformed"', "", "MAIL-001.*title"),
        ('title.en = "Message-ID is missing, repeated or malformed"', 'title.en = " "', r"title\.en"),
        ('severity = "error"', 'severity = "error"\ncolour = "red"', "colour"),
        ("[MAIL-001]", "[MSG-001]", "MSG-001.*MAIL-001"),
        ("[MAIL-001]", "[MAIL-1]", "MAIL-1"),
        ("[MAIL-001]", "[MAIL-001", "mail.toml"),
        ("[MAIL-001]", "version = 2\n[MAIL-001]", "version"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(copy, old, new, words):
    path = copy / "mail.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(RuleError, match=words):
        load(copy)


def test_examples_must_differ(copy):
    path = copy / "mail.toml"
    text = path.read_text(encoding="utf-8")
    example = rules()["MAIL-001"]
    path.write_text(text.replace(example.failing, example.passing, 1), encoding="utf-8")

    with pytest.raises(RuleError, match="failing"):
        load(copy)


def test_an_id_that_stands_twice_is_refused(copy):
    path = copy / "mail.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[MAIL-001]\n", encoding="utf-8")

    with pytest.raises(RuleError, match="MAIL-001"):
        load(copy)


@pytest.mark.parametrize("pack", ['schema = "rule-pack/1"', 'schema = "rule-pack/2"\nversion = "1"', ""])
def test_a_pack_without_version_is_refused(copy, pack):
    (copy / "pack.toml").write_text(pack, encoding="utf-8")

    with pytest.raises(RuleError, match="rule-pack/1"):
        load(copy)


def test_a_missing_pack_file_is_refused(copy):
    (copy / "pack.toml").unlink()

    with pytest.raises(RuleError, match=r"pack\.toml"):
        load(copy)
