"""Checks of documents beside the floor (XSD alone, by lxml) and a reader that explains (`xmlschema`).

`python benchmarks/bench_check.py [--quick]`. The documents are generated: a CR-BIO, and a whole mail with its
archive and PDF copy. Targets: median of a whole CDA check under 10 ms, of a whole mail under 40 ms.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
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

CDA_TARGET_MS, MAIL_TARGET_MS = 10.0, 40.0


def median_ms(work: Callable[[], object], rounds: int) -> float:
    """Return the median time of `work` in milliseconds, after one round that does not count."""
    work()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main() -> int:
    """Print the table; return 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 20 if options.parse_args().quick else 200
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
    whole = median_ms(lambda: judge(mail.content, Kind.MAIL), rounds)
    print(f"mail of {len(mail.content):,} octets with archive and PDF: {whole:.1f} ms", flush=True)
    return int(ours > CDA_TARGET_MS or whole > MAIL_TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
