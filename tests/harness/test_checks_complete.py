"""Every published rule on the wire and on mails is shown to pass and to fail."""

from __future__ import annotations

import mail_examples
import pytest
import wire_examples

from schemas.rules import rules

FAMILIES = ("tls", "smtp", "imap", "auth", "session", "psc", "autoconfig", "dsn", "mail")
PUBLISHED = sorted(rule.id for family in FAMILIES for rule in rules().of_family(family))


@pytest.mark.parametrize("rule", PUBLISHED)
def test_a_published_rule_has_an_example_of_each_side(rule):
    for name, examples in (
        ("passing", [mail_examples.PASSING, wire_examples.PASSING]),
        ("failing", [mail_examples.FAILING, wire_examples.FAILING]),
    ):
        assert any(group.get(rule) for group in examples), f"{rule} has no {name} example"


def test_no_example_is_of_a_rule_that_is_not_published():
    shown = {*mail_examples.FAILING, *wire_examples.FAILING, *mail_examples.PASSING, *wire_examples.PASSING}
    assert sorted(shown) == PUBLISHED
