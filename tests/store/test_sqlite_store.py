"""The store on disk: what was accepted is there at the next start, also after kill -9."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulators.clock import FrozenClock
from simulators.store import MailStore, SqliteBackend, StoreError

ADDRESS = "dr.house@ch.mssante.fr"
MAIL = b"Subject: essai\r\n\r\nbonjour\x00\xff\r\n"


def reopened(path: Path) -> MailStore:
    return MailStore(FrozenClock(), backend=SqliteBackend(path))


def state(store: MailStore) -> object:
    return [
        (
            account.address,
            account.quota,
            sorted(account.subscriptions),
            [
                (
                    box.record(),
                    box.expunged,
                    [
                        (one.uid, one.content.read(), one.size, one.internal_date, one.flags, one.modseq)
                        for one in box.snapshot()
                    ],
                )
                for box in account
            ],
        )
        for account in store.accounts()
    ]


def test_everything_comes_back(tmp_path: Path) -> None:
    # Given a store that went through every kind of change
    path = tmp_path / "mail.db"
    store = reopened(path)
    account = store.create_account(ADDRESS, quota=10_000)
    for number in range(5):
        store.deliver(ADDRESS, MAIL + b"%d" % number, flags=["$MDNSent"] if number == 1 else [])
    inbox = store.mailbox(ADDRESS)
    inbox.set_flags({2: ["\\Seen", "$MDNSent"]})
    inbox.expunge([3])
    account.create("a/b")
    account.copy(inbox.snapshot()[:2], account.mailbox("Sent"))
    account.move(inbox.snapshot()[:1], inbox, account.mailbox("Trash"))
    account.rename("a", "z")
    account.create("gone")
    account.delete("gone")
    account.subscribe("Junk", False)
    account.set_quota(20_000)
    inbox.claim_recent(4)
    account.mailbox("Sent").renumber(store.uid_validity())
    before = state(store)
    store.close()
    # When it is opened again
    store = reopened(path)
    # Then
    assert state(store) == before
    assert store.deliver(ADDRESS, MAIL) == 6
    store.close()


def test_uid_validity_grows_over_restarts_even_when_the_mailbox_was_deleted(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    store = reopened(path)
    account = store.create_account(ADDRESS)
    first = account.create("x").uid_validity
    account.delete("x")
    store.close()
    store = reopened(path)
    assert store.account(ADDRESS).create("x").uid_validity > first
    store.close()


def contents(store: MailStore) -> int:
    return int(store._backend._do("SELECT count(*) FROM contents", ()).fetchone()[0])  # type: ignore[attr-defined]


def test_octets_are_shared_by_copies_and_go_after_their_last_message(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    store = reopened(path)
    account = store.create_account(ADDRESS)
    store.deliver(ADDRESS, MAIL)
    inbox, sent = store.mailbox(ADDRESS), store.mailbox(ADDRESS, "Sent")
    account.copy(inbox.snapshot(), sent)
    assert contents(store) == 1
    shown = inbox.snapshot()
    inbox.expunge([1])
    account.delete("Sent")
    assert shown[0].content.read() == MAIL, "a session may still show it"
    store.close()
    store = reopened(path)
    assert contents(store) == 0
    store.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = SqliteBackend(tmp_path / "mail.db")
    store = MailStore(FrozenClock(), backend=backend)
    store.create_account(ADDRESS)

    def full(mailbox: int, message: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(backend, "put_message", full)
        with pytest.raises(OSError, match="disk full"):
            store.deliver(ADDRESS, MAIL)
    assert store.messages(ADDRESS) == []
    assert store.deliver(ADDRESS, MAIL) == 1
    before = state(store)
    store.close()
    store = reopened(tmp_path / "mail.db")
    assert state(store) == before
    store.close()


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    store = reopened(tmp_path / "mail.db")
    store.create_account(ADDRESS)
    with pytest.raises(StoreError, match="another process"):
        SqliteBackend(tmp_path / "mail.db")
    store.close()


KILLED = """
import sys
from pathlib import Path
from simulators.clock import FrozenClock
from simulators.store import MailStore, SqliteBackend
store = MailStore(FrozenClock(), backend=SqliteBackend(Path(sys.argv[1])))
store.create_account("dr.house@ch.mssante.fr")
while True:
    print(store.deliver("dr.house@ch.mssante.fr", b"Subject: essai\\r\\n\\r\\nx\\r\\n" * 100), flush=True)
"""


def test_an_accepted_message_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    accepted = [int(process.stdout.readline()) for _ in range(50)]
    process.kill()
    rest, _ = process.communicate(timeout=20)
    accepted += [int(line) for line in rest.split()]
    store = reopened(path)
    there = {message.uid: message for message in store.messages(ADDRESS)}
    assert set(accepted) <= set(there)
    assert len(there) - len(accepted) <= 1, "at most the one that was being accepted"
    assert all(message.content.read().startswith(b"Subject: essai") for message in there.values())
    store.close()
