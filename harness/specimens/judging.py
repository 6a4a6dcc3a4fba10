"""What cases of the sending side do: take the specimens of their scenes and judge them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from harness.bench import Bench
from harness.checking.kinds import Kind
from harness.checks import sending
from harness.findings import Bilingual, FaultClass, Finding
from harness.outcomes import CaseFailed, NotConcerned, NotTested
from harness.specimens.book import Played, left_out
from harness.specimens.catalogue import EVERY_MAIL
from harness.specimens.scene import Scene, Take, codes_of
from harness.specimens.specimen import Specimen, limited

MOST_NAMED = 20
"""Specimens whose names are kept with a case."""
MAIL = frozenset({Kind.MAIL})
ARCHIVE = MAIL | {Kind.XDM}
DOCUMENT = ARCHIVE | {Kind.CDA}
"""Kinds of files that tell something of a requirement: about the mail, the archive, the document."""


def judge_specimens(bench: Bench, *scenes: Scene, kinds: Collection[Kind] = MAIL) -> None:
    """Judge everything that the scenes show and the case's requirements ask.

    A scene that the product does not play is left out as long as another was: a product may make N1 alone.
    """
    problems: list[NotTested] = []
    findings: list[Finding] = []
    judged: dict[str, Specimen] = {}
    answers: list[str] = []
    for scene in scenes:
        played = _played(bench, scene)
        if played.problem is not None:
            problems.append(played.problem)
        for take in played.takes:
            findings += named(take.name, sending.left(take.answer, take.sent))
            answers.append(f"« {take.answer.status} » {take.answer.detail}".strip())
        for specimen in played.specimens:
            if specimen.facts.kind in kinds:
                judged.setdefault(f"{specimen.evidence}/{specimen.name.fr}", specimen)
        if played.left_out:
            bench.steps.append(left_out(played.left_out).fr)
    for specimen in judged.values():
        findings += named(specimen.name, specimen.findings)
    if not _concerning(bench, findings):
        if not judged:
            raise problems[0] if problems else NotTested(_nothing(answers))
        if not any(_tells(specimen) for specimen in judged.values()):
            raise NotTested(_UNREADABLE)
    bench.steps += dict.fromkeys(one.name.fr for one in list(judged.values())[:MOST_NAMED])
    bench.judge(limited(findings))


def judge_unique_sets(bench: Bench, *scenes: Scene) -> None:
    """Judge that no two mails of the scenes bear one submission set."""
    found = [one for scene in scenes for one in _played(bench, scene).specimens]
    bench.judge(limited(sending.sets_differ((one.facts, one.evidence) for one in found)))


def judged_on_files(bench: Bench) -> bool:
    """Judge every mail of the folder where there is no product to make act; tell whether that was done."""
    if bench.capabilities.means != "files":
        return False
    judge_specimens(bench, EVERY_MAIL)
    return True


def judge_takes(
    bench: Bench, scene: Scene, rule: Callable[[Played], Iterable[Finding]], *, offered: bool = False
) -> None:
    """Judge a scene by a rule of its own, live or among files.

    With `offered` the requirement is about what a product may do: one that does not is not concerned.
    """
    played = _played(bench, scene)
    if played.problem is not None and not played.takes and not played.specimens:
        raise (
            NotConcerned(played.problem.reason)
            if offered and _declined(bench, played.problem)
            else played.problem
        )
    found = list(rule(played))
    if played.problem is not None and not _concerning(bench, found):
        raise played.problem
    bench.judge(limited(found))


def judge_if_offered(bench: Bench, scene: Scene) -> None:
    """Judge the specimens of a scene that a product may do without: then the case is not about it."""
    try:
        judge_specimens(bench, scene)
    except NotTested as reason:
        if _declined(bench, reason):
            raise NotConcerned(reason.reason) from reason
        raise


def sent_as_asked(played: Played) -> Iterator[Finding]:
    """SEND-001 to 004 of each take: it left, with what was asked, to whom and from whom.

    Of a file only what it carries can be told.
    """
    for specimen in played.specimens if not played.takes else ():
        _read(specimen)
        carried = sending.carries(specimen.facts, (sending.Asked(),), specimen.evidence)
        yield from named(specimen.name, carried)
    for take in played.takes:
        yield from as_asked(take)


def as_asked(take: Take) -> Iterator[Finding]:
    """SEND-001 to 004 of one take."""
    yield from sending.left(take.answer, take.sent)
    if take.sent is None or take.specimen is None:
        return
    _read(take.specimen)
    asked = [sending.Asked(str(one["format"]), codes_of(str(one["model"]))) for one in take.documents]
    yield from sending.carries(take.specimen.facts, asked, take.specimen.evidence)
    yield from sending.reaches(take.sent, take.to)
    yield from sending.comes_from(take.specimen.facts, take.sent, take.sender)


def replaced(played: Played) -> Iterator[Finding]:
    """SEND-001, 003, 005, 006: the second take replaces the first and says so; among files, each says so."""
    for specimen in played.specimens if not played.takes else ():
        yield from named(specimen.name, sending.says_replaced(specimen.facts, specimen.evidence))
    yield from _second(played, sending.replaces, sending.says_replaced)


def deleted(played: Played) -> Iterator[Finding]:
    """SEND-001, 003, 007, 009: the second take deletes the first and says so; among files, each says so."""
    for specimen in played.specimens if not played.takes else ():
        yield from named(specimen.name, sending.says_deleted(specimen.facts, specimen.evidence))
    yield from _second(played, sending.marked_deleted, sending.says_deleted)


def completed(played: Played) -> Iterator[Finding]:
    """SEND-001 to 005, 011: a partial report leaves and says so, then the complete one as its new version."""
    yield from sent_as_asked(replace(played, takes=played.takes[:1]))
    for specimen in (take.specimen for take in played.takes[:1]):
        if specimen is not None:
            yield from sending.says_partial(specimen.facts, specimen.evidence)
    yield from _second(played, sending.replaces, None)


def withheld(played: Played) -> Iterator[Finding]:
    """SEND-010: nothing left for the patient's mailbox."""
    for take in played.takes:
        for address in take.to:
            yield from sending.stays(take.sent, address)


def attended(played: Played) -> Iterator[Finding]:
    """SEND-001 to 003: the attending physician gets the document, whoever else does."""
    for take in played.takes:
        yield from as_asked(replace(take, to=played.attending))


def without_ins(played: Played) -> Iterator[Finding]:
    """SEND-008: nothing of the INS leaves with an identity that is not qualified."""
    for take in played.takes:
        if take.sent is not None and take.specimen is not None:
            yield from sending.keeps_ins(take.sent.mail, take.specimen.facts, played.matricules)
    for specimen in played.specimens if not played.takes else ():
        yield from named(specimen.name, sending.shows_no_ins(specimen.facts, specimen.evidence))


def _second(
    played: Played,
    content: Callable[..., Iterable[Finding]],
    words: Callable[..., Iterable[Finding]] | None,
) -> Iterator[Finding]:
    if len(played.takes) < 2:
        return
    first, second = played.takes[:2]
    yield from sending.left(second.answer, second.sent)
    if first.specimen is None or second.specimen is None or second.sent is None:
        return
    _read(first.specimen)
    _read(second.specimen)
    yield from sending.reaches(second.sent, second.to)
    yield from content(first.specimen.facts, second.specimen.facts, second.specimen.evidence)
    if words is not None:
        yield from words(second.specimen.facts, second.specimen.evidence)


def named(name: Bilingual, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings that say in what they were found: a file, or a sending of the scene."""
    for one in findings:
        yield replace(one, found=f"{name.fr} : {one.found}")


def _played(bench: Bench, scene: Scene) -> Played:
    played = bench.specimens(scene)
    if played.blame:
        own = [replace(one, requirements=bench.info.requirements) for one in played.blame]
        bench.findings.extend(own)
        raise CaseFailed(own)
    if played.problem is not None and played.problem.fault in {FaultClass.HARNESS, FaultClass.ENVIRONMENT}:
        raise played.problem
    return played


def _declined(bench: Bench, reason: NotTested) -> bool:
    """Tell whether the product itself does without: a folder that shows nothing says nothing of it."""
    return reason.fault is None and bench.capabilities.means != "files"


def _read(specimen: Specimen) -> None:
    """Go on only if something can be read of an archive that is there: its own rules say what is wrong."""
    if specimen.facts.unread:
        raise NotTested(_UNREADABLE)


def _tells(specimen: Specimen) -> bool:
    """Tell whether there was something to judge: where no document reads, nothing is proved of any."""
    return bool(specimen.facts.documents) or not specimen.facts.announced


def _concerning(bench: Bench, findings: Iterable[Finding]) -> bool:
    served = set(bench.info.requirements)
    return any(served & set(one.requirements) for one in findings)


_UNREADABLE = Bilingual(
    "Aucun document n'a pu être lu dans ce que le produit a envoyé : ce point n'a pas pu être jugé.",
    "No document could be read in what the product sent: this point could not be judged.",
)


def _nothing(answers: list[str]) -> Bilingual:
    told = answers[0] if answers else "–"
    return Bilingual(
        f"Rien n'est arrivé chez l'opérateur : le produit répond {told}.",
        f"Nothing reached the operator: the product answers {told}.",
    )
