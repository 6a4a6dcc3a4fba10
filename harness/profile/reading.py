"""From a path to TOML text: everything that can be wrong with the file itself."""

from __future__ import annotations

import codecs
from pathlib import Path

from harness.errors import ProfileError, ProfileProblem
from harness.profile.place import say

MAX_PROFILE_BYTES = 1_000_000
"""A profile is a few kilobytes; beyond this the file is another one, given by mistake."""

_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def read_profile(path: Path) -> bytes:
    """Return the octets of the profile; raises `ProfileError` when there is no reasonable file there."""
    try:
        if path.is_dir():
            raise _refused(path, "directory", "")
        if path.exists() and not path.is_file():
            raise _refused(path, "not-a-file", "")
        with path.open("rb") as file:
            content = file.read(MAX_PROFILE_BYTES + 1)
    except FileNotFoundError as error:
        raise _refused(path, "missing-file", "") from error
    except (OSError, ValueError) as error:
        raise _refused(path, "unreadable-file", getattr(error, "strerror", None) or str(error)) from error
    if len(content) > MAX_PROFILE_BYTES:
        raise _refused(path, "huge-file", f"> {MAX_PROFILE_BYTES} octets")
    return content


def decode_profile(path: Path, content: bytes) -> str:
    """Return the text of the profile.

    A UTF-8 byte order mark is dropped, since the Windows Notepad writes one (inferred: TOML does not speak
    of it); any other encoding is refused with the place of the first wrong octet.
    """
    for mark, name in _WIDE_MARKS:
        if content.startswith(mark):
            raise _refused(path, "wide-encoding", name, line=1)
    if b"\0" in content[:200]:
        raise _refused(path, "wide-encoding", "NUL (UTF-16 ?)", line=1)
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        start = content.removeprefix(codecs.BOM_UTF8)[: error.start]
        line = start.count(b"\n") + 1
        raise _refused(path, "not-utf8", f"0x{error.object[error.start]:02X}", line=line) from error


def _refused(path: Path, key: str, found: str, line: int | None = None) -> ProfileError:
    example = "" if line else "mssante init --out profil.toml"
    problem = ProfileProblem(path, line, "", say(f"{key}.expected"), found, example, say(key))
    return ProfileError([problem])
