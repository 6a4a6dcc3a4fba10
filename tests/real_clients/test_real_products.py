"""curl, msmtp and mbsync judged as products: the verdicts are the ones that the documentation tells.

The table of `docs/clients-reels.md` is read here, so that it cannot say anything else than what happens.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from real_world import EXAMPLES, run

from harness.casebook import packaged_cases
from harness.plan import plan_run
from harness.profile import load_profile
from schemas.requirements import catalogue

DOCUMENTATION = EXAMPLES.parents[1] / "docs" / "clients-reels.md"
COLUMNS = ("curl", "curl-strict", "msmtp", "msmtp-mbsync")
WORDS = {
    "réussi": "passed",
    "échec": "failed",
    "avert.": "warning",
    "non testé": "not-tested",
    "sans objet": "not-applicable",
}

LEAN = [word for name in ("xdist", "hypothesispytest") for word in ("-p", f"no:{name}")]
"""Plugins of the development environment that a vendor would not have; importing them takes seconds."""

CASES: Mapping[str, tuple[str, ...]] = {
    "curl": (
        "ECO.1.1.5/expired-smtp",
        "ECO.1.1.6/revoked-smtp",
        "ECO.1.1.10/other-range-smtp",
        "ECO.1.0.2/read-content",
        "ECO.1.2.1/long-token",
        "ECO.1.2.7/closed-by-operator",
    ),
    "curl-strict": (
        "ECO.1.1.3/offered-suites-smtp",
        "ECO.1.1.6/revoked-smtp",
        "ECO.1.1.10/other-range-smtp",
        "ECO.1.3.1/smtp",
    ),
    "msmtp": (
        "ECO.1.1.5/expired-smtp",
        "ECO.1.1.6/revoked-smtp",
        "ECO.1.1.7/within-next-update",
        "ECO.1.2.1/smtp-sequence",
        "ECO.1.2.5/no-token-on-disk",
        "SC.SSI-IE.38/sign-out",
    ),
    "msmtp-mbsync": (
        "ECO.1.1.5/expired-imap",
        "ECO.1.1.6/revoked-imap",
        "ECO.1.1.10/commercial-imap",
        "ECO.1.0.2/read-content",
        "ECO.1.3.1/imap",
    ),
}
"""A part of the basic level, chosen so that a version of the program does not matter."""


def documented() -> dict[tuple[str, str], str]:
    """Return the verdict of each program and case in the documentation's table."""
    found = {}
    for line in DOCUMENTATION.read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| `([^`]+/[^`]+)` \|(.*)\|$", line)
        if row:
            cells = [cell.strip() for cell in row[2].split("|")]
            known = zip(COLUMNS, cells[: len(COLUMNS)], strict=True)
            found |= {(column, row[1]): WORDS[cell] for column, cell in known if cell in WORDS}
    return found


def missing(product: str) -> str | None:
    """Return why a product cannot be judged here."""
    programs = ("curl",) if product.startswith("curl") else tuple(product.split("-"))
    for program in programs:
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if programs == ("curl",) and "OpenSSL/" not in run("curl", "--version").text:
        return "this curl is built on another TLS library than the documented one"
    return None


def judged(product: str, folder: Path) -> dict[str, str]:
    """Let the bench judge a product by its cases, as anyone would; return the result of each."""
    profile = EXAMPLES / product / "profile.toml"
    chosen = [word for case in CASES[product] for word in ("--case", case)]
    # The profiles say `python3`: that of the running interpreter comes first.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *LEAN, "--vendor-profile", str(profile), "--report-dir",
         str(folder / "rapport"), *chosen],
        cwd=folder, capture_output=True, timeout=110, check=False,
        env={**os.environ, "PATH": path, "MSSANTE_CLIENT_STATE": str(folder / "etat")},
    )  # fmt: skip
    record = folder / "rapport" / "run.json"
    assert record.exists(), (done.stdout + done.stderr).decode("utf-8", "replace")
    return {case["id"]: case["result"] for case in json.loads(record.read_text(encoding="utf-8"))["cases"]}


@pytest.mark.parametrize("product", CASES)
def test_the_verdicts_are_the_documented_ones(product: str, tmp_path: Path) -> None:
    if reason := missing(product):
        pytest.skip(reason)
    told = documented()
    found = judged(product, tmp_path)
    assert {case: found[case] for case in CASES[product]} == {
        case: told[product, case] for case in CASES[product]
    }


@pytest.mark.parametrize("product", COLUMNS)
def test_the_table_has_each_case_that_concerns_the_profile_and_no_other(product: str) -> None:
    profile = load_profile(EXAMPLES / product / "profile.toml")
    plan = plan_run([case.info for case in packaged_cases()], catalogue(), profile, None)
    # The table is about requirements: care scenarios judge none.
    concerned = {
        item.case
        for item in plan.items
        if not item.case.endswith("/declaration") and not item.case.startswith("scenario/")
    }
    assert {case for column, case in documented() if column == product} == concerned


def test_what_the_documentation_promises_about_certificates() -> None:
    """The sentence that matters most, whatever the table becomes: none of them looks at revocation alone."""
    told = documented()
    both = ("smtp", "imap")
    for product, protocols in {"curl": both, "msmtp": ("smtp",), "msmtp-mbsync": both}.items():
        for protocol in protocols:
            assert told[product, f"ECO.1.1.5/expired-{protocol}"] == "passed"
            assert told[product, f"ECO.1.1.10/commercial-{protocol}"] == "passed"
            assert told[product, f"ECO.1.1.6/revoked-{protocol}"] == "failed"
    assert told["curl-strict", "ECO.1.1.6/revoked-smtp"] == "passed"
