"""Our compiler of ISO Schematron: what it understands, and what it refuses."""

from __future__ import annotations

import pytest

from harness.packs import engine
from harness.packs.engine import Engine, EngineError
from harness.packs.schematron import SchematronError, compile_schematron

saxon = pytest.mark.skipif(not engine.available(), reason="the extra `official` (saxonche) is not installed")
OPEN = '<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"'


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a schema and returns its path."""

    def write(text, name="s.sch"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def fired(write, tmp_path):
    """Return a function: body of a schema, document -> (id, XPath) of what fails."""

    def fired(body, document):
        write(f"{OPEN}{body}</schema>")
        return [(one.assertion.id, one.xpath) for one in Engine(tmp_path).run("s.sch", document)]

    return fired


@saxon
def test_the_first_rule_of_a_pattern_wins(fired):
    body = """><pattern><rule context="a[@x]"><assert id="one" test="false()"/></rule>
<rule context="a"><assert id="two" test="false()"/></rule></pattern>"""
    found = fired(body, '<r><a x="1"/><a/></r>')
    assert found == [
        ("one", "/*[local-name()='r']/*[local-name()='a'][1]"),
        ("two", "/*[local-name()='r']/*[local-name()='a'][2]"),
    ]


@saxon
def test_every_pattern_sees_each_node_once(fired):
    body = """><pattern><rule context="a"><assert id="one" test="false()"/></rule></pattern>
<pattern><rule context="*"><assert id="two" test="false()"/></rule></pattern>
<pattern><rule context="a | r/a"><assert id="three" test="false()"/></rule></pattern>
<pattern><rule context="/"><assert id="root" test="false()"/></rule></pattern>
<pattern><rule context="@x"><assert id="attribute" test="false()"/></rule></pattern>"""
    found = sorted(identity for identity, _ in fired(body, '<r><a x="1"/></r>'))
    assert found == ["attribute", "one", "root", "three", "two", "two"]


@saxon
def test_only_the_patterns_of_the_default_phase(fired):
    patterns = """<phase id="short"><active pattern="p1"/></phase>
<pattern id="p1"><rule context="r"><assert id="one" test="false()"/></rule></pattern>
<pattern id="p2"><rule context="r"><assert id="two" test="false()"/></rule></pattern>"""
    assert [one for one, _ in fired(f' defaultPhase="short">{patterns}', "<r/>")] == ["one"]
    assert [one for one, _ in fired(f">{patterns}", "<r/>")] == ["one", "two"]


@saxon
def test_ids_of_their_own_are_stable_and_different(fired):
    body = """><pattern><rule context="r"><assert test="@a">a</assert><assert test="@b">b</assert>
</rule></pattern>"""
    first, second = fired(body, "<r/>")
    assert first[0] != second[0]
    assert [first, second] == fired(body, "<r/>")


@saxon
def test_nothing_is_fetched(fired):
    body = (
        """><pattern><rule context="r"><assert test="doc('http://127.0.0.1:9/x.xml')/x"/></rule></pattern>"""
    )
    with pytest.raises(EngineError):
        fired(body, "<r/>")


@saxon
def test_a_faulty_expression_is_told(fired):
    with pytest.raises(EngineError, match="XPST"):
        fired('><pattern><rule context="r"><assert test="foo("/></rule></pattern>', "<r/>")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<include href="../outside.sch"/>', "hors du pack"),
        ('<include href="absent.sch"/>', "absent.sch"),
        ('<include href="s.sch"/>', "sans fin"),
        ('<pattern is-a="nobody"/>', "nobody"),
        ('<pattern><rule context="a"><extends rule="none"/></rule></pattern>', "none"),
        ("<pattern><rule><assert test='1'/></rule></pattern>", "context"),
    ],
)
def test_what_cannot_be_compiled_says_why(write, tmp_path, body, words):
    write(f"{OPEN}>{body}</schema>", "in/s.sch")
    with pytest.raises(SchematronError, match=words):
        compile_schematron(tmp_path / "in" / "s.sch", tmp_path / "in")


@pytest.mark.parametrize(
    "text", ["", "<a/>", "<schema", '<!DOCTYPE a [<!ENTITY x SYSTEM "/etc/passwd">]><a>&x;</a>']
)
def test_what_is_no_schematron(write, tmp_path, text):
    with pytest.raises(SchematronError):
        compile_schematron(write(text), tmp_path)
