"""Position: what is found in the XML of a mutant has a line, and an XPath that selects one node on it."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from lxml import etree
from mutation_core import MUTATIONS, NS, Kind
from mutation_matrix import Mutant, mutants, pairs

from harness.artefacts.cda import CdaDocument, CdaError
from harness.findings import Finding

UNREADABLE = {"CDA-001", "CDA-004", "CDA-005", "META-001", "META-002"}
"""Of what is no readable document there is at most a line."""
PREFIXES = {name: NS[name] for name in ("rim", "lcm")}
"""Those of the XPath of METADATA.XML; that of a CDA has none."""
IN_XML = ("CDA", "META")


def xml_findings(mutant: Mutant) -> list[Finding]:
    """What is said of a document or of a METADATA.XML; other files have neither line nor node."""
    return [
        one
        for one in mutant.findings
        if one.rule.startswith(IN_XML) and one.rule not in UNREADABLE and one.rule != "META-066"
    ]


def tree_of(mutant: Mutant, part: str | None):
    """Read the XML file that a finding names."""
    content = mutant.content
    if mutant.input.kind is Kind.XDM:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(part)
    try:
        return CdaDocument.parse(content).root.getroottree()
    except CdaError:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False)).getroottree()


def misplaced(mutant: Mutant) -> list[str]:
    """Return what is wrong with the places of the findings of a mutant."""
    wrong = []
    trees = {}
    for one in xml_findings(mutant):
        place = one.location
        told = f"{mutant.mutation.name} / {mutant.input.name}: {one.rule} {place}"
        if not place.xpath or not place.line:
            wrong.append(told)
            continue
        if place.part not in trees:
            trees[place.part] = tree_of(mutant, place.part)
        selected = trees[place.part].xpath(place.xpath, namespaces=PREFIXES)
        if not isinstance(selected, list) or len(selected) != 1:
            wrong.append(f"{told}: selects {len(selected) if isinstance(selected, list) else selected!r}")
            continue
        node = selected[0]
        owner = node.getparent() if not isinstance(node, etree._Element) else node
        lines = [each.sourceline for each in (owner, *owner.iterancestors())]
        if place.line not in lines:
            wrong.append(f"{told}: the node is on line {lines[0]}")
    return wrong


def chosen(kind: Kind):
    """One generated and one official input for each kind of mutation of documents or of archives."""
    rng = random.Random(7)
    for mutation in MUTATIONS.values():
        if mutation.kind is not kind:
            continue
        for official in (False, True):
            about = [pair for pair in pairs([mutation]) if pair[1].official is official]
            rng.shuffle(about)
            made = (one for pair in about[:4] for one in mutants([pair]))
            first = next(made, None)
            if first is not None:
                yield first


@pytest.mark.parametrize("kind", [Kind.CDA, Kind.XDM])
def test_each_finding_of_each_kind_of_mutant_selects_its_node(kind):
    found, wrong = 0, []
    for mutant in chosen(kind):
        found += len(xml_findings(mutant))
        wrong += misplaced(mutant)
    assert wrong == []
    assert found > 300


@pytest.mark.parametrize("name", ["xml-truncated", "xml-not-well-formed", "zip-metadata-truncated"])
def test_what_cannot_be_read_has_its_line(name):
    made = list(mutants(pairs([MUTATIONS[name]])[:3]))
    assert made
    for mutant in made:
        told = [one for one in mutant.findings if one.rule in UNREADABLE]
        assert told
        assert all(one.location.line for one in told)
