"""What a change of a pack changes: the generated documents whose official verdict is no longer the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from harness.packs.judging import OfficialVerdict, PackJudge
from harness.packs.registry import Pack
from simulators.clock import FrozenClock
from simulators.documents import CR_BIO, DocumentFactory


@dataclass(frozen=True, slots=True)
class ChangedVerdict:
    """A generated document judged otherwise; `new` assertions fail now only, `gone` failed before only."""

    document: str
    before: str
    after: str
    new: tuple[str, ...]
    gone: tuple[str, ...]


def generated() -> dict[str, bytes]:
    """Return the generated documents, one of each model that the builders know and their N1."""
    factory = DocumentFactory(random.Random(1), FrozenClock())  # noqa: S311  (test data, no secret)
    built = {
        "CR-BIO": factory.cr_bio(),
        "LDL-SES": factory.ldl_ses(),
        "eP-MED-DM": factory.ep_med_dm(),
        "IMG-CR-IMG": factory.cr_img(),
        "N1": factory.n1(CR_BIO),
    }
    return {name: each.content for name, each in built.items()}


def changed_verdicts(old: Pack, new: Pack) -> Iterator[ChangedVerdict]:
    """Judge the generated documents with both packs; yield those that are judged otherwise."""
    before, after = PackJudge(old), PackJudge(new)
    for name, content in generated().items():
        one, other = before.judge(content), after.judge(content)
        was, now = _failed(one), _failed(other)
        if (one.verdict, was) != (other.verdict, now):
            yield ChangedVerdict(
                name, one.verdict, other.verdict, tuple(sorted(now - was)), tuple(sorted(was - now))
            )


def _failed(verdict: OfficialVerdict) -> set[str]:
    return {f"{each.schematron}#{each.id}" for each in verdict.failed}
