"""Sending a mail by the product's own SMTP session, whatever it carries; kept and traced."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulators.product.composer import Composed, compose
from simulators.product.deadline import Deadline
from simulators.product.desk.desk import Answer, Desk
from simulators.product.draft import Draft
from simulators.product.errors import ConnectionLost, ProductError
from simulators.product.register import Deed, Failure, SentCopy
from simulators.product.settings import Mailbox
from simulators.product.smtp import FinalRefusal, Sent


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
    if desk.ended_exchange and draft.ends is None and desk.behaviour.end_sticks:
        draft = replace(draft, ends="FIN")
    first = desk.configured.settings.mailboxes[0]
    if draft.sender.address != first.address and not desk.behaviour.several_mailboxes:
        draft = replace(draft, sender=first)
    mail = compose(draft, desk.configured.settings.nil, desk.clock.now(), desk.behaviour)
    try:
        sent = submit(desk, draft.sender, mail, deadline, dsn=draft.request_dsn)
    except FinalRefusal as error:
        about_size = _about_size(str(error))
        if about_size and not desk.behaviour.respects_size:
            return Delivered(mail.message_id)
        if not about_size and not desk.behaviour.tells_refusals:
            return Delivered(mail.message_id)
        raise
    failures = tuple(
        Failure(recipient, reply.text.partition(" ")[0], f"smtp; {reply}")
        for recipient, reply in sent.refused
    )
    if failures and not desk.behaviour.tells_refusals:
        failures = ()
    for failure in failures:
        desk.alert(f"{failure.recipient} n'a pas été accepté par l'opérateur : {failure.diagnostic[6:]}.")
    desk.register.sent.append(
        SentCopy(draft.sender.address, mail.message_id, mail.recipients, draft.subject, failures)
    )
    return Delivered(mail.message_id, str(sent.reply), tuple(failure.recipient for failure in failures))


def submit(desk: Desk, mailbox: Mailbox, mail: Composed, deadline: Deadline, *, dsn: bool = False) -> Sent:
    """Hand a mail to the operator in the name of a mailbox, and trace it; raises as `SmtpSession.send`."""
    request = f"MAIL FROM:<{mail.sender}> " + " ".join(f"RCPT TO:<{one}>" for one in mail.recipients)
    deed = Deed("send", mailbox.address, request, mail.message_id, mail.recipients)
    try:
        session = desk.configured.smtp(mailbox, deadline)
        desk.watch()
        sent = session.send(mail.sender, mail.recipients, mail.data, dsn=dsn)
    except ProductError as error:
        if isinstance(error, ConnectionLost):
            desk.configured.drop(mailbox, "smtp")
        desk.register.failed(deed, desk.clock.now(), desk.user(mailbox), error)
        raise
    user, now = desk.user(mailbox), desk.clock.now()
    desk.register.succeeded(deed, now, user, str(sent.reply))
    for recipient, reply in sent.refused:
        refused = Deed("send", mailbox.address, f"RCPT TO:<{recipient}>", mail.message_id, (recipient,))
        desk.register.failed(refused, now, user, FinalRefusal(f"Refusé : {reply}.", reply=str(reply)))
    return sent


def _about_size(text: str) -> bool:
    return "552" in text or "5.3.4" in text or "size" in text.casefold()
