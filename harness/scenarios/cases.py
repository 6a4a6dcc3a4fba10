"""The mark that makes one test function the cases of all scenarios."""

from __future__ import annotations

import pytest

from harness.cases import case
from schemas.scenarios import Scenario, scenarios

__all__ = ["Scenario", "scenario_cases"]

MEANS = ("send|send_documents|collect|list",)
"""One way to write or to read is enough: each step says what it needs."""


def scenario_cases() -> pytest.MarkDecorator:
    """Mark a test function, which takes `sheet`, as the cases `scenario/<id>`.

    They serve no requirement, so that what they show counts once, in the case of its own requirement; their
    level is the lowest, so that every product plays the steps that it can.
    """
    played = [
        pytest.param(
            sheet,
            id=sheet.id,
            marks=case(
                f"scenario/{sheet.id}", requirements=(), needs=MEANS, fr=sheet.title.fr, en=sheet.title.en
            ),
        )
        for sheet in scenarios().values()
    ]
    return pytest.mark.parametrize("sheet", played)
