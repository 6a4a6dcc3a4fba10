"""Rules on a mail that carries health documents: archive, PDF copies, subject, X-MSS headers.

Sources: Référentiel socle MSSanté #2, ECO.2.1.1 to 2.1.6 and 2.4.1 to 2.4.3; IHE ITI-32 for the subject;
volet "Transmission de documents CDA en HL7 V2" for what the body says of a replacement or a deletion.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from harness.artefacts.cda_header import CdaHeader
from harness.artefacts.mail import Header, Mail, Part
from harness.artefacts.xdm import holds_xdm, is_zip
from harness.checks.mail import fold, text_of, visible_text, words
from harness.checks.rulebook import finding
from harness.checks.xdm import CarriedDocument, XdmVerdict, check_xdm
from harness.findings import Finding, Location

PREFIX = "XDM/1.0/DDM+"
_MARK = "XDM/1.0/DDM"
_NAME = "IHE_XDM.ZIP"
_BIRTH = re.compile(r"(?:^|\s)([0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}|[0-9]{8})\s*$", re.ASCII)
_ANSWER = re.compile(r"(?:re|rép|tr|fwd?)\s*:", re.IGNORECASE)
_ACTIONS = {
    "C": re.compile(r"remplac|nouvelle version|rectifi|modifi|mis[e]? à jour|annule et", re.IGNORECASE),
    "D": re.compile(r"supprim|suppression|annul|retir", re.IGNORECASE),
}
_REQUIREMENTS = {"X-MSS-CODECDA": "ECO.2.4.1", "X-MSS-INS": "ECO.2.4.2"}
_TYPE_MAX = 40
_SHARE = 0.8
"""Share of the words of a piece that its transcription must have: hyphenation and ligatures cost some."""


class HeaderVerdict(StrEnum):
    """What became of a header that the content of a mail decides."""

    PRESENT = "present"
    RIGHTLY_ABSENT = "rightly-absent"
    LOST = "lost"
    WRONG = "wrong"
    UNDUE = "undue"
    """Present though the mail carries no document."""


@dataclass(frozen=True, slots=True)
class HeaderState:
    """One X-MSS header: the verdict, the value that the content asks for, the value seen."""

    name: str
    verdict: HeaderVerdict
    expected: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class DocumentsVerdict:
    """What was found of a mail; `archives` are its zips with the part that holds each."""

    findings: tuple[Finding, ...]
    headers: tuple[HeaderState, ...]
    archives: tuple[tuple[Part, XdmVerdict], ...]
    copies: tuple[Part, ...]

    @property
    def documents(self) -> tuple[CarriedDocument, ...]:
        """Return the documents of every archive, in order."""
        return tuple(one for _, verdict in self.archives for one in verdict.documents)


def check_documents(mail: Mail, *, evidence: str | None = None) -> DocumentsVerdict:
    """Judge what a mail says and joins beside its archive; a mail without documents has few rules."""
    evidence = evidence or mail.sha256
    parts = archive_parts(mail)
    archives = tuple((part, check_xdm(part.content, evidence=evidence)) for part in parts)
    documents = [one for _, verdict in archives for one in verdict.documents]
    copies = tuple(part for part in mail.parts if _is_pdf(part))
    states = tuple(header_states(mail, documents, carries=bool(parts)))
    say = _Sayer(mail, evidence)
    found = list(_header_rules(mail, states, documents, say))
    if parts:
        found += _archive_rules(mail, parts, say)
        found += _subject_rules(mail, documents, say)
        found += _copy_rules(mail, copies, documents, say)
        found += _body_rules(mail, documents, say)
    elif announces(mail):
        found.append(say.header("DOC-001", _NAME, "0", mail.first("Subject"), "Subject"))
    return DocumentsVerdict(tuple(found), states, archives, copies)


def announces(mail: Mail) -> bool:
    """Tell whether the subject says that documents are joined.

    « Re: XDM/1.0/DDM+… » repeats what it answers: a person who asks something of the sender joins no archive
    (seen in the care scenarios, e.g. a pharmacist about a prescription) [inferred].
    """
    subject = _subject(mail).lstrip()
    answers = _ANSWER.match(subject) is not None or mail.first("In-Reply-To") is not None
    return subject.startswith(_MARK) or (_MARK in subject and not answers)


def archive_parts(mail: Mail) -> tuple[Part, ...]:
    """Return the parts that are IHE_XDM archives, or were meant to be; any other zip is an ordinary file."""
    found = []
    for part in mail.parts:
        name = (part.filename or "").upper()
        if name == _NAME or (is_zip(part.content) and holds_xdm(part.content)):
            found.append(part)
    return tuple(found)


def header_states(
    mail: Mail, documents: Sequence[CarriedDocument], *, carries: bool
) -> Iterator[HeaderState]:
    """Yield the state of X-MSS-CODECDA, X-MSS-INS and X-MSS-NIL."""
    headers = [one.header for one in documents if one.header is not None]
    codes = [header.code.code for header in headers if header.code and header.code.code]
    qualified = "O" if any(header.patient.qualified for header in headers) else "N"
    yield _state(mail, "X-MSS-CODECDA", ",".join(codes) if carries and codes else None)
    yield _state(mail, "X-MSS-INS", qualified if carries and headers else None)
    nil = mail.all("X-MSS-NIL")
    value = nil[0].value.strip() if nil else ""
    verdict = HeaderVerdict.PRESENT if len(nil) == 1 and value else HeaderVerdict.LOST
    yield HeaderState("X-MSS-NIL", HeaderVerdict.WRONG if len(nil) > 1 else verdict, None, value or None)


def _state(mail: Mail, name: str, expected: str | None) -> HeaderState:
    found = mail.all(name)
    value = ",".join(one.value.strip() for one in found) if found else None
    if expected is None:
        verdict = HeaderVerdict.UNDUE if found else HeaderVerdict.RIGHTLY_ABSENT
    elif not value:
        verdict = HeaderVerdict.LOST
    else:
        said = [found[0].value.strip()] if len({one.value for one in found}) == 1 else _values(value)
        same = _values(",".join(said)) == _values(expected)
        verdict = HeaderVerdict.PRESENT if same else HeaderVerdict.WRONG
    return HeaderState(name, verdict, expected, value)


def _values(text: str) -> list[str]:
    return [one.strip() for one in text.split(",")]


@dataclass(frozen=True, slots=True)
class _Sayer:
    """Makes the findings of one mail."""

    mail: Mail
    evidence: str

    def header(self, rule: str, expected: str, found: str, header: Header | None, name: str) -> Finding:
        place = Location(header=name, line=header.line if header else None)
        return finding(rule, expected=expected, found=found, location=place, evidence=self.evidence)

    def part(self, rule: str, expected: str, found: str, part: Part | None) -> Finding:
        place = Location(part=part.number if part else None)
        return finding(rule, expected=expected, found=found or "∅", location=place, evidence=self.evidence)


def _header_rules(
    mail: Mail, states: Iterable[HeaderState], documents: Sequence[CarriedDocument], say: _Sayer
) -> Iterator[Finding]:
    """DOC-012 to 016, 021: the X-MSS headers beside the content."""
    rules = {"X-MSS-CODECDA": ("DOC-012", "DOC-013"), "X-MSS-INS": ("DOC-014", "DOC-015")}
    for state in states:
        header = mail.first(state.name)
        if state.name == "X-MSS-NIL":
            if state.verdict is not HeaderVerdict.PRESENT:
                count = len(mail.all(state.name))
                yield say.header("DOC-016", "X-MSS-NIL 1..1", f"{count}", header, state.name)
            continue
        wrong, undue = rules[state.name]
        found = state.found if state.found is not None else "absent"
        if state.verdict is HeaderVerdict.UNDUE:
            # Of an archive that is lost or cannot be read something else is said; its header may be right.
            if documents or not (archive_parts(mail) or announces(mail)):
                yield say.header(undue, "absent", found, header, state.name)
        elif state.verdict in {HeaderVerdict.LOST, HeaderVerdict.WRONG}:
            same = set(_values(found)) == set(_values(state.expected or ""))
            rule = "DOC-021" if wrong == "DOC-012" and same else wrong
            yield say.header(rule, state.expected or "", found, header, state.name)
        if len(mail.all(state.name)) > 1:
            repeated = say.header("DOC-022", "1", f"{len(mail.all(state.name))}", header, state.name)
            # The rule is about both headers; this one is of one requirement alone.
            yield replace(repeated, requirements=(_REQUIREMENTS[state.name],))


def _archive_rules(mail: Mail, parts: Sequence[Part], say: _Sayer) -> Iterator[Finding]:
    """DOC-001 to 003: one archive, its name and its type."""
    if len(parts) > 1:
        yield say.part("DOC-001", f"1 {_NAME}", f"{len(parts)}", parts[1])
    for part in parts:
        if (part.filename or "").upper() != _NAME:
            yield say.part("DOC-002", _NAME, part.filename or "", part)
        if part.content_type != "application/zip" or part.disposition != "attachment":
            found = f"{part.content_type}; {part.disposition or '∅'}"
            yield say.part("DOC-003", "application/zip; attachment", found, part)


def _subject_rules(mail: Mail, documents: Sequence[CarriedDocument], say: _Sayer) -> Iterator[Finding]:
    """DOC-009 to 011: XDM/1.0/DDM+<libellé> <NOM> <prénom> <date de naissance>."""
    subject, header = _subject(mail), mail.first("Subject")
    form = f"{PREFIX}<libellé> <NOM> <prénom> [JJ/MM/AAAA]"
    birth = _BIRTH.search(subject)
    said = (subject[: birth.start()] if birth else subject).removeprefix(PREFIX).split()
    if not subject.startswith(PREFIX) or len(said) < 3:
        yield say.header("DOC-009", form, subject, header, "Subject")
    patients = [one.header.patient for one in documents if one.header is not None]
    if not patients:
        return
    folded = f" {fold(subject.removeprefix(PREFIX))} "
    first = patients[0]
    families = [fold(one) for one in first.families]
    givens = [fold(one).split(" ")[0] for one in first.givens if fold(one)]
    named = not families or any(f" {one} " in folded for one in families)
    called = not givens or any(f" {one}" in folded for one in givens)
    if not named or not called:
        expected = " ".join([*first.families[:1], first.birth_given or next(iter(first.givens), "")])
        yield say.header("DOC-010", expected, subject, header, "Subject")
    day = first.birth_time[:8]
    if birth and len(day) == 8:
        expected = f"{day[6:8]}/{day[4:6]}/{day[:4]}"
        if birth.group(1) != expected:
            yield say.header("DOC-011", expected, birth.group(1), header, "Subject")


def _copy_rules(
    mail: Mail, copies: Sequence[Part], documents: Sequence[CarriedDocument], say: _Sayer
) -> Iterator[Finding]:
    """DOC-005 to 008, 017, 020: the PDF/A-1 copies."""
    read = [one.header for one in documents if one.header is not None]
    wanted = len({header.key for header in read})
    # The N1 and the N3 of one act may share their copy, whether they share their setId or not [inferred].
    fewest = len({(header.code.code if header.code else "", header.service_start) for header in read})
    if documents and not copies:
        yield say.part("DOC-005", f"{max(wanted, 1)} PDF/A-1", "0", None)
        return
    different = len({copy.content for copy in copies})
    if documents and (not fewest <= len(copies) <= wanted or different != len(copies)):
        twice = "" if different == len(copies) else f" ({different} ≠)"
        yield say.part("DOC-006", f"{wanted} PDF/A-1", f"{len(copies)}{twice}", copies[-1])
    headers = [one.header for one in documents if one.header is not None]
    for copy in copies:
        if copy.content_type != "application/pdf" or copy.disposition != "attachment":
            found = f"{copy.content_type}; {copy.disposition or '∅'}"
            yield say.part("DOC-020", "application/pdf; attachment", found, copy)
        yield from _name_rules(copy, headers, say)
    seen = {copy.content for copy in copies}
    for header in headers:
        if header.payload_type == "application/pdf" and header.payload and header.payload not in seen:
            expected = f"PDF du CDA / of the CDA : {len(header.payload)} octets"
            found = ", ".join(f"{len(copy.content)} octets" for copy in copies)
            yield say.part("DOC-017", expected, found, copies[0])
    if any(header.narratives for header in headers):
        yield from _transcription(copies, headers, say)


def _transcription(copies: Sequence[Part], headers: Sequence[CdaHeader], say: _Sayer) -> Iterator[Finding]:
    """DOC-018: of a structured document some copy repeats the header data and the text of each section."""
    from harness.artefacts.pdf import PdfCopy, PdfError  # noqa: PLC0415  (pikepdf is slow to load)
    from harness.artefacts.pdf_text import extract  # noqa: PLC0415

    said: list[tuple[Part, set[str]]] = []
    for copy in copies:
        try:
            read = extract(PdfCopy.open(copy.content))
        except PdfError:
            continue
        if not read.complete or not read.text.strip():
            # The words of such a copy cannot be known (a scanned page, a font without a map): no verdict.
            return
        said.append((copy, set(words(read.text))))
    for header in headers:
        if not header.narratives or not said:
            continue
        lacks, copy = min(
            (([what for what, text in _to_repeat(header) if not _repeated(text, known)], part)
             for part, known in said),
            key=lambda pair: len(pair[0]),
        )  # fmt: skip
        if lacks:
            expected = "titre, type, date, auteur, organisation, sections / title, type, date, author, …"
            yield say.part("DOC-018", expected, f"absent : {', '.join(lacks[:8])}", copy)


def _to_repeat(header: CdaHeader) -> Iterator[tuple[str, str]]:
    yield "titre / title", header.title
    yield "type", header.code.display if header.code else ""
    # The day and its month may be written in letters: the year is what every form has.
    yield "date", header.effective_time[:4]
    yield "auteur / author", " ".join(one.family for one in header.authors[:1])
    yield "organisation", header.custodian_name
    for number, narrative in enumerate(header.narratives, 1):
        yield f"section {number}", narrative


def _repeated(text: str, known: set[str]) -> bool:
    wanted = set(words(text))
    return not wanted or len(wanted & known) >= _SHARE * len(wanted)


def _name_rules(copy: Part, headers: Sequence[CdaHeader], say: _Sayer) -> Iterator[Finding]:
    name = copy.filename or ""
    stem, _, suffix = name.rpartition(".")
    fields = stem.split("_")
    form = "AAAAMMJJ_type_NOM_prenom[_dossier].pdf"
    sound = (
        suffix.lower() == "pdf"
        and len(fields) in {4, 5}
        and all(field.strip() for field in fields)
        and re.fullmatch(r"[0-9]{8}", fields[0], re.ASCII) is not None
        and len(fields[1]) <= _TYPE_MAX
    )
    if not sound:
        yield say.part("DOC-007", form, name, copy)
        return
    if headers and not any(_names(fields, header) for header in headers):
        yield say.part("DOC-008", " | ".join(_expected_name(header) for header in headers), name, copy)


def _names(fields: Sequence[str], header: CdaHeader) -> bool:
    expected = _expected_name(header).removesuffix(".pdf").split("_")
    return len(expected) >= 4 and all(
        not wanted or _same(found, wanted) for found, wanted in zip(fields, expected, strict=False)
    )


def _same(found: str, wanted: str) -> bool:
    return re.sub(r"\W", "", fold(found)) == re.sub(r"\W", "", fold(wanted))


def _expected_name(header: CdaHeader) -> str:
    label = (header.code.display if header.code else "")[:_TYPE_MAX].replace("_", " ")
    family = (header.patient.birth_family or next(iter(header.patient.families), "")).upper()
    given = header.patient.birth_given or next(iter(header.patient.givens), "")
    return f"{header.service_start[:8]}_{label}_{family}_{given}.pdf"


def _body_rules(mail: Mail, documents: Sequence[CarriedDocument], say: _Sayer) -> Iterator[Finding]:
    """DOC-019: the body tells a reader that the document replaces or deletes another."""
    actions = Counter(one.action for one in documents if one.action in _ACTIONS)
    body = " ".join(
        visible_text(text_of(part)) if part.content_type == "text/html" else text_of(part)
        for part in mail.body_parts
    )
    for action in actions:
        if action and not _ACTIONS[action].search(body):
            expected = "remplacement / replacement" if action == "C" else "suppression / deletion"
            first = mail.body_parts[0] if mail.body_parts else None
            yield say.part("DOC-019", expected, body[:200], first)


def _subject(mail: Mail) -> str:
    header = mail.first("Subject")
    return " ".join(header.decoded.split()) if header else ""


def _is_pdf(part: Part) -> bool:
    return (
        part.content.startswith(b"%PDF")
        or part.content_type == "application/pdf"
        or (part.filename or "").lower().endswith(".pdf")
    )
