"""Everyday commands, as transcripts: what a client says, what it hears."""

from __future__ import annotations

import re

import pytest
from imap_bench import ADDRESS, MAIL, TENANT, Bench, Client

from simulators.imap.mime import digest


@pytest.fixture
def client(bench: Bench) -> Client:
    return bench.client()


@pytest.fixture
def inbox(bench: Bench, client: Client) -> Client:
    for number in range(1, 4):
        bench.store.deliver(ADDRESS, MAIL.replace(b"<1@banc>", b"<%d@banc>" % number))
    client.ok("SELECT INBOX")
    return client


def test_select_tells_everything(bench: Bench, client: Client) -> None:
    bench.store.deliver(ADDRESS, MAIL, flags=["\\Seen"])
    bench.store.deliver(ADDRESS, MAIL, flags=["$MDNSent"])
    *lines, answer = client.do("SELECT INBOX")
    text = b"\n".join(lines).decode()
    assert "* FLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen $MDNSent)" in text
    assert re.search(r"\* OK \[PERMANENTFLAGS \(.*\\\*.*\)\]", text)
    assert "* 2 EXISTS" in text
    assert "* 2 RECENT" in text
    assert "* OK [UNSEEN 2]" in text
    assert "* OK [UIDNEXT 3]" in text
    assert re.search(r"\* OK \[UIDVALIDITY [1-9]\d*\]", text)
    assert re.search(r"\* OK \[HIGHESTMODSEQ [1-9]\d*\]", text)
    assert answer.startswith(b"OK [READ-WRITE]")


def test_recent_belongs_to_the_first_session(bench: Bench, client: Client) -> None:
    bench.store.deliver(ADDRESS, MAIL)
    assert b"* 1 RECENT" in bench.client().ok("EXAMINE INBOX"), "EXAMINE takes nothing away"
    assert b"* 1 RECENT" in client.ok("SELECT INBOX")
    assert b"* 0 RECENT" in bench.client().ok("SELECT INBOX")


def test_examine_is_read_only(bench: Bench, client: Client) -> None:
    bench.store.deliver(ADDRESS, MAIL)
    assert client.do("EXAMINE INBOX")[-1].startswith(b"OK [READ-ONLY]")
    client.ok("FETCH 1 BODY[]")
    assert b"\\Seen" not in client.ok("FETCH 1 FLAGS")[0]
    assert client.code("STORE 1 +FLAGS (\\Seen)") == "NO [READ-ONLY]"
    assert client.code("EXPUNGE") == "NO [READ-ONLY]"


def test_failed_select_leaves_no_mailbox_selected(inbox: Client) -> None:
    assert inbox.code("SELECT Nulle") == "NO [NONEXISTENT]"
    assert inbox.code("FETCH 1 FLAGS") == "BAD"


def test_fetch_of_a_body_sets_seen_and_says_so(inbox: Client) -> None:
    (line,) = inbox.ok("FETCH 1 BODY[TEXT]")
    assert (
        line == b"* 1 FETCH (BODY[TEXT] {26}\r\nBonjour, les r\xc3\xa9sultats.\r\n FLAGS (\\Recent \\Seen))"
    )
    (line,) = inbox.ok("FETCH 2 BODY.PEEK[TEXT]")
    assert b"FLAGS" not in line
    assert inbox.ok("FETCH 2 FLAGS") == [b"* 2 FETCH (FLAGS (\\Recent))"]


def test_envelope_and_structure(inbox: Client) -> None:
    (line,) = inbox.ok("FETCH 1 (ENVELOPE BODYSTRUCTURE)")
    assert line == (
        b'* 1 FETCH (ENVELOPE ("Thu, 15 Jan 2026 09:00:00 +0100" "=?utf-8?q?R=C3=A9sultats?=" '
        b'(("Labo" NIL "org.labo" "banc.mssante.fr")) (("Labo" NIL "org.labo" "banc.mssante.fr")) '
        b'(("Labo" NIL "org.labo" "banc.mssante.fr")) ((NIL NIL "dr.house" "banc.mssante.fr")) NIL NIL NIL '
        b'"<1@banc>") BODYSTRUCTURE ("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 26 1 NIL NIL NIL NIL))'
    )


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        ("BODY.PEEK[HEADER.FIELDS (Subject)]", b"Subject: =?utf-8?q?R=C3=A9sultats?=\r\n\r\n"),
        ("BODY.PEEK[]<0.5>", b"From:"),
        ("BODY.PEEK[]<100000.5>", b""),
        ("BODY.PEEK[1]<8.4>", b" les"),
        ("RFC822.HEADER", MAIL[: MAIL.index(b"\r\n\r\n") + 4]),
    ],
)
def test_sections(inbox: Client, item: str, answer: bytes) -> None:
    (line,) = inbox.ok(f"FETCH 1 {item}")
    literal = re.search(rb"\{(\d+)\}\r\n(.*)\)\Z", line, re.DOTALL)
    assert literal and literal.group(2) == answer
    assert int(literal.group(1)) == len(answer)


def test_missing_parts_are_nil(inbox: Client) -> None:
    assert inbox.ok("FETCH 1 BODY.PEEK[7]") == [b"* 1 FETCH (BODY[7] NIL)"]


def test_store_and_search_keywords(inbox: Client) -> None:
    assert inbox.ok("STORE 2 +FLAGS ($MDNSent \\Answered)")[-1] == (
        b"* 2 FETCH (FLAGS (\\Answered \\Recent $MDNSent))"
    )
    assert inbox.ok("STORE 2 -FLAGS.SILENT (\\Answered)") == []
    assert inbox.ok("SEARCH KEYWORD $mdnsent") == [b"* SEARCH 2"]
    assert inbox.ok("SEARCH UNKEYWORD $MDNSent UNANSWERED") == [b"* SEARCH 1 3"]
    assert inbox.ok("SEARCH KEYWORD Inconnu") == [b"* SEARCH"]


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("ALL", [1, 2, 3]),
        ("2:*", [2, 3]),
        ("UID 1,3", [1, 3]),
        ("NOT 2", [1, 3]),
        ("OR 1 3", [1, 3]),
        ("(OR 1 2) 2:3", [2]),
        ("FROM labo", [1, 2, 3]),
        ("SUBJECT ultat", [1, 2, 3]),
        ("HEADER Message-ID 2@banc", [2]),
        ('HEADER Message-ID ""', [1, 2, 3]),
        ('HEADER X-Absent ""', []),
        ("TEXT bonjour", [1, 2, 3]),
        ("BODY labo", []),
        ("SENTON 15-Jan-2026", [1, 2, 3]),
        ("SENTBEFORE 15-Jan-2026", []),
        ("SINCE 1-Jan-2020", [1, 2, 3]),
        ("BEFORE 1-Jan-2020", []),
        ("LARGER 10 SMALLER 100000", [1, 2, 3]),
        ("UNSEEN NEW RECENT", [1, 2, 3]),
        ("OLD", []),
    ],
)
def test_search(inbox: Client, program: str, found: list[int]) -> None:
    assert inbox.ok(f"SEARCH {program}") == [" ".join(["* SEARCH", *map(str, found)]).encode()]


def test_search_beyond_ascii(inbox: Client) -> None:
    text = "RÉSULTATS".encode()
    command = b"SEARCH CHARSET UTF-8 BODY {%d+}\r\n%b" % (len(text), text)
    assert inbox.ok(command) == [b"* SEARCH 1 2 3"]
    assert inbox.code("SEARCH CHARSET KOI-7 ALL") == "NO [BADCHARSET]"


@pytest.mark.parametrize("length", [100, digest.KEPT_TEXT * 4])
@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("BODY zorglub", True),
        ("TEXT zorglub", True),
        ("TEXT entete", True),
        ("TEXT X-Essai:", True),
        ("BODY entete", False),
        ("HEADER X-Essai entete", True),
        ("HEADER X-Essai zorglub", False),
        ("HEADER X-Autre entete", False),
        ('TEXT "zorglub second"', False),
        ("BODY second", True),
    ],
)
def test_search_in_texts_kept_and_too_long_to_be_kept(
    bench: Bench, client: Client, length: int, program: str, found: bool
) -> None:
    message = (
        b"Subject: x\r\nX-Essai: Entete\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
        + b"a\r\n" * length
        + b"Zorglub\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\nU2Vjb25k\r\n--b--\r\n"
    )
    assert (digest.search_text(message) is None) == (length > digest.KEPT_TEXT)
    bench.store.deliver(ADDRESS, message)
    client.ok("SELECT INBOX")
    assert client.ok(f"SEARCH {program}") == [b"* SEARCH 1" if found else b"* SEARCH"]


def test_copy_move_expunge_with_uidplus(inbox: Client) -> None:
    assert re.match(rb"OK \[COPYUID \d+ 1:2 1:2\]", inbox.do("COPY 1:2 Sent")[-1])
    lines = inbox.do("UID MOVE 2 Trash")
    assert re.match(rb"\* OK \[COPYUID \d+ 2 1\]", lines[0])
    assert lines[1] == b"* 2 EXPUNGE"
    inbox.ok("STORE 1:2 +FLAGS.SILENT (\\Deleted)")
    assert inbox.ok("UID EXPUNGE 3") == [b"* 2 EXPUNGE", b"* 1 RECENT"]
    assert inbox.ok("EXPUNGE") == [b"* 1 EXPUNGE", b"* 0 RECENT"]
    assert inbox.code("COPY 1 Sent") == "BAD"
    assert inbox.code("UID COPY 99 Sent") == "OK"


def test_trycreate(inbox: Client) -> None:
    assert inbox.code("COPY 1 Nulle") == "NO [TRYCREATE]"
    assert inbox.append("Nulle", MAIL)[-1].startswith(b"NO [TRYCREATE]")


def test_append(client: Client) -> None:
    date = '"01-Feb-2026 08:00:00 +0100"'
    answer = client.append("Sent", MAIL, f"(\\Seen $MDNSent) {date}")[-1]
    assert re.match(rb"OK \[APPENDUID \d+ 1\]", answer)
    client.ok("SELECT Sent")
    assert client.ok("FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)") == [
        f"* 1 FETCH (FLAGS (\\Recent \\Seen $MDNSent) INTERNALDATE {date} RFC822.SIZE {len(MAIL)})".encode()
    ]


def test_multiappend_is_all_or_none(client: Client) -> None:
    two = b"APPEND Sent {%d+}\r\n%b (\\Seen) {%d+}\r\n%b" % (len(MAIL), MAIL, len(MAIL), MAIL)
    assert re.match(rb"OK \[APPENDUID \d+ 1:2\]", client.do(two)[-1])
    wrong = b"APPEND Sent {%d+}\r\n%b (\\Wrong) {%d+}\r\n%b" % (len(MAIL), MAIL, len(MAIL), MAIL)
    assert client.code(wrong) == "BAD"
    assert client.ok("STATUS Sent (MESSAGES)") == [b"* STATUS Sent (MESSAGES 2)"]


def test_a_synchronising_literal_waits_for_the_go_ahead(client: Client) -> None:
    client.send(b"X APPEND Sent {%d}\r\n" % len(MAIL))
    assert client.line().startswith(b"+ ")
    client.send(MAIL + b"\r\n")
    assert client.until("X")[-1].startswith(b"X OK [APPENDUID")


def test_mailboxes(client: Client) -> None:
    client.ok('CREATE "Patients/&AOk-t&AOk-"')
    assert client.code("CREATE Patients") == "NO [ALREADYEXISTS]"
    assert client.code("CREATE inbox") == "NO [ALREADYEXISTS]"
    assert client.ok('LIST "" "Patients/%"') == [b'* LIST (\\HasNoChildren) "/" Patients/&AOk-t&AOk-']
    client.ok("RENAME Patients Anciens")
    assert client.ok('LIST "" "Patients*"') == []
    client.ok("SUBSCRIBE Anciens/&AOk-t&AOk-")
    assert b'* LSUB () "/" Anciens/&AOk-t&AOk-' in client.ok('LSUB "" "*"')
    client.ok("DELETE Anciens/&AOk-t&AOk-")
    assert client.code("DELETE INBOX") == "NO [CANNOT]"
    assert client.code("DELETE Nulle") == "NO [NONEXISTENT]"
    assert client.code("CREATE &bad") == "NO [CANNOT]"


def test_list_special_uses(client: Client) -> None:
    assert b'* LIST (\\HasNoChildren \\Sent) "/" Sent' in client.ok('LIST "" "*"')
    assert client.ok('LIST "" ""') == [b'* LIST (\\Noselect) "/" ""']
    used = client.ok('LIST (SPECIAL-USE) "" "*"')
    assert len(used) == 5 and not any(line.endswith(b"INBOX") for line in used)


def test_idle_tells_at_once(bench: Bench, inbox: Client) -> None:
    inbox.send(b"X IDLE\r\n")
    assert inbox.line() == b"+ idling"
    bench.store.deliver(ADDRESS, MAIL)
    assert [inbox.line(), inbox.line()] == [b"* 4 EXISTS", b"* 4 RECENT"]
    bench.store.mailbox(ADDRESS).set_flags({1: ["\\Flagged"]})
    assert inbox.line() == b"* 1 FETCH (FLAGS (\\Flagged \\Recent))"
    bench.store.mailbox(ADDRESS).expunge([2])
    assert [inbox.line(), inbox.line()] == [b"* 2 EXPUNGE", b"* 3 RECENT"]
    inbox.send(b"DONE\r\n")
    assert inbox.line() == b"X OK IDLE completed."
    told = [event.text for event in bench.journal.events(TENANT, protocol="imap")][-8:]
    assert told == [
        "+ idling",
        "* 4 EXISTS",
        "* 4 RECENT",
        "* 1 FETCH (FLAGS (\\Flagged \\Recent))",
        "* 2 EXPUNGE",
        "* 3 RECENT",
        "DONE",
        "X OK IDLE completed.",
    ]


def test_other_sessions_are_told_and_expunge_waits(bench: Bench, inbox: Client) -> None:
    other = bench.client()
    other.ok("SELECT INBOX")
    other.ok("STORE 1 +FLAGS (\\Deleted)")
    other.ok("EXPUNGE")
    # Not during FETCH by number, where numbers must not move (RFC 9051 §7.5.1); the message is still there.
    lines = inbox.ok("FETCH 1:3 (UID)")
    assert lines[:3] == [b"* 1 FETCH (UID 1)", b"* 2 FETCH (UID 2)", b"* 3 FETCH (UID 3)"]
    assert lines[3:] == [b"* 1 FETCH (FLAGS (\\Deleted \\Recent))"]
    assert inbox.code("COPY 1 Sent") == "NO [EXPUNGEISSUED]"
    assert inbox.ok("NOOP") == []
    assert inbox.ok("FETCH 1 UID") == [b"* 1 FETCH (UID 2)"]


def test_a_deleted_mailbox_ends_the_sessions_that_have_it(bench: Bench, client: Client) -> None:
    client.ok("CREATE Tmp")
    client.ok("SELECT Tmp")
    bench.client().ok("DELETE Tmp")
    assert client.do("NOOP")[-1] == b""


def test_close_and_unselect(bench: Bench, inbox: Client) -> None:
    inbox.ok("STORE 1 +FLAGS (\\Deleted)")
    inbox.ok("UNSELECT")
    assert len(bench.store.messages(ADDRESS)) == 3
    inbox.ok("SELECT INBOX")
    assert inbox.ok("CLOSE") == []
    assert len(bench.store.messages(ADDRESS)) == 2


@pytest.mark.parametrize(
    "command",
    [
        "",
        "NOPE",
        "FETCH",
        "FETCH 0 FLAGS",
        "FETCH 9 FLAGS",
        "FETCH 1 WRONG",
        "FETCH 1 (FLAGS",
        "FETCH 1 BODY[",
        "FETCH 1 BODY[MIME]",
        "FETCH 1 BODY[]<1>",
        "STORE 1 FLAGS (\\Recent)",
        "STORE 1 NOTHING (\\Seen)",
        "SEARCH",
        "SEARCH WRONG",
        "SEARCH OR 1",
        "SEARCH SINCE 31-Feb-2026",
        "UID NOOP",
        "SELECT",
        'SELECT "INBOX',
        "SELECT INBOX EXTRA",
        "LIST",
        "STATUS INBOX MESSAGES",
        "STATUS INBOX (WRONG)",
        "APPEND INBOX text",
        "NOOP extra",
    ],
)
def test_wrong_commands_are_bad_and_the_session_goes_on(inbox: Client, command: str) -> None:
    assert inbox.do(command)[-1].startswith(b"BAD"), command
    inbox.ok("NOOP")


def test_quota(bench: Bench, client: Client) -> None:
    bench.store.account(ADDRESS).set_quota(len(MAIL) + 10)
    assert client.append("INBOX", MAIL)[-1].startswith(b"OK")
    assert client.append("INBOX", MAIL)[-1].startswith(b"NO [OVERQUOTA]")
    lines = client.ok("GETQUOTAROOT INBOX")
    assert lines == [b'* QUOTAROOT INBOX "User quota"', b'* QUOTA "User quota" (STORAGE 1 0)']


def test_id(client: Client) -> None:
    assert client.ok('ID ("name" "logiciel" "version" NIL)')[0].startswith(b'* ID ("name" "mssante-conf')
    assert client.ok("ID NIL")[0].startswith(b"* ID (")
    assert client.code('ID ("name")') == "BAD"
