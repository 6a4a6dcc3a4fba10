"""Ordinary mails: send, reply, list, fetch."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace

from simulators.product.behaviour import REFERENCE
from simulators.product.deadline import Deadline
from simulators.product.desk.delivery import deliver
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.desk.reading import read_mail
from simulators.product.draft import Draft, checked_address, clean, parse_draft
from simulators.product.errors import ConnectionLost, Failed
from simulators.product.patients import bounce_told, of_patient, sender_shown
from simulators.product.reports import (
    body_text,
    original_of,
    read_delivery_report,
    reply_addresses,
    show,
)
from simulators.product.screen import shown_subject
from simulators.product.settings import Mailbox


class Messaging:
    """The user writes, answers and reads mails."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._first_reply_to: str | None = None

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of this group."""
        return {"send": self._send, "reply": self._reply, "list": self._list, "fetch": self._fetch}

    def forget(self) -> None:
        """Forget the return address chosen first; nothing else is remembered."""
        self._first_reply_to = None

    def _send(self, params: Params, deadline: Deadline) -> Answer:
        draft = parse_draft(params, self._desk.settings)
        return deliver(self._desk, self._as_chosen(draft), deadline).answer()

    def _as_chosen(self, draft: Draft) -> Draft:
        """Return the draft with the recipients and return address that were chosen (MSS/ENV.01, ENV.02)."""
        behaviour = self._desk.behaviour
        if draft.reply_to is not None:
            self._first_reply_to = self._first_reply_to or draft.reply_to
            if draft.reply_to != self._first_reply_to and behaviour.reply_to_kept:
                draft = replace(draft, reply_to=self._first_reply_to)
        known = [one.address for one in self._desk.settings.professionals if one.address not in draft.to]
        if known and behaviour.ticks_everyone:
            draft = replace(draft, to=(*draft.to, *known))
        return draft

    def _opened(self, params: Params) -> Mailbox:
        """Return the mailbox that the user opened, whichever of the configured ones (ECO.3.2.3)."""
        mailbox, first = self._desk.mailbox(params), self._desk.settings.mailboxes[0]
        return mailbox if mailbox is first or self._desk.behaviour.several_mailboxes else first

    def _reply(self, params: Params, deadline: Deadline) -> Answer:
        mailbox = self._desk.mailbox(params)
        message_id = str(params.get("message_id"))
        raw = read_mail(self._desk, mailbox, "INBOX", message_id, deadline)
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
        mailbox = self._opened(params)
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
                    action, status, diagnostic = told.action, told.status, told.diagnostic
                    if action == "failed" and of_patient(told.recipient):
                        action, status, diagnostic = bounce_told((action, status, diagnostic), desk.behaviour)
                        if not action:
                            continue
                    report = {
                        "action": action,
                        "status": status,
                        "diagnostic": diagnostic,
                        "recipient": told.recipient,
                        "original_message_id": told.original_message_id,
                    }
                messages.append(
                    {
                        "message_id": shown.message_id,
                        "uid": item.uid,
                        "subject": shown_subject(item.head, desk.behaviour),
                        "seen": item.seen,
                        "kind": shown.kind,
                        "report": report,
                        **sender_shown(shown.sender, desk.settings.patients, desk.behaviour).row(),
                    }
                )
        except ConnectionLost:
            desk.configured.drop(mailbox, "imap")
            raise
        return {"messages": messages}

    def _fetch(self, params: Params, deadline: Deadline) -> Answer:
        mailbox = self._desk.mailbox(params)
        raw = read_mail(self._desk, mailbox, _folder(params), str(params.get("message_id")), deadline)
        return {"raw_base64": base64.b64encode(raw).decode("ascii"), "text": body_text(raw)}


def _folder(params: Params) -> str:
    folder = params.get("folder", "INBOX")
    if not isinstance(folder, str) or not folder:
        raise Failed("Nom de dossier impossible.")
    return folder
