"""Judging messages by a search program."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulators.imap.mime import digest
from simulators.imap.parser.search_keys import FLAG_KEYS, Key
from simulators.imap.view import MailboxView
from simulators.store import Message

Predicate = Callable[[int, Message], bool]
"""Says whether a message, with its number, is found."""


def compile_key(key: Key, view: MailboxView, saved: Sequence[int]) -> Predicate:
    """Return the predicate of a search key over a view."""
    return _Compiler(view, saved).predicate(key)


class _Compiler:
    def __init__(self, view: MailboxView, saved: Sequence[int]) -> None:
        self._view = view
        self._saved = saved

    def predicate(self, key: Key) -> Predicate:
        if key.name in FLAG_KEYS:
            return _flag(*FLAG_KEYS[key.name])
        if key.name in {"SET", "UID"}:
            return self._set(key)
        if key.name in {"ALL", "NEW", "OLD", "RECENT"}:
            return self._session(key.name)
        if key.name in {"AND", "OR", "NOT"}:
            return self._logic(key)
        if key.name in _DAYS:
            return _day(key)
        if key.name in {"LARGER", "SMALLER", "MODSEQ"}:
            return _number(key)
        if key.name in {"KEYWORD", "UNKEYWORD"}:
            return self._keyword(key)
        return _text(key)

    def _logic(self, key: Key) -> Predicate:
        parts = sorted((self.predicate(one) for one in key.keys), key=_cost)
        if key.name == "NOT":
            inner = parts[0]
            return _costing(inner, lambda number, message: not inner(number, message))
        if len(parts) == 1:
            return parts[0]
        if len(parts) == 2:
            one, two = parts
            if key.name == "AND":
                return _costing(two, lambda number, message: one(number, message) and two(number, message))
            return _costing(two, lambda number, message: one(number, message) or two(number, message))
        return _costing(parts[-1], lambda number, message: all(part(number, message) for part in parts))

    def _set(self, key: Key) -> Predicate:
        assert key.chosen is not None
        view = self._view
        if key.name == "UID" or key.chosen.saved:
            uids = {one.uid for _, one in view.select(key.chosen, uid=True, saved=self._saved)}
        else:
            # Numbers beyond the last message find nothing; only FETCH, STORE, COPY and MOVE refuse them.
            count = len(view.messages)
            uids = {view.uids[number - 1] for number in key.chosen.within(range(1, count + 1), count)}
        return lambda number, message: message.uid in uids

    def _session(self, name: str) -> Predicate:
        recent = self._view.recent
        if name == "ALL":
            return lambda number, message: True
        if name == "RECENT":
            return lambda number, message: message.uid in recent
        if name == "OLD":
            return lambda number, message: message.uid not in recent
        return lambda number, message: message.uid in recent and "\\Seen" not in message.flags

    def _keyword(self, key: Key) -> Predicate:
        spelled = self._view.mailbox.keywords.get(key.flag.lower(), "")
        return _flag(spelled, key.name == "KEYWORD")


def _cost(predicate: Predicate) -> int:
    """Return a rank: cheap predicates are tried first, which changes no result."""
    return int(getattr(predicate, "cost", 0))


def _costing(like: Predicate, predicate: Predicate) -> Predicate:
    predicate.cost = _cost(like)  # type: ignore[attr-defined]
    return predicate


def _flag(flag: str, wanted: bool) -> Predicate:
    if wanted:
        return lambda number, message: flag in message.flags
    return lambda number, message: flag not in message.flags


def _number(key: Key) -> Predicate:
    limit = key.number
    if key.name == "LARGER":
        return lambda number, message: message.content.size > limit
    if key.name == "SMALLER":
        return lambda number, message: message.content.size < limit
    return lambda number, message: message.modseq >= limit


_DAYS = {"BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE"}


def _day(key: Key) -> Predicate:
    day = key.day
    assert day is not None
    relation = key.name.removeprefix("SENT")
    if not key.name.startswith("SENT"):
        if relation == "BEFORE":
            return lambda number, message: message.internal_date.date() < day
        if relation == "SINCE":
            return lambda number, message: message.internal_date.date() >= day
        return lambda number, message: message.internal_date.date() == day

    def sent(number: int, message: Message) -> bool:
        del number
        when = message.content.derive(digest.summary).sent_day
        if when is None:
            return False
        if relation == "BEFORE":
            return when < day
        return when >= day if relation == "SINCE" else when == day

    sent.cost = 1  # type: ignore[attr-defined]
    return sent


_SUMMARISED = {"FROM": "sender", "TO": "to", "CC": "cc", "BCC": "bcc", "SUBJECT": "subject"}


def _text(key: Key) -> Predicate:
    text = digest.folded(key.text)
    field = key.field.lower() if key.name == "HEADER" else ""
    short = key.name if not field else field.upper()
    whole = key.name == "TEXT"
    if short in _SUMMARISED and (key.name != "HEADER" or text):
        attribute = _SUMMARISED[short]

        def summarised(number: int, message: Message) -> bool:
            del number
            return text in getattr(message.content.derive(digest.summary), attribute)

        summarised.cost = 1  # type: ignore[attr-defined]
        return summarised

    def headers(number: int, message: Message) -> bool:
        del number
        kept = message.content.derive(digest.search_text)
        if kept is not None and not (text in kept.header and field in kept.header):
            return False
        return any(text in value for value in digest.header_texts(message.content.read(), field))

    def body(number: int, message: Message) -> bool:
        del number
        kept = message.content.derive(digest.search_text)
        if kept is not None:
            return text in kept.body or (whole and text in kept.header)
        if whole and text in digest.whole_header(message.content.read()):
            return True
        return any(text in part for part in digest.body_texts(message.content))

    chosen: Predicate = headers if key.name == "HEADER" else body
    chosen.cost = 2 if key.name == "HEADER" else 3  # type: ignore[attr-defined]
    return chosen
