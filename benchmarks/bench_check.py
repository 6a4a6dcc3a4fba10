"""Checks of documents beside the floor (XSD alone, by lxml), a reader that explains (`xmlschema`) and SaxonC.

`python benchmarks/bench_check.py [--quick]`. The documents are generated: a CR-BIO, and a whole mail with its
archive and PDF copy. Targets: median of a whole CDA check under 10 ms, of a whole mail under 40 ms, one file
by a process of its own under 0.7 s.

SaxonC executes a miniature pack, registered for the occasion: our own XSD and some of our published
Schematron files under the names of the official ones, which cannot be redistributed and are far larger.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lxml import etree

from harness.checking.judging import judge
from harness.checking.kinds import Kind
from harness.checks.cda import check_cda
from schemas.xsd.cda import SCHEMA
from simulators.clock import FrozenClock
from simulators.documents import DocumentFactory, Envelope

ROOT = Path(__file__).resolve().parents[1]
CDA_TARGET_MS, MAIL_TARGET_MS, COLD_TARGET_S = 10.0, 40.0, 0.7
MINIATURE = {
    "profils/structurationMinimale/ASIP-STRUCT-MIN-StrucMin.sch": "cda-header.sch",
    "profils/IHE.sch": "cda-header-xpath2.sch",
    "profils/CI-SIS_ModelesDeContenusCDA.sch": "cda-body.sch",
    "profils/CI-SIS_Modeles_ANS.sch": "cda-datatypes.sch",
    "profils/terminologies/schematron/terminologie.sch": "cda-datatypes-xpath2.sch",
    "CI-SIS_BIO-CR-BIO_2024.01.sch": "cda-cr-bio.sch",
}
"""Schematrons of the official layout -> our file that stands in for it."""


def median_ms(work: Callable[[], object], rounds: int) -> float:
    """Return the median time of `work` in milliseconds, after one round that does not count."""
    work()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def with_a_pack(content: bytes, ours: float, rounds: int) -> None:
    """Register the miniature pack, and judge a document with it, cold then warm."""
    from harness.packs import engine, registry
    from harness.packs.judging import PackJudge

    if not engine.available():
        print("saxonche is not installed: left out")
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MSSANTE_HOME"] = str(Path(folder) / "home")
        source = Path(folder) / "pack"
        shutil.copytree(ROOT / "schemas" / "xsd" / "cda", source / "infrastructure" / "cda")
        (source / "infrastructure" / "cda" / "cda.xsd").rename(
            source / "infrastructure" / "cda" / "CDA_extended.xsd"
        )
        for path, own in MINIATURE.items():
            target = source / "schematrons" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / "schemas" / "schematron" / own, target)
        judge = PackJudge(registry.install(registry.prepare(source, "miniature")))
        began = time.perf_counter()
        verdict = judge.judge(content)
        cold = time.perf_counter() - began
        warm = median_ms(lambda: judge.judge(content), max(5, rounds // 10))
    print(
        f"    by SaxonC with a miniature pack, {verdict.verdict}: cold {cold:.1f} s, "
        f"then {warm:.1f} ms ({warm / ours:.0f} times ours)",
        flush=True,
    )


def command(*arguments: str, rounds: int) -> tuple[float, float]:
    """Run `mssante check`; return the least wall time of several runs, and the least processor time."""
    walls, processors = [], []
    for _ in range(rounds):
        before, began = os.times(), time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "harness.cli", "check", *arguments, "--format", "jsonl"],
            check=False,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        walls.append(time.perf_counter() - began)
        after = os.times()
        processors.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    return min(walls), min(processors)


def processes(factory: DocumentFactory, *, quick: bool) -> float:
    """Judge one file, then two thousand with one process and with two; return the time of the one."""
    with tempfile.TemporaryDirectory() as folder:
        documents = [factory.cr_bio().content for _ in range(20)]
        for number in range(200 if quick else 2000):
            (Path(folder) / f"{number:04}.xml").write_bytes(documents[number % len(documents)])
        cold, _ = command(str(Path(folder) / "0000.xml"), rounds=5)
        print(f"one file by its own process: {cold:.2f} s", flush=True)
        rounds = 1 if quick else 3
        one, alone = command(folder, "--jobs", "1", rounds=rounds)
        two, together = command(folder, "--jobs", "2", rounds=rounds)
        free = 2 * alone / together
        print(
            f"{number + 1} files: --jobs 1 {one:.1f} s, --jobs 2 {two:.1f} s ({one / two:.2f} times; "
            f"processor {alone:.1f} s and {together:.1f} s: {free:.2f} times on two free cores)",
            flush=True,
        )
    return cold


def main() -> int:
    """Print the table; return 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer rounds")
    quick = options.parse_args().quick
    rounds = 20 if quick else 200
    factory = DocumentFactory(random.Random(1), FrozenClock())
    built = factory.cr_bio()
    sender = "laboratoire@banc.mssante.fr"
    mail = factory.mail(Envelope(sender=sender, recipients=("medecin@banc.mssante.fr",), nil="1234"), built)
    content = built.content
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    floor = median_ms(lambda: schema.validate(etree.fromstring(content)), rounds)
    ours = median_ms(lambda: check_cda(content), rounds)
    print(f"CDA of {len(content):,} octets: ours {ours:.1f} ms, XSD alone (lxml) {floor:.1f} ms", flush=True)
    try:
        import xmlschema
    except ImportError:
        print("xmlschema is not installed: left out")
    else:
        explained = xmlschema.XMLSchema(str(SCHEMA))
        peer = median_ms(lambda: explained.is_valid(content.decode("utf-8")), max(3, rounds // 40))
        print(
            f"    the same by xmlschema, XSD alone: {peer:.0f} ms ({peer / ours:.0f} times ours)", flush=True
        )
    with_a_pack(content, ours, rounds)
    whole = median_ms(lambda: judge(mail.content, Kind.MAIL), rounds)
    print(f"mail of {len(mail.content):,} octets with archive and PDF: {whole:.1f} ms", flush=True)
    cold = processes(factory, quick=quick)
    return int(ours > CDA_TARGET_MS or whole > MAIL_TARGET_MS or cold > COLD_TARGET_S)


if __name__ == "__main__":
    sys.exit(main())
