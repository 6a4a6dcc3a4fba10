"""The commands of docs/annuaire.md, run as they are written."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fhir_world import KEY, OPERATOR_KEY, World

DOCUMENT = Path(__file__).parents[2] / "docs" / "annuaire.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
EXAMPLES = [
    (comment, command)
    for block in BLOCKS
    for comment, command in re.findall(r"^# (.*)\n(.+)$", block, re.MULTILINE)
]

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="the examples are for a POSIX shell"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]


def test_the_document_has_examples() -> None:
    assert len(EXAMPLES) == 16
    assert sum(block.count("\ncurl") + block.count("\nNEXT") for block in BLOCKS) == 16


@pytest.mark.parametrize(("comment", "command"), EXAMPLES, ids=[comment for comment, _ in EXAMPLES])
def test_an_example_answers_what_it_says(world: World, tmp_path: Path, comment: str, command: str) -> None:
    # Given the small directory, open for writing
    world.conduct(write=True, calls_per_second=None)
    extraction = world.base.replace("/fhir/v2", "/annuaire-sante-webservices/V300/services/extraction")
    known = {
        "BASE": world.base,
        "KEY": KEY,
        "OPERATOR_KEY": OPERATOR_KEY,
        "EXTRACTION": f"{extraction}/Extraction_Correspondance_MSSante",
    }
    # When the command runs in a shell
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env={**os.environ, **known},
    )
    # Then it says what the comment promises, and finds something
    assert (done.returncode, done.stderr) == (0, b"")
    kind, *_, status = comment.rpartition("→ ")[2].split()
    answered = [event for event in world.journal.events("t1") if event.name.endswith("-response")]
    assert answered[-1].data["status"] == int(status)
    if kind == "ZIP":
        assert next(tmp_path.glob("*.zip")).read_bytes().startswith(b"PK")
    elif kind != "refus":
        told = json.loads(done.stdout)
        assert told["resourceType"] == kind
        assert kind != "Bundle" or told["entry"]
