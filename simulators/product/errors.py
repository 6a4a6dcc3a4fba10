"""What can go wrong for the user of the product.

ProductError
├── Refused               the product said no on purpose (driver status `refused`)
├── Unsupported           the product has no such function (driver status `unsupported`)
└── Failed                tried and could not (driver status `failed`)
    ├── ConnectionLost    the peer closed, or did not answer in time
    └── AuthenticationFailed  the operator or Pro Santé Connect said no to the user

Texts are what the user reads, hence French: what happened, why probably, what to do.
"""

from __future__ import annotations


class ProductError(Exception):
    """Base; `str()` is what the user is told."""

    status = "failed"

    def __init__(self, text: str = "", *, reply: str | None = None) -> None:
        super().__init__(text)
        self.reply = reply
        """What the server answered, when that is what went wrong."""


class Refused(ProductError):
    """A check of the product's said no."""

    status = "refused"


class Unsupported(ProductError):
    """No such function."""

    status = "unsupported"


class Failed(ProductError):
    """Tried and could not."""


class ConnectionLost(Failed):
    """The connection closed or stayed silent."""


class AuthenticationFailed(Failed):
    """Credentials were not accepted."""
