"""Ordinary mails: send, reply, list, fetch."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from simulators.product.behaviour import REFERENCE
from simulators.product.deadline import Deadline
from simulators.product.desk.delivery import deliver
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.draft import Draft, checked_address, clean, parse_draft
from simulators.product.errors import ConnectionLost, Failed
from simulators.product.reports import (
    body_text,
    original_of,
    read_delivery_report,
    reply_addresses,
    show,
)
from simulators.product.settings import Mailbox


class Messaging:
    """The user writes, answers and reads mails."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of this group."""
        return {"send": self._send, "reply": self._reply, "list": self._list, "fetch": self._fetch}

    def forget(self) -> None:
        """Nothing is remembered from one action to the next."""

    def _send(self, params: Params, deadline: Deadline) -> Answer:
        return deliver(self._desk, parse_draft(params, self._desk.settings), deadline).answer()

    def _reply(self, params: Params, deadline: Deadline) -> Answer:
        mailbox = self._desk.mailbox(params)
        message_id = str(params.get("message_id"))
        raw = self._read(mailbox, "INBOX", message_id, deadline)
        to, cc = reply_addresses(raw, mailbox.address, everyone=params.get("all") is True)
        if not to:
            raise Failed("Ce message n'a pas d'expéditeur à qui répondre.")
        subject = show(raw, REFERENCE).subject
        draft = Draft(
            sender=mailbox,
            to=tuple(checked_address(address) for address in to),
            cc=tuple(checked_address(address) for address in cc),
            subject=subject if subject.casefold().startswith("re:") else f"Re: {subject}".strip(),
            text=clean(str(params.get("text"))),
            original=original_of(raw, message_id),
        )
        return deliver(self._desk, draft, deadline).answer()

    def _list(self, params: Params, deadline: Deadline) -> Answer:
        desk = self._desk
        mailbox = desk.mailbox(params)
        folder = _folder(params)
        session = desk.configured.imap(mailbox, deadline)
        desk.watch()
        messages = []
        try:
            for item in session.list(folder):
                shown = show(item.head, desk.behaviour)
                report = None
                if shown.kind == "delivery-report":
                    raw = session.read(folder, item.uid, mark_seen=False)
                    told = read_delivery_report(raw, desk.behaviour)
                    report = {
                        "action": told.action,
                        "status": told.status,
                        "diagnostic": told.diagnostic,
                        "recipient": told.recipient,
                        "original_message_id": told.original_message_id,
                    }
                messages.append(
                    {
                        "message_id": shown.message_id,
                        "uid": item.uid,
                        "subject": shown.subject,
                        "from": shown.sender,
                        "seen": item.seen,
                        "kind": shown.kind,
                        "report": report,
                    }
                )
        except ConnectionLost:
            desk.configured.drop(mailbox, "imap")
            raise
        return {"messages": messages}

    def _fetch(self, params: Params, deadline: Deadline) -> Answer:
        mailbox = self._desk.mailbox(params)
        raw = self._read(mailbox, _folder(params), str(params.get("message_id")), deadline)
        return {"raw_base64": base64.b64encode(raw).decode("ascii"), "text": body_text(raw)}

    def _read(self, mailbox: Mailbox, folder: str, message_id: str, deadline: Deadline) -> bytes:
        session = self._desk.configured.imap(mailbox, deadline)
        self._desk.watch()
        try:
            uid = session.find(folder, message_id)
            if uid is None:
                raise Failed(f"Le message {message_id} n'est pas dans {folder}.")
            return session.read(folder, uid, mark_seen=True)
        except ConnectionLost:
            self._desk.configured.drop(mailbox, "imap")
            raise


def _folder(params: Params) -> str:
    folder = params.get("folder", "INBOX")
    if not isinstance(folder, str) or not folder:
        raise Failed("Nom de dossier impossible.")
    return folder
