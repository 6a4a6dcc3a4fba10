"""The run record as canonical JSON: keys sorted, two-space indent, UTF-8, one line feed at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reports.masking import Masker
from reports.names import contents_of, teach
from reports.reading import parse

_KEPT_AS_THEY_ARE: Final = frozenset(
    {
        "schema",
        "id",
        "nodeid",
        "sha256",
        "proof_sha256",
        "tenant",
        "started",
        "ended",
        "journal",
        "path",
        "rule",
    }
)
"""Fields made by the tool, on which other programs rely; nothing of them is masked."""


def render(data: Mapping[str, Any], folder: Path, *, clear: bool = False) -> bytes:
    """Return the canonical form of a record that the schema has accepted and that lies in `folder`.

    Tokens, INS and names are masked unless `clear`; then the values are those of the record, all of them.
    """
    masker = Masker(clear=clear)
    if not clear:
        record = parse(data, folder)
        teach(masker, record, contents_of(record))
    masked = data if clear else _masked(data, masker)
    text = json.dumps(masked, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode("utf-8", "backslashreplace")  # a lone surrogate stays what JSON has for it


def _masked(value: Any, masker: Masker) -> Any:
    if isinstance(value, str):
        return masker(value)
    if isinstance(value, dict):
        return {
            key: item if key in _KEPT_AS_THEY_ARE and isinstance(item, str) else _masked(item, masker)
            for key, item in sorted(value.items())
        }
    if isinstance(value, list):
        return [_masked(item, masker) for item in value]
    return value
