"""Scenes with a live product: played once whatever the number of cases, and told where they came from."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter

import pytest
from plugin_world import Bed, only, reference

from harness.casebook import packaged_cases
from harness.drivers import Answer
from harness.selftest.inprocess import InProcessDriver
from harness.selftest.matrix import automated
from harness.specimens import catalogue
from harness.specimens.scene import Scene
from reports.exchange import gather
from reports.reading import read_record
from schemas.rules import rules
from simulators.product import Product, variant_named

HASH, SIZE, SUBJECT = "X-XDM-14/hash", "X-XDM-15/size", "ECO.2.1.3/subject"
DRAFT, CONTENT = "ECO.2.1.1/draft", "ECO.2.1.1/content"


@pytest.fixture
def bed(tmp_path, monkeypatch):
    made = Bed(tmp_path, monkeypatch)
    made.text = re.sub(
        r"(?m)^documents = .*\n", "", made.text.replace('level = "basic"', 'level = "advanced"')
    )
    return made


class Changed:
    """The reference product with some of its answers changed, and a count of what it was asked."""

    def __init__(self, change=None):
        self.change = change or (lambda action, params: None)
        self.asked = Counter()

    def __call__(self, profile, journal, worker):
        driver = reference(profile, journal, worker)
        real = driver.call

        def call(action, params, deadline_s, *, tenant=""):
            self.asked[action] += 1
            return self.change(action, params) or real(action, params, deadline_s, tenant=tenant)

        driver.call = call
        return driver


def test_a_scene_is_played_once_for_all_cases(bed):
    # Given three cases that rest on the same three scenes
    product = Changed()

    # When they are played
    run = bed.run(*only(HASH, SIZE, SUBJECT), drive=product)

    # Then an N1, an N3, two documents and two of one type left, once each
    assert run.code == 0, run.output
    assert product.asked["send_documents"] == 4
    cases = [run.case(name) for name in (HASH, SIZE, SUBJECT)]
    assert len({case["tenant"] for case in cases}) == 1
    assert all(set(case["evidence"]) <= set(run.record["evidence"]) for case in cases)

    # And each case shows the exchange that it judged
    record = read_record(run.folder / "run.json")
    kept = gather(record).cases
    assert [len(kept[case.id].events()) > 10 for case in record.cases] == [True, True, True]


def test_a_form_that_the_product_does_not_make_is_left_out(bed):
    def n1_alone(action, params):
        asked = params.get("documents", ())
        if action == "send_documents" and any(one["format"] == "N3" for one in asked):
            return Answer("unsupported", {}, "N1 seulement")
        return None

    run = bed.run(*only(HASH, CONTENT), drive=Changed(n1_alone))
    assert run.results == {HASH: "passed", CONTENT: "passed"}, run.output


def test_a_product_that_sends_no_document_is_not_tested(bed):
    def nothing(action, params):
        return Answer("unsupported", {}, "pas ici") if action == "send_documents" else None

    run = bed.run(*only(HASH, CONTENT, DRAFT), drive=Changed(nothing))
    assert run.results == {HASH: "not-tested", CONTENT: "not-tested", DRAFT: "not-applicable"}
    assert "pas ici" in run.case(HASH)["reason"]["fr"]


def test_a_sending_that_fails_fails_the_content_alone(bed):
    def broken(action, params):
        return Answer("failed", {}, "base verrouillée") if action == "send_documents" else None

    run = bed.run(*only(HASH, CONTENT), drive=Changed(broken))
    assert run.results == {HASH: "not-tested", CONTENT: "failed"}
    assert {one["rule"] for one in run.case(CONTENT)["findings"]} == {"SEND-001"}
    assert "base verrouillée" in run.case(HASH)["reason"]["fr"]


def test_a_product_that_says_sent_and_sends_nothing(bed):
    def silent(action, params):
        return Answer("done", {}) if action == "send_documents" else None

    run = bed.run(*only(CONTENT), drive=Changed(silent))
    assert {one["rule"] for one in run.case(CONTENT)["findings"]} == {"SEND-001"}


def test_a_product_that_hangs_in_a_scene_fails_each_case_for_itself(bed):
    # Given a product that does not answer in time when it has to send documents
    path = bed.profile(replace={"timeout_s = 10": "timeout_s = 0.2"})
    waiting = threading.Event()

    def drive(profile, journal, worker):
        driver = reference(profile, journal, worker)
        real = driver._product.handle

        def handle(request):
            if request["action"] == "send_documents":
                waiting.wait(3)
            return real(request)

        driver._product.handle = handle
        return driver

    # When two cases rest on that scene
    run = bed.run("--vendor-profile", str(path), *only(HASH, SUBJECT), drive=drive)
    waiting.set()

    # Then each fails with its own requirement
    for name in (HASH, SUBJECT):
        case = run.case(name)
        assert case["result"] == "failed", run.output
        assert {one["rule"] for one in case["findings"]} == {"DRV-002"}
        assert case["findings"][0]["requirements"] == case["requirements"]


def test_a_fault_is_told_with_the_sending_that_shows_it(bed):
    def drive(profile, journal, worker):
        product = Product(variant_named("code-du-premier-seul").behaviour)
        return InProcessDriver(product, journal, profile.driver.timeout_s, worker)

    run = bed.run(*only("ECO.2.4.1/codes"), drive=drive)
    found = run.case("ECO.2.4.1/codes")["findings"]
    assert {one["found"].partition(" : ")[0] for one in found} >= {"deux documents dans un courriel"}
    assert json.loads((run.folder / "run.json").read_text("utf-8"))["cases"][0]["steps"]


SENDING = [
    one
    for one in automated("advanced")
    if one.level == "advanced" and one.direction == "send" and one.theme.id != "hl7"
]


@pytest.mark.parametrize("requirement", SENDING, ids=lambda one: one.id)
def test_a_requirement_on_sending_has_a_case_and_a_rule(requirement):
    infos = [case.info for case in packaged_cases() if requirement.id in case.info.requirements]
    assert infos
    assert any(info.scenes for info in infos)
    assert any(requirement.id in rule.requirements for rule in rules())


def test_scenes_are_told_apart():
    scenes = [one for one in vars(catalogue).values() if isinstance(one, Scene)]
    assert len({scene.key for scene in scenes}) == len(scenes)
    assert len({scene.name.fr for scene in scenes}) == len({scene.name.en for scene in scenes}) == len(scenes)
    assert all((scene.shows is None) or scene.put or scene.play for scene in scenes)
    played = {key for case in packaged_cases() for key in case.info.scenes}
    assert played == {scene.key for scene in scenes if scene.play is not None}
