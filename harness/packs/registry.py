"""Adds, lists, loads and removes packs; every file of a copy is pinned by its SHA-256.

A pack is `<data folder>/packs/<name>/`: `manifest.json`, `content/` (the repaired copy), `compiled/`. The
folder that was given is only read. Its hash covers the copy after repair, so that two machines with the same
content and the same program have the same hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.errors import EnvironmentFault, UsageError
from harness.packs.contents import KEPT, Contents, ModelRoute, recognise
from harness.packs.home import packs_folder
from harness.packs.repairs import Repair, repair
from schemas.messages import message

MAX_FILES = 20_000
MAX_FILE = 256 * 1024 * 1024
MAX_TOTAL = 2 * 1024 * 1024 * 1024
"""Octets; the official content weighs a tenth of it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FORMAT = "official-pack/1"


@dataclass(frozen=True, slots=True)
class Pack:
    """A registered pack; `files` maps each path of the copy to its SHA-256."""

    name: str
    folder: Path
    origin: str
    sha256: str
    files: dict[str, str]
    contents: Contents
    repairs: tuple[Repair, ...]

    @property
    def content(self) -> Path:
        """Return the folder of the repaired copy."""
        return self.folder / "content"

    @property
    def compiled(self) -> Path:
        """Return the folder of what was compiled of this content by this version of the format."""
        return self.folder / "compiled"


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs between two copies of one name, by path."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.added or self.changed or self.removed)


def drift(old: Pack, new: Pack) -> Drift:
    """Compare two copies by their hashes."""
    return Drift(
        tuple(sorted(new.files.keys() - old.files.keys())),
        tuple(
            sorted(each for each in new.files.keys() & old.files.keys() if new.files[each] != old.files[each])
        ),
        tuple(sorted(old.files.keys() - new.files.keys())),
    )


def prepare(source: Path, name: str) -> Pack:
    """Copy and repair `source` into a folder beside the registered packs; `install` makes it the pack.

    Raises `UsageError` for a name or a folder that cannot be used, `EnvironmentFault` when the disk refuses.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(message("cli.pack-name").filled(name=name), fix=message("cli.pack-name-fix"))
    if not source.is_dir() or source.is_symlink():
        raise UsageError(message("cli.pack-no-folder").filled(path=source))
    try:
        packs_folder().mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".adding-", dir=packs_folder()))
    except OSError as error:
        raise _disk(packs_folder(), error) from error
    try:
        return _prepared(source, name, staging)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise _disk(source, error) from error
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _prepared(source: Path, name: str, staging: Path) -> Pack:
    copy = staging / "content"
    paths: set[str] = set()
    for relative, path in _files(source):
        target = copy / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        paths.add(relative)
    repairs = repair(copy, paths) if paths else []
    contents = recognise(paths, lambda each: (copy / each).read_bytes())
    if not contents.useful:
        raise UsageError(message("cli.pack-nothing").filled(path=source), fix=message("cli.pack-nothing-fix"))
    files = {each: _digest(copy / each) for each in sorted(paths)}
    whole = hashlib.sha256(
        "".join(f"{each}\0{digest}\n" for each, digest in files.items()).encode()
    ).hexdigest()
    pack = Pack(name, staging, str(source.resolve()), whole, files, contents, tuple(repairs))
    _write(pack)
    return pack


def install(pack: Pack) -> Pack:
    """Put a prepared pack in the place of the one of its name; return it there."""
    place = packs_folder() / pack.name
    old = packs_folder() / f".removing-{pack.name}"
    try:
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            place.rename(old)
        pack.folder.rename(place)
    except OSError as error:
        raise _disk(place, error) from error
    shutil.rmtree(old, ignore_errors=True)
    # What was compiled before the move names files by where they were.
    shutil.rmtree(place / "compiled", ignore_errors=True)
    return load(pack.name)


def discard(pack: Pack) -> None:
    """Forget a prepared pack that is not installed."""
    shutil.rmtree(pack.folder, ignore_errors=True)


def names() -> list[str]:
    """Return the names of the registered packs."""
    folder = packs_folder()
    if not folder.is_dir():
        return []
    return sorted(
        each.name
        for each in folder.iterdir()
        if (each / "manifest.json").is_file() and _NAME.fullmatch(each.name)
    )


def load(name: str) -> Pack:
    """Return a registered pack. Raises `UsageError` when there is none of this name."""
    folder = packs_folder() / name
    if not _NAME.fullmatch(name) or not (folder / "manifest.json").is_file():
        known = ", ".join(names()) or "∅"
        raise UsageError(
            message("cli.pack-unknown").filled(name=name, known=known), fix=message("cli.pack-unknown-fix")
        )
    return read(folder)


def read(folder: Path) -> Pack:
    """Return the pack of a folder. Raises `EnvironmentFault` when its manifest is not what was written."""
    try:
        raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if raw["format"] != _FORMAT:
            raise ValueError(raw["format"])
        parts: dict[str, Any] = raw["contents"]
        contents = Contents(
            schema=parts["schema"],
            generic=tuple(parts["generic"]),
            for_n1=tuple(parts["for_n1"]),
            models=tuple(ModelRoute(**each) for each in parts["models"]),
            value_sets=parts["value_sets"],
            samples=parts["samples"],
        )
        repairs = tuple(Repair(**each) for each in raw["repairs"])
        return Pack(raw["name"], folder, raw["origin"], raw["sha256"], raw["files"], contents, repairs)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EnvironmentFault(
            message("cli.pack-damaged").filled(path=folder), fix=message("cli.pack-damaged-fix")
        ) from error


def remove(name: str) -> None:
    """Forget a pack and its copy. Raises `UsageError` when there is none of this name."""
    pack = load(name)
    try:
        shutil.rmtree(pack.folder)
    except OSError as error:
        raise _disk(pack.folder, error) from error


def altered(pack: Pack) -> list[str]:
    """Return the files of a copy that are no longer what was pinned."""
    return [
        each
        for each, digest in pack.files.items()
        if not (pack.content / each).is_file() or _digest(pack.content / each) != digest
    ]


def _files(source: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files to keep; refuse links, strange files and what is too large."""
    count = total = 0
    for parent, folders, files in os.walk(source, followlinks=False):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in (*folders, *sorted(files)):
            path = Path(parent) / name
            facts = path.lstat()
            relative = path.relative_to(source).as_posix()
            if stat.S_ISLNK(facts.st_mode) or _is_junction(path):
                raise UsageError(
                    message("cli.pack-link").filled(path=relative), fix=message("cli.pack-link-fix")
                )
            if stat.S_ISDIR(facts.st_mode) or not name.lower().endswith(KEPT):
                continue
            if not stat.S_ISREG(facts.st_mode):
                raise UsageError(message("cli.pack-strange").filled(path=relative))
            count, total = count + 1, total + facts.st_size
            if count > MAX_FILES or facts.st_size > MAX_FILE or total > MAX_TOTAL:
                raise UsageError(message("cli.pack-too-large").filled(path=relative))
            yield relative, path


def _is_junction(path: Path) -> bool:
    """Tell whether a Windows folder is a junction, which is no link for `lstat` (Python 3.12)."""
    found = getattr(path, "is_junction", None)
    return bool(found and found())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(pack: Pack) -> None:
    manifest = {
        "format": _FORMAT,
        "name": pack.name,
        "origin": pack.origin,
        "sha256": pack.sha256,
        "contents": asdict(pack.contents),
        "repairs": [asdict(each) for each in pack.repairs],
        "files": pack.files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (pack.folder / "manifest.json").write_text(text, encoding="utf-8", newline="\n")


def _disk(path: Path, error: OSError) -> EnvironmentFault:
    detail = error.strerror or str(error)
    return EnvironmentFault(
        message("cli.pack-disk").filled(path=path, detail=detail), fix=message("cli.pack-disk-fix")
    )
