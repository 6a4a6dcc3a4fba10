"""A whole mail of each model that the builders know, judged as `mssante check` does."""

from __future__ import annotations

import random

import pytest

from harness.checking.judging import judge
from harness.checking.kinds import Kind
from simulators.clock import FrozenClock
from simulators.documents import MODELS, MORE_MODELS, TROD, DocumentFactory, DocumentModel, Envelope

ENVELOPE = Envelope(sender="cabinet@banc.mssante.fr", recipients=("medecin@autre.mssante.fr",), nil="1234")


@pytest.mark.parametrize("model", [*MODELS, *MORE_MODELS], ids=lambda model: model.name)
def test_a_mail_with_a_document_of_the_model_has_no_fault(model: DocumentModel) -> None:
    factory = DocumentFactory(random.Random(12), FrozenClock())
    mail = factory.mail(ENVELOPE, factory.of_model(model))

    judgement = judge(mail.content, Kind.MAIL)

    # The format of TROD is known from samples only: no published list at hand has it, and a warning says so.
    expected = ["META-056"] if model is TROD else []
    assert [each.rule for each in judgement.findings] == expected
