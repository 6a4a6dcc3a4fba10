"""Rules on mails that carry documents: their examples, the three-way verdict of each header."""

from __future__ import annotations

import base64
import io

import pikepdf
import pytest
import xdm_samples as samples
from pikepdf import Dictionary, Name

from harness.artefacts.cda_header import read_header
from harness.artefacts.mail import Mail
from harness.artefacts.pdf import PdfCopy
from harness.artefacts.pdf_text import extract
from harness.checks.documents_mail import HeaderVerdict, check_documents
from schemas.rules import rules

RULES = sorted(one.id for one in rules().of_family("doc"))


SECTIONS = {"Motif": "Douleur du genou depuis l'été.", "Conclusion": "Entorse bénigne, repos et contrôle."}
HEADER = ("Compte rendu de consultation", "CR ou fiche de consultation ou de visite", "05/01/2026",
          "Dr Claire TESTUT", "Cabinet des Tests")  # fmt: skip


def structured() -> bytes:
    """The document with sections in the place of its PDF."""
    before, _, rest = samples.cda().decode().partition("<component><nonXMLBody>")
    sections = "".join(
        f"<component><section><title>{title}</title><text>{text}</text></section></component>"
        for title, text in SECTIONS.items()
    )
    after = rest.partition("</nonXMLBody></component>")[2]
    return f"{before}<component><structuredBody>{sections}</structuredBody></component>{after}".encode()


def printed(*lines: str) -> bytes:
    """A PDF of one page that shows these lines in a simple font."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
    )
    pdf.pages[0].obj.Resources = Dictionary(Font=Dictionary(F0=pdf.make_indirect(font)))
    shown = b" T* ".join(b"<" + line.encode("cp1252").hex().encode() + b"> Tj" for line in lines)
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /F0 12 Tf 14 TL 50 700 Td " + shown + b" ET")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def whole(example: str, copy: bytes | None = None) -> bytes:
    """A mail of an example, with its archive and its copies (or `copy`) in the places that stand for them."""
    document, meta = structured() if "CDA N3" in example else samples.cda(), None
    if "(slot C)" in example:
        document = samples.cda(2, samples.RPLC)
        root = samples.metadata(document)
        samples.replace(root, samples.fragment(rules()["META-064"].passing))
        meta = samples.text_of(root)
    archive = samples.archive(document=document, meta=meta)
    pieces = {
        "(IHE_XDM.ZIP)": archive,
        "(PDF/A-1)": samples.PDF,
        "(PDF/A-1, un autre / another)": samples.PDF + b"\n",
        "(PDF/A-1 : toutes les sections / all sections, CDA N3)": copy
        or printed(*HEADER, *SECTIONS.values()),
        "(PDF/A-1 : sans la section Conclusion / without the section Conclusion, CDA N3)": printed(
            *HEADER, SECTIONS["Motif"]
        ),
    }
    text = example.strip().replace("\n", "\r\n")
    for mark, content in pieces.items():
        text = text.replace(mark, base64.encodebytes(content).decode().replace("\n", "\r\n"))
    return text.encode() + b"\r\n"


def said(example: str) -> set[str]:
    return {one.rule for one in check_documents(Mail(whole(example))).findings}


@pytest.mark.parametrize("rule_id", RULES)
def test_the_passing_example_has_nothing_against_it(rule_id):
    assert said(rules()[rule_id].passing) == set()


@pytest.mark.parametrize("rule_id", RULES)
def test_the_failing_example_fails_on_its_rule(rule_id):
    assert said(rules()[rule_id].failing) == {rule_id}


def states(example: str) -> dict[str, HeaderVerdict]:
    return {one.name: one.verdict for one in check_documents(Mail(whole(example))).headers}


def test_each_header_is_present_rightly_absent_or_lost():
    good = rules()["DOC-012"].passing
    assert set(states(good).values()) == {HeaderVerdict.PRESENT}
    assert states(rules()["DOC-012"].failing)["X-MSS-CODECDA"] is HeaderVerdict.LOST
    assert states(rules()["DOC-014"].failing)["X-MSS-INS"] is HeaderVerdict.WRONG
    assert states(rules()["DOC-016"].failing)["X-MSS-NIL"] is HeaderVerdict.LOST
    assert states(rules()["DOC-013"].passing)["X-MSS-CODECDA"] is HeaderVerdict.RIGHTLY_ABSENT
    assert states(rules()["DOC-015"].failing)["X-MSS-INS"] is HeaderVerdict.UNDUE


@pytest.mark.parametrize(
    "trait",
    ['<birthTime value="19800115"/>', '<given qualifier="BR">LOUISE</given>', samples.INS,
     '<family qualifier="BR">ESSAI</family>', 'code="F"'],
)  # fmt: skip
def test_an_ins_is_qualified_with_all_its_traits(trait):
    assert read_header(samples.cda()).patient.qualified
    assert trait.encode() in samples.cda()
    assert not read_header(samples.cda(**{trait: ""})).patient.qualified


def test_codes_of_several_documents_are_repeated_in_order():
    # Given an archive with two subsets that hold documents of the same type
    first = samples.files()
    second = samples.cda(**{'extension="2026.1"': 'extension="2026.7"'})
    meta = samples.text_of(samples.metadata(second)).replace(b"2026.1", b"2026.7")
    contents = {**first, "IHE_XDM/SUBSET02/METADATA.XML": meta, "IHE_XDM/SUBSET02/DOC0001.XML": second}
    archive = base64.encodebytes(samples.zipped(contents)).decode()
    good = rules()["DOC-012"].passing
    # When the header repeats the code / Then it is right; with the code once it is not
    for value, verdict in (("11488-4, 11488-4", "present"), ("11488-4", "wrong")):
        text = good.replace("X-MSS-CODECDA: 11488-4", f"X-MSS-CODECDA: {value}")
        raw = whole(text.replace("(IHE_XDM.ZIP)", archive))
        state = check_documents(Mail(raw)).headers[0]
        assert (state.name, state.verdict) == ("X-MSS-CODECDA", verdict)
        assert state.expected == "11488-4,11488-4"


@pytest.mark.parametrize("lost", HEADER)
def test_a_copy_repeats_each_header_datum(lost):
    copy = printed(*(one for one in HEADER if one != lost), *SECTIONS.values())
    found = check_documents(Mail(whole(rules()["DOC-018"].passing, copy))).findings
    assert {one.rule for one in found} == {"DOC-018"}


def composite(with_map: bool) -> bytes:
    """A PDF that shows `Été` in a composite font of codes 1 and 2."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    font = Dictionary(Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.X, Encoding=Name("/Identity-H"))
    if with_map:
        font.ToUnicode = pdf.make_stream(
            b"1 beginbfchar <0001> <00C9> endbfchar 1 beginbfrange <0002> <0003> [<0074> <00E9>] endbfrange"
        )
    pdf.pages[0].obj.Resources = Dictionary(Font=Dictionary(F0=pdf.make_indirect(font)))
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /F0 12 Tf [<00010002> 5 <0003>] TJ ET")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_composite_fonts_are_read_by_their_map():
    read = extract(PdfCopy.open(composite(with_map=True)))
    assert (read.text.strip(), read.complete) == ("Été", True)
    blind = extract(PdfCopy.open(composite(with_map=False)))
    assert (blind.text.strip(), blind.complete) == ("", False)


def test_a_copy_that_cannot_be_read_as_text_accuses_nobody():
    raw = whole(rules()["DOC-018"].passing, composite(with_map=False))
    assert check_documents(Mail(raw)).findings == ()


def reply(*headers: str) -> Mail:
    """An ordinary mail with these headers, without any archive."""
    head = "".join(f"{header}\r\n" for header in (*headers, "X-MSS-NIL: 1234", "MIME-Version: 1.0"))
    return Mail(f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\nQuelle dose ?\r\n".encode())


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (("Subject: Re: XDM/1.0/DDM+Ordonnance TESTUT Claire", "In-Reply-To: <a@b.fr>"), set()),
        (("Subject: Re: XDM/1.0/DDM+Ordonnance TESTUT Claire",), set()),
        (("Subject: Ordonnance XDM/1.0/DDM+Ordonnance TESTUT Claire",), {"DOC-001"}),
        (("Subject: XDM/1.0/DDM+Ordonnance TESTUT Claire", "In-Reply-To: <a@b.fr>"), {"DOC-001"}),
        (("Subject: Question",), set()),
    ],
    ids=["answer", "answer-by-its-subject", "no-answer", "own-subject", "ordinary"],
)
def test_who_answers_a_mail_of_documents_joins_none(headers, said):
    """The subject of an answer repeats that of the mail answered; only a subject of one's own announces."""
    assert {one.rule for one in check_documents(reply(*headers)).findings} == said
