"""Documents that the product sends, replaces and deletes: judged clean, and wrong as its variants say."""

from __future__ import annotations

import io
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from lxml import etree
from product_documents import APP, ATTENDING, PER, Office, patients, told, touched
from product_world import MakeBench

from harness.checking.judging import judge
from harness.checking.kinds import Kind
from simulators.product import REFERENCE, Behaviour, Variant
from simulators.product.errors import Failed, Refused, Unsupported
from simulators.product.variants_archive import ARCHIVE_VARIANTS
from simulators.product.variants_cda import CDA_VARIANTS
from simulators.product.variants_metadata import METADATA_VARIANTS

MODELS = ["CR-BIO", "LDL-SES", "eP-MED-DM", "IMG-CR-IMG"]
ONE = [{"model": "CR-BIO", "format": "N3"}]
PATIENT = "191057511501234@patient.mssante.fr"


def office(monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour = REFERENCE) -> Office:
    return Office(monkeypatch, behaviour)


def message(data: bytes) -> EmailMessage:
    parsed = message_from_bytes(data, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def archive(data: bytes) -> dict[str, bytes]:
    (part,) = (one for one in message(data).iter_attachments() if one.get_content_type() == "application/zip")
    with zipfile.ZipFile(io.BytesIO(part.get_content())) as content:
        return {name: content.read(name) for name in content.namelist()}


def body(data: bytes) -> str:
    part = message(data).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("status", ["qualified", "retrieved", "validated", "provisional"])
@pytest.mark.parametrize("form", ["N1", "N3"])
@pytest.mark.parametrize("model", MODELS)
def test_sent_replaced_and_deleted_documents_are_judged_clean(
    monkeypatch: pytest.MonkeyPatch, model: str, form: str, status: str
) -> None:
    # Given a document sent, its next version, and the request to delete it
    here = office(monkeypatch)
    (first,) = here.do("send_documents", patient=status, documents=[{"model": model, "format": form}])
    assert told(here.judged()) == []
    (second,) = here.do("replace_documents", patient=status, documents=[first["id"]])
    assert told(here.judged()) == []
    here.do("delete_documents", patient=status, documents=[second["id"]])
    assert told(here.judged()) == []
    # Then the versions follow each other, and an INS leaves only when it is qualified
    assert (first["version"], second["version"]) == (1, 2)
    assert first["set_id"] == second["set_id"] and first["id"] != second["id"]
    says = {message(mail.data)["X-MSS-INS"] for mail in here.mails}
    assert says == {"O" if status == "qualified" else "N"}
    held = [one for one in patients() if one["key"] == status and one["ins"]]
    for mail in here.mails:
        everything = b"".join(archive(mail.data).values())
        assert all((one["ins"].encode() in everything) is (status == "qualified") for one in held)


def test_several_documents_go_in_one_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    here = office(monkeypatch)
    wanted = [{"model": "CR-BIO", "format": "N1"}, {"model": "CR-BIO", "format": "N3"}, ONE[0]]
    told_of = here.do("send_documents", documents=wanted)
    assert len(told_of) == 3 and told(here.judged()) == []
    mail = message(here.mails[0].data)
    assert mail["X-MSS-CODECDA"] == "11502-2,11502-2,11502-2"
    assert sum(name.endswith(".XML") for name in archive(here.mails[0].data)) == 4
    assert [part.get_content_type() for part in mail.iter_attachments()].count("application/pdf") == 3


def test_a_self_presenting_document_is_judged_clean_and_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    here = office(monkeypatch)
    here.do("send_documents", documents=[*ONE, {"model": "LDL-SES", "format": "N1"}], stylesheet=True)
    assert told(here.judged()) == []
    files = archive(here.mails[0].data)
    root = etree.fromstring(files["IHE_XDM/SUBSET01/DOC0001.XML"])
    assert etree.QName(root).localname == "stylesheet"
    assert files["IHE_XDM/SUBSET01/METADATA.XML"].count(b'mimeType="application/xslt+xml"') == 2
    shown = str(etree.XSLT(root)(root))
    assert "<h1>Compte rendu d'examens biologiques</h1>" in shown


def test_a_partial_report_says_so_and_its_next_version_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    here = office(monkeypatch)
    (partial,) = here.do("send_documents", documents=[{**ONE[0], "partial": True}])
    assert "(résultats partiels)" in message(here.mails[0].data)["Subject"]
    here.do("replace_documents", documents=[partial["id"]])
    assert "partiels" not in message(here.mails[1].data)["Subject"]
    assert told(here.judged()) == []


def test_the_mention_of_a_new_version_and_of_a_deletion_stays_whatever_the_user_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = office(monkeypatch)
    (first,) = here.do("send_documents", documents=ONE, text="Bonjour")
    assert body(here.mails[0].data).strip() == "Bonjour"
    (second,) = here.do("replace_documents", documents=[first["id"]], text="Voici le bon")
    here.do("delete_documents", documents=[second["id"]], text="Pardon")
    assert "annule et remplace" in body(here.mails[1].data) and "Voici le bon" in body(here.mails[1].data)
    assert "à supprimer" in body(here.mails[2].data) and "Pardon" in body(here.mails[2].data)
    sent, deleted = (archive(mail.data)["IHE_XDM/SUBSET01/DOC0001.XML"] for mail in here.mails[1:])
    assert sent == deleted


def test_an_automatic_sending_goes_to_the_attending_physician_too_and_says_how_to_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = office(monkeypatch)
    here.do("send_documents", **{"from": APP.address}, patient="attended", documents=ONE, way="automatic")
    assert here.mails[0].recipients == ("confrere@b.mssante.fr", ATTENDING)
    here.do("send_documents", patient="attended", documents=ONE, way="automatic")
    assert PER.address in body(here.mails[1].data) and PER.address in message(here.mails[1].data)["Reply-To"]
    here.do("send_documents", patient="attended", documents=ONE)
    assert here.mails[2].recipients == ("confrere@b.mssante.fr",)
    assert message(here.mails[2].data)["Reply-To"] is None


def test_the_return_address_chosen_is_the_one_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    here = office(monkeypatch)
    chosen = "secretariat.biologie@ch.mssante.fr"
    here.do("send_documents", **{"from": APP.address}, documents=ONE, reply_to=chosen, request_mdn=True)
    mail = message(here.mails[0].data)
    assert mail["Reply-To"].addresses[0].addr_spec == chosen
    assert chosen in body(here.mails[0].data)
    assert mail["Disposition-Notification-To"].strip("<>") == APP.address


def test_a_draft_opened_again_is_sent_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    here = office(monkeypatch)
    here.do("send_documents", documents=ONE, way="draft", request_dsn=True, request_mdn=True)
    assert told(here.judged()) == []
    assert {"Return-Receipt-To", "Disposition-Notification-To"} <= set(message(here.mails[0].data).keys())


def test_ten_correspondents_get_one_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    here = office(monkeypatch)
    everyone = [f"c{number}@b.mssante.fr" for number in range(10)]
    here.do("send_documents", documents=ONE, to=everyone)
    assert here.mails[0].recipients == tuple(everyone)


@pytest.mark.parametrize(
    ("patient", "to"),
    [
        ("closed-to-patient", PATIENT),
        ("closed-to-professionals", "confrere@b.mssante.fr"),
        ("retrieved", PATIENT),
        ("provisional", PATIENT),
    ],
)
def test_what_the_patient_refuses_or_cannot_receive_does_not_leave(
    monkeypatch: pytest.MonkeyPatch, patient: str, to: str
) -> None:
    here = office(monkeypatch)
    with pytest.raises(Refused):
        here.do("send_documents", patient=patient, to=[to], documents=ONE)
    assert here.mails == []


@pytest.mark.parametrize(
    ("patient", "to"), [("closed-to-patient", "confrere@b.mssante.fr"), ("closed-to-professionals", PATIENT)]
)
def test_a_refusal_concerns_its_own_recipients(
    monkeypatch: pytest.MonkeyPatch, patient: str, to: str
) -> None:
    here = office(monkeypatch)
    here.do("send_documents", patient=patient, to=[to], documents=ONE)
    assert here.mails[0].recipients == (to,)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"patient": "nobody"}, Failed),
        ({"from": "autre@ch.mssante.fr"}, Failed),
        ({"to": []}, Failed),
        ({"to": ["pas une adresse"]}, Failed),
        ({"reply_to": "<>"}, Failed),
        ({"documents": []}, Failed),
        ({"documents": "CR-BIO"}, Failed),
        ({"documents": ["CR-BIO"]}, Failed),
        ({"documents": [{"model": "HL7-V2", "format": "N1"}]}, Unsupported),
        ({"documents": [{"model": "CR-BIO", "format": "N2"}]}, Unsupported),
        ({"way": "pigeon"}, Unsupported),
    ],
)
def test_what_cannot_be_sent_is_told(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], error: type[Exception]
) -> None:
    here = office(monkeypatch)
    with pytest.raises(error):
        here.do("send_documents", **{"documents": ONE, **change})
    assert here.mails == []


@pytest.mark.parametrize("action", ["replace_documents", "delete_documents"])
def test_only_a_document_that_was_sent_is_replaced_or_deleted(
    monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    here = office(monkeypatch)
    with pytest.raises(Failed, match="jamais envoyé"):
        here.do(action, documents=["1.2.3"])
    (sent,) = here.do("send_documents", documents=ONE)
    here.do("delete_documents", documents=[sent["id"]])
    with pytest.raises(Failed, match="jamais envoyé"):
        here.do(action, documents=[sent["id"]])


def on_form(declared: tuple[str, ...]) -> set[str]:
    """Return the requirements that one mail shows; the others are about whole situations, for the cases."""
    return {one for one in declared if one.startswith(("ECO.", "X-XDM-"))}


ACROSS_MAILS = {"lot-identifiant-constant", "cda-sans-lot", "copie-nom-identifiant"}
"""Defects that show, or show in full, only beside another mail or where two forms share a copy."""


@pytest.mark.parametrize(
    "variant", [*ARCHIVE_VARIANTS, *METADATA_VARIANTS, *CDA_VARIANTS], ids=lambda v: v.name
)
def test_a_variant_writes_what_it_declares_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, variant: Variant
) -> None:
    here = office(monkeypatch, variant.behaviour)
    judged = []
    for wanted in (
        ONE,
        [{"model": "LDL-SES", "format": "N1"}],
        [{"model": "CR-BIO", "format": "N1"}, {"model": "IMG-CR-IMG", "format": "N1"}],
    ):
        here.do("send_documents", documents=wanted)
        judged.append(here.judged())
    if variant.name not in ACROSS_MAILS:
        assert touched(judged) == (on_form(variant.breaks), on_form(variant.warns))


def test_documents_leave_by_the_products_own_session(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.configure(patients=patients())
    usual: dict[str, Any] = {"from": bench.bal, "to": ["confrere@b.mssante.fr"], "patient": "qualified"}
    # When documents are sent, replaced and deleted through the driver protocol
    sent = bench.do("send_documents", **usual, documents=ONE)
    assert sent["status"] == "done", sent
    (told_of,) = sent["result"]["documents"]
    replaced = bench.do("replace_documents", **usual, documents=[told_of["id"]])
    assert replaced["status"] == "done", replaced
    # Then the operator has both mails, clean
    assert [judge(mail, Kind.MAIL).verdict for mail in bench.smtp.mails] == ["passed", "passed"]
    assert message(bench.smtp.mails[0])["Message-ID"] == sent["result"]["message_id"]
    assert (
        bench.do("send_documents", **usual | {"patient": "closed-to-professionals"}, documents=ONE)["status"]
        == "refused"
    )
    # And another space knows nothing of them
    bench.configure()
    gone = bench.do("delete_documents", **usual, documents=[replaced["result"]["documents"][0]["id"]])
    assert gone["status"] == "failed"
    assert bench.do("send_documents", **usual, documents=ONE)["status"] == "done"
