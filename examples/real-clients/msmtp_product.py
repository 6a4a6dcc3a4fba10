"""msmtp, and mbsync with `--mbsync`, as a product: one run of this file for one action of driver/1.

msmtp does the submission: STARTTLS, the checks of certificates, SASL, SMTP. mbsync brings the mailbox into a
Maildir by IMAP. This file writes their configuration and the mails, reads the Maildir, and signs in to Pro
Santé Connect: msmtp asks for the token by `passwordeval`.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

from glue import mails
from glue.driver import Action, Failed, Params, Refused, State, Unsupported, serve
from glue.programs import first_line, run
from glue.psc import HANDED, sign_in

TIMEOUT_S = 10
CHECKS = ("certificate", "TLS handshake", "STARTTLS", "SSL support", "secure connect", "SSL error")
"""Words by which msmtp and mbsync tell that a check of theirs said no: their exit codes do not."""


class Product:
    """The actions."""

    def __init__(self, *, mbsync: bool) -> None:
        self._state = State("msmtp-mbsync" if mbsync else "msmtp")
        self._mbsync = mbsync
        self.actions: dict[str, Action] = {
            "describe": self._describe,
            "configure": self._configure,
            "send": self._send,
            "disconnect": lambda _: {},  # nothing outlives an action
            "status": lambda _: {"smtp": "closed", "imap": "closed"},
            "files": lambda _: {"paths": [str(self._state.folder)]},
        }
        if mbsync:
            self.actions |= {"reply": self._reply, "list": self._list, "fetch": self._fetch}

    def _describe(self, _: Params) -> Params:
        programs = ("msmtp", "mbsync") if self._mbsync else ("msmtp",)
        return {
            "product": " + ".join(programs),
            "version": " + ".join(first_line(name).split()[-1] for name in programs),
            "actions": list(self.actions),
            "parameters": {
                "send": ["from", "to", "cc", "subject", "text", "attachments", "request_dsn"],
            },
            "clock": False,
            "sessions": False,
        }

    def _configure(self, params: Params) -> Params:
        if params["smtp"] is None:
            raise Unsupported("msmtp ne lit pas de document d'autoconfiguration.")
        self._state.renew(params)
        return {}

    def _send(self, params: Params) -> Params:
        if params.get("html"):
            raise Unsupported("Le corps est du texte.")
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

    def _submit(self, mail: EmailMessage, mailbox: Params) -> Params:
        told = self._state.configuration
        endpoint = told["smtp"]
        lines = [
            "account banc",
            f"host {endpoint['address']}",
            f"port {endpoint['port']}",
            f"tls_host_override {endpoint['host']}",
            f"domain poste.{mailbox['address'].rpartition('@')[2]}",
            f"from {mailbox['address']}",
            "tls on",
            "tls_starttls on",
            f"tls_trust_file {told['trust']['igc_sante_root']}",
            f"timeout {TIMEOUT_S}",
            f"user {mailbox['address']}",
        ]
        if mailbox["type"] == "APP":
            lines += [
                "auth plain",
                "password sans-objet",
                f"tls_cert_file {mailbox['certificate']}",
                f"tls_key_file {mailbox['key']}",
            ]
        else:
            lines += ["auth xoauth2", f'passwordeval "{sys.executable}" -m glue.psc']
        configuration = self._written("msmtprc", lines)
        envelope = [address for _, address in mails.envelope(mail)]
        command = ["msmtp", "-C", str(configuration), "-a", "banc", "--", *envelope]
        if mailbox["type"] == "APP":
            _run(command, bytes(mail))
        else:
            with sign_in(self._state) as psc:
                _run(command, bytes(mail), {HANDED: psc.access_token})
        return {"message_id": str(mail["Message-ID"])}

    def _one(self, mailbox: Params, message_id: str) -> bytes:
        for received in self._read(mailbox):
            if mails.line(received)["message_id"] == message_id:
                return received
        raise Failed("Ce message n'est pas dans la boîte.")

    def _read(self, mailbox: Params) -> list[bytes]:
        """Bring INBOX here and return its mails."""
        told = self._state.configuration
        maildir = self._state.folder / "courrier"
        maildir.mkdir(exist_ok=True)
        lines = [
            "IMAPAccount banc",
            # mbsync verifies the name that it connects to; certificates carry localhost too.
            "Host localhost",
            f"Port {told['imap']['port']}",
            f"User {mailbox['address']}",
            "Pass sans-objet",
            "AuthMechs PLAIN",
            "SSLType STARTTLS",
            "SystemCertificates no",
            f"CertificateFile {told['trust']['igc_sante_root']}",
            f"ClientCertificate {mailbox['certificate']}",
            f"ClientKey {mailbox['key']}",
            f"Timeout {TIMEOUT_S}",
            "",
            "IMAPStore loin",
            "Account banc",
            "",
            "MaildirStore ici",
            f"Path {maildir}/",
            f"Inbox {maildir}/INBOX",
            "",
            "Channel banc",
            "Far :loin:",
            "Near :ici:",
            "Patterns INBOX",
            "Create Near",
            "Sync Pull",
            "SyncState *",
        ]
        _run(["mbsync", "-q", "-c", str(self._written("mbsyncrc", lines)), "banc"])
        found = [file for part in ("cur", "new") for file in (maildir / "INBOX" / part).iterdir()]
        # A Maildir has the line ends of the system; a message has CRLF (RFC 5322 §2.1).
        return [b"\r\n".join(file.read_bytes().splitlines()) + b"\r\n" for file in sorted(found)]

    def _written(self, name: str, lines: list[str]) -> Path:
        file = self._state.folder / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        file.chmod(0o600)  # msmtp refuses a configuration with a password that others can read
        return file


def _run(command: list[str], given: bytes = b"", handed: Mapping[str, str] | None = None) -> None:
    done = run(command, given, handed)
    if done.returncode == 0:
        return
    words = (done.stderr + done.stdout).decode("utf-8", "replace").strip()
    sys.stderr.write(words + "\n")
    if any(check in words for check in CHECKS):
        raise Refused(words)
    raise Failed(words or f"{command[0]} : code {done.returncode}")


if __name__ == "__main__":
    sys.exit(serve(Product(mbsync="--mbsync" in sys.argv).actions))
