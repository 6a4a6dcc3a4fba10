"""PDF/A-1b copies: form, text, name, and Preflight's word on them."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from documents_help import factory
from preflight_oracle import Preflight, missing

from simulators.documents import CR_BIO, CR_IMG, LDL_SES, MODELS, copy_name, write_pdf
from simulators.documents.pdf import Line

WHEN = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
LINES = [Line("Compte rendu — œuvre", 14), *(Line(f"ligne {n} : 5 µmol/L ≤ 3, « été »") for n in range(120))]
needs_preflight = pytest.mark.skipif(missing() is not None, reason=str(missing()))


def pdf(lines: list[Line] | None = None, title: str = "Essai d'été & <co>") -> bytes:
    return write_pdf(lines or LINES, title=title, created=WHEN, author="Docteur Élise ŒUVRE")


def test_same_arguments_same_bytes() -> None:
    assert pdf() == pdf()
    assert pdf() != pdf(title="Autre")


def test_form_of_pdf_a_1() -> None:
    content = pdf()

    assert content.startswith(b"%PDF-1.4\n%")
    assert content.endswith(b"%%EOF\n")
    for wanted in (
        b"/OutputIntents",
        b"/GTS_PDFA1",
        b"/FontFile2",
        b"/Metadata",
        b"<pdfaid:part>1<",
        b"/ID [",
    ):
        assert wanted in content
    for refused in (b"/Encrypt", b"/ObjStm", b"/JavaScript", b"/EmbeddedFile", b"/ExtGState", b"/SMask"):
        assert refused not in content


def test_cross_reference_table_points_to_each_object() -> None:
    content = pdf()
    start = int(re.findall(rb"startxref\n(\d+)", content)[-1])
    places = re.findall(rb"(\d{10}) 00000 n \n", content[start:])

    assert content[start:].startswith(b"xref\n")
    for number, place in enumerate(places, start=1):
        assert content[int(place) :].startswith(b"%d 0 obj\n" % number)


def test_long_text_is_folded_and_cut_in_pages() -> None:
    content = pdf([Line("x" * 5000), Line("mot " * 3000)])

    assert len(re.findall(rb"/Type /Page ", content)) > 2
    streams = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    drawn = [
        zlib.decompress(s) for s in streams if s.startswith(b"x\x9c") and b"BT 0 g" in zlib.decompress(s)
    ]
    heights = [float(h) for page in drawn for h in re.findall(rb"56 ([\d.]+) Tm", page)]
    assert min(heights) >= 56
    assert max(heights) <= 842 - 56


def test_character_that_the_font_lacks_becomes_the_replacement_sign() -> None:
    assert pdf([Line("漢")]) == pdf([Line("\ufffd")])
    assert pdf([Line("é")]) != pdf([Line("\ufffd")])


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_text_can_be_read_back(tmp_path: Path) -> None:
    (tmp_path / "copie.pdf").write_bytes(pdf([Line("Œuvre « été » : 5 µmol/L ≤ 3 → α-fœtoprotéine")]))

    run = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "copie.pdf"), "-"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip

    assert "Œuvre « été » : 5 µmol/L ≤ 3 → α-fœtoprotéine" in run.stdout.decode()


@pytest.mark.parametrize(
    ("model", "number", "expected"),
    [
        (CR_BIO, None, "CR d'examens biologiques_{}_{}.pdf"),
        (CR_BIO, "12150302014578", "CR d'examens biologiques_{}_{}_12150302014578.pdf"),
        (LDL_SES, None, "Lettre de liaison à la sortie d'un établ_{}_{}.pdf"),
        (CR_IMG, "A_1/2", "CR d'imagerie médicale_{}_{}_A 1 2.pdf"),
    ],
)
def test_name_of_the_copy(model: object, number: str | None, expected: str) -> None:
    header = replace(factory().header(CR_BIO, file_number=number), model=model)
    patient = header.patient

    name = copy_name(header)

    day = f"{header.main_act.start:%Y%m%d}_"
    assert name == day + expected.format(patient.birth_family, patient.first_given)


@pytest.fixture(scope="module")
def preflight(tmp_path_factory: pytest.TempPathFactory) -> Preflight:
    return Preflight.compile(tmp_path_factory.mktemp("preflight"))


@needs_preflight
def test_preflight_accepts_the_copies(preflight: Preflight) -> None:
    builder = factory(7)
    rng = random.Random(7)
    models = [CR_BIO, CR_IMG, LDL_SES]
    copies = [builder.n1(rng.choice(models)).copy, *(builder.of_model(model).copy for model in MODELS)]

    verdicts = preflight.judge(pdf(), pdf([Line("x" * 5000), Line("mot " * 3000)]), pdf([Line("")]), *copies)

    assert verdicts == ["valid"] * 8


@needs_preflight
def test_preflight_sees_the_faults(preflight: Preflight) -> None:
    """The oracle is no rubber stamp: each part taken away is seen."""
    good = pdf()
    faults = [
        good.replace(b"/OutputIntents", b"/OutputIntentz"),
        good.replace(b"<pdfaid:part>1<", b"<pdfaid:part>7<"),
        good.replace(b"/FontFile2", b"/FontFileX"),
        good.replace(b"/Metadata ", b"/Metadatz "),
    ]
    verdicts = preflight.judge(*faults)

    assert [verdict.split()[0] for verdict in verdicts] == ["invalid"] * 4
