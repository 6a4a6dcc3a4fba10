"""curl as a product: one run of this file for one action of driver/1.

curl does the connections, STARTTLS, the checks of certificates, SASL, SMTP and IMAP. This file signs in to
Pro Santé Connect, writes the mails and reads the list. With `--strict`, `glue.curl` also sets all that curl
has to be told for MSSanté, and does with curl's help what curl does not do alone: CRL, range.
"""

from __future__ import annotations

import base64
import json
import sys
from contextlib import nullcontext
from email.message import EmailMessage

from glue import mails
from glue.curl import Link, Options
from glue.driver import Action, Failed, Params, State, Unsupported, serve
from glue.programs import first_line
from glue.psc import Psc, sign_in


class Product:
    """The actions."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._state = State("curl-strict" if strict else "curl")
        self.actions: dict[str, Action] = {
            "describe": self._describe,
            "configure": self._configure,
            "connect": self._connect,
            "send": self._send,
            "reply": self._reply,
            "list": self._list,
            "fetch": self._fetch,
            "disconnect": lambda _: {},  # nothing outlives an action: curl has left, the glue has signed out
            "status": self._status,
            "files": lambda _: {"paths": [str(self._state.folder)]},
        }

    def _describe(self, _: Params) -> Params:
        return {
            "product": "curl",
            "version": first_line("curl").split()[1],
            "actions": list(self.actions),
            "parameters": {
                "send": ["from", "to", "cc", "subject", "text", "attachments", "request_dsn"],
            },
            "clock": False,
            "sessions": False,
        }

    def _configure(self, params: Params) -> Params:
        self._state.renew(params)
        return {}

    def _connect(self, params: Params) -> Params:
        mailbox = self._state.mailbox(params["mailbox"])
        with self._signed_in(mailbox) as psc:
            if psc:
                shown = json.dumps(psc.identity())
                (self._state.folder / "identite.json").write_text(shown, encoding="utf-8")
            for protocol in params.get("protocols", ["smtp", "imap"]):
                link = Link(self._state, protocol, strict=self._strict)
                link.run(_login(mailbox, psc), [("url", link.url), ("request", "NOOP")])
        return {}

    def _send(self, params: Params) -> Params:
        if params.get("html"):
            raise Unsupported("curl : le corps est du texte.")
        mailbox = self._state.mailbox(params["from"])
        return self._submit(mails.compose(params, mailbox, self._state.configuration["nil"]), mailbox)

    def _reply(self, params: Params) -> Params:
        mailbox = self._state.mailbox(params["mailbox"])
        received = self._one(mailbox, params["message_id"])
        return self._submit(
            mails.answer(received, params["text"], mailbox, self._state.configuration["nil"]), mailbox
        )

    def _list(self, params: Params) -> Params:
        return {"messages": [mails.line(one) for one in self._read(self._state.mailbox(params["mailbox"]))]}

    def _fetch(self, params: Params) -> Params:
        received = self._one(self._state.mailbox(params["mailbox"]), params["message_id"])
        return {"raw_base64": base64.b64encode(received).decode("ascii")}

    def _status(self, _: Params) -> Params:
        shown = self._state.folder / "identite.json"
        identity = json.loads(shown.read_text(encoding="utf-8")) if shown.exists() else None
        return {"smtp": "closed", "imap": "closed", "psc": "closed", "identity": identity}

    def _signed_in(self, mailbox: Params) -> Psc | nullcontext[None]:
        return nullcontext() if mailbox["type"] == "APP" else sign_in(self._state)

    def _submit(self, mail: EmailMessage, mailbox: Params) -> Params:
        written = self._state.folder / "envoi.eml"
        written.write_bytes(bytes(mail))
        with self._signed_in(mailbox) as psc:
            link = Link(self._state, "smtp", strict=self._strict)
            envelope = [("mail-from", mailbox["address"]), *mails.envelope(mail, "mail-rcpt")]
            link.run(_login(mailbox, psc), [("url", link.url), *envelope, ("upload-file", str(written))])
        return {"message_id": str(mail["Message-ID"])}

    def _one(self, mailbox: Params, message_id: str) -> bytes:
        for received in self._read(mailbox):
            if mails.line(received)["message_id"] == message_id:
                return received
        raise Failed("Ce message n'est pas dans la boîte.")

    def _read(self, mailbox: Params) -> list[bytes]:
        """Return the mails of INBOX, which curl brings one by one."""
        with self._signed_in(mailbox) as psc:
            login = _login(mailbox, psc)
            link = Link(self._state, "imap", strict=self._strict)
            inbox = f"{link.url}INBOX"
            found = link.run(login, [("url", inbox), ("request", "UID SEARCH ALL")])
            places = {uid: self._state.folder / f"{uid}.eml" for uid in found.decode().split()[2:]}
            if places:
                link.run(
                    login,
                    *([("url", f"{inbox};UID={uid}"), ("output", str(file))] for uid, file in places.items()),
                )
        return [file.read_bytes() for file in places.values()]


def _login(mailbox: Params, psc: Psc | None) -> Options:
    if psc is None:
        return [
            ("user", f"{mailbox['address']}:sans-objet"),
            ("login-options", "AUTH=PLAIN"),
            ("cert", mailbox["certificate"]),
            ("key", mailbox["key"]),
        ]
    return [
        ("user", f"{mailbox['address']}:"),
        ("login-options", "AUTH=XOAUTH2"),
        ("oauth2-bearer", psc.access_token),
    ]


if __name__ == "__main__":
    sys.exit(serve(Product(strict="--strict" in sys.argv).actions))
