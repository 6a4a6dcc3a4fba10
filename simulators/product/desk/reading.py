"""Opening one received mail, traced (ECO.4.1.1)."""

from __future__ import annotations

from simulators.product.deadline import Deadline
from simulators.product.desk.desk import Desk
from simulators.product.errors import ConnectionLost, Failed, ProductError
from simulators.product.register import Deed
from simulators.product.settings import Mailbox


def read_mail(desk: Desk, mailbox: Mailbox, folder: str, message_id: str, deadline: Deadline) -> bytes:
    """Return a mail as received, marked as read; raises `Failed`."""
    deed = Deed("read", mailbox.address, f"UID FETCH BODY[] ({folder})", message_id)
    try:
        session = desk.configured.imap(mailbox, deadline)
        desk.watch()
        uid = session.find(folder, message_id)
        if uid is None:
            raise Failed(f"Le message {message_id} n'est pas dans {folder}.")
        raw = session.read(folder, uid, mark_seen=True)
    except ProductError as error:
        if isinstance(error, ConnectionLost):
            desk.configured.drop(mailbox, "imap")
        desk.register.failed(deed, desk.clock.now(), desk.user(mailbox), error)
        raise
    desk.register.succeeded(deed, desk.clock.now(), desk.user(mailbox), session.answer)
    return raw
