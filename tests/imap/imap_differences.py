# ruff: noqa: E501 - names of transcripts
"""Where our server answers otherwise than Dovecot 2.3, and what decides it.

For each reason the (transcript, step) pairs that show it. Short passages in quotation marks are the RFC's own.
"""

from __future__ import annotations

REASONS: dict[str, list[tuple[str, int]]] = {
    'RFC 9051 §9 gives these commands no further argument (`command-any = "CAPABILITY" / "LOGOUT" / "NOOP"`, '
    '`copy = "COPY" SP sequence-set SP mailbox`…); Dovecot ignores what follows.': [
        ("copy and move: COPY 1 Sent extra", 2),
        ("expunge: EXPUNGE extra", 2),
        ("select: SELECT INBOX extra", 2),
        ("list: NAMESPACE extra", 6),
        ("mailboxes: CREATE x y", 0),
        ("any state: NOOP extra", 0),
        ("any state: LOGOUT extra", 0),
        ("any state: CAPABILITY extra", 0),
        ("select: SELECT a b", 2),
    ],
    "RFC 9051 §9: `*` and `%` (list-wildcards) are atom-specials, so no unquoted mailbox name holds them; "
    "Dovecot takes them as part of the name.": [
        ("select: SELECT *", 2),
        ("mailboxes: CREATE *x", 0),
        ("mailboxes: CREATE x%", 0),
    ],
    'RFC 9051 §9: `partial = "<" number64 "." nz-number64 ">"`; Dovecot takes a partial without count, or of '
    "none.": [
        ("fetch error: FETCH 1 BODY[]<1>", 2),
        ("fetch error: FETCH 1 BODY[]<1.0>", 2),
    ],
    'RFC 9051 §9: `store-att-flags = ["+" / "-"] "FLAGS" [".SILENT"] SP (flag-list / (flag *(SP flag)))` needs a '
    "flag; Dovecot takes none.": [("store: STORE 1 FLAGS", 2)],
    "RFC 2971 §3.3: the field list is NIL or pairs of string and value, and is not optional; Dovecot takes less.": [
        ('any state: ID ("name")', 0),
        ("any state: ID", 0),
    ],
    'RFC 9051 §9: `enable = "ENABLE" 1*(SP capability)`; Dovecot takes ENABLE alone.': [
        ("any state: ENABLE", 0)
    ],
    'RFC 9051 §6.3.1: "The ENABLED response is sent even if no extensions were enabled."': [
        ("any state: ENABLE X-NOPE", 0),
    ],
    'RFC 9051 §6.3.1: "The ENABLE command is only valid in the authenticated state, before any mailbox is selected. '
    'Clients MUST NOT issue ENABLE once they SELECT/EXAMINE a mailbox"; servers may let it pass, as Dovecot does, and '
    "a bench for clients must not.": [("enable after select", 1)],
    'RFC 9051 §6.3.3: "No changes to the permanent state of the mailbox, including per-user state, are permitted." '
    "after EXAMINE; Dovecot says OK, and MOVE even removes the message.": [
        ("store: EXAMINE INBOX ;; STORE 1 +FLAGS (\\Seen)", 3),
        ("copy and move: EXAMINE INBOX ;; MOVE 1 Trash", 3),
        ("expunge: EXAMINE INBOX ;; EXPUNGE", 3),
    ],
    'RFC 9051 §6.3.4: "It is an error to attempt to create INBOX or a mailbox with a name that refers to an extant '
    "mailbox.\" Dovecot's INBOX does not exist until it is used, and can then be created or be the target of RENAME.": [
        ("mailboxes: CREATE INBOX", 0),
        ("mailboxes: CREATE inbox", 0),
        ("mailboxes: CREATE x ;; RENAME x INBOX", 1),
    ],
    'RFC 9051 §6.3.4: "Server implementations that do not require this declaration MUST ignore the declaration." of a '
    "trailing separator; Dovecot makes a name without mailbox.": [
        ('mailboxes: CREATE x/ ;; LIST "" x', 1),
    ],
    'RFC 9051 §6.3.4: "the server SHOULD create any superior hierarchical names"; ours are mailboxes, Dovecot\'s are '
    "\\Noselect names, which then cannot be deleted and go with their last inferior.": [
        ('mailboxes: CREATE x ;; RENAME x u/v/w ;; LIST "" u*', 2),
        ("superior names", 1),
        ("superior names", 2),
        ("superior names", 3),
        ("superior names", 5),
    ],
    "RFC 9051 §6.3.9: INBOX is listed when the uppercase string INBOX matches; Dovecot matches without case even "
    "beyond the name itself.": [('list: LIST "" "*b*"', 6), ('literals: LIST !"" !"*x"', 1)],
    "RFC 9051 §6.4.4, SENTBEFORE: the Date header field decides, so a message without one is not found; Dovecot "
    "takes it as of 1970.": [("search: SEARCH SENTBEFORE 15-Jan-2026", 4)],
    'RFC 9051 §6.4.4, ON: the internal date "disregarding time and timezone"; Dovecot converts to its local zone.': [
        (
            'append: APPEND INBOX "25-Dec-2025 23:59:59 -0800" @plain ;; SELECT INBOX ;; FETCH 1 INTERNALDATE ;; '
            "SEARCH ON 25-Dec-2025",
            3,
        ),
    ],
    "RFC 9051 §9: date-day and date-day-fixed are days of a month; Dovecot normalises a day that does not exist.": [
        ("search error: SEARCH SINCE 31-Feb-2026", 2),
        ('append: APPEND INBOX "99-Feb-2026 08:30:00 +0100" @plain', 0),
    ],
    "RFC 9051 §7.3.5: FLAGS tells the flags applicable in the mailbox; searching for a keyword does not make one, "
    "though it does in Dovecot.": [
        ("search: SEARCH KEYWORD Autre", 4),
        ("search: SEARCH RETURN (COUNT) KEYWORD nul", 4),
        ("search: SEARCH RETURN (MIN) KEYWORD nul", 4),
        ("search: SEARCH RETURN (ALL) KEYWORD nul", 4),
        ("search: SEARCH RETURN (SAVE) KEYWORD nul ;; FETCH $ UID", 4),
    ],
    "RFC 9051 §6.4.6: STORE without .SILENT returns the flags in an untagged FETCH; Dovecot only for messages whose "
    "flags really changed.": [
        ("store: STORE 1 FLAGS ()", 2),
        ("store: STORE 1:* -FLAGS (\\Flagged)", 2),
    ],
    "RFC 9051 §6.4.5.1: every *message* has a part 1; a part that is neither multipart nor message has none below "
    "it. Dovecot gives the part itself.": [("fetch: FETCH 4 BODY.PEEK[2.1.1]", 2)],
    "RFC 8970 §3.2: the preview is of the message's text; Dovecot takes the header of a part of a digest for text.": [
        ("fetch: FETCH 1:5 PREVIEW", 2),
    ],
    "RFC 8970 §4: with LAZY a server may give the preview at once or NIL; ours has it at once.": [
        ("fetch: FETCH 1:3 (PREVIEW (LAZY))", 2),
    ],
    "RFC 9208 §4.1.2: GETQUOTAROOT takes the name of a mailbox; Dovecot answers for one that does not exist.": [
        ("any state: GETQUOTAROOT Nulle", 0),
    ],
    "RFC 5322 §2.2.3: unfolding removes the CRLF before white space, and only that; Dovecot turns a tab into a space.": [
        ("fold with a tab", 2),
    ],
    "RFC 9051 §6.3.1 has ENABLE in the authenticated state only; Dovecot takes it before.": [
        ("not authenticated: 0:ENABLE CONDSTORE", 0),
    ],
    "RFC 9051 §6.2.2: a response that is not base64 is an invalid argument, so BAD; Dovecot says NO.": [
        ("not authenticated: 0:AUTHENTICATE XOAUTH2 >> ??? ;; 0:NOOP", 0),
    ],
    "RFC 9051 §6.2.2 leaves the mechanisms to the server; ours has PLAIN only with a client certificate "
    "(ECO.1.3.1), which this session did not show.": [
        ("not authenticated: 0:AUTHENTICATE PLAIN %plain%", 0),
    ],
    "RFC 7162 §7: the mod-sequence of the QRESYNC parameter is a `mod-sequence-value`, which is positive; Dovecot "
    "takes 0.": [
        ("quick resynchronisation: SELECT INBOX (QRESYNC (%validity% 0))", 9),
    ],
    "RFC 9051 §6.3.1: ENABLED tells what the server has; Dovecot 2.3 has neither IMAP4rev2 nor UTF8=ACCEPT "
    "(RFC 6855 §3).": [
        ("beyond Dovecot 2.3: ENABLE IMAP4rev2", 1),
        ("beyond Dovecot 2.3: ENABLE UTF8=ACCEPT", 1),
    ],
    "RFC 7889 §4 and RFC 9051 §6.3.11 define these STATUS items; Dovecot 2.3 does not know them.": [
        ("beyond Dovecot 2.3: STATUS INBOX (APPENDLIMIT)", 1),
        ("beyond Dovecot 2.3: STATUS INBOX (DELETED)", 1),
    ],
    "RFC 6154 §3: a mailbox that cannot be created with the use asked for is not created, NO [USEATTR]; Dovecot 2.3 "
    "takes the parameter and ignores it.": [
        ("beyond Dovecot 2.3: CREATE Indesirables (USE (\\Junk))", 1),
        (
            'beyond Dovecot 2.3: DELETE Junk ;; CREATE Indesirables (USE (\\Junk)) ;; LIST (SPECIAL-USE) "" I*',
            3,
        ),
    ],
    "RFC 2180 leaves open what happens to sessions whose mailbox is renamed; ours go on, Dovecot's are closed.": [
        ("two sessions: rename of the selected mailbox", 4),
        ("two sessions: rename of the selected mailbox", 5),
    ],
}
DIFFERENCES = {place: reason for reason, places in REASONS.items() for place in places}
