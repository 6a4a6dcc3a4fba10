# ruff: noqa: E501 - one command, one line
"""The corpus of scripted sessions, run against our server and against Dovecot.

A step is a command of session 1, or of session n when it begins with `n:`; session 0 is not authenticated yet.
`@name` stands for a sample message as a literal (`~@name` as a literal8), `~"text"` for a literal in UTF-8,
`!"text"` for one that waits for its `+`. After ` >> ` come the answers to each `+`. `%validity%` and `%modseq%`
are what session 1 was last told by SELECT, `%plain%` and so on the SASL responses of the user. `fill BOX a b c`
appends samples without looking at the answers; `begin IDLE` waits for the `+`; `end WORD` for a response with this word, then says DONE.
A transcript begins authenticated, as a new user.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PLAIN = (
    b"From: Labo <org.labo@banc.mssante.fr>\r\nTo: dr.house@banc.mssante.fr\r\nSubject: Bilan\r\n"
    b"Date: Thu, 15 Jan 2026 09:00:00 +0100\r\nMessage-ID: <1@banc>\r\n\r\nBonjour\r\nune ligne\r\n"
)
WORDS = (
    b'From: =?utf-8?q?H=C3=A9l=C3=A8ne?= <helene@b.fr>\r\nTo: a@b.fr, "Doe, J." <j@d.fr>\r\nCc: c@d.fr\r\n'
    b"Subject: Re: =?utf-8?b?UsOpc3VsdGF0cw==?=\r\nDate: Fri, 16 Jan 2026 23:30:00 -0500\r\n"
    b"Message-ID: <2@banc>\r\nIn-Reply-To: <1@banc>\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nR=C3=A9sultats normaux=\r\n, suite\r\n"
)
MULTI = (
    b"From: a@b.fr\r\nSubject: Compte rendu\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\npreambule\r\n--b1\r\n'
    b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Language: fr, en\r\n\r\nTexte\r\n--b1\r\n"
    b'Content-Type: application/pdf; name="cr.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="cr.pdf"; size=6\r\nContent-ID: <c1@banc>\r\n'
    b"Content-Description: le compte rendu\r\nContent-MD5: abc\r\nContent-Location: http://x/\r\n\r\n"
    b"JVBERi0x\r\nLjQK\r\n--b1--\r\nepilogue\r\n"
)
NESTED = (
    b"From: a@b.fr\r\nSubject: Fwd: imbrique\r\nDate: Tue, 6 Jan 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nvoir la piece\r\n--o\r\n"
    b"Content-Type: message/rfc822\r\n\r\nFrom: in@b.fr\r\nSubject: interieur\r\n"
    b"Content-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nun\r\n--i\r\n"
    b"Content-Type: text/html\r\n\r\n<p>deux</p>\r\n--i--\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: simple\r\n\r\ncorps simple\r\n\r\n--o--\r\n"
)
DIGEST = (
    b"From: a@b.fr\r\nSubject: digest\r\nContent-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\n"
    b"Subject: un\r\n\r\ncorps un\r\n--d\r\n\r\nSubject: deux\r\n\r\ncorps deux\r\n--d--\r\n"
)
ODD = (
    b"Subject: plie\r\n sur deux lignes\r\nFrom: amis: x@y.fr, z@y.fr;\r\nTo: undisclosed-recipients:;\r\n"
    b"Sender: s@y.fr (Le Secretaire)\r\nReply-To: r@y.fr\r\nX-Vide:\r\nX-Double: a\r\nX-Double: b\r\n"
    b"Content-Type: text/html\r\n\r\n<p>x</p>"
)
EMPTY_BODY = b"Subject: sans corps\r\nFrom: a@b.fr\r\n\r\n"
NO_HEADER = b"\r\njuste un corps\r\n"
BROKEN = b"Subject: casse\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\nrien de tel ici\r\n"
QUOTED = b'Subject: "guillemets" et \\ barre\r\nFrom: "J \\"Q\\" D" <j@d.fr>\r\n\r\nx\r\n'
SAMPLES = {
    "plain": PLAIN,
    "words": WORDS,
    "multi": MULTI,
    "nested": NESTED,
    "digest": DIGEST,
    "odd": ODD,
    "empty": EMPTY_BODY,
    "nohead": NO_HEADER,
    "broken": BROKEN,
    "quoted": QUOTED,
    "tab": b"Subject: plie\r\n\tsur deux\r\n\r\nx\r\n",
}


@dataclass(frozen=True)
class Transcript:
    """One scripted session: its name, the RFC section that it exercises, its steps."""

    name: str
    rfc: str
    steps: tuple[str, ...]


def expand(step: str) -> bytes:
    """Return the octets of a step's command."""

    def literal(match: re.Match[str]) -> str:
        tilde, sample, mark, text = match.groups()
        octets = SAMPLES[sample] if sample else text.encode("utf-8")
        plus = "" if mark == "!" else "+"
        return f"{tilde or ''}{{{len(octets)}{plus}}}\r\n{octets.decode('latin-1')}"

    return re.sub(r'(?<= )(~?)@([a-z]+)\b|([~!])"([^"]*)"', literal, step).encode("latin-1")


CORPUS: list[Transcript] = []


def one(name: str, rfc: str, *steps: str) -> None:
    CORPUS.append(Transcript(name, rfc, steps))


def each(prefix: str, rfc: str, context: tuple[str, ...], *lines: str) -> None:
    """Add one transcript per line: the context, then the line (several commands apart by ` ;; `)."""
    for line in lines:
        one(f"{prefix}: {line}", rfc, *context, *line.split(" ;; "))


ALL_KINDS = ("fill INBOX plain words multi nested digest odd empty nohead broken quoted", "SELECT INBOX")
THREE = ("fill INBOX plain words multi", "SELECT INBOX")

each(
    "fetch", "RFC 9051 §6.4.5", ALL_KINDS,
    "FETCH 1:* (FLAGS UID)", "FETCH 1:* ENVELOPE", "FETCH 1:* BODYSTRUCTURE", "FETCH 1:* BODY", "FETCH 1:* FAST",
    "FETCH 1:* ALL", "FETCH 1:* FULL", "FETCH 1:* RFC822.SIZE", "FETCH 1:* RFC822.HEADER", "FETCH 1:3 RFC822.TEXT",
    "FETCH 1:3 RFC822", "FETCH 1:* BODY.PEEK[]", "FETCH 1:* BODY.PEEK[HEADER]", "FETCH 1:* BODY.PEEK[TEXT]",
    "FETCH 1:* BODY.PEEK[1]", "FETCH 1:* BODY.PEEK[1.MIME]", "FETCH 1:* BODY.PEEK[2]", "FETCH 3 BODY.PEEK[2.MIME]",
    "FETCH 4 BODY.PEEK[2.HEADER]", "FETCH 4 BODY.PEEK[2.TEXT]", "FETCH 4 BODY.PEEK[2.1]", "FETCH 4 BODY.PEEK[2.2.MIME]",
    "FETCH 4 BODY.PEEK[3.1]", "FETCH 4 BODY.PEEK[3.HEADER.FIELDS (SUBJECT)]", "FETCH 4 BODY.PEEK[2.1.1]",
    "FETCH 5 BODY.PEEK[1.HEADER]", "FETCH 5 BODY.PEEK[2.1]",
    "FETCH 1:* BODY.PEEK[HEADER.FIELDS (Subject Date X-Double)]", "FETCH 1:* BODY.PEEK[HEADER.FIELDS.NOT (Subject From)]",
    "FETCH 1:* BODY.PEEK[HEADER.FIELDS (X-Absent)]", "FETCH 1 BODY.PEEK[]<0.10>", "FETCH 1 BODY.PEEK[]<5.1000000>",
    "FETCH 1 BODY.PEEK[TEXT]<3.4>", "FETCH 1 BODY.PEEK[]<99999.1>", "FETCH 1 BODY.PEEK[HEADER.FIELDS (From)]<0.5>",
    "FETCH 3 BODY.PEEK[2]<2.3>", "FETCH 1 (BODY[TEXT] FLAGS) ;; FETCH 1 FLAGS", "FETCH 1 BODY[] ;; FETCH 1 FLAGS",
    "FETCH 2 RFC822.TEXT ;; FETCH 2 FLAGS", "FETCH 2 RFC822.HEADER ;; FETCH 2 FLAGS", "FETCH 2:1 UID", "FETCH *:1 UID",
    "FETCH *,1 UID", "FETCH 3,1,2,1:2 UID", "UID FETCH 1:* FLAGS", "UID FETCH * FLAGS", "UID FETCH 99 FLAGS",
    "UID FETCH 99:* UID", "UID FETCH 1,5 (UID RFC822.SIZE)", "UID FETCH 2:1 FLAGS", "FETCH 1 (UID UID)",
    "FETCH 3 BINARY.PEEK[2]", "FETCH 3 BINARY.SIZE[2]", "FETCH 2 BINARY.PEEK[1]", "FETCH 2 BINARY.SIZE[1]",
    "FETCH 3 BINARY.PEEK[2]<1.3>", "FETCH 1 BINARY[1] ;; FETCH 1 FLAGS", "FETCH 1 (MODSEQ)",
    "FETCH 1:5 PREVIEW", "FETCH 1:3 (PREVIEW (LAZY))", "EXAMINE INBOX ;; FETCH 1 BODY[] ;; FETCH 1 FLAGS",
)  # fmt: skip
each(
    "fetch error", "RFC 9051 §6.4.5", THREE,
    "FETCH", "FETCH 1", "FETCH 1 ()", "FETCH 0 FLAGS", "FETCH 4 FLAGS", "FETCH 1:9 FLAGS", "FETCH a FLAGS", "FETCH 1 WRONG",
    "FETCH 1 (FLAGS", "FETCH 1 BODY[", "FETCH 1 BODY[MIME]", "FETCH 1 BODY[]<1>", "FETCH 1 BODY[]<1.0>", "FETCH 1 BODY[1.]",
    "FETCH 1 BODY[HEADER.FIELDS]", "FETCH 1 BODY[HEADER.FIELDS ()]", "FETCH 1,,2 FLAGS", "FETCH 1: FLAGS", "FETCH -1 FLAGS",
    "FETCH 4294967296 FLAGS", "FETCH 1 FLAGS extra", "FETCH 1 (FLAGS) (WRONG 1)", "FETCH 1 (ALL FLAGS)",
)  # fmt: skip
each(
    "search", "RFC 9051 §6.4.4", (*ALL_KINDS, "STORE 2 FLAGS (\\Seen $MDNSent)", "STORE 3 FLAGS (\\Deleted \\Flagged \\Draft)"),
    "SEARCH ALL", "SEARCH SEEN", "SEARCH UNSEEN", "SEARCH DELETED", "SEARCH UNDELETED", "SEARCH FLAGGED UNSEEN",
    "SEARCH DRAFT", "SEARCH UNDRAFT", "SEARCH ANSWERED", "SEARCH UNANSWERED UNFLAGGED", "SEARCH RECENT", "SEARCH NEW",
    "SEARCH OLD", "SEARCH KEYWORD $MDNSent", "SEARCH UNKEYWORD $MDNSent", "SEARCH KEYWORD $mdnsent", "SEARCH KEYWORD Autre",
    "SEARCH 2:4", "SEARCH *", "SEARCH UID 2:3", "SEARCH UID 99", "SEARCH NOT SEEN", "SEARCH NOT (SEEN DELETED)",
    "SEARCH OR SEEN DELETED", "SEARCH OR (SEEN) (OR DELETED 5)", "SEARCH (SEEN KEYWORD $MDNSent)", "SEARCH FROM labo",
    "SEARCH FROM LABO", "SEARCH TO house", "SEARCH CC c@d.fr", "SEARCH BCC x", "SEARCH SUBJECT bilan",
    'SEARCH SUBJECT "compte rendu"', 'SEARCH CHARSET UTF-8 SUBJECT ~"résultats"', 'SEARCH CHARSET UTF-8 SUBJECT ~"RÉSULTATS"',
    'SEARCH CHARSET UTF-8 FROM ~"hélène"', "SEARCH SUBJECT plie", 'SEARCH SUBJECT "plie sur"', "SEARCH BODY bonjour",
    'SEARCH CHARSET UTF-8 BODY ~"résultats normaux, suite"', "SEARCH BODY bilan", "SEARCH TEXT bilan", "SEARCH TEXT interieur",
    "SEARCH BODY deux", 'SEARCH HEADER Message-ID ""', "SEARCH HEADER Message-ID 1@banc", 'SEARCH HEADER X-Vide ""',
    "SEARCH HEADER X-Double b", 'SEARCH HEADER X-Absent ""', "SEARCH HEADER In-Reply-To 1@", "SEARCH LARGER 300",
    "SEARCH SMALLER 100", "SEARCH LARGER 100 SMALLER 300", "SEARCH SENTON 15-Jan-2026", "SEARCH SENTBEFORE 15-Jan-2026",
    "SEARCH SENTSINCE 16-Jan-2026", "SEARCH SENTON 16-Jan-2026", "SEARCH SINCE 1-Jan-2020", "SEARCH BEFORE 1-Jan-2020",
    'SEARCH SINCE "1-Jan-2020"', "UID SEARCH SEEN", "UID SEARCH 2:3", "SEARCH CHARSET US-ASCII SUBJECT bilan",
    "SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN", "SEARCH RETURN () SEEN", "SEARCH RETURN (COUNT) KEYWORD nul",
    "SEARCH RETURN (MIN) KEYWORD nul", "SEARCH RETURN (ALL) KEYWORD nul", "UID SEARCH RETURN (MIN MAX) 2:5",
    "SEARCH RETURN (SAVE) SEEN ;; FETCH $ UID", "SEARCH RETURN (SAVE MIN) 3:5 ;; FETCH $ UID",
    "SEARCH RETURN (SAVE MIN MAX) 3:6 ;; UID FETCH $ UID", "SEARCH RETURN (SAVE COUNT) 3:5 ;; SEARCH $ ;; SEARCH NOT $",
    "SEARCH RETURN (SAVE) KEYWORD nul ;; FETCH $ UID", "UID SEARCH RETURN (SAVE) 2 ;; UID STORE $ +FLAGS (\\Answered)",
    "FETCH $ UID", "SEARCH MODSEQ 1", "SEARCH RETURN (COUNT) MODSEQ 1",
)  # fmt: skip
each(
    "search error", "RFC 9051 §6.4.4", THREE,
    "SEARCH", "SEARCH WRONG", "SEARCH OR 1", "SEARCH NOT", "SEARCH (ALL", "SEARCH ()", "SEARCH SINCE 31-Feb-2026",
    "SEARCH SINCE yesterday", "SEARCH LARGER x", "SEARCH 9", "SEARCH CHARSET KOI-77 ALL", "SEARCH RETURN (WRONG) ALL",
    "SEARCH FROM", "SEARCH HEADER a", "SEARCH ALL extra", "SEARCH UID x", "SEARCH 0", "UID SEARCH",
)  # fmt: skip
each(
    "sort", "RFC 5256", ALL_KINDS,
    "SORT (SUBJECT) UTF-8 ALL", "SORT (REVERSE DATE) UTF-8 1:4", "SORT (SIZE) US-ASCII ALL", "SORT (REVERSE SIZE SUBJECT) UTF-8 ALL",
    "SORT (FROM) UTF-8 ALL", "SORT (TO) UTF-8 ALL", "SORT (CC) UTF-8 ALL", "SORT (ARRIVAL) UTF-8 ALL", "UID SORT (DATE) UTF-8 1:4",
    "SORT (WRONG) UTF-8 ALL", "SORT () UTF-8 ALL", "SORT (REVERSE) UTF-8 ALL", "SORT (DATE) NOPE ALL", "SORT (DATE) UTF-8",
)  # fmt: skip
each(
    "store", "RFC 9051 §6.4.6", THREE,
    "STORE 1 FLAGS (\\Seen)", "STORE 1:2 +FLAGS (\\Deleted \\Answered) ;; STORE 1 -FLAGS (\\Deleted) ;; FETCH 1:3 FLAGS",
    "STORE 1 +FLAGS.SILENT (\\Seen) ;; FETCH 1 FLAGS", "STORE 1 FLAGS.SILENT () ;; FETCH 1 FLAGS", "STORE 1 FLAGS ()",
    "STORE 1 +FLAGS $MDNSent", "STORE 1 +FLAGS \\Seen \\Flagged", "STORE 1 +FLAGS ($Forwarded $MDNSent) ;; SEARCH KEYWORD $Forwarded",
    "STORE 1 +FLAGS (Abc) ;; STORE 2 +FLAGS (ABC) ;; FETCH 1:2 FLAGS", "UID STORE 2 +FLAGS (\\Seen)", "UID STORE 99 +FLAGS (\\Seen)",
    "STORE 1:* -FLAGS (\\Flagged)", "STORE 1 (UNCHANGEDSINCE 0) +FLAGS (\\Seen) ;; FETCH 1 FLAGS",
    "STORE 1 (UNCHANGEDSINCE 99999) +FLAGS.SILENT (\\Seen) ;; FETCH 1 FLAGS",
    "STORE 4 FLAGS (\\Seen)", "STORE 1 FLAGS (\\Recent)", "STORE 1 FLAGS (\\Wrong)", "STORE 1 WRONG (\\Seen)", "STORE 1 FLAGS",
    "STORE FLAGS (\\Seen)", "STORE 1 +FLAGS (\\Seen", "EXAMINE INBOX ;; STORE 1 +FLAGS (\\Seen)", "STORE 1 FLAGS (a(b)",
)  # fmt: skip
each(
    "copy and move", "RFC 9051 §6.4.7, §6.4.8", THREE,
    "COPY 1:2 Sent ;; STATUS Sent (MESSAGES UIDNEXT)", "UID COPY 3 Sent", "COPY 1 INBOX ;; NOOP", "COPY 1 Nulle", "COPY 9 Sent",
    "UID COPY 99 Sent", "STORE 1 FLAGS (\\Seen Cle) ;; COPY 1 Sent ;; SELECT Sent ;; FETCH 1 FLAGS", "MOVE 1 Trash ;; FETCH 1:* UID",
    "UID MOVE 2:3 Trash ;; FETCH 1:* UID", "MOVE 1:* Trash ;; STATUS Trash (MESSAGES)", "MOVE 1 Nulle", "UID MOVE 99 Trash",
    "MOVE 9 Trash", "EXAMINE INBOX ;; MOVE 1 Trash", "EXAMINE INBOX ;; COPY 1 Trash", "COPY 1", "COPY", "COPY 1 Sent extra",
    "COPY 3,1 Sent ;; SELECT Sent ;; FETCH 1:* (RFC822.SIZE)", "COPY 1 inbox", "MOVE 2 INBOX ;; FETCH 1:* UID",
)  # fmt: skip
each(
    "expunge", "RFC 9051 §6.4.3", THREE,
    "EXPUNGE", "STORE 1,3 +FLAGS.SILENT (\\Deleted) ;; EXPUNGE ;; FETCH 1:* UID", "STORE 1:3 +FLAGS.SILENT (\\Deleted) ;; EXPUNGE",
    "STORE 1:3 +FLAGS.SILENT (\\Deleted) ;; UID EXPUNGE 2 ;; FETCH 1:* UID", "STORE 2 +FLAGS.SILENT (\\Deleted) ;; CLOSE ;; SELECT INBOX",
    "STORE 2 +FLAGS.SILENT (\\Deleted) ;; UNSELECT ;; SELECT INBOX", "EXAMINE INBOX ;; EXPUNGE", "EXPUNGE extra", "UID EXPUNGE",
    "STORE 2 +FLAGS.SILENT (\\Deleted) ;; EXAMINE INBOX ;; CLOSE ;; SELECT INBOX", "UID EXPUNGE 99", "CLOSE ;; CLOSE", "UNSELECT ;; FETCH 1 UID",
    "STORE 3 +FLAGS.SILENT (\\Deleted) ;; EXPUNGE ;; APPEND INBOX @plain ;; UID FETCH 1:* UID",
)  # fmt: skip
each(
    "select", "RFC 9051 §6.3.2", ("fill INBOX plain words", "fill Sent plain"),
    "SELECT INBOX", "EXAMINE INBOX", "SELECT inbox", "SELECT InBoX", "SELECT Sent", "SELECT Nulle", "SELECT INBOX ;; SELECT Nulle ;; FETCH 1 UID",
    "SELECT INBOX ;; SELECT Sent ;; FETCH 1:* UID", "SELECT INBOX ;; UNSELECT ;; SELECT INBOX", "SELECT", 'SELECT "INBOX"', 'SELECT ~"INBOX"',
    "SELECT INBOX (CONDSTORE)", "SELECT INBOX (WRONG)", "SELECT INBOX extra", "SELECT a b", 'SELECT ""', "FETCH 1 UID", "STORE 1 FLAGS ()", "SEARCH ALL",
    "EXPUNGE", "CLOSE", "COPY 1 Sent", "EXAMINE Nulle", "SELECT *", "SELECT Sent/", "CHECK", "SELECT INBOX ;; CHECK", "UNSELECT",
    "SELECT INBOX ;; SELECT INBOX", "EXAMINE INBOX ;; SELECT INBOX ;; STORE 1 FLAGS (\\Seen)",
)  # fmt: skip
each(
    "status", "RFC 9051 §6.3.11", ("fill INBOX plain words multi", "SELECT INBOX", "STORE 1 FLAGS (\\Seen \\Deleted)", "UNSELECT"),
    "STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN RECENT)", "STATUS INBOX (SIZE)", "STATUS INBOX (HIGHESTMODSEQ)", "STATUS inbox (MESSAGES)",
    "STATUS Sent (MESSAGES UNSEEN)", "STATUS Nulle (MESSAGES)", "STATUS INBOX", "STATUS INBOX ()", "STATUS INBOX MESSAGES", "STATUS INBOX (WRONG)",
    "STATUS INBOX (MESSAGES MESSAGES)", "SELECT INBOX ;; STATUS INBOX (MESSAGES)", 'STATUS "INBOX" (UIDNEXT)', "STATUS (MESSAGES)",
)  # fmt: skip
each(
    "list", "RFC 9051 §6.3.9", ("CREATE a", "CREATE a/b", "CREATE a/b/c", "CREATE a/d", "CREATE &AOk-t&AOk-", "SUBSCRIBE a/d"),
    'LIST "" "*"', 'LIST "" "%"', 'LIST "" ""', 'LIST "a/" "%"', 'LIST "a" "%"', 'LIST "" a/%', 'LIST "" "a/*"', 'LIST "" "a%"', 'LIST "" inbox',
    'LIST "" "INB*"', 'LIST "" "*b*"', 'LIST "" "%/%"', 'LIST "" nulle', 'LIST "" &AOk-t&AOk-', 'LIST "" "&AOk-*"', 'LSUB "" "*"', 'LSUB "" "%"',
    'LSUB "a/" "*"', 'LIST (SUBSCRIBED) "" "*"', 'LIST (SUBSCRIBED) "" "%"', 'LIST (SPECIAL-USE) "" "*"', 'LIST "" "*" RETURN (SUBSCRIBED)',
    'LIST "" "%" RETURN (CHILDREN)', 'LIST "" "*" RETURN (SPECIAL-USE)', 'LIST "" (INBOX "a/%")', 'LIST "" "S%" RETURN (STATUS (MESSAGES UIDNEXT))',
    'LIST (SUBSCRIBED RECURSIVEMATCH) "" "%"', 'LIST (RECURSIVEMATCH) "" "%"', 'LIST (REMOTE) "" "a*"', 'LIST (WRONG) "" "*"',
    'LIST "" "*" RETURN (WRONG)', "LIST", 'LIST ""', 'LIST "" "*" extra', 'LIST "" "**"', 'LIST "" "%%"', "LSUB", 'LIST "" "a/b"',
    'UNSUBSCRIBE a/d ;; LSUB "" "a*"', 'DELETE a/d ;; LSUB "" "a*" ;; LIST (SUBSCRIBED) "" "a*"', "NAMESPACE", "NAMESPACE extra",
)  # fmt: skip
each(
    "mailboxes", "RFC 9051 §6.3.4-6.3.8", (),
    'CREATE x ;; LIST "" x', 'CREATE x/ ;; LIST "" x', "CREATE x ;; CREATE x", "CREATE INBOX", "CREATE inbox", 'CREATE ""', "CREATE",
    "CREATE x y", "CREATE a//b", 'CREATE "a b" ;; LIST "" "a*"', "CREATE &bad", 'CREATE "&AOk-" ;; LIST "" *', "CREATE x ;; DELETE x ;; DELETE x",
    "DELETE INBOX", "DELETE Nulle", "DELETE", 'CREATE p ;; CREATE p/q ;; DELETE p ;; LIST "" p*', 'CREATE p ;; CREATE p/q ;; DELETE p/q ;; LIST "" p*',
    'CREATE x ;; RENAME x y ;; LIST "" *', "CREATE x ;; CREATE y ;; RENAME x y", "RENAME Nulle y", "CREATE x ;; RENAME x INBOX", "RENAME x",
    'CREATE p ;; CREATE p/q ;; RENAME p r ;; LIST "" r*', "CREATE x ;; RENAME x x/y", 'CREATE x ;; RENAME x u/v/w ;; LIST "" u*',
    'fill INBOX plain words ;; RENAME INBOX old ;; STATUS INBOX (MESSAGES) ;; STATUS old (MESSAGES)', "CREATE x ;; RENAME x x",
    'SUBSCRIBE Nulle', 'CREATE x ;; SUBSCRIBE x ;; LSUB "" x', 'CREATE x ;; SUBSCRIBE x ;; UNSUBSCRIBE x ;; LSUB "" x', "UNSUBSCRIBE Nulle", "SUBSCRIBE",
    "CREATE x ;; fill x plain ;; DELETE x ;; CREATE x ;; STATUS x (MESSAGES UIDNEXT)", "CREATE *x", "CREATE x%",
    'SUBSCRIBE inbox ;; LSUB "" "I*"',
)  # fmt: skip
each(
    "append", "RFC 9051 §6.3.12", (),
    "APPEND INBOX @plain ;; SELECT INBOX ;; FETCH 1 (FLAGS RFC822.SIZE)", "APPEND INBOX (\\Seen \\Flagged Cle) @plain ;; SELECT INBOX ;; FETCH 1 FLAGS",
    'APPEND INBOX (\\Seen) " 5-Feb-2026 08:30:00 +0130" @plain ;; SELECT INBOX ;; FETCH 1 INTERNALDATE',
    'APPEND INBOX "25-Dec-2025 23:59:59 -0800" @plain ;; SELECT INBOX ;; FETCH 1 INTERNALDATE ;; SEARCH ON 25-Dec-2025',
    "APPEND Nulle @plain", "APPEND INBOX", "APPEND INBOX texte", 'APPEND INBOX "pas un litteral"', "APPEND INBOX (\\Wrong) @plain", "APPEND INBOX (\\Recent) @plain",
    'APPEND INBOX "99-Feb-2026 08:30:00 +0100" @plain', "APPEND INBOX () @plain", "APPEND INBOX @plain @words ;; STATUS INBOX (MESSAGES)",
    "APPEND INBOX (\\Seen) @plain (\\Deleted) @words ;; SELECT INBOX ;; FETCH 1:* FLAGS", "SELECT INBOX ;; APPEND INBOX @plain ;; FETCH 1 UID",
    "EXAMINE INBOX ;; APPEND INBOX @plain ;; NOOP", "APPEND inbox @plain", "APPEND @plain", "SELECT INBOX ;; APPEND Sent @plain ;; NOOP",
    'APPEND INBOX ~"" ;; STATUS INBOX (MESSAGES)',
)  # fmt: skip
each(
    "any state", "RFC 9051 §6.1", (),
    "NOOP", "NOOP extra", "CHECK", "WRONG", "WRONG with arguments", "ID NIL", 'ID ("name" "x")', 'ID ("name")', "ID", "LOGOUT", "AUTHENTICATE PLAIN", "LOGIN a b",
    "ENABLE CONDSTORE", "ENABLE QRESYNC", "ENABLE X-NOPE", "ENABLE", "UID", "UID NOOP", "UID WRONG 1", "GETQUOTAROOT INBOX", "GETQUOTAROOT Nulle",
    'GETQUOTA "User quota"', "GETQUOTA nope", 'SETQUOTA "User quota" (STORAGE 10)', "LOGOUT extra", "noop", "NoOp", "CAPABILITY extra", "IDLE extra",
)  # fmt: skip

one(
    "condstore: select",
    "RFC 7162 §3.1.8",
    "fill INBOX plain",
    "SELECT INBOX (CONDSTORE)",
    "FETCH 1 FLAGS",
    "STORE 1 +FLAGS (\\Seen)",
)
one(
    "condstore: changedsince",
    "RFC 7162 §3.1.4",
    *THREE,
    "STORE 2 +FLAGS.SILENT (\\Seen)",
    "FETCH 1:* (FLAGS) (CHANGEDSINCE 1)",
    "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 999999)",
)
one(
    "condstore: modified",
    "RFC 7162 §3.1.3",
    *THREE,
    "STORE 1:3 (UNCHANGEDSINCE 1) +FLAGS (\\Seen)",
    "UID STORE 1:3 (UNCHANGEDSINCE 1) +FLAGS (\\Seen)",
    "FETCH 1:3 FLAGS",
)
one(
    "qresync: vanished on expunge",
    "RFC 7162 §3.2.10",
    "fill INBOX plain words multi",
    "ENABLE QRESYNC",
    "SELECT INBOX",
    "STORE 1,3 +FLAGS.SILENT (\\Deleted)",
    "EXPUNGE",
    "UID FETCH 1:* UID",
)
one("qresync: not enabled", "RFC 7162 §3.2.5", "fill INBOX plain", "SELECT INBOX (QRESYNC (1 1))")
one(
    "qresync: other uidvalidity",
    "RFC 7162 §3.2.5",
    "fill INBOX plain",
    "ENABLE QRESYNC",
    "SELECT INBOX (QRESYNC (1 1))",
)
one(
    "qresync: vanished modifier",
    "RFC 7162 §3.2.6",
    "fill INBOX plain words multi",
    "ENABLE QRESYNC",
    "SELECT INBOX",
    "STORE 2 +FLAGS.SILENT (\\Deleted)",
    "EXPUNGE",
    "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)",
    "FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)",
)
one(
    "qresync: closed", "RFC 7162 §3.2.11", "fill INBOX plain", "ENABLE QRESYNC", "SELECT INBOX", "SELECT Sent"
)
one(
    "two sessions: new message",
    "RFC 9051 §7.4.1",
    "SELECT INBOX",
    "2:SELECT INBOX",
    "2:APPEND INBOX @plain",
    "NOOP",
    "FETCH 1 UID",
)
one(
    "two sessions: flags",
    "RFC 9051 §7.5.2",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 2 +FLAGS (\\Flagged)",
    "NOOP",
    "NOOP",
)
one(
    "two sessions: silent store",
    "RFC 9051 §6.4.6",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 2 +FLAGS.SILENT (\\Flagged)",
    "NOOP",
)
one(
    "two sessions: expunge then noop",
    "RFC 9051 §7.5.1",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 1 +FLAGS (\\Deleted)",
    "2:EXPUNGE",
    "NOOP",
    "FETCH 1:* UID",
)
one(
    "two sessions: expunge waits for fetch",
    "RFC 9051 §7.5.1",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 1 +FLAGS.SILENT (\\Deleted)",
    "2:EXPUNGE",
    "FETCH 1:3 UID",
    "NOOP",
)
one(
    "two sessions: expunge waits for search",
    "RFC 9051 §7.5.1",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 3 +FLAGS.SILENT (\\Deleted)",
    "2:EXPUNGE",
    "SEARCH ALL",
    "NOOP",
)
one(
    "two sessions: expunge waits for store",
    "RFC 9051 §7.5.1",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 3 +FLAGS.SILENT (\\Deleted)",
    "2:EXPUNGE",
    "STORE 1 +FLAGS (\\Seen)",
    "NOOP",
)
one(
    "two sessions: expunge told with uid fetch",
    "RFC 9051 §7.5.1",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 1 +FLAGS.SILENT (\\Deleted)",
    "2:EXPUNGE",
    "UID FETCH 2 UID",
)
one(
    "two sessions: came and went",
    "RFC 9051 §7.4.1",
    "SELECT INBOX",
    "2:SELECT INBOX",
    "2:APPEND INBOX @plain",
    "2:STORE 1 +FLAGS.SILENT (\\Deleted)",
    "2:EXPUNGE",
    "NOOP",
    "STATUS INBOX (MESSAGES UIDNEXT)",
)
one(
    "two sessions: move",
    "RFC 9051 §6.4.8",
    *THREE,
    "2:SELECT INBOX",
    "2:MOVE 2 Trash",
    "NOOP",
    "FETCH 1:* UID",
)
one(
    "two sessions: new keyword", "RFC 9051 §7.3.5", *THREE, "2:SELECT INBOX", "2:STORE 1 +FLAGS (Cle)", "NOOP"
)
one(
    "two sessions: recent belongs to one",
    "RFC 3501 §2.3.2",
    "SELECT INBOX",
    "2:SELECT INBOX",
    "2:APPEND INBOX @plain",
    "NOOP",
    "2:NOOP",
    "SEARCH RECENT",
    "2:SEARCH RECENT",
)
one(
    "two sessions: examine takes no recent",
    "RFC 3501 §6.3.2",
    "fill INBOX plain",
    "2:EXAMINE INBOX",
    "SELECT INBOX",
    "2:SELECT INBOX",
)
one(
    "two sessions: close is told as expunge",
    "RFC 9051 §6.4.1",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 1 +FLAGS.SILENT (\\Deleted)",
    "2:CLOSE",
    "NOOP",
)
one(
    "two sessions: fetch sets seen, other told",
    "RFC 9051 §6.4.5",
    *THREE,
    "2:SELECT INBOX",
    "2:FETCH 1 BODY[TEXT]",
    "NOOP",
)
one(
    "two sessions: qresync expunge",
    "RFC 7162 §3.2.10",
    "fill INBOX plain words multi",
    "ENABLE QRESYNC",
    "SELECT INBOX",
    "2:SELECT INBOX",
    "2:STORE 1 +FLAGS.SILENT (\\Deleted)",
    "2:EXPUNGE",
    "NOOP",
)
one(
    "two sessions: condstore flags",
    "RFC 7162 §3.1",
    "fill INBOX plain words",
    "ENABLE CONDSTORE",
    "SELECT INBOX",
    "2:SELECT INBOX",
    "2:STORE 1 +FLAGS (\\Seen)",
    "NOOP",
)
one(
    "empty mailbox",
    "RFC 9051 §9",
    "SELECT INBOX",
    "FETCH 1 FLAGS",
    "FETCH * FLAGS",
    "FETCH 1:* FLAGS",
    "UID FETCH 1:* FLAGS",
    "SEARCH ALL",
    "SEARCH 1:*",
    "UID SEARCH *",
    "STORE 1 FLAGS ()",
    "EXPUNGE",
    "COPY 1:* Sent",
    "SEARCH RETURN (MIN MAX COUNT ALL) ALL",
)
one(
    "uids are not reused",
    "RFC 9051 §2.3.1.1",
    "fill INBOX plain words",
    "SELECT INBOX",
    "STORE 1:2 +FLAGS.SILENT (\\Deleted)",
    "EXPUNGE",
    "APPEND INBOX @plain",
    "UID FETCH 1:* UID",
    "STATUS INBOX (UIDNEXT)",
)
one(
    "literals everywhere",
    "RFC 7888",
    'CREATE ~"boite"',
    'SELECT ~"boite"',
    'LIST ~"" ~"boite"',
    'STATUS ~"boite" (MESSAGES)',
)
one(
    "modified UTF-7 names",
    "RFC 3501 §5.1.3",
    "CREATE &ZeVnLIqe-",
    'LIST "" "*&ZeV*"',
    "SELECT &ZeVnLIqe-",
    "CREATE R&-D",
    'LIST "" "R*"',
    "RENAME R&-D &AOk-",
    'LIST "" "&AOk-"',
)
one(
    "superior names",
    "RFC 9051 §6.3.4",
    "CREATE s/t/u",
    'LIST "" "s*"',
    "DELETE s/t",
    'LIST "" "s*"',
    "DELETE s/t/u",
    'LIST "" "s*"',
)
one("fold with a tab", "RFC 5322 §2.2.3", "fill INBOX tab", "SELECT INBOX", "FETCH 1 ENVELOPE")
one(
    "condstore: flags tell modseq",
    "RFC 7162 §3.1",
    "fill INBOX plain words multi",
    "ENABLE CONDSTORE",
    "SELECT INBOX",
    "STORE 1 +FLAGS (\\Seen)",
    "STORE 1 +FLAGS.SILENT (\\Flagged)",
)
one("enable after select", "RFC 9051 §6.3.1", "SELECT INBOX", "ENABLE CONDSTORE")
one(
    "two sessions: both store the same flag",
    "RFC 9051 §6.4.6",
    *THREE,
    "2:SELECT INBOX",
    "2:STORE 1 +FLAGS (\\Seen)",
    "STORE 1 +FLAGS (\\Seen)",
    "2:NOOP",
)
one(
    "two sessions: rename of the selected mailbox",
    "RFC 9051 §6.3.6",
    "CREATE x",
    "fill x plain",
    "SELECT x",
    "2:RENAME x y",
    "NOOP",
    "FETCH 1 UID",
)
each(
    "not authenticated", "RFC 9051 §6.2", (),
    "0:NOOP", "0:LOGOUT", "0:ID NIL", "0:SELECT INBOX", "0:LIST \"\" *", "0:APPEND INBOX @plain", "0:FETCH 1 FLAGS", "0:IDLE",
    "0:ENABLE CONDSTORE", "0:NAMESPACE", "0:WRONG", "0:UNSELECT", "0:AUTHENTICATE", "0:AUTHENTICATE WRONG", "0:AUTHENTICATE CRAM-MD5",
    "0:LOGIN", "0:LOGIN a", "0:AUTHENTICATE XOAUTH2 %xoauth2% ;; 0:SELECT INBOX", "0:AUTHENTICATE XOAUTH2 >> %xoauth2% ;; 0:SELECT INBOX",
    "0:AUTHENTICATE OAUTHBEARER %oauthbearer% ;; 0:SELECT INBOX", "0:AUTHENTICATE OAUTHBEARER >> %oauthbearer% ;; 0:SELECT INBOX",
    "0:AUTHENTICATE XOAUTH2 >> *", "0:AUTHENTICATE XOAUTH2 ===", "0:AUTHENTICATE XOAUTH2 >> ??? ;; 0:NOOP", "0:AUTHENTICATE xoauth2 %xoauth2%",
    "0:AUTHENTICATE XOAUTH2 = >>  ", "0:AUTHENTICATE OAUTHBEARER bixhPXgs >> AQ==", "0:AUTHENTICATE PLAIN %plain%", "0:AUTHENTICATE EXTERNAL =",
    "0:AUTHENTICATE XOAUTH2 %xoauth2% ;; 0:AUTHENTICATE XOAUTH2 %xoauth2%", "0:AUTHENTICATE XOAUTH2 %xoauth2% ;; 0:LOGIN a b",
    "0:AUTHENTICATE XOAUTH2 %xoauth2% ;; 0:STARTTLS",
)  # fmt: skip
each(
    "idle", "RFC 9051 §6.3.13", THREE,
    "IDLE >> DONE", "IDLE >> done", "IDLE >> WRONG", "UNSELECT ;; IDLE >> DONE", "begin IDLE ;; 2:APPEND INBOX @plain ;; end RECENT ;; NOOP",
    "2:SELECT INBOX ;; begin IDLE ;; 2:STORE 2 +FLAGS (\\Flagged) ;; end FETCH",
    "2:SELECT INBOX ;; 2:STORE 2 +FLAGS (\\Deleted) ;; NOOP ;; begin IDLE ;; 2:EXPUNGE ;; end RECENT ;; FETCH 1:* UID",
    "2:SELECT INBOX ;; begin IDLE ;; 2:MOVE 1 Trash ;; end RECENT", "2:SELECT INBOX ;; begin IDLE ;; 2:STORE 1 +FLAGS (Neuve) ;; end FETCH",
)  # fmt: skip
CHANGED = (
    "fill INBOX plain words multi nested", "ENABLE QRESYNC", "SELECT INBOX", "UNSELECT", "2:SELECT INBOX", "2:STORE 3 +FLAGS (\\Flagged)",
    "2:STORE 2 +FLAGS.SILENT (\\Deleted)", "2:EXPUNGE", "2:APPEND INBOX @plain",
)  # fmt: skip
each(
    "quick resynchronisation", "RFC 7162 §3.2.5", CHANGED,
    "SELECT INBOX (QRESYNC (%validity% %modseq%))", "SELECT INBOX (QRESYNC (%validity% %modseq% 1:4))", "SELECT INBOX (QRESYNC (%validity% %modseq% 3:4))",
    "SELECT INBOX (QRESYNC (%validity% %modseq% 1:4 (1,3 1,3)))", "EXAMINE INBOX (QRESYNC (%validity% %modseq%))",
    "SELECT INBOX (QRESYNC (1 %modseq%))", "SELECT INBOX (QRESYNC (%validity%))", "SELECT INBOX (QRESYNC (%validity% 0))", "SELECT INBOX (QRESYNC)",
    "SELECT INBOX (QRESYNC (%validity% %modseq% 4:*))",
    "SELECT INBOX ;; UID FETCH 1:* (FLAGS) (CHANGEDSINCE %modseq% VANISHED)", "SELECT INBOX ;; FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)",
    "SELECT INBOX ;; UID FETCH 1:* (FLAGS) (VANISHED)", "SELECT INBOX ;; 2:STORE 1 +FLAGS.SILENT (\\Deleted) ;; 2:EXPUNGE ;; NOOP",
    "SELECT INBOX ;; UID MOVE 3 Trash", "SELECT INBOX ;; STORE 1 +FLAGS.SILENT (\\Deleted) ;; UID EXPUNGE 1:*",
)  # fmt: skip
each(
    "literals", "RFC 7888", ("fill INBOX plain",),
    'SELECT !"INBOX"', 'SELECT !"INBOX" ;; SEARCH SUBJECT !"bilan"', "APPEND INBOX ~@plain ;; STATUS INBOX (MESSAGES)", "APPEND Nulle ~@plain",
    'STATUS !"INBOX" (MESSAGES)', 'LIST !"" !"*x"', "APPEND INBOX ~@multi ~@words ;; SELECT INBOX ;; FETCH 2:3 RFC822.SIZE", 'CREATE !"Nouvelle"',
    'CREATE ~"é"', 'SELECT INBOX ;; SEARCH CHARSET UTF-8 TEXT ~"été"', 'SELECT INBOX ;; SEARCH SUBJECT ~"été"',
)  # fmt: skip
each(
    "modified UTF-7", "RFC 3501 §5.1.3", (),
    "CREATE &AOk", "CREATE &-", "CREATE &- ;; LIST \"\" &-", "CREATE &AGE- ;; LIST \"\" *", "CREATE &2D3eAA- ;; LIST \"\" &2D3eAA-", "CREATE &AOk-&AOk-",
    'CREATE "&ZeVnLIqe-/&AOk-" ;; LIST "" "&ZeVnLIqe-/%"', "CREATE &AOk- ;; SUBSCRIBE &AOk- ;; LSUB \"\" *", "CREATE &AOk- ;; STATUS &AOk- (MESSAGES)",
    "CREATE &2D0-", "SELECT &bad", "CREATE &AOk- ;; fill &AOk- plain ;; SELECT &AOk- ;; FETCH 1 UID",
)  # fmt: skip
each(
    "beyond Dovecot 2.3", "RFC 9051, 6855, 6154, 7889", ("fill INBOX plain",),
    "ENABLE IMAP4rev2", "ENABLE UTF8=ACCEPT", "STATUS INBOX (APPENDLIMIT)", "STATUS INBOX (DELETED)", "CREATE Indesirables (USE (\\Junk))",
    "DELETE Junk ;; CREATE Indesirables (USE (\\Junk)) ;; LIST (SPECIAL-USE) \"\" I*",
)  # fmt: skip
one(
    "three sessions agree", "RFC 9051 §7.5", *THREE, "2:SELECT INBOX", "3:SELECT INBOX", "2:STORE 1 +FLAGS.SILENT (\\Deleted)", "3:APPEND INBOX @plain",
    "2:EXPUNGE", "3:STORE 2 +FLAGS.SILENT (\\Flagged)", "NOOP", "2:NOOP", "3:NOOP", "FETCH 1:* (UID FLAGS)", "2:FETCH 1:* (UID)", "3:FETCH 1:* (UID)",
)  # fmt: skip
