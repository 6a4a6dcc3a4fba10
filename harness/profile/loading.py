"""`load_profile`: the one way from a file to a `VendorProfile`."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from harness import reference
from harness.errors import ProfileError, ProfileProblem
from harness.profile.checks import cross_checks, day
from harness.profile.lines import key_lines
from harness.profile.place import Place, say
from harness.profile.reading import decode_profile, read_profile
from harness.profile.shape import shape_problems
from harness.profile.values import (
    PORT_PLACE,
    DriverConfig,
    Limits,
    Network,
    Product,
    VendorProfile,
)
from harness.verdicts import Declaration, Waiver
from schemas.requirements import Catalogue, Claims, catalogue
from simulators.clock import SystemClock

_AT = re.compile(
    r"^(?P<detail>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL
)


def load_profile(
    path: Path | str, *, known: Catalogue | None = None, today: date | None = None
) -> VendorProfile:
    """Read, check and return a vendor profile.

    `known` is the requirement catalogue (the published one), `today` the day on which waivers are judged
    (this one). `reference` and `reference-pfi` are the packaged profiles, unless a file bears that name.
    Raises `ProfileError` with every mistake found: those of the file, else those of its TOML,
    else those of its shape and between its values together.
    """
    file = Path(path)
    if str(file) in reference.NAMES and not file.exists():
        file = reference.profile_path(str(file))
    content = read_profile(file)
    text = decode_profile(file, content)
    data = _jsonable(_parse(file, text))
    place = Place(file, key_lines(text))
    problems = shape_problems(data, place)
    broken = frozenset(re.split(r"[.\[]", problem.key, maxsplit=1)[0] for problem in problems)
    today = today or SystemClock().now().date()
    problems += cross_checks(data, place, known or catalogue(), today, broken)
    if any(problem.severity == "error" for problem in problems):
        raise ProfileError(problems)
    return _profile(file, content, data, tuple(problems), shown=Path(path))


def _parse(file: Path, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError([_syntax_problem(file, text, str(error))]) from error
    except (RecursionError, ValueError) as error:  # ValueError: an integer of thousands of digits
        problem = ProfileProblem(
            file,
            None,
            "",
            say("too-deep.expected"),
            "",
            "",
            say("too-deep"),
        )
        raise ProfileError([problem]) from error


def _syntax_problem(file: Path, text: str, error: str) -> ProfileProblem:
    match = _AT.match(error)
    lines = text.splitlines() or [""]
    line = int(match["line"]) if match and match["line"] else len(lines)
    column = int(match["column"]) if match and match["column"] else len(lines[-1]) + 1
    found = lines[line - 1].strip()[:120] if line <= len(lines) else ""
    detail = match["detail"] if match else error
    return ProfileProblem(
        file,
        line,
        "",
        say("toml-syntax.expected"),
        found,
        'name = "MonLogiciel"',
        say("toml-syntax", column=column, detail=detail),
    )


def _jsonable(value: Any) -> Any:
    """Return the value with dates as ISO texts, as the JSON Schema knows them."""
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def _profile(
    file: Path, content: bytes, data: Mapping[str, Any], warnings: tuple[ProfileProblem, ...], *, shown: Path
) -> VendorProfile:
    folder = file.resolve().parent
    return VendorProfile(
        path=shown,
        sha256=hashlib.sha256(content).hexdigest(),
        product=Product(**data["product"]),
        claims=_claims(data),
        driver=_driver(data["driver"], folder),
        limits=Limits(**{key: float(value) for key, value in data.get("limits", {}).items()}),
        network=Network(**data.get("network", {})),
        declarations={
            requirement: _declaration(declaration, folder)
            for requirement, declaration in data.get("declarations", {}).items()
        },
        waivers=tuple(_waiver(waiver) for waiver in data.get("waivers", ())),
        mdn_edition=data["claims"].get("mdn_edition"),
        warnings=warnings,
    )


def _driver(data: Mapping[str, Any], folder: Path) -> DriverConfig:
    kind, url = data["kind"], data.get("url")
    alone = kind == "artefacts" or (kind == "http" and PORT_PLACE in (url or ""))
    return DriverConfig(
        kind=kind,
        url=url,
        command=tuple(data.get("command", ())),
        cwd=folder / data["cwd"] if "cwd" in data else folder,
        env=dict(data.get("env", {})),
        path=folder / data["path"] if "path" in data else None,
        timeout_s=float(data.get("timeout_s", 30)),
        allow_remote=data.get("allow_remote", False),
        parallel=data.get("parallel", alone) and kind != "manual",
    )


def _declaration(data: Mapping[str, Any], folder: Path) -> Declaration:
    proof = data.get("proof")
    digest = hashlib.sha256((folder / proof).read_bytes()).hexdigest() if proof else None
    return Declaration(data["statement"], proof, digest)


def _waiver(data: Mapping[str, Any]) -> Waiver:
    until = day(data["until"])
    if until is None:
        raise ValueError(f"waiver date not checked before: {data['until']!r}")
    return Waiver(data["requirement"], data["owner"], data["reason"], until)


def _claims(data: Mapping[str, Any]) -> Claims:
    claims = data["claims"]
    return Claims(
        level=claims["level"],
        roles=frozenset(claims["roles"]),
        mailboxes=frozenset(claims["mailboxes"]),
        integration=claims["integration"],
        corridor=data["product"]["corridor"],
        documents=tuple(claims.get("documents", ())),
    )
