"""What a scene is: how the product is made to send, and how the mail is recognised among files.

A scene is played once in each process and its specimens serve every case that rests on it: sixty cases do not
make sixty mails. That is honest as long as nothing in the case changes the world: a case that needs another
world is a scene of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.artefacts.sent import SentMail
from harness.bench import Bench
from harness.checking.kinds import Kind
from harness.drivers import Answer
from harness.findings import Bilingual
from harness.outcomes import NotTested
from harness.specimens.facts import Facts
from harness.specimens.specimen import Specimen, examine
from schemas.models import models
from simulators.records import RecordSpec

PATIENT = "patient-1"
Request = Mapping[str, Any]

_USUAL = ("CR-BIO", "LDL-SES", "IMG-CR-IMG", "eP-MED-DM")
"""Models tried, in this order, when the profile claims none; the names are those of driver/1."""
_OF_CORRIDOR = {"SGL": "CR-BIO", "RIS": "IMG-CR-IMG"}
MOST_MODELS = 8
"""Claimed models that are played one by one."""
_SHORT = {"BIO-CR-BIO": "CR-BIO"}


@dataclass(frozen=True, slots=True)
class Take:
    """One sending of a scene: what was asked, what the product answered, the mail that the operator took.

    `documents` are those asked for, `to` the recipients asked for, `ids` the ids that the product gave what
    it sent. `sent` and `specimen` are None when nothing came.
    """

    name: Bilingual
    documents: tuple[Request, ...]
    sender: str
    to: tuple[str, ...]
    answer: Answer
    sent: SentMail | None
    specimen: Specimen | None

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the documents as the product told them, else as they were read in the mail."""
        told = self.answer.result.get("documents", ())
        named = tuple(str(one["id"]) for one in told if isinstance(one, Mapping) and one.get("id"))
        if named or self.specimen is None:
            return named
        return tuple(one.id for one in self.specimen.facts.documents)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is played and how it is recognised.

    `play` is None for what is looked for among files alone. `shows` tells a file that shows the scene by its
    facts, and `put` what to put in the folder; both are None for what no file tells (by which way a mail was
    sent). `records`, `mailboxes` and `correspondents` are the
    world in which it plays.
    """

    key: str
    name: Bilingual
    play: Callable[[Stage], Iterator[Take]] | None
    shows: Callable[[Facts], bool] | None = None
    put: Bilingual | None = None
    records: tuple[RecordSpec, ...] = (RecordSpec(PATIENT),)
    mailboxes: frozenset[str] = frozenset()
    correspondents: int | None = None
    action: str = "send_documents"


class Stage:
    """Where a scene plays: a tenant of its own, the product configured for it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    @property
    def models(self) -> tuple[str, ...]:
        """Return the models that the product may be asked for, that of its corridor first.

        They are those claimed, else the usual ones.
        """
        claimed = tuple(_SHORT.get(name, name) for name in self.bench.profile.claims.documents)
        first = _OF_CORRIDOR.get(self.bench.profile.product.corridor)
        known = claimed[:MOST_MODELS] or _USUAL
        return tuple(dict.fromkeys((first, *known) if first and (first in known) else known))

    @property
    def all_models(self) -> bool:
        """Tell whether every model has to be played: the profile claims them."""
        return bool(self.bench.profile.claims.documents)

    def way(self, name: str) -> dict[str, str]:
        """Return the parameter that asks for a way of sending; raises `NotTested` where there is none."""
        self.bench.need_parameter("send_documents", "way")
        return {"way": name}

    def send(
        self,
        name: Bilingual,
        *documents: Request,
        patient: str = PATIENT,
        to: Sequence[str] = (),
        **more: Any,
    ) -> Take:
        """Let the product make documents and send them in one mail."""
        to = tuple(to) or (self.bench.tenant.correspondent.address,)
        mark = self.bench.mark
        answer = self.bench.product.send_documents(patient, documents, to=to, **more)
        return self._take(name, documents, to, answer, mark)

    def send_first_known(self, name: Bilingual, form: str, **more: Any) -> Take:
        """Send one document of the first model that the product can make."""
        problem: NotTested | None = None
        for model in self.models:
            try:
                return self.send(name, {"model": model, "format": form}, **more)
            except NotTested as reason:
                problem = problem or reason
        raise problem or NotTested(name)

    def write(self, name: Bilingual) -> Take:
        """Let the product write and send an ordinary mail."""
        mark = self.bench.mark
        answer = self.bench.product.send()
        return self._take(name, (), (self.bench.tenant.correspondent.address,), answer, mark)

    def replace(self, name: Bilingual, first: Take, patient: str = PATIENT, **more: Any) -> Take:
        """Let the product correct documents and send their new version."""
        mark = self.bench.mark
        answer = self.bench.product.replace_documents(patient, self._known(first), to=first.to, **more)
        return self._take(name, first.documents, first.to, answer, mark)

    def delete(self, name: Bilingual, first: Take, patient: str = PATIENT, **more: Any) -> Take:
        """Let the product tell the recipients that documents are deleted."""
        mark = self.bench.mark
        answer = self.bench.product.delete_documents(patient, self._known(first), to=first.to, **more)
        return self._take(name, first.documents, first.to, answer, mark)

    def _known(self, first: Take) -> tuple[str, ...]:
        what = Bilingual("envoyer un premier document", "send a first document")
        self.bench.need(first.answer, what)
        if not first.ids:
            raise NotTested(
                Bilingual(
                    "Le produit n'a pas dit quels documents il a envoyés, et le courriel n'en montre aucun.",
                    "The product did not say which documents it sent, and the mail shows none.",
                )
            )
        return first.ids

    def _take(
        self, name: Bilingual, documents: Sequence[Request], to: Sequence[str], answer: Answer, mark: int
    ) -> Take:
        bench = self.bench
        if answer.status == "done":
            bench.wait_until(lambda: bool(bench.sent(mark)), bench.profile.limits.delivery_s)
        came = bench.sent(mark)
        sent = came[-1] if came else None
        specimen = None
        if sent is not None:
            specimen = examine(sent.mail.raw, Kind.MAIL, name, bench.profile.product.nil)
        return Take(name, tuple(documents), bench.bal.address, tuple(to), answer, sent, specimen)


def codes_of(model: str) -> tuple[str, ...]:
    """Return the type codes that documents of a model bear, empty for a model that is not known here."""
    names = {model, *(long for long, short in _SHORT.items() if short == model)}
    return tuple(code for known in models().values() if known.name in names for code in known.codes)
