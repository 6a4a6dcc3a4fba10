"""What must be the same in the answers of two servers, and nothing else.

Texts for people, the order of untagged responses that have none, UIDVALIDITY and mod-sequence values are left
out; so is HIGHESTMODSEQ at SELECT, which Dovecot leaves out until someone wants mod-sequences although
RFC 7162 §3.1.2.1 has it sent with every successful SELECT or EXAMINE (tested on its own). FETCH responses of
one message are put together; message numbers are told as they were before the command's EXPUNGE responses.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_TOKEN = re.compile(
    rb'\(|\)|\{(\d+)\}\r\n|~\{(\d+)\}\r\n|"((?:[^"\\]|\\.)*)"|[^\s()"{\[]*\[[^\]]*\](?:<\d+>)?|[^\s()"]+',
    re.DOTALL,
)
_KEPT_CODES = {"APPENDUID", "COPYUID", "READ-ONLY", "READ-WRITE", "MODIFIED", "TRYCREATE", "BADCHARSET"}


def parse(text: bytes) -> list[Any]:
    """Read IMAP data into nested lists of octets; NIL is None."""
    stack: list[list[Any]] = [[]]
    position = 0
    while position < len(text):
        if text[position : position + 1] in b" \r\n":
            position += 1
            continue
        match = _TOKEN.match(text, position)
        assert match, text[position:]
        position = match.end()
        token = match.group()
        size = match.group(1) or match.group(2)
        if token == b"(":
            stack.append([])
        elif token == b")":
            done = stack.pop()
            stack[-1].append(done)
        elif size is not None:
            stack[-1].append(text[position : position + int(size)])
            position += int(size)
        elif match.group(3) is not None:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", match.group(3)))
        else:
            stack[-1].append(None if token.upper() == b"NIL" else token)
    assert len(stack) == 1, text
    return stack[0]


def _lower(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_lower(item) for item in value)
    return value.lower() if isinstance(value, bytes) else value


def _tuple(value: Any) -> Any:
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value


def _item(name: str, value: Any) -> Any:
    if name == "FLAGS":
        return tuple(sorted(value))
    if name.startswith("BODY[") and value is None:
        # A part that does not exist: NIL and "" are both an `nstring`, and no sentence chooses.
        return b""
    if name == "MODSEQ":
        return "n"
    if name in {"BODYSTRUCTURE", "BODY"}:
        return _lower(value)
    if name == "INTERNALDATE":
        return (
            dt.datetime.strptime(value.decode().strip(), "%d-%b-%Y %H:%M:%S %z")
            .astimezone(dt.UTC)
            .isoformat()
        )
    return _tuple(value)


def status(line: bytes) -> tuple[Any, ...]:
    """Return the kind of a status response, and its code where the protocol needs it."""
    match = re.match(rb"(OK|NO|BAD|BYE|PREAUTH)(?: \[([^\]]*)\])?", line)
    assert match, line
    kind, code = match.group(1).decode(), (match.group(2) or b"").decode()
    name, _, rest = code.partition(" ")
    if name not in _KEPT_CODES:
        return (kind,)
    if name in {"APPENDUID", "COPYUID"}:
        rest = rest.partition(" ")[2]
    return (kind, name) if name == "BADCHARSET" else (kind, name, rest)


def responses(lines: list[bytes]) -> list[Any]:
    """Normalise the responses of one command; the last one is the tagged, without its tag."""
    fetched: dict[bytes, dict[str, Any]] = {}
    expunged: list[int] = []
    others: list[Any] = []
    for line in lines[:-1]:
        body = line.removeprefix(b"* ")
        if re.match(rb"\d+ FETCH ", body):
            number, _, data = parse(body)
            before = _original(int(number), expunged)
            pairs = fetched.setdefault(b"%d" % before, {})
            for name, value in zip(data[::2], data[1::2], strict=True):
                key = name.decode().upper()
                pairs[key] = _item(key, value)
        elif found := re.fullmatch(rb"(\d+) EXPUNGE", body):
            expunged.append(_original(int(found.group(1)), expunged))
        elif line.startswith(b"+"):
            continue
        else:
            others += _untagged(body)
    told: list[Any] = [
        ("FETCH", number, tuple(sorted(pairs.items(), key=str))) for number, pairs in fetched.items()
    ]
    if expunged:
        told.append(("EXPUNGE", tuple(sorted(expunged))))
    final = status(lines[-1]) if lines[-1] else ("closed",)
    return [*sorted(others + told, key=repr), final]


def _original(number: int, removed: list[int]) -> int:
    for gone in sorted(removed):
        if gone <= number:
            number += 1
    return number


def _untagged(body: bytes) -> list[Any]:  # noqa: PLR0911 - one return per response
    name = body.split(b" ", 1)[0].upper()
    if name in {b"OK", b"NO", b"BAD", b"BYE"}:
        match = re.match(rb"\w+ \[([A-Z]+) ?([^\]]*)\]", body)
        if match is None:
            return [("BYE",)] if name == b"BYE" else []
        code, rest = match.group(1).decode(), match.group(2)
        if code == "UIDVALIDITY":
            return [(code,)]
        if code == "PERMANENTFLAGS":
            return [(code, tuple(sorted(rest.strip(b"()").split())))]
        if code == "COPYUID":
            return [(code, rest.partition(b" ")[2])]
        return [(code, rest)] if code in {"UIDNEXT", "UNSEEN", "CLOSED"} else []
    if name in {b"SEARCH", b"SORT"}:
        words = re.sub(rb"\(MODSEQ \d+\)", b"(MODSEQ)", body).split()[1:]
        return [(name.decode(), tuple(words))]
    if name == b"ESEARCH":
        parsed = parse(re.sub(rb"MODSEQ \d+", b"MODSEQ n", body))[2:]
        return [("ESEARCH", tuple(sorted(str(item) for item in parsed)))]
    if name == b"STATUS":
        _, box, data = parse(body)
        values = dict(zip(data[::2], data[1::2], strict=True))
        hidden = {b"UIDVALIDITY", b"HIGHESTMODSEQ"}
        return [
            (
                "STATUS",
                b"INBOX" if box.upper() == b"INBOX" else box,
                tuple(sorted((key, b"n" if key in hidden else value) for key, value in values.items())),
            )
        ]
    if name == b"FLAGS":
        return [("FLAGS", tuple(sorted(parse(body)[1])))]
    if name in {b"LIST", b"LSUB"}:
        _, attributes, separator, box, *info = parse(body)
        shown = [one.lower() for one in attributes if one.lower() != b"\\unmarked"]
        if name == b"LSUB":
            # Dovecot shows special uses in LSUB too; RFC 6154 §2 leaves that open.
            shown = [one for one in shown if one == b"\\noselect"]
        return [(name.decode(), tuple(sorted(shown)), separator, box, _tuple(info))]
    if name in {b"ID", b"CAPABILITY"}:
        return [(name.decode(),)]
    return [_tuple(parse(body))]
