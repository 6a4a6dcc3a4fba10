"""The mailbox store: UIDs, flags, modification sequences, hierarchy, quota, watchers."""

import asyncio
import threading

import pytest

from simulators.clock import FrozenClock
from simulators.store import (
    InvalidMailboxName,
    MailboxExists,
    MailStore,
    NotAllowed,
    QuotaExceeded,
    UnknownAccount,
    UnknownMailbox,
)

ADDRESS = "dr.house@ch.mssante.fr"
MAIL = b"Subject: essai\r\n\r\nbonjour\r\n"


@pytest.fixture
def store() -> MailStore:
    store = MailStore(FrozenClock())
    store.create_account(ADDRESS)
    return store


def test_delivery_numbers_messages_and_keeps_the_octets(store: MailStore) -> None:
    assert [store.deliver(ADDRESS, MAIL), store.deliver(ADDRESS.upper(), b"\xff\x00")] == [1, 2]
    first, second = store.messages(ADDRESS)
    assert (first.content.read(), second.content.read()) == (MAIL, b"\xff\x00")
    assert first.internal_date == store.clock.now()
    assert first.modseq < second.modseq


def test_uids_are_never_given_twice(store: MailStore) -> None:
    store.deliver(ADDRESS, MAIL)
    inbox = store.mailbox(ADDRESS)
    inbox.expunge([1])
    assert store.deliver(ADDRESS, MAIL) == 2
    assert inbox.expunged_since(0) == [1]
    assert inbox.expunged_since(inbox.highest_modseq) == []


def test_unknown_names_are_refused(store: MailStore) -> None:
    with pytest.raises(UnknownAccount, match="open it first"):
        store.deliver("personne@ch.mssante.fr", MAIL)
    with pytest.raises(UnknownMailbox):
        store.deliver(ADDRESS, MAIL, mailbox="Nulle part")
    with pytest.raises(MailboxExists):
        store.create_account(ADDRESS.upper())


def test_uid_validity_only_grows_when_a_name_comes_back(store: MailStore) -> None:
    account = store.account(ADDRESS)
    first = account.create("Patients").uid_validity
    account.delete("Patients")
    assert account.create("Patients").uid_validity > first


def test_hierarchy(store: MailStore) -> None:
    account = store.account(ADDRESS)
    account.create("a/b/c")
    assert account.mailbox("a/b").selectable
    account.rename("a", "z/y")
    assert account.find("z/y/b/c") is not None
    assert account.find("a") is None
    account.delete("z/y/b")
    remains = account.find("z/y/b")
    assert remains is not None and not remains.selectable
    with pytest.raises(NotAllowed):
        account.delete("z/y/b")
    with pytest.raises(NotAllowed):
        account.delete("inbox")
    with pytest.raises(NotAllowed):
        account.rename("z", "z/w")


def test_renaming_inbox_moves_its_messages(store: MailStore) -> None:
    store.deliver(ADDRESS, MAIL)
    account = store.account(ADDRESS)
    account.rename("INBOX", "Ancien")
    assert len(store.messages(ADDRESS, "Ancien")) == 1
    assert store.messages(ADDRESS) == []


@pytest.mark.parametrize("name", ["", "/", "a//b", "a\x00", "é" * 600, "/".join("a" * 30), "a\ud800"])
def test_impossible_names(store: MailStore, name: str) -> None:
    with pytest.raises(InvalidMailboxName):
        store.account(ADDRESS).create(name)


def test_quota(store: MailStore) -> None:
    store.account(ADDRESS).set_quota(len(MAIL) * 2)
    store.deliver(ADDRESS, MAIL)
    store.deliver(ADDRESS, MAIL)
    with pytest.raises(QuotaExceeded):
        store.deliver(ADDRESS, MAIL)
    store.mailbox(ADDRESS).expunge([1])
    assert store.deliver(ADDRESS, MAIL) == 3


def test_keywords_keep_their_first_spelling(store: MailStore) -> None:
    store.deliver(ADDRESS, MAIL, flags=["$MDNSent", "\\SEEN"])
    inbox = store.mailbox(ADDRESS)
    assert inbox.messages[1].flags == {"$MDNSent", "\\Seen"}
    assert inbox.set_flags({1: ["$mdnsent", "\\Seen"], 99: []}) == []
    inbox.set_flags({1: ["$mdnsent"]})
    assert inbox.messages[1].flags == {"$MDNSent"}


def test_keywords_are_bounded(store: MailStore) -> None:
    with pytest.raises(NotAllowed):
        store.deliver(ADDRESS, MAIL, flags=[f"k{i}" for i in range(1000)])
    assert store.messages(ADDRESS) == []


def test_moving_keeps_flags_and_date(store: MailStore) -> None:
    store.deliver(ADDRESS, MAIL, flags=["\\Flagged"])
    account = store.account(ADDRESS)
    source, target = account.mailbox("INBOX"), account.mailbox("Trash")
    (moved,) = account.move(source.snapshot(), source, target)
    assert (moved.flags, len(source.messages), len(target.messages)) == ({"\\Flagged"}, 0, 1)


def test_a_watcher_is_told_in_its_loop_whichever_thread_delivers(store: MailStore) -> None:
    async def scenario() -> list[int]:
        woken = asyncio.Event()
        threads: list[int] = []

        def wake() -> None:
            threads.append(threading.get_ident())
            woken.set()

        watch, present = store.mailbox(ADDRESS).watch(asyncio.get_running_loop(), wake)
        assert present == []
        thread = threading.Thread(target=store.deliver, args=(ADDRESS, MAIL))
        thread.start()
        await asyncio.wait_for(woken.wait(), 5)
        thread.join()
        assert threads == [threading.get_ident()]
        uids = [message.uid for message in watch.take().arrived]
        assert not watch.pending
        store.mailbox(ADDRESS).unwatch(watch)
        store.deliver(ADDRESS, MAIL)
        assert not watch.pending
        return uids

    assert asyncio.run(scenario()) == [1]


def test_renumbering(store: MailStore) -> None:
    for _ in range(3):
        store.deliver(ADDRESS, MAIL)
    inbox = store.mailbox(ADDRESS)
    inbox.expunge([1])
    watch, _ = inbox.watch()
    inbox.renumber(inbox.uid_validity + 5)
    assert list(inbox.messages) == [1, 2]
    assert inbox.uid_next == 3
    assert watch.take().gone
    with pytest.raises(NotAllowed):
        inbox.renumber(1)


def test_derivations_are_made_once_and_early_when_asked() -> None:
    calls: list[bytes] = []

    def length(octets: bytes) -> int:
        calls.append(octets)
        return len(octets)

    store = MailStore(FrozenClock())
    store.early.append(lambda octets: {length: length(octets)})
    store.create_account(ADDRESS)
    store.deliver(ADDRESS, MAIL)
    assert calls == [MAIL]
    assert store.messages(ADDRESS)[0].content.derive(length) == len(MAIL)
    assert calls == [MAIL]
