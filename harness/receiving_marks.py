"""The mark of a case of the receiving side."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from harness.cases import case


def receiving(
    id_: str,
    *,
    requirements: Iterable[str],
    fr: str,
    en: str,
    needs: Iterable[str] = ("collect", "documents"),
) -> pytest.MarkDecorator:
    """Mark a test function as an advanced case that needs the product to treat received mails."""
    return case(
        id_, requirements=requirements, needs=needs, fr=fr, en=en, level="advanced", roles=["receive"]
    )
