"""Scenes of a software (DPI, RIS, SGL) beside the simulated PFI of its hospital.

The product is told of the PFI at `configure` and answers where it listens itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from harness.artefacts.hl7 import Hl7Message, read_hl7
from harness.bench import Bench
from harness.checks.hl7 import check_answer, check_hl7
from harness.drivers import Answer
from harness.findings import Bilingual, Finding
from harness.gateways import ANSWER_S, QUIET_S, Order, Reply, hl7_place, need_messages, profiled, read_answer
from harness.outcomes import NotTested
from simulators.documents import CR_BIO, BuiltCda, DocumentFactory, Patient
from simulators.hl7 import Hl7Spec, PeerHandle, Transfer, write_transfer, write_zam
from simulators.hl7.er7 import Parties
from simulators.records import RecordSpec

__all__ = [
    "BesidePfi",
    "Order",
    "Reply",
    "answered_in_form",
    "from_product",
    "need_messages",
    "profiled",
]


class BesidePfi:
    """A software of the hospital, its PFI simulated, in one case."""

    def __init__(self, bench: Bench, **world: Any) -> None:
        self.bench = bench
        spec = Hl7Spec(role="gateway", application="PFI-BANC", product_application="LOGICIEL")
        bench.world(hl7=spec, records=(RecordSpec(),), **world)
        self._place = hl7_place(bench)
        tenant = bench.tenant
        self.documents = DocumentFactory(random.Random(bench.info.id), tenant.clock)  # noqa: S311
        self.patient = tenant.record("patient-1").patient
        self._number = 0
        self._parties = Parties("PFI-BANC", spec.facility, "LOGICIEL", spec.facility)

    @property
    def peer(self) -> PeerHandle:
        """Return the PFI."""
        peer = self.bench.tenant.hl7
        if peer is None:
            raise RuntimeError("the tenant was opened without hl7")
        return peer

    def sends(
        self, model: str = "LDL-SES", form: str = "N1", **more: Any
    ) -> tuple[Answer, tuple[Hl7Message, ...]]:
        """Let the user send a document; return the answer and what the PFI got."""
        mark = self.bench.mark
        answer = self.bench.product.send_documents("patient-1", [{"model": model, "format": form}], **more)
        return answer, self.got(answer, mark)

    def got(self, answer: Answer, mark: int) -> tuple[Hl7Message, ...]:
        """Return the documents that the PFI got since `mark`, waited for if the product says that it sent."""
        limit = self.bench.profile.limits.delivery_s if answer.status == "done" else QUIET_S
        self.bench.wait_until(lambda: bool(from_product(self.bench, mark)), limit)
        return from_product(self.bench, mark)

    def again(self, action: str, answer: Answer) -> tuple[Answer, tuple[Hl7Message, ...]]:
        """Let the user replace or delete the document of a sending."""
        bench = self.bench
        made = answer.result.get("documents", [])
        ids = [str(one["id"]) for one in made if isinstance(one, Mapping) and "id" in one]
        if not ids:
            raise NotTested(
                Bilingual(
                    "Le produit ne nomme pas ses documents.", "The product does not name its documents."
                )
            )
        mark = bench.mark
        if action == "replace_documents":
            after = bench.product.replace_documents("patient-1", ids)
        else:
            after = bench.product.delete_documents("patient-1", ids)
        return after, self.got(after, mark)

    def zam(
        self, event: Literal["Z01", "Z02", "Z03"], about: str, *, error: tuple[str, str] | None = None
    ) -> tuple[Hl7Message, Hl7Message | None]:
        """Return a business acknowledgement to the product; return it and the product's answer."""
        self._number += 1
        octets = write_zam(
            event,
            self._parties,
            f"ZAM-{self.bench.tenant.id}-{self._number}",
            about,
            self.bench.tenant.clock.now(),
            address=self.bench.tenant.correspondent.address,
            error=error,
        )
        answer = self.peer.send(*self._place, octets, ANSWER_S)
        return read_hl7(octets), read_answer(answer)

    def n1(self, patient: Patient | None = None, replacing: BuiltCda | None = None) -> BuiltCda:
        """Make a document, of the record's patient unless told otherwise."""
        self._number += 1
        whose = patient or self.patient
        return self.documents.n1(CR_BIO, whose, replacing=replacing, file_number=str(self._number))

    def transfer(self, cda: BuiltCda, **changes: Any) -> tuple[Hl7Message, Hl7Message | None]:
        """Give the product a document that came by mail; return the message and the product's answer."""
        self._number += 1
        bench = self.bench
        made = Transfer(
            cda=cda,
            parties=self._parties,
            control_id=f"LPS-{bench.tenant.id}-{self._number}",
            now=bench.tenant.clock.now(),
            sender=bench.tenant.correspondent.address,
            recipients=(f"pfi@{bench.tenant.domain}",),
            message_id=f"<banc-{self._number}@correspondant.mssante.fr>",
            subject="XDM/1.0/DDM+Compte rendu",
        )
        octets = write_transfer(replace(made, **changes))
        answer = self.peer.send(*self._place, octets, ANSWER_S)
        return read_hl7(octets), read_answer(answer)


def answered_in_form(request: Hl7Message, answer: Hl7Message | None) -> Iterator[Finding]:
    """Judge the form of an acknowledgement, alone and beside what it answers."""
    if answer is not None:
        yield from check_hl7(answer.raw).findings
        yield from check_answer(answer, request)


def from_product(bench: Bench, since: int = 0) -> tuple[Hl7Message, ...]:
    """Return the documents (ORU, MDM) that the product gave since `since`."""
    events = [one for one in bench.events("hl7", "message", since) if one.source == "product"]
    messages = [read_answer(bench.raw(one.evidence)) for one in events if one.evidence]
    return tuple(one for one in messages if one is not None and one.type[0] in {"MDM", "ORU"})
