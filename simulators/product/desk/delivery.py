"""Sending a mail by the product's own SMTP session, whatever it carries."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.product.composer import compose
from simulators.product.deadline import Deadline
from simulators.product.desk.desk import Answer, Desk
from simulators.product.draft import Draft
from simulators.product.errors import ConnectionLost
from simulators.product.smtp import FinalRefusal


@dataclass(frozen=True, slots=True)
class Delivered:
    """A mail that the operator took: its Message-ID, the last reply, the recipients that were not taken."""

    message_id: str | None
    reply: str | None = None
    refused: tuple[str, ...] = ()

    def answer(self) -> Answer:
        """Return the result of a sending action."""
        if self.reply is None:
            return {"message_id": self.message_id or ""}
        result: Answer = {"reply": self.reply, "refused": list(self.refused)}
        if self.message_id is not None:
            result["message_id"] = self.message_id
        return result


def deliver(desk: Desk, draft: Draft, deadline: Deadline) -> Delivered:
    """Write the mail of a draft and send it; raises the errors of `SmtpSession.send`."""
    keeper = desk.configured
    mail = compose(draft, keeper.settings.nil, desk.clock.now(), desk.behaviour)
    session = keeper.smtp(draft.sender, deadline)
    desk.watch()
    try:
        sent = session.send(mail.sender, mail.recipients, mail.data, dsn=draft.request_dsn)
    except ConnectionLost:
        keeper.drop(draft.sender, "smtp")
        raise
    except FinalRefusal as error:
        if not _about_size(str(error)) or desk.behaviour.respects_size:
            raise
        return Delivered(mail.message_id)
    for recipient, reply in sent.refused:
        desk.alert(f"{recipient} n'a pas été accepté par l'opérateur : {reply}.")
    return Delivered(mail.message_id, str(sent.reply), tuple(address for address, _ in sent.refused))


def _about_size(text: str) -> bool:
    return "552" in text or "5.3.4" in text or "size" in text.casefold()
