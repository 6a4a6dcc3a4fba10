"""What decides on which cases a variant is played: the fields that the reference product reads in each."""

from __future__ import annotations

import copy
from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.cases import CaseInfo
from harness.findings import Bilingual
from harness.selftest import running
from harness.selftest.matrix import compare, matrix
from harness.selftest.playing import REFERENCE_NAME, Play, play
from harness.selftest.reads import Reads
from harness.selftest.running import _by_length, _unplayed, affected, level_of, variants_up_to
from schemas.requirements import Level
from simulators.product import REFERENCE, VARIANTS, variant_named
from simulators.product.watched import WatchedBehaviour, but, changed_fields

MESSAGE_ID, BODY = "ECO.2.2.1/message-id", "ECO.2.2.4/body"
EXPIRED, EARLY = "ECO.1.1.5/expired-smtp", "ECO.1.1.5/not-yet-valid-smtp"


@pytest.fixture
def noted():
    return []


@pytest.fixture
def watched(noted):
    return WatchedBehaviour.of(REFERENCE, noted.append)


class TestWatchedBehaviour:
    def test_making_one_reads_nothing(self, watched, noted):
        assert noted == []
        assert isinstance(watched, type(REFERENCE))

    def test_a_field_is_noted_when_it_is_read(self, watched, noted):
        assert watched.body == "conforming"
        assert watched.nil == "once"
        assert noted == ["body", "nil"]

    @pytest.mark.parametrize(
        "reading",
        [lambda one: replace(one, nil="twice"), hash, vars],
        ids=["replace", "hash", "vars"],
    )
    def test_what_reads_all_at_once_notes_all(self, watched, noted, reading):
        reading(watched)
        every = changed_fields(REFERENCE, _all_different())
        assert every - {"nil"} <= set(noted)

    def test_a_copy_is_watched_as_well(self, watched, noted):
        again = copy.copy(watched)
        noted.clear()
        assert again.nil == "once"
        assert noted == ["nil"]

    def test_but_reads_nothing_and_leaves_the_rest_watched(self, watched, noted):
        calm = but(watched, before_starttls="smtp-auth")
        assert noted == []
        assert calm.before_starttls == "smtp-auth"
        assert noted == [], "the same for every product"
        assert calm.nil == "once"
        assert noted == ["nil"]

    def test_but_changes_an_ordinary_behaviour_too(self):
        assert but(REFERENCE, nil="twice") == replace(REFERENCE, nil="twice")


def _all_different():
    """Return something that equals the reference behaviour in no field."""

    class Other:
        def __getattr__(self, name):
            return object()

    return Other()


def _case(name, level):
    return CaseInfo(name, level, ("ECO.2.2.4",), frozenset(), frozenset(), frozenset(), Bilingual(name, name))


class TestReads:
    def test_each_case_has_its_own(self):
        reads = Reads()
        reads.begins("a")
        reads.note("nil")
        reads.begins("b")
        assert reads.by_case() == {"a": {"nil"}, "b": set()}

    def test_what_comes_before_the_first_case_counts_for_all(self):
        reads = Reads()
        reads.note("suites")
        reads.begins("a")
        reads.begins("b")
        assert reads.by_case() == {"a": {"suites"}, "b": {"suites"}}

    def test_what_a_control_reads_counts_for_each_case_that_rests_on_it(self):
        reads = Reads()
        reads.begins("a")
        reads.control_begins("a", "smtp/PER")
        reads.note("trust")
        reads.rests_on("a", "smtp/PER")
        reads.note("nil")
        reads.begins("b")
        reads.rests_on("b", "smtp/PER")
        reads.begins("c")
        assert reads.by_case() == {"a": {"trust", "nil"}, "b": {"trust"}, "c": set()}

    def test_a_control_may_rest_on_another(self):
        """A scene that several cases share first tries the connection, as a case of its own would."""
        reads = Reads()
        reads.begins("a")
        reads.control_begins("a", "scene/1")
        reads.note("body")
        reads.control_begins("scene/1", "smtp/PER")
        reads.note("trust")
        reads.rests_on("scene/1", "smtp/PER")
        reads.note("nil")
        reads.rests_on("a", "scene/1")
        reads.note("charset")
        reads.begins("b")
        reads.rests_on("b", "smtp/PER")
        reads.begins("c")
        reads.rests_on("c", "scene/1")
        scene = {"body", "trust", "nil"}
        assert reads.by_case() == {"a": {*scene, "charset"}, "b": {"trust"}, "c": scene}

    def test_a_control_that_breaks_counts_for_who_asked_and_not_for_the_next(self):
        reads = Reads()
        reads.begins("a")
        reads.control_begins("a", "smtp/PER")
        reads.note("trust")
        reads.begins("b")
        reads.note("nil")
        assert reads.by_case() == {"a": {"trust"}, "b": {"nil"}}


class TestSelection:
    def test_a_variant_is_played_where_its_field_is_read(self):
        reads = {MESSAGE_ID: frozenset({"nil", "suites"}), BODY: frozenset({"body", "suites"})}
        assert affected(variant_named("html-seul"), reads) == (BODY,)
        assert affected(variant_named("suites-par-defaut"), reads) == (MESSAGE_ID, BODY)
        assert affected(variant_named("avis-sans-detail"), reads) == ()

    def test_cases_of_higher_levels_are_played_only_where_the_lower_ones_do_not_suffice(self, monkeypatch):
        # Given a case of a higher level that judges the same requirement
        low, high = (
            SimpleNamespace(info=_case(BODY, "basic")),
            SimpleNamespace(info=_case("high", "advanced")),
        )
        monkeypatch.setattr(running, "packaged_cases", lambda: (low, high))
        both = {BODY: frozenset({"body"}), "high": frozenset({"body"})}
        # Then it is played only by a variant that the lower one cannot see
        html = variant_named("html-seul")
        assert affected(html, both) == (BODY,)
        assert affected(html, {**both, BODY: frozenset({"nil"})}) == ("high",)

    def test_the_longest_plays_come_first_and_thorough_plays_all(self):
        reads = {MESSAGE_ID: frozenset({"suites"}), BODY: frozenset({"body", "suites"})}
        reference = Play(REFERENCE_NAME, "AUTRE", {}, ("basic",), {}, 1.0, reads=reads)
        variants = [variant_named("html-seul"), variant_named("suites-par-defaut")]
        chosen = [(one.name, only) for one, only in _by_length(variants, reference, thorough=False)]
        assert chosen == [("suites-par-defaut", (MESSAGE_ID, BODY)), ("html-seul", (BODY,))]
        assert [only for _, only in _by_length(variants, reference, thorough=True)] == [None, None]

    def test_nothing_is_left_out_on_the_word_of_a_reference_play_that_broke(self):
        broken = Play(REFERENCE_NAME, "AUTRE", {}, (), {}, 0.0, "exit 3")
        assert [only for _, only in _by_length([variant_named("html-seul")], broken, thorough=False)] == [
            None
        ]

    def test_a_variant_that_no_case_can_see_survives(self):
        html = variant_named("html-seul")
        difference = compare(html, _unplayed(html, Play(REFERENCE_NAME, "AUTRE", {}, (), {}, 1.0)))
        assert difference
        assert "body" in difference.trouble

    def test_every_variant_belongs_to_a_level(self):
        for variant in VARIANTS.values():
            assert level_of(variant) in {Level.BASIC, Level.INTERMEDIATE, Level.ADVANCED}
        assert set(variants_up_to("advanced")) == set(VARIANTS.values())
        assert variant_named("html-seul") in variants_up_to("basic")

    def test_the_matrix_says_what_was_played_and_what_the_reference_answers_for(self):
        html = variant_named("html-seul")
        both = {MESSAGE_ID: "passed", BODY: "passed"}
        judged = frozenset({"ECO.2.2.1", "ECO.2.2.4"})
        reference = Play(REFERENCE_NAME, "AUTRE", {}, ("basic",), {}, 1.0, results=both, judged=judged)
        verdicts = {"ECO.2.2.1": "not-tested", "ECO.2.2.4": "failed"}
        only = {BODY: "failed"}
        here = frozenset({"ECO.2.2.4"})
        played = Play(html.name, "AUTRE", verdicts, (), {}, 0.2, results=only, judged=here)
        told = matrix("basic", [html], [reference, played], 1.2).to_json()["plays"]
        assert told == [
            {
                "variant": "html-seul",
                "corridor": "AUTRE",
                "verdicts": {"ECO.2.2.1": "not replayed", "ECO.2.2.4": "failed"},
                "played": [BODY],
                "unaffected": [MESSAGE_ID],
                "duration_s": 0.2,
            }
        ]


class TestRealPlays:
    def test_the_reads_of_real_cases(self):
        """Two refusals rest on one control, which the first of them plays: both owe it what it reads."""
        played = play(REFERENCE_NAME, "basic", only=[MESSAGE_ID, EXPIRED, EARLY])
        assert played.trouble == ""
        assert set(played.results.values()) == {"passed"}
        reads = played.reads
        assert {"message_id", "nil", "suites"} <= reads[MESSAGE_ID]
        assert not {"reply_headers", "checks_validity", "app_mention"} & reads[MESSAGE_ID]
        for refused in (EXPIRED, EARLY):
            assert {"checks_validity", "bearer_gap"} <= reads[refused]
            assert "message_id" not in reads[refused]

    def test_a_variant_played_on_its_cases_alone_dies_as_declared(self):
        html = variant_named("html-seul")
        played = play(html.name, "basic", only=[BODY])
        assert (played.trouble, dict(played.results)) == ("", {BODY: "failed"})
        assert compare(html, played) is None
