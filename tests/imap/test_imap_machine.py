"""Random sessions on our server and Dovecot at once: the same answers, the same mailboxes at the end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from imap_bench import Bench, Client, MakeBench
from imap_dovecot import Dovecot
from imap_normalise import responses
from test_imap_oracle import Connect, connect_ours, connect_theirs, converse

USERS = itertools.count()
SESSIONS = st.sampled_from(["one", "two"])
FLAGS = st.sampled_from(["\\Seen", "\\Deleted", "\\Flagged", "\\Answered", "$MDNSent", "Cle"])
SAMPLES = st.sampled_from(["plain", "words", "multi"])
BOXES = st.sampled_from(["INBOX", "Sent", "Trash"])


def comparable(said: list[Any]) -> list[Any]:
    """Leave out FLAGS and what is recent."""
    kept: list[Any] = []
    for one in said:
        if one[0] == "FETCH":
            pairs = tuple(
                (name, tuple(flag for flag in value if flag != b"\\Recent") if name == "FLAGS" else value)
                for name, value in one[2]
            )
            kept.append((*one[:2], pairs))
        elif one[0] not in {"FLAGS", "PERMANENTFLAGS"} and one[1:] != (b"RECENT",):
            kept.append(one)
    return kept


class Sessions(RuleBasedStateMachine):
    """Two sessions of one user on each server, doing the same things in the same order."""

    ours: ClassVar[Connect]
    theirs: ClassVar[Connect]

    @initialize()
    def connect(self) -> None:
        user = f"machine{next(USERS)}"
        self.clients: dict[str, tuple[Client, Client]] = {
            name: (type(self).ours(user), type(self).theirs(user)) for name in ("one", "two")
        }
        self.selected: dict[str, bool] = {"one": False, "two": False}
        self.said: list[str] = []
        for name in ("one", "two"):
            self.both(name, "APPEND INBOX @plain")
            self.both(name, "SELECT INBOX")

    def both(self, name: str, command: str, *, whole: bool = True) -> list[Any]:
        """Do a command on both servers; compare the tagged answer, and with `whole` everything.

        Except FLAGS (Dovecot makes a keyword by searching for it, a listed difference), and what is recent:
        with several sessions RFC 3501 §2.3.2 leaves it open who sees a message as such.
        """
        self.said.append(f"{name}: {command}")
        mine, others = (responses(converse(client, command)) for client in self.clients[name])
        mine, others = comparable(mine), comparable(others)
        if whole:
            assert mine == others, (self.said, mine, others)
        assert mine[-1] == others[-1], (self.said, mine, others)
        return mine

    @rule(name=SESSIONS, box=BOXES, sample=SAMPLES, flag=FLAGS)
    def append(self, name: str, box: str, sample: str, flag: str) -> None:
        self.both(name, f"APPEND {box} ({flag}) @{sample}")

    @rule(name=SESSIONS, number=st.integers(1, 5), sign=st.sampled_from(["+", "-", ""]), flag=FLAGS)
    def store(self, name: str, number: int, sign: str, flag: str) -> None:
        # Dovecot leaves out messages whose flags did not change, which is a listed difference.
        self.both(name, f"UID STORE {number}:* {sign}FLAGS ({flag})", whole=False)

    @rule(name=SESSIONS)
    def expunge(self, name: str) -> None:
        self.both(name, "EXPUNGE")

    @rule(name=SESSIONS, number=st.integers(1, 6), verb=st.sampled_from(["COPY", "MOVE"]), box=BOXES)
    def transfer(self, name: str, number: int, verb: str, box: str) -> None:
        self.both(name, "NOOP")
        self.both(name, f"UID {verb} {number} {box}", whole=False)

    @rule(name=SESSIONS, box=BOXES)
    def select(self, name: str, box: str) -> None:
        # RECENT goes to whichever session looks first, in an order that no RFC fixes.
        self.both(name, f"SELECT {box}", whole=False)

    @rule(name=SESSIONS)
    def look(self, name: str) -> None:
        self.both(name, "NOOP")
        self.both(name, "FETCH 1:* (UID FLAGS)")

    @rule(name=SESSIONS, flag=st.sampled_from(["SEEN", "DELETED", "KEYWORD $MDNSent", "UNFLAGGED", "1:3"]))
    def search(self, name: str, flag: str) -> None:
        self.both(name, "NOOP")
        self.both(name, f"UID SEARCH {flag}")

    def teardown(self) -> None:
        if not hasattr(self, "clients"):
            return
        try:
            for name in ("one", "two"):
                self.both(name, "NOOP", whole=False)
            for box in ("INBOX", "Sent", "Trash"):
                self.both("one", f"STATUS {box} (MESSAGES UIDNEXT UNSEEN SIZE)")
                self.both("one", f"EXAMINE {box}", whole=False)
                self.both("one", "UID FETCH 1:* (FLAGS RFC822.SIZE)")
        finally:
            for pair in self.clients.values():
                for client in pair:
                    client.close()


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    if not Dovecot.available():
        pytest.skip("dovecot is not installed")
    with Dovecot(in_memory=True) as running:
        yield running


def test_random_sessions_end_with_the_same_mailboxes(dovecot: Dovecot, make_bench: MakeBench) -> None:
    bench: Bench
    bench, ours = connect_ours(make_bench)

    class Machine(Sessions):
        pass

    Machine.ours = staticmethod(ours)
    Machine.theirs = staticmethod(connect_theirs(dovecot))
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not bench.journal.events("t1", name="defect")
