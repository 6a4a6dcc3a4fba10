"""The two ways to authenticate to the operator: XOAUTH2 (PER, ORG) and PLAIN (APP)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Literal

from simulators.product.behaviour import Behaviour
from simulators.product.settings import Mailbox

APP_PASSWORD = "certificat"
"""ECO.1.3.1 says nothing of the password, which RFC 4616 wants not empty: the certificate is the proof."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A mechanism and its one client message."""

    mechanism: Literal["XOAUTH2", "PLAIN"]
    message: bytes = field(repr=False)

    @property
    def encoded(self) -> bytes:
        """The message in base64, without line end."""
        return base64.b64encode(self.message)


def xoauth2(mailbox: Mailbox, token: str, behaviour: Behaviour) -> Credentials:
    """Return `user=<BAL>^Aauth=Bearer <token>^A^A` (ECO.1.2.1)."""
    user = mailbox.address
    if behaviour.sasl_user == "ps-idnat" and mailbox.holder is not None:
        user = mailbox.holder.ps_idnat
    mark = behaviour.sasl_separator
    text = f"user={user}{mark}auth=Bearer{behaviour.bearer_gap}{token}{mark}{mark}"
    return Credentials("XOAUTH2", text.encode("utf-8"))


def plain(mailbox: Mailbox, behaviour: Behaviour) -> Credentials:
    """Return SASL PLAIN with the BAL as login (ECO.1.3.1, RFC 4616)."""
    login = mailbox.address if behaviour.app_login == "bal" else mailbox.label
    return Credentials("PLAIN", f"\0{login}\0{APP_PASSWORD}".encode())
