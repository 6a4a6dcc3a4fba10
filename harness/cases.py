"""What a conformance case says of itself: the `case` mark that each test in `testcases/` carries.

A case is one stimulus and one expectation. Its docstring has four parts, each on its own line or lines,
which reports and `mssante plan` show:

    EXIGENCE : …   (the requirement, in French)
    ATTENDU : …    (what must be seen, in French)
    REQUIREMENT: … (the same in English)
    EXPECTED: …
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import pytest

from schemas.text import Bilingual

LevelName = Literal["basic", "intermediate", "advanced"]
OPEN_SMTP = ("connect|send",)
OPEN_IMAP = ("connect|list",)
"""What opening a link needs: the action `connect`, or the one that cannot do without the link."""

_PARTS = re.compile(r"^\s*(EXIGENCE|ATTENDU|REQUIREMENT|EXPECTED)\s*:\s*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """Identity and needs of a case.

    `id` is stable (`ECO.1.1.5/expired-smtp`), `requirements` are judged by it, `needs` are the driver
    actions without which it cannot be played (`connect|send`: one of them is enough), `mailboxes` (PER,
    ORG, APP) and `roles` (send, receive) those of which the product must claim at least one (empty: any).
    `scenes` are the keys of the scenes that it rests on, played once for all cases (`harness.specimens`);
    `files` says on which files it is judged when there is no live product, None when files tell nothing.
    """

    id: str
    level: LevelName
    requirements: tuple[str, ...]
    needs: frozenset[str]
    mailboxes: frozenset[str]
    roles: frozenset[str]
    title: Bilingual
    scenes: tuple[str, ...] = ()
    files: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class CaseText:
    """The four parts of the docstring."""

    requirement: Bilingual
    expectation: Bilingual


def case(
    id_: str,
    *,
    requirements: Iterable[str],
    needs: Iterable[str],
    fr: str,
    en: str,
    level: LevelName = "basic",
    mailboxes: Iterable[str] = (),
    roles: Iterable[str] = (),
    scenes: Iterable[str] = (),
    files: Bilingual | None = None,
) -> pytest.MarkDecorator:
    """Mark a test function as a conformance case; `fr` and `en` are its title."""
    info = CaseInfo(
        id=id_,
        level=level,
        requirements=tuple(requirements),
        needs=frozenset(needs),
        mailboxes=frozenset(mailboxes),
        roles=frozenset(roles),
        title=Bilingual(fr, en),
        scenes=tuple(scenes),
        files=files,
    )
    return pytest.mark.case(info)


def link_cases(
    id_: str,
    *,
    requirements: Iterable[str],
    fr: str,
    en: str,
    needs: Iterable[str] = (),
    mailboxes: Iterable[str] = (),
) -> pytest.MarkDecorator:
    """Mark a test function as two cases, `<id>-smtp` and `<id>-imap`: the same stimulus on both links.

    The function takes `protocol` (`smtp`, `imap`). Each case needs what opens its link and the role that
    uses it, beside `needs`.
    """

    def one(protocol: str, role: str, opening: Iterable[str]) -> object:
        mark = case(
            f"{id_}-{protocol}",
            requirements=requirements,
            needs=[*opening, *needs],
            fr=f"{fr} ({protocol.upper()})",
            en=f"{en} ({protocol.upper()})",
            mailboxes=mailboxes,
            roles=[role],
        )
        return pytest.param(protocol, id=protocol, marks=mark)

    both = [one("smtp", "send", OPEN_SMTP), one("imap", "receive", OPEN_IMAP)]
    return pytest.mark.parametrize("protocol", both)


def case_infos(function: object) -> Iterator[CaseInfo]:
    """Yield what a test function is as a conformance case: nothing, one case, or one for each link."""
    for mark in getattr(function, "pytestmark", ()):
        if mark.name == "case":
            yield mark.args[0]
        elif mark.name == "parametrize":
            for parameter in mark.args[1]:
                yield from (
                    inner.args[0] for inner in getattr(parameter, "marks", ()) if inner.name == "case"
                )


def case_text(docstring: str | None) -> CaseText:
    """Read the four parts of a case's docstring; raises `ValueError` naming the missing one."""
    pieces = _PARTS.split(docstring or "")
    found = {name: " ".join(text.split()) for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    missing = [name for name in ("EXIGENCE", "ATTENDU", "REQUIREMENT", "EXPECTED") if not found.get(name)]
    if missing:
        raise ValueError(f"the docstring of a case lacks {', '.join(missing)}: write one line for each")
    return CaseText(
        Bilingual(found["EXIGENCE"], found["REQUIREMENT"]), Bilingual(found["ATTENDU"], found["EXPECTED"])
    )
