"""The published Schematron files as judges: by SaxonC (all of them) and by lxml (query binding xslt)."""

from __future__ import annotations

import re
from functools import cache

from lxml import etree, isoschematron

from harness.artefacts.cda import CdaDocument
from harness.artefacts.ebxml import read_metadata
from harness.checks.cda import check_cda
from harness.packs.engine import Engine
from schemas.schematron import schematrons
from schemas.schematron.making import published

FOLDER = schematrons()[0].parent
SVRL = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
CDA = tuple(path.name for path in schematrons() if path.name.startswith("cda-"))
METADATA = tuple(path.name for path in schematrons() if path.name.startswith("xdm-"))
PLAIN = tuple(path.name for path in schematrons() if not path.name.endswith("-xpath2.sch"))


@cache
def engine() -> Engine:
    return Engine(FOLDER)


def rule_of(identity: str) -> str:
    return re.sub(r"\.\d+$", "", identity)


def by_saxon(names, text: str) -> set[str]:
    """Ids of the rules that fire."""
    return {rule_of(one.assertion.id) for name in names for one in engine().run(name, text)}


@cache
def _schematron(name: str) -> isoschematron.Schematron:
    return isoschematron.Schematron(etree.parse(str(FOLDER / name)), store_report=True)


def by_lxml(names, root) -> set[str]:
    """Ids of the rules that fire, for the files that lxml can load."""
    fired = set()
    for name in names:
        judge = _schematron(name)
        judge.validate(root)
        fired |= {rule_of(one.get("id")) for one in judge.validation_report.iter(SVRL)}
    return fired


def rules_of(names) -> set[str]:
    """Rules that these files hold."""
    return {rule for name in names for rule in _held(name)}


@cache
def _held(name: str) -> frozenset[str]:
    text = (FOLDER / name).read_text("utf-8")
    return frozenset(one for one in published() if f'id="p-{one}"' in text)


def cda_text(content: bytes) -> str:
    """The ClinicalDocument as a judge is given it."""
    return etree.tostring(CdaDocument.parse(content).root, encoding="unicode", with_tail=False)


def cda_disagreements(content: bytes) -> dict[str, str]:
    """Rule -> who alone says it, for the rules published on CDA."""
    ours = {one.rule for one in check_cda(content).findings} & rules_of(CDA)
    theirs = by_saxon(CDA, cda_text(content))
    return {one: "python" for one in ours - theirs} | {one: "schematron" for one in theirs - ours}


def metadata_text(raw: bytes) -> str:
    return etree.tostring(read_metadata(raw).root, encoding="unicode", with_tail=False)
