"""The published Schematron files say what the program says: same rule, on examples, samples and mutations."""

from __future__ import annotations

import copy
import io
import random
import zipfile
from pathlib import Path

import pytest
import xdm_samples as samples
from cda_documents import DOCUMENTS, report
from lxml import etree
from rule_places import PLACES
from test_cda_rules import example
from test_xdm_rules import ELEMENTS, spoiled, versioned

from harness.checks.cda import check_cda
from harness.checks.xdm import check_xdm
from harness.packs import engine as executing
from schemas.rules import rules
from schemas.schematron import schematrons
from schemas.schematron.making import made, published, unpublished

judges = pytest.importorskip("judges")
saxon = pytest.mark.skipif(
    not executing.available(), reason="the extra `official` (saxonche) is not installed"
)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "examples"
CDA_RULES = sorted(judges.rules_of(judges.CDA) & set(PLACES))
META_RULES = sorted(judges.rules_of(judges.METADATA))
_META_VERSIONED = {"META-062", "META-063", "META-064", "META-067"}
_OTHER_ROOT = {"META-002"}


def cda_example(rule_id: str, side: str) -> bytes:
    return example(rule_id, getattr(rules()[rule_id], side))


def archive_example(rule_id: str, side: str) -> bytes:
    if rule_id in _META_VERSIONED:
        return versioned(rule_id, side)
    return spoiled(getattr(rules()[rule_id], side))


def metadata_of(archive: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(archive)).read(samples.METADATA)


def metadata_disagreements(archive: bytes) -> tuple[set[str], set[str]]:
    """What Python says, and what the files say, of the rules published on METADATA.XML."""
    ours = {one.rule for one in check_xdm(archive).findings} & set(META_RULES)
    return ours, judges.by_saxon(judges.METADATA, judges.metadata_text(metadata_of(archive)))


def test_the_files_are_made_from_the_rules():
    folder = schematrons()[0].parent
    for name, text in made().items():
        assert (folder / name).read_text("utf-8") == text, f"{name}: python tools/generate_docs.py"
    assert {path.name for path in schematrons()} == {name for name in made() if name.endswith(".sch")}


def test_each_rule_on_xml_is_published_or_has_its_reason():
    on_xml = {one.id for one in rules() if one.id.startswith(("CDA-", "META-"))}
    assert published() | set(unpublished()) == on_xml
    assert not published() & set(unpublished())
    assert len(published()) >= 150


def test_texts_and_severities_are_those_of_the_rules():
    for path in schematrons():
        tree = etree.parse(str(path))
        sch = "{http://purl.oclc.org/dsdl/schematron}"
        texts = {one.get("id"): one.text for one in tree.iter(f"{sch}diagnostic")}
        for one in tree.iter(f"{sch}assert"):
            rule = rules()[judges.rule_of(one.get("id"))]
            assert one.get("role") == rule.effective_severity
            assert one.text == rule.title.fr
            assert texts[f"{rule.id}-fr"].startswith(rule.title.fr)
            assert texts[f"{rule.id}-en"].startswith(rule.title.en)


@saxon
@pytest.mark.parametrize("side", ["passing", "failing"])
@pytest.mark.parametrize("rule_id", CDA_RULES)
def test_examples_on_documents(rule_id, side):
    content = cda_example(rule_id, side)

    ours = {one.rule for one in check_cda(content).findings} & judges.rules_of(judges.CDA)
    theirs = judges.by_saxon(judges.CDA, judges.cda_text(content))

    assert theirs == ours
    assert (rule_id in theirs) is (side == "failing")


@saxon
@pytest.mark.parametrize("rule_id", sorted(set(META_RULES) - _OTHER_ROOT))
def test_examples_on_metadata(rule_id):
    assert rule_id in {*ELEMENTS, *_META_VERSIONED}
    for side in ("passing", "failing"):
        ours, theirs = metadata_disagreements(archive_example(rule_id, side))
        assert ours == theirs
        assert (rule_id in theirs) is (side == "failing")


@saxon
def test_another_root_is_told():
    for text in ("<a/>", rules()["META-002"].failing.strip()):
        assert "META-002" in judges.by_saxon(judges.METADATA, text)


@saxon
@pytest.mark.parametrize("name", ["cr_bio", "ldl_ses", "ep_med_dm", "cr_img", "n1"])
def test_generated_documents(name):
    from simulators.clock import FrozenClock
    from simulators.documents import CR_BIO, DocumentFactory

    factory = DocumentFactory(random.Random(7), FrozenClock())
    built = factory.n1(CR_BIO) if name == "n1" else getattr(factory, name)()
    assert judges.cda_disagreements(built.content) == {}
    archive = factory.archive([factory.submission(built)])
    ours, theirs = metadata_disagreements(archive.content)
    assert ours == theirs


@saxon
@pytest.mark.parametrize("path", sorted((SHARED / "cda").glob("*.xml")), ids=lambda path: path.stem)
def test_official_samples(path):
    assert judges.cda_disagreements(path.read_bytes()) == {}


JUNK = ("zz", "20261340", "2", "X^Y", "1.2.3", "#nowhere", "fr-FRA", " ", "20260105", "")


def mutated(root, rng: random.Random) -> None:
    """Spoil one thing of a tree."""
    element = rng.choice([one for one in root.iter("*")][1:])
    parent = element.getparent()
    names = list(element.attrib)
    match rng.randrange(7):
        case 0:
            parent.remove(element)
        case 1 if names:
            del element.attrib[rng.choice(names)]
        case 2 | 3 if names:
            element.set(rng.choice(names), rng.choice(JUNK))
        case 4:
            parent.insert(parent.index(element), copy.deepcopy(element))
        case 5:
            parent.insert(0, element)
        case _:
            element.text = rng.choice(("", " ", "abc", "PID-7|2026", "x^^^&1.2.3&ISO^NH", "2a5" * 100))


@saxon
@pytest.mark.parametrize("seed", range(25))
def test_mutated_documents(seed):
    rng = random.Random(seed)
    root = etree.fromstring(DOCUMENTS[rng.choice(sorted(DOCUMENTS))]())
    for _ in range(3):
        mutated(root, rng)
    assert judges.cda_disagreements(etree.tostring(root)) == {}


@saxon
@pytest.mark.parametrize("seed", range(25))
def test_mutated_metadata(seed):
    rng = random.Random(seed)
    document = samples.cda()
    root = samples.metadata(document)
    for _ in range(2):
        mutated(root, rng)
    text = samples.text_of(root)
    if not etree.fromstring(text).findall("{*}RegistryObjectList"):
        pytest.skip("no list of objects is left: META-002 is the only rule")
    ours, theirs = metadata_disagreements(samples.archive(document=document, meta=text))
    assert ours == theirs


@pytest.mark.parametrize("name", [name for name in judges.PLAIN if name.startswith("cda-")])
def test_lxml_loads_the_files_in_xpath_1(name):
    held = judges.rules_of([name])
    assert judges.by_lxml([name], etree.fromstring(report())) == set()
    for rule_id in sorted(held & set(PLACES)):
        content = cda_example(rule_id, "failing")
        root = etree.fromstring(judges.cda_text(content))
        ours = {one.rule for one in check_cda(content).findings} & held
        assert judges.by_lxml([name], root) == ours, rule_id


def test_lxml_loads_the_metadata_file_in_xpath_1():
    (name,) = [name for name in judges.PLAIN if name.startswith("xdm-")]
    held = judges.rules_of([name])
    for rule_id in sorted(held - _OTHER_ROOT):
        archive = archive_example(rule_id, "failing")
        ours = {one.rule for one in check_xdm(archive).findings} & held
        assert judges.by_lxml([name], etree.fromstring(metadata_of(archive))) == ours, rule_id
