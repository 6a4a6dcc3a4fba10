"""What Dovecot 2.3 cannot be asked: IMAP4rev2, and the exact words of CONDSTORE, QRESYNC and UTF8=ACCEPT."""

from __future__ import annotations

import re

import pytest
from imap_bench import ADDRESS, MAIL, Bench, Client


@pytest.fixture
def rev2(bench: Bench) -> Client:
    for number in range(1, 4):
        bench.store.deliver(ADDRESS, MAIL.replace(b"<1@banc>", b"<%d@banc>" % number))
    client = bench.client()
    assert client.ok("ENABLE IMAP4rev2") == [b"* ENABLED IMAP4rev2"]
    return client


def test_both_revisions_are_offered(bench: Bench) -> None:
    words = bench.client().ok("CAPABILITY")[0].split()
    assert {b"IMAP4rev1", b"IMAP4rev2"} <= set(words)


def test_enable_is_additive_and_told_once(rev2: Client) -> None:
    assert rev2.ok("ENABLE IMAP4rev2 X-NOPE") == [b"* ENABLED"]
    assert rev2.ok("ENABLE CONDSTORE QRESYNC") == [b"* ENABLED CONDSTORE QRESYNC"]


def test_select_of_rev2(rev2: Client) -> None:
    """RFC 9051 §6.3.2: LIST is told; RECENT and UNSEEN are no more (appendix E)."""
    lines = rev2.ok("SELECT INBOX")
    assert b'* LIST (\\HasNoChildren) "/" INBOX' in lines
    assert not any(b"RECENT" in line or b"[UNSEEN" in line for line in lines)
    assert rev2.ok("FETCH 1 FLAGS") == [b"* 1 FETCH (FLAGS ())"]
    assert b"* OK [CLOSED] Previous mailbox is now closed." in rev2.ok("SELECT Sent")


def test_search_of_rev2_answers_esearch(rev2: Client) -> None:
    """RFC 9051 §6.4.4: "the SEARCH response is replaced by ESEARCH"."""
    rev2.ok("SELECT INBOX")
    (line,) = rev2.ok("SEARCH ALL")
    assert re.fullmatch(rb'\* ESEARCH \(TAG "A\d+"\) ALL 1:3', line)
    (line,) = rev2.ok("UID SEARCH KEYWORD nul")
    assert re.fullmatch(rb'\* ESEARCH \(TAG "A\d+"\) UID', line)


def test_names_are_utf8_in_rev2(rev2: Client) -> None:
    """RFC 9051 §5.1: Net-Unicode in place of modified UTF-7."""
    rev2.ok('CREATE "été/台北"'.encode())
    assert rev2.ok('LIST "" "été/*"'.encode()) == ['* LIST (\\HasNoChildren) "/" "été/台北"'.encode()]
    assert rev2.ok('STATUS "été" (MESSAGES DELETED)'.encode()) == [
        '* STATUS "été" (MESSAGES 0 DELETED 0)'.encode()
    ]
    assert rev2.ok("CREATE &AOk-") == []
    assert rev2.ok('LIST "" "&*"') == [b'* LIST (\\HasNoChildren) "/" &AOk-']


def test_the_same_name_in_both_forms(bench: Bench, rev2: Client) -> None:
    rev2.ok('CREATE "été"'.encode())
    assert bench.client().ok('LIST "" "&AOk-t&AOk-"') == [b'* LIST (\\HasNoChildren) "/" &AOk-t&AOk-']


def test_eight_bit_strings_need_utf8(bench: Bench) -> None:
    client = bench.client()
    assert client.code('CREATE "été"'.encode()) == "BAD"
    client.ok("ENABLE UTF8=ACCEPT")
    client.ok('CREATE "été"'.encode())
    client.ok("SELECT INBOX")
    assert client.ok('SEARCH SUBJECT "été"'.encode()) == [b"* SEARCH"]


def test_utf8_append(bench: Bench) -> None:
    """RFC 6855 §4: a message with 8-bit header goes into UTF8 (~{n})."""
    message = "Subject: été\r\n\r\nx\r\n".encode()
    client = bench.client()
    command = b"APPEND INBOX UTF8 (~{%d+}\r\n%b)" % (len(message), message)
    assert client.code(command) == "BAD"
    client.ok("ENABLE UTF8=ACCEPT")
    assert client.code(command) == "OK [APPENDUID]"
    assert bench.store.messages(ADDRESS)[0].content.read() == message
    client.ok("SELECT INBOX")
    (line,) = client.ok("FETCH 1 ENVELOPE")
    assert "{5}\r\nété".encode() in line


def test_binary_append_with_nul_is_refused(bench: Bench) -> None:
    client = bench.client()
    message = b"Content-Transfer-Encoding: binary\r\n\r\na\x00b"
    assert client.code(b"APPEND INBOX ~{%d+}\r\n%b" % (len(message), message)) == "NO [UNKNOWN-CTE]"
    assert client.code(b"APPEND INBOX {%d+}\r\n%b" % (len(message), message)) == "BAD"
    assert client.code(b"APPEND INBOX ~{%d+}\r\n%b" % (len(MAIL), MAIL)) == "OK [APPENDUID]"


def test_binary_fetch(bench: Bench) -> None:
    attached = (
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC/w==\r\n"
    )
    unknown = b"Content-Transfer-Encoding: x-unknown\r\n\r\nabc\r\n"
    bench.store.deliver(ADDRESS, attached)
    bench.store.deliver(ADDRESS, unknown)
    client = bench.client()
    client.ok("SELECT INBOX")
    client.send(b"X FETCH 1 BINARY.PEEK[1]\r\n")
    assert client.line() == b"* 1 FETCH (BINARY[1] ~{4}\r\n\x00\x01\x02\xff)"
    assert client.line().startswith(b"X OK")
    assert client.ok("FETCH 1 BINARY.SIZE[1]") == [b"* 1 FETCH (BINARY.SIZE[1] 4)"]
    assert client.code("FETCH 2 BINARY.PEEK[1]") == "NO [UNKNOWN-CTE]"


def test_list_extended(bench: Bench) -> None:
    client = bench.client()
    client.ok("CREATE Dossiers/Patients")
    client.ok("SUBSCRIBE Dossiers/Patients")
    assert client.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" "Do%"') == [
        b'* LIST () "/" Dossiers ("CHILDINFO" ("SUBSCRIBED"))'
    ]
    assert client.ok('LIST (SUBSCRIBED) "" "Do*"') == [b'* LIST (\\Subscribed) "/" Dossiers/Patients']
    assert client.ok('LIST "" "Sent" RETURN (SPECIAL-USE STATUS (MESSAGES SIZE))') == [
        b'* LIST (\\Sent) "/" Sent',
        b"* STATUS Sent (MESSAGES 0 SIZE 0)",
    ]


def test_create_special_use(bench: Bench) -> None:
    client = bench.client()
    assert client.code("CREATE Indesirables (USE (\\Junk))") == "NO [USEATTR]"
    client.ok("DELETE Junk")
    client.ok("CREATE Indesirables (USE (\\Junk))")
    assert client.ok('LIST (SPECIAL-USE) "" "I*" RETURN (SPECIAL-USE)') == [
        b'* LIST (\\Junk) "/" Indesirables'
    ]
    assert client.code("CREATE Etoiles (USE (\\Flagged))") == "NO [USEATTR]"


def test_highestmodseq_with_every_select(bench: Bench) -> None:
    """RFC 7162 §3.1.2.1."""
    client = bench.client()
    for command in ("SELECT INBOX", "EXAMINE INBOX"):
        assert any(b"[HIGHESTMODSEQ " in line for line in client.ok(command))


def modseq(client: Client, number: int = 1) -> int:
    found = re.search(rb"MODSEQ \((\d+)\)", client.ok(f"FETCH {number} MODSEQ")[-1])
    assert found
    return int(found.group(1))


def test_modseq_grows_with_each_change(rev2: Client) -> None:
    rev2.ok("SELECT INBOX (CONDSTORE)")
    before = modseq(rev2)
    (line,) = rev2.ok("STORE 1 +FLAGS.SILENT (\\Seen)")
    assert re.fullmatch(rb"\* 1 FETCH \(UID 1 MODSEQ \(\d+\)\)", line)
    assert modseq(rev2) > before
    unchanged = modseq(rev2)
    rev2.ok("STORE 1 +FLAGS.SILENT (\\Seen)")
    assert modseq(rev2) == unchanged


def test_unchangedsince(rev2: Client) -> None:
    """RFC 7162 §3.1.3: MODIFIED lists those that changed meanwhile, by UID in the UID form."""
    rev2.ok("SELECT INBOX (CONDSTORE)")
    limit = modseq(rev2, 3)
    rev2.ok("STORE 2 +FLAGS (\\Flagged)")
    answer = rev2.do(f"UID STORE 1:3 (UNCHANGEDSINCE {limit}) +FLAGS.SILENT (\\Seen)")
    assert answer[-1].startswith(b"OK [MODIFIED 2]")
    assert len(answer) == 3
    assert rev2.ok("SEARCH SEEN")[0].endswith(b"ALL 1,3")


def test_changedsince_and_search_modseq(rev2: Client) -> None:
    rev2.ok("SELECT INBOX (CONDSTORE)")
    limit = modseq(rev2, 3)
    rev2.ok("STORE 2 +FLAGS.SILENT (\\Flagged)")
    (line,) = rev2.ok(f"FETCH 1:* (FLAGS) (CHANGEDSINCE {limit})")
    assert re.fullmatch(rb"\* 2 FETCH \(FLAGS \(\\Flagged\) MODSEQ \(\d+\)\)", line)
    (line,) = rev2.ok(f"SEARCH MODSEQ {limit + 1}")
    assert re.fullmatch(rb'\* ESEARCH \(TAG "A\d+"\) ALL 2 MODSEQ \d+', line)


def test_quick_resynchronisation(bench: Bench, rev2: Client) -> None:
    """RFC 7162 §3.2.5: what vanished and what changed, in one round trip."""
    # Given a client that knew the mailbox, then left
    inbox = bench.store.mailbox(ADDRESS)
    validity, known = inbox.uid_validity, inbox.highest_modseq
    inbox.expunge([2])
    inbox.set_flags({3: ["\\Flagged"]})
    bench.store.deliver(ADDRESS, MAIL)
    # When it comes back
    rev2.ok("ENABLE QRESYNC")
    lines = rev2.ok(f"SELECT INBOX (QRESYNC ({validity} {known} 1:3))")
    # Then
    assert b"* VANISHED (EARLIER) 2" in lines
    fetched = [line for line in lines if b" FETCH " in line]
    assert len(fetched) == 1 and re.match(rb"\* 2 FETCH \(UID 3 FLAGS \(\\Flagged\) MODSEQ", fetched[0])
    assert not any(
        b"VANISHED" in line for line in rev2.ok(f"SELECT INBOX (QRESYNC ({validity + 1} {known}))")
    )
    # The sequence match says that numbers up to UID 1 still hold: nothing below is told again.
    assert b"* VANISHED (EARLIER) 2" in rev2.ok(f"SELECT INBOX (QRESYNC ({validity} {known} 1:3 (1 1)))")


def test_vanished_takes_the_place_of_expunge(bench: Bench, rev2: Client) -> None:
    rev2.ok("ENABLE QRESYNC")
    rev2.ok("SELECT INBOX")
    rev2.ok("STORE 1,3 +FLAGS.SILENT (\\Deleted)")
    *lines, answer = rev2.do("EXPUNGE")
    assert lines == [b"* VANISHED 1,3"]
    assert answer.startswith(b"OK [HIGHESTMODSEQ ")
    other = bench.client()
    other.ok("SELECT INBOX")
    other.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
    other.ok("EXPUNGE")
    assert rev2.ok("NOOP") == [b"* VANISHED 2"]
    assert rev2.code("UID FETCH 1:* FLAGS (VANISHED)") == "BAD", "without CHANGEDSINCE"


def test_saved_results_follow_expunges(rev2: Client) -> None:
    """RFC 5182 §2.1: messages that disappear leave `$`."""
    rev2.ok("SELECT INBOX")
    assert rev2.ok("SEARCH RETURN (SAVE) ALL") == []
    rev2.ok("STORE 2 +FLAGS.SILENT (\\Deleted)")
    rev2.ok("EXPUNGE")
    assert rev2.ok("FETCH $ UID") == [b"* 1 FETCH (UID 1)", b"* 2 FETCH (UID 3)"]
    rev2.ok("SELECT INBOX")
    assert rev2.ok("FETCH $ UID") == [], "SELECT empties it"


def test_append_limit_is_told(bench: Bench) -> None:
    client = bench.client()
    assert client.ok("STATUS INBOX (APPENDLIMIT)") == [b"* STATUS INBOX (APPENDLIMIT 50000000)"]
    assert b"APPENDLIMIT=50000000" in client.ok("CAPABILITY")[0].split()


def test_preview(bench: Bench) -> None:
    bench.store.deliver(ADDRESS, b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "é ".encode() * 300)
    bench.store.deliver(ADDRESS, b"Content-Type: image/png\r\n\r\nx")
    client = bench.client()
    client.ok("SELECT INBOX")
    first, second = client.ok("FETCH 1:2 PREVIEW")
    assert len(first.partition(b"\r\n")[2].removesuffix(b")").decode()) == 200
    assert second == b"* 2 FETCH (PREVIEW NIL)"


def test_several_sessions_on_one_mailbox_agree(bench: Bench, rev2: Client) -> None:
    """However changes are interleaved, after NOOP all sessions see the same messages and flags."""
    others = [bench.client() for _ in range(3)]
    for client in (rev2, *others):
        client.ok("SELECT INBOX")
    others[0].ok("STORE 2 +FLAGS.SILENT (\\Deleted)")
    others[1].append("INBOX", MAIL)
    others[2].ok("STORE 1 FLAGS.SILENT ($MDNSent)")
    others[0].ok("EXPUNGE")
    for client in (rev2, *others):
        client.ok("NOOP")
    seen = {
        tuple(
            line.replace(b"\\Recent ", b"").replace(b"\\Recent", b"")
            for line in client.ok("FETCH 1:* (UID FLAGS)")
        )
        for client in (rev2, *others)
    }
    assert len(seen) == 1


def test_unsolicited_fetch_of_rev2_has_uids(bench: Bench, rev2: Client) -> None:
    """RFC 9051 §7.5.2."""
    rev2.ok("SELECT INBOX")
    bench.store.mailbox(ADDRESS).set_flags({2: ["\\Flagged"]})
    assert rev2.ok("NOOP") == [b"* 2 FETCH (UID 2 FLAGS (\\Flagged))"]
