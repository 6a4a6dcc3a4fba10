"""What the store refuses.

StoreError
├── UnknownAccount
├── UnknownMailbox
├── MailboxExists
├── InvalidMailboxName
├── NotAllowed
└── QuotaExceeded
"""

from __future__ import annotations


class StoreError(Exception):
    """The store refuses; the text says what, why and what to do."""


class UnknownAccount(StoreError):
    """No account has this address."""


class UnknownMailbox(StoreError):
    """The account has no mailbox of this name (or it cannot hold messages)."""


class MailboxExists(StoreError):
    """The account already has a mailbox of this name."""


class InvalidMailboxName(StoreError):
    """The name is empty, too long, too deep, or holds control characters."""


class NotAllowed(StoreError):
    """The operation is never possible on this mailbox (deleting INBOX, for instance)."""


class QuotaExceeded(StoreError):
    """The account's quota would be passed; nothing was stored."""
