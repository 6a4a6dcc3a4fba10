"""Products that do a part: they send only, read only, or open a link for each action.

What such a product cannot do by its nature must never stand between it and a level.
"""

from __future__ import annotations

import pytest
from plugin_world import Bed, only, reference

from harness.casebook import packaged_cases
from harness.drivers import Answer, Capabilities
from harness.plan import plan_run
from harness.profile import load_profile
from schemas.requirements import catalogue

SENDING, READING = {"send"}, {"list", "fetch"}
ANYWAY = {"describe", "configure", "connect", "disconnect", "status", "files", "advance"}
REOPENED, REPLY = "ECO.1.2.7/closed-by-operator", "ECO.2.4.3/reply"
TOKEN, GOES_ON = "ECO.1.2.5/no-token-on-disk", "X-PSC-02/messaging-goes-on"
AWAITED, BEFORE, AFTER = (
    "ECO.1.2.1/acceptance-awaited", "X-PSC-02/just-before-expiry", "X-PSC-02/just-after-expiry"
)  # fmt: skip
BOTH = 'roles = ["send", "receive"]'


@pytest.fixture
def bed(tmp_path, monkeypatch):
    return Bed(tmp_path, monkeypatch)


def planned(path, actions):
    cases = [case.info for case in packaged_cases()]
    return plan_run(cases, catalogue(), load_profile(path), Capabilities(frozenset(actions)))


@pytest.mark.parametrize("mailboxes", ['["PER"]', '["ORG"]', '["APP"]', '["PER", "ORG", "APP"]'])
@pytest.mark.parametrize(
    ("role", "integration", "actions"),
    [("send", "client", SENDING), ("send", "send-function", SENDING), ("receive", "client", READING)],
)
def test_a_product_that_can_do_all_of_its_role_is_asked_nothing_else(
    bed, role, integration, actions, mailboxes
):
    path = bed.profile(
        replace={
            BOTH: f'roles = ["{role}"]',
            '["PER", "ORG", "APP"]': mailboxes,
            '"client"': f'"{integration}"',
        }
    )
    impossible = planned(path, ANYWAY | actions).of_mode("impossible")
    must = {
        identifier
        for item in impossible
        for identifier in item.requirements
        if catalogue().get(identifier).strength == "MUST"
    }
    assert must == set()


def test_a_product_that_sends_and_reads_is_asked_to_reply(bed):
    plan = planned(bed.profile(), ANYWAY | SENDING | READING)
    assert plan.impossible(REPLY) is not None
    assert planned(bed.profile(), ANYWAY | SENDING | READING | {"reply"}).impossible(REPLY) is None


class EachTimeAnew:
    """The reference product behind a driver that has no `connect` and leaves after each action."""

    def __init__(self, inner, actions):
        self._inner, self._actions = inner, actions

    def describe(self):
        told = self._inner.describe()
        return Capabilities(frozenset(self._actions), told.parameters, clock=told.clock)

    def call(self, action, params, timeout_s, *, tenant=""):
        answer = self._inner.call(action, params, timeout_s, tenant=tenant)
        if action in SENDING | READING:
            self._inner.call("disconnect", {}, timeout_s, tenant=tenant)
        return answer

    def close(self):
        self._inner.close()


@pytest.mark.parametrize(("role", "actions"), [("send", SENDING), ("receive", READING)])
def test_without_connect_the_action_that_opens_a_link_stands_for_it(bed, role, actions):
    bed.profile(replace={BOTH: f'roles = ["{role}"]'})

    def drive(*args):
        return EachTimeAnew(reference(*args), {"configure", "status", "files", "advance"} | actions)

    run = bed.run(*only(TOKEN, GOES_ON, REOPENED), drive=drive)
    assert run.results == dict.fromkeys((TOKEN, GOES_ON, REOPENED), "passed")


def test_an_smtp_session_that_stays_open_is_not_closed_by_the_bench(bed):
    bed.profile(replace={BOTH: 'roles = ["send"]'})
    run = bed.run(*only(REOPENED))
    assert run.case(REOPENED)["result"] == "not-tested"
    assert "SMTP" in run.case(REOPENED)["reason"]["fr"]


class NoDisconnect(EachTimeAnew):
    """The reference product behind a driver that cannot end its sessions, which stay open."""

    def call(self, action, params, timeout_s, *, tenant=""):
        return self._inner.call(action, params, timeout_s, tenant=tenant)


def test_without_disconnect_a_product_that_leaves_by_itself_is_judged_the_same(bed):
    run = bed.run(
        *only(AWAITED, BEFORE, AFTER),
        drive=lambda *args: EachTimeAnew(reference(*args), {"configure", "send", "advance"}),
    )
    assert run.results == dict.fromkeys((AWAITED, BEFORE, AFTER), "passed")


def test_without_disconnect_a_session_that_stays_open_is_said_not_tested(bed):
    run = bed.run(
        *only(AWAITED, BEFORE, AFTER),
        drive=lambda *args: NoDisconnect(reference(*args), {"configure", "connect", "send", "advance"}),
    )
    assert run.results == dict.fromkeys((AWAITED, BEFORE, AFTER), "not-tested")
    assert all("disconnect" in run.case(one)["reason"]["fr"] for one in (AWAITED, BEFORE, AFTER))


class NeverBack(EachTimeAnew):
    """It opens its first link, and none after it."""

    _opened = False

    def call(self, action, params, timeout_s, *, tenant=""):
        if action in SENDING | READING:
            if self._opened:
                return Answer("failed", {}, "une seule fois")
            self._opened = True
        return super().call(action, params, timeout_s, tenant=tenant)


@pytest.mark.parametrize(("role", "actions"), [("send", SENDING), ("receive", READING)])
def test_a_product_that_does_not_come_back_fails(bed, role, actions):
    bed.profile(replace={BOTH: f'roles = ["{role}"]'})
    run = bed.run(
        *only(REOPENED), drive=lambda *args: NeverBack(reference(*args), {"configure", "status"} | actions)
    )
    assert run.results == {REOPENED: "failed"}


@pytest.mark.parametrize(("case", "result"), [(BEFORE, "warning"), (AFTER, "failed")])
def test_a_mail_that_does_not_go_near_the_expiry_is_told(bed, case, result):
    run = bed.run(
        *only(case), drive=lambda *args: NeverBack(reference(*args), {"configure", "send", "advance"})
    )
    assert run.results == {case: result}  # SESSION-011 is an inferred rule: it warns
