"""ECO.4.1.1, ECO.4.1.2 — functional traces: what is traced, and what a trace says."""

from collections.abc import Sequence

import pytest

from harness.bench import Bench
from harness.cases import case
from harness.checks.traces import Deed, Kind, Trace, failure_traced, five_facts, read_traces, traced
from harness.findings import Bilingual
from harness.letters import Post, receive_letter
from harness.scenes import send_one
from harness.world import MessageRefused


def tracing(id_: str, requirement: str, needs: Sequence[str], *, fr: str, en: str) -> pytest.MarkDecorator:
    """Mark a case that reads the traces after a deed: `send`, or the opening of a mail."""
    return case(
        id_,
        requirements=[requirement],
        level="intermediate",
        needs=["traces", *needs],
        roles=["send" if "send" in needs else "receive"],
        fr=fr,
        en=en,
    )


SENDING = ("send",)
READING = ("read|fetch",)


@tracing("ECO.4.1.1/sending", "ECO.4.1.1", SENDING, fr="Envoi tracé", en="Sending traced")
def test_sending_traced(bench: Bench) -> None:
    """A mail is sent.

    EXIGENCE : chaque traitement sur la BAL (envoi, lecture, suppression…) laisse une trace fonctionnelle.
    ATTENDU : une trace de l'envoi.
    REQUIREMENT: each treatment on the mailbox (sending, reading, deleting…) leaves a functional trace.
    EXPECTED: a trace of the sending.
    """
    bench.judge(traced(*_after_sending(bench)))


@tracing("ECO.4.1.1/reading", "ECO.4.1.1", READING, fr="Lecture tracée", en="Reading traced")
def test_reading_traced(bench: Bench) -> None:
    """A received mail is opened.

    EXIGENCE : chaque traitement sur la BAL (envoi, lecture, suppression…) laisse une trace fonctionnelle.
    ATTENDU : une trace de la lecture.
    REQUIREMENT: each treatment on the mailbox (sending, reading, deleting…) leaves a functional trace.
    EXPECTED: a trace of the reading.
    """
    bench.judge(traced(*_after_reading(bench)))


@tracing("ECO.4.1.2/sending", "ECO.4.1.2", SENDING, fr="Trace d'un envoi", en="Trace of a sending")
def test_sending(bench: Bench) -> None:
    """A mail is sent.

    EXIGENCE : chaque trace dit l'auteur authentifié, l'heure locale, l'action, la requête au serveur et sa réponse.
    ATTENDU : les cinq y sont, pour l'envoi.
    REQUIREMENT: each trace tells authenticated author, local time, action, request to the server and its answer.
    EXPECTED: all five are there, for the sending.
    """
    bench.judge(five_facts(*_after_sending(bench)))


@tracing("ECO.4.1.2/reading", "ECO.4.1.2", READING, fr="Trace d'une lecture", en="Trace of a reading")
def test_reading(bench: Bench) -> None:
    """A received mail is opened.

    EXIGENCE : chaque trace dit l'auteur authentifié, l'heure locale, l'action, la requête au serveur et sa réponse.
    ATTENDU : les cinq y sont, pour la lecture.
    REQUIREMENT: each trace tells authenticated author, local time, action, request to the server and its answer.
    EXPECTED: all five are there, for the reading.
    """
    bench.judge(five_facts(*_after_reading(bench)))


@tracing("ECO.4.1.2/failure", "ECO.4.1.2", SENDING, fr="Trace d'un échec", en="Trace of a failure")
def test_failure(bench: Bench) -> None:
    """The operator refuses the mail at the end of its content.

    EXIGENCE : la trace dit la réponse du serveur, échec compris.
    ATTENDU : l'envoi est tracé comme un échec, avec la réponse.
    REQUIREMENT: the trace tells the server's answer, failure included.
    EXPECTED: the sending is traced as a failure, with the answer.
    """
    bench.endpoint("smtp", faults=(MessageRefused(),))
    bench.product.send()
    recipient = bench.tenant.correspondent.address
    bench.judge(failure_traced(_traces(bench), _deed(bench, "send", recipient)))


def _after_sending(bench: Bench) -> tuple[tuple[Trace, ...], Deed]:
    sent = send_one(bench)
    deed = _deed(bench, "send", sent.mail.message_id or "", *sent.recipients)
    return _traces(bench), deed


def _after_reading(bench: Bench) -> tuple[tuple[Trace, ...], Deed]:
    received = receive_letter(bench, Post())
    identifier, product = received.message_id or "", bench.product
    opening = product.read(identifier) if product.can("read") else product.fetch(identifier)
    bench.need(opening, Bilingual("ouvrir le message", "open the message"))
    deed = _deed(bench, "read", identifier, bench.tenant.correspondent.address)
    return _traces(bench), deed


def _traces(bench: Bench) -> tuple[Trace, ...]:
    answer = bench.product.call("traces", mailbox=bench.bal.address)
    return read_traces(bench.need(answer, Bilingual("montrer ses traces", "show its traces")).result)


def _deed(bench: Bench, kind: Kind, *marks: str) -> Deed:
    """Return what was just done; the author of a personal mailbox may be told by its address."""
    holder = bench.bal.holder
    names: tuple[str, ...] = ()
    if holder is not None:
        own = (bench.bal.address,) if bench.bal.type == "PER" else ()
        names = (holder.ps_idnat, holder.family, *own)
    return Deed(kind, marks, names, bench.tenant.clock.now())
