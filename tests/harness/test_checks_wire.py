"""The rules on connections, sign-in, autoconfiguration and storage, both sides of each."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_examples import APP, BAL, FAILING, JSON_LIKE, MUST_CONNECT, MUST_REFUSE, PASSING, event, link, smtp

from harness import casebook
from harness.artefacts.connections import connections
from harness.checks import authentication, autoconfig, psc, refusal, revocation, session, starttls, tls
from harness.drivers import Answer
from harness.findings import Severity
from schemas.rules import rules


def flat(examples):
    return [pytest.param(rule, judged, id=f"{rule}: {name}") for rule, group in sorted(examples.items())
            for name, judged in group.items()]  # fmt: skip


@pytest.mark.parametrize(("rule", "judged"), flat(PASSING))
def test_a_tolerated_form_is_not_accused(rule, judged):
    assert [(found.rule, found.found) for found in judged()] == []


@pytest.mark.parametrize(("rule", "judged"), flat(FAILING))
def test_a_fault_is_found_under_its_own_rule(rule, judged):
    found = list(judged())
    assert {one.rule for one in found} == {rule}
    for one in found:
        assert one.requirements == rules()[rule].requirements
        assert one.severity == Severity(rules()[rule].effective_severity)
        assert one.expected


@pytest.mark.parametrize("rule", [*MUST_REFUSE, *MUST_CONNECT])
def test_the_rules_of_refusal_and_connection_are_played_by_a_case(rule):
    written = "".join(path.read_text("utf-8") for path in casebook.testcases_folder().rglob("test_*.py"))
    assert f'"{rule}"' in written


# --- the artefact ----------------------------------------------------------------------------------


def test_commands_under_tls_are_those_after_it_was_established():
    one = link("smtp", "EHLO x", "STARTTLS", "TLS", "EHLO x", "AUTH XOAUTH2", "ok:XOAUTH2")
    assert [(command.verb, command.tls) for command in one.commands] == [
        ("EHLO", False),
        ("STARTTLS", False),
        ("EHLO", True),
        ("AUTH", True),
    ]
    assert [command.verb for command in one.committed()] == ["AUTH"]


def test_uid_commands_have_the_verb_of_what_they_do():
    assert link("imap", "UID FETCH 1", "uid search ALL").verbs == ("FETCH", "SEARCH")


def test_the_state_of_a_connection():
    open_, closed = smtp(), smtp("QUIT", "close")
    assert (open_.authenticated, open_.under_tls, open_.closed) == (True, True, None)
    assert closed.closed is not None
    refused = link("smtp", "EHLO x", "STARTTLS", "TLS", "AUTH XOAUTH2", "no:token-expired")
    assert (refused.authenticated, refused.auths[0].reason) == (False, "token-expired")


def test_events_are_grouped_by_connection_and_protocol():
    events = [
        *link("smtp", "EHLO x", "TLS", identifier="s1").events,
        *link("imap", "ID", identifier="i1").events,
        *link("smtp", "QUIT", identifier="s2").events,
        event("oauth", "token-request"),
        event("tls", "client-hello", "never-spoke"),
    ]
    assert [one.id for one in connections(events, "smtp")] == ["s1", "s2"]
    assert [one.id for one in connections(events, "imap")] == ["i1"]
    assert connections(events, "smtp")[0].under_tls


# --- arbitrary events ------------------------------------------------------------------------------

_keys = st.sampled_from(
    [
        "command",
        "name",
        "mechanism",
        "user",
        "verdict",
        "reason",
        "initial_response",
        "length",
        "tls",
        "suites",
        "form_problems",
        "token_sha256",
        "client_certificate",
        "scope",
        "acr_values",
        "response_type",
        "state",
        "grant_type",
        "kind",
        "path",
        "headers",
    ]
)
_json = st.one_of(st.sampled_from(JSON_LIKE), st.text(max_size=8), st.lists(st.integers(), max_size=3))
_events = st.lists(
    st.builds(
        lambda protocol, name, connection, data, target: event(
            protocol, name, connection, data=data, target=target
        ),
        st.sampled_from(["smtp", "imap", "tls", "mail", "oauth", "http"]),
        st.sampled_from(
            [
                "connect",
                "command",
                "auth",
                "client-hello",
                "established",
                "alert",
                "close",
                "request",
                "authorization-request",
                "ciba-request",
                "token-request",
                "message",
            ]
        ),
        st.sampled_from(["", "c1", "c2"]),
        st.dictionaries(_keys, _json, max_size=6),
        st.sampled_from(["operator", "pki", "autoconfig", "psc"]),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(_events, st.sampled_from(["smtp", "imap"]), st.sampled_from(["done", "failed", "refused"]))
def test_no_events_make_a_connection_or_its_checks_raise(events, protocol, status):
    links = connections(events, protocol)
    answer = Answer(status, {}, "détail")
    found = [
        *refusal.accepted_anyway(answer, links, "TLS-021", "refus"),
        *refusal.not_connected(answer, links, "TLS-001", "connexion"),
        *starttls.injected_answer_ignored(links),
        *session.ended(links, 1),
        *session.reopened((), links, 1),
        *session.left_properly(links),
        *psc.recognised_flow(events),
        *psc.protected(events),
        *psc.acr_values(events, "PSC-002"),
        *psc.scope(events),
        *psc.renewed(events, links),
        *psc.no_expired_token(links),
        *psc.signed_out(events),
        *autoconfig.document_read(events, "h"),
        *autoconfig.ports_followed(events, links),
        *autoconfig.follow_up_seen(events, links),
        *revocation.revocation_queried(events),
    ]
    for one in links:
        assert one.protocol == protocol
        found += [
            *starttls.starttls_first(one),
            *starttls.nothing_in_clear(one),
            *starttls.mailbox_read(one),
            *authentication.xoauth2(one, BAL),
            *authentication.applicative(one, APP),
            *tls.only_allowed_suites(one),
        ]
        if protocol == "smtp":
            found += starttls.greeting_repeated(one)
    assert all(item.rule in rules() for item in found)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("CS"), st.binary(max_size=40)), max_size=12))
def test_no_transcript_makes_the_reading_of_patience_raise(chunks):
    from simulators.wire.transcript import Transcript

    kept = Transcript(1000)
    for direction, octets in chunks:
        kept.add(direction, octets, 0.0, tls=True)
    for protocol in ("smtp", "imap"):
        list(authentication.patience(link(protocol, "TLS"), kept.to_bytes()))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_where_a_line_is_cut_changes_nothing(data):
    """The same octets in other TLS records give the same judgement."""
    from wire_examples import transcript

    said = [("C", "AUTH XOAUTH2 dXNlcj1jbGFpcmU=|"), ("S", "235 2.7.0 ok|"), ("C", "MAIL FROM:<a>|")]
    hasty = [("C", "AUTH XOAUTH2 dXNlcj1jbGFpcmU=|MAIL FROM:<a>|"), ("S", "235 2.7.0 ok|")]
    for exchange, expected in ((said, set()), (hasty, {"AUTH-004"})):
        chunks = []
        for direction, text in exchange:
            cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=4)))
            for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
                chunks.append(f"{direction} {text[start:end]}")
        found = authentication.patience(link("smtp", "TLS"), transcript(*chunks))
        assert {one.rule for one in found} == expected


def test_an_authentication_begun_and_left_is_not_called_another_mechanism():
    (left,) = authentication.xoauth2(link("smtp", "TLS", "EHLO x", "AUTH XOAUTH2"), BAL)
    (other,) = authentication.xoauth2(link("smtp", "TLS", "EHLO x", "AUTH LOGIN"), BAL)
    assert (left.expected, left.found) == (
        "XOAUTH2 mené à son terme",
        "AUTH XOAUTH2, sans réponse SASL lisible ensuite",
    )
    assert (other.expected, other.found) == ("AUTH XOAUTH2", "AUTH LOGIN")
