"""What cases about a PFI judge and need: acknowledgements, notifications, mails, messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from harness.artefacts.hl7 import Hl7Message
from harness.artefacts.mdn import Mdn, read_mdn
from harness.artefacts.sent import SentMail
from harness.checks import gateway
from harness.checks.acknowledgement import Edition, check_against, check_mdn
from harness.checks.gateway import Brought
from harness.checks.hl7 import check_answer, check_hl7
from harness.checks.hl7.acknowledgements import check_zam
from harness.findings import Bilingual, Finding
from harness.outcomes import NotConcerned, NotTested

if TYPE_CHECKING:
    from harness.bench import Bench
    from harness.gateways import Done


def acknowledgement(done: Done) -> Iterator[Finding]:
    """Judge the form of the acknowledgement of a request, alone and beside it."""
    if done.answer is not None:
        yield from check_hl7(done.answer.raw).findings
        yield from check_answer(done.answer, done.asked)


def business(zams: Sequence[Hl7Message], done: Done) -> Iterator[Finding]:
    """Judge the form of business acknowledgements, beside their request."""
    for zam in zams:
        yield from check_hl7(zam.raw).findings
        yield from check_zam(zam, done.asked)


def profiled(messages: Sequence[Hl7Message]) -> Iterator[Finding]:
    """Judge messages by the profile of volet LPS."""
    for message in messages:
        yield from check_hl7(message.raw).findings


def sent_as_asked(done: Done) -> Iterator[Finding]:
    """Judge that a valid request was taken, and sent as it asked."""
    yield from gateway.taken(done.answer)
    yield from gateway.left(done.sent, done.wanted)
    yield from gateway.mapped(done.sent, done.wanted)


def returned_mdn(bench: Bench, found: Sequence[Mdn], brought: Brought) -> Iterator[Finding]:
    """Judge notifications by the edition that the profile claims, and beside the mail that they answer."""
    edition = cast(Edition | None, bench.profile.mdn_edition)
    for one in found:
        yield from check_mdn(one.mail, edition)
        yield from check_against(one.mail, brought.mail)


def need_mails(done: Done) -> tuple[SentMail, ...]:
    """Go on only if a mail left: otherwise there is nothing to compare with the request."""
    if not done.sent:
        raise NotTested(
            Bilingual("Aucun courriel n'est parti : rien à comparer.", "No mail left: nothing to compare.")
        )
    return done.sent


def need_messages(messages: tuple[Hl7Message, ...]) -> tuple[Hl7Message, ...]:
    """Go on only if the software was given a message."""
    if not messages:
        raise NotTested(
            Bilingual(
                "La PFI n'a transmis aucun document au logiciel.", "The PFI gave the software no document."
            )
        )
    return messages


def need_notifications(sent: Sequence[SentMail]) -> list[Mdn]:
    """Go on only if the product returned a notification."""
    found = notifications(sent)
    if not found:
        raise NotTested(
            Bilingual(
                "La PFI n'a rendu aucun MDN : rien à juger.", "The PFI returned no MDN: nothing to judge."
            )
        )
    return found


def need_dmp(zams: tuple[Hl7Message, ...]) -> tuple[Hl7Message, ...]:
    """Go on only if the product told of the DMP: the bench has none, so nothing can be demanded."""
    if not zams:
        raise NotTested(
            Bilingual(
                "La PFI n'a rendu aucun ZAM^Z01, et le banc n'a pas de DMP : à déclarer.",
                "The PFI returned no ZAM^Z01, and the bench has no DMP: to be declared.",
            )
        )
    return zams


def offered(zams: tuple[Hl7Message, ...]) -> tuple[Hl7Message, ...]:
    """Go on only if the product makes use of the permission to return ZAM^Z03."""
    if not zams:
        raise NotConcerned(
            Bilingual(
                "La PFI ne rend pas de ZAM^Z03 : rien ne l'y oblige.",
                "The PFI returns no ZAM^Z03: nothing obliges it to.",
            )
        )
    return zams


def ordinary(sent: Sequence[SentMail]) -> tuple[SentMail, ...]:
    """Return the mails that are no notification."""
    return tuple(one for one in sent if read_mdn(one.mail) is None)


def is_negative(zam: Hl7Message) -> bool:
    """Tell whether a business acknowledgement tells a failure."""
    status = zam.first("OBX")
    return status is not None and status.value(5) == "N"


def notifications(sent: Sequence[SentMail]) -> list[Mdn]:
    """Return the notifications among the mails of the product."""
    found = [read_mdn(one.mail) for one in sent]
    return [one for one in found if one is not None]
