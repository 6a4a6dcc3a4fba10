"""What the user asks when sending documents, parsed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulators.documents import CR_BIO, CR_IMG, EP_MED_DM, FLUDT, LDL_EES, LDL_SES, VSM, DocumentModel
from simulators.product.draft import addresses, checked_address, clean
from simulators.product.errors import Failed, Unsupported
from simulators.product.records import PatientRecord
from simulators.product.settings import Mailbox, Settings

Way = Literal["form", "draft", "automatic"]
WAYS: tuple[Way, ...] = ("form", "draft", "automatic")
MODELS: Mapping[str, DocumentModel] = {
    "CR-BIO": CR_BIO,
    "BIO-CR-BIO": CR_BIO,
    "LDL-SES": LDL_SES,
    "EP-MED-DM": EP_MED_DM,
    "IMG-CR-IMG": CR_IMG,
    "CR-IMG": CR_IMG,
    "VSM": VSM,
    "LDL-EES": LDL_EES,
    "DLU-EHPAD-FLUDT": FLUDT,
}


@dataclass(frozen=True, slots=True)
class AskedDocument:
    """One document to make."""

    model: DocumentModel
    format: Literal["N1", "N3"]
    title: str | None = None
    partial: bool = False
    same_document: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """Who sends to whom about which patient, and how."""

    sender: Mailbox
    to: tuple[str, ...]
    cc: tuple[str, ...]
    record: PatientRecord
    text: str | None
    reply_to: str | None
    request_dsn: bool
    request_mdn: bool
    way: Way
    stylesheet: bool


def parse_sending(params: Mapping[str, Any], settings: Settings) -> Sending:
    """Read what the three actions have in common; raises `Failed` naming what is wrong."""
    to = addresses(params.get("to"))
    if not to:
        raise Failed("Indiquez au moins un destinataire.")
    wanted = params.get("way") or "form"
    way = next((known for known in WAYS if known == wanted), None)
    if way is None:
        raise Unsupported(f"Le logiciel n'a pas ce mode d'envoi : {wanted!r}.")
    text, reply_to = params.get("text"), params.get("reply_to")
    return Sending(
        sender=settings.mailbox(str(params.get("from"))),
        to=to,
        cc=addresses(params.get("cc") or []),
        record=settings.patient(str(params.get("patient"))),
        text=None if text is None else clean(str(text)),
        reply_to=None if reply_to is None else checked_address(reply_to),
        request_dsn=params.get("request_dsn") is True,
        request_mdn=params.get("request_mdn") is True,
        way=way,
        stylesheet=params.get("stylesheet") is True,
    )


def parse_documents(params: Mapping[str, Any]) -> tuple[AskedDocument, ...]:
    """Read the documents to make; raises `Failed`, or `Unsupported` for a model that the product lacks."""
    return tuple(_document(item) for item in _items(params))


def parse_ids(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Read the ids of documents sent before; raises `Failed`."""
    return tuple(dict.fromkeys(str(item) for item in _items(params)))


def _items(params: Mapping[str, Any]) -> list[Any]:
    items = params.get("documents")
    if not isinstance(items, list) or not items:
        raise Failed("Choisissez au moins un document.")
    return items


def _document(value: Any) -> AskedDocument:
    if not isinstance(value, dict):
        raise Failed("Document demandé illisible : un objet était attendu.")
    name, form = str(value.get("model")), value.get("format")
    model = MODELS.get(name.upper())
    if model is None:
        raise Unsupported(f"Le logiciel ne produit pas le modèle {name} : il produit {', '.join(MODELS)}.")
    if form not in ("N1", "N3"):
        raise Unsupported(f"Le logiciel ne produit pas le format {form!r} : N1 ou N3.")
    title = value.get("title")
    return AskedDocument(
        model,
        form,
        None if title is None else clean(str(title))[:128],
        value.get("partial") is True,
        value.get("same_document") is True,
    )
