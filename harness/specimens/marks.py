"""The mark of a case that rests on scenes."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from harness.cases import case
from harness.specimens.scene import Scene


def document_case(
    id_: str, *, requirements: Iterable[str], scenes: Iterable[Scene], fr: str, en: str
) -> pytest.MarkDecorator:
    """Mark a test function as a case that judges what the scenes show.

    What it needs of the driver and of the claims is what the scenes need; files may stand for the product
    when they show one of the scenes.
    """
    chosen = tuple(scenes)
    played = [scene for scene in chosen if scene.play is not None]
    actions = [scene.action for scene in played]
    first = actions[0]
    needs = {first, "send_documents"} if first in {"replace_documents", "delete_documents"} else {first}
    return case(
        id_,
        requirements=requirements,
        needs=needs,
        fr=fr,
        en=en,
        level="advanced",
        mailboxes=frozenset().union(*(scene.mailboxes for scene in chosen)),
        roles=["send"],
        scenes=[scene.key for scene in played],
        files=next((scene.put for scene in chosen if scene.shows is not None), None),
    )
