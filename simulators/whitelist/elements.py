"""Small readings of lxml elements, typed."""

from __future__ import annotations

from typing import cast

from lxml import etree


def line_of(element: etree._Element) -> int | None:
    """Return the line of an element, counted from 1, when it was parsed."""
    return cast("int | None", element.sourceline)


def attributes(element: etree._Element) -> dict[str, str]:
    """Return the attributes of an element."""
    return {str(name): str(value) for name, value in element.attrib.items()}


def default_namespace(uri: str) -> dict[str, str]:
    """Return the map that makes `uri` the default namespace, which the stubs of lxml do not know of."""
    return cast("dict[str, str]", {None: uri})
