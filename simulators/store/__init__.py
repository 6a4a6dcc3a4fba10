"""The mailbox store: accounts, mailboxes, messages; shared by SMTP delivery and IMAP reading."""

from simulators.store.account import Account
from simulators.store.backend import Backend, MemoryBackend
from simulators.store.changes import Changes, Watch
from simulators.store.errors import (
    InvalidMailboxName,
    MailboxExists,
    NotAllowed,
    QuotaExceeded,
    StoreError,
    UnknownAccount,
    UnknownMailbox,
)
from simulators.store.mailbox import Mailbox, NewMessage
from simulators.store.mailstore import MailStore
from simulators.store.message import Content, Message
from simulators.store.sqlite import SqliteBackend

__all__ = [
    "Account",
    "Backend",
    "Changes",
    "Content",
    "InvalidMailboxName",
    "MailStore",
    "Mailbox",
    "MailboxExists",
    "MemoryBackend",
    "Message",
    "NewMessage",
    "NotAllowed",
    "QuotaExceeded",
    "SqliteBackend",
    "StoreError",
    "UnknownAccount",
    "UnknownMailbox",
    "Watch",
]
