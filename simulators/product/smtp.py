"""The product's SMTP submission session (RFC 5321, 3207, 4954, 3461, 1870)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulators.product.behaviour import Behaviour
from simulators.product.channel import Channel
from simulators.product.deadline import Deadline
from simulators.product.errors import AuthenticationFailed, ConnectionLost, Failed, Refused
from simulators.product.sasl import Credentials

MAX_REPLY_LINE = 4_096
MAX_REPLY_LINES = 200
MAX_COMMAND_LINE = 512
"""RFC 5321 §4.5.3.1.4, line end included; a longer initial response goes after the 334 (RFC 4954 §4)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: code and text lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines joined, for the user."""
        return " ".join(line for line in self.lines if line)[:500]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that the operator took; `refused` holds the recipients that it did not."""

    reply: Reply
    refused: tuple[tuple[str, Reply], ...] = ()


class SmtpSession:
    """One authenticated connection to the submission server."""

    def __init__(self, channel: Channel, behaviour: Behaviour) -> None:
        self.channel = channel
        self._behaviour = behaviour
        self._extensions: dict[str, str] = {}

    def open(self, secure: Callable[[Channel], None], credentials: Sequence[Credentials]) -> None:
        """Greet, start TLS, authenticate.

        `secure` makes the channel TLS and checks the operator's certificate; nothing is sent over TLS before
        it has returned. `credentials` are tried in order (the reference product has one).
        """
        self._expect(self._read(), 220)
        self._ehlo()
        if self._behaviour.before_starttls == "smtp-mail":
            self._command(b"MAIL FROM:<" + b"test@" + b"mssante.fr>")
        if self._behaviour.before_starttls == "smtp-auth":
            self._try_authentication(credentials[-1])
        if self._start_tls(secure) and self._behaviour.ehlo_again:
            self._ehlo()
        self._authenticate(credentials)

    def send(self, sender: str, recipients: Sequence[str], data: bytes, *, dsn: bool) -> Sent:
        """Send one mail, lines ended by CRLF.

        Raises `Refused` when it is larger than the operator takes, `Failed` when the operator refuses it
        (the text tells a temporary refusal from a final one), `ConnectionLost` when the session breaks.
        """
        self._check_size(len(data))
        parameters = self._mail_parameters(len(data), (sender, *recipients), dsn)
        self._expect(self._command(f"MAIL FROM:<{sender}>{parameters}".encode()), 250)
        notify = " NOTIFY=SUCCESS,FAILURE,DELAY" if dsn and "DSN" in self._extensions else ""
        refused: list[tuple[str, Reply]] = []
        for recipient in recipients:
            reply = self._command(f"RCPT TO:<{recipient}>{notify}".encode())
            if reply.code not in (250, 251):
                refused.append((recipient, reply))
        if len(refused) == len(recipients):
            self._command(b"RSET")
            raise _refusal(refused[0][1])
        self._expect(self._command(b"DATA"), 354)
        self.channel.send(dot_stuffed(data))
        return Sent(self._expect(self._read(), 250), tuple(refused))

    def noop(self, deadline: Deadline) -> None:
        """Check that the session lives; raises `ConnectionLost` otherwise."""
        self.channel.deadline = deadline
        self._command(b"NOOP")

    def poll(self) -> bool:
        """Return whether the operator still holds the session, without waiting.

        Anything said unasked on a submission session is its end (421).
        """
        return self.channel.poll() and not self.channel.pending_plaintext

    def quit(self, deadline: Deadline) -> None:
        """End the session politely and close."""
        self.channel.deadline = deadline
        try:
            self._command(b"QUIT")
        except (Failed, Refused):
            pass  # the session is over either way
        finally:
            self.channel.close()

    def _start_tls(self, secure: Callable[[Channel], None]) -> bool:
        if "STARTTLS" not in self._extensions:
            if not self._behaviour.requires_starttls:
                return False
            raise Refused(no_starttls("SMTP"))
        reply = self._command(b"STARTTLS")
        if reply.code != 220:
            if not self._behaviour.requires_starttls:
                return False
            raise Refused(starttls_refused("SMTP", str(reply)))
        reject_injected_plaintext(self.channel, self._behaviour)
        secure(self.channel)
        return True

    def _ehlo(self) -> None:
        reply = self._expect(self._command(f"EHLO [{self.channel.local_address}]".encode()), 250)
        self._extensions = {}
        for line in reply.lines[1:]:
            keyword, _, rest = line.strip().partition(" ")
            self._extensions[keyword.upper()] = rest.strip()

    def _authenticate(self, credentials: Sequence[Credentials]) -> None:
        mechanisms = {one.mechanism for one in credentials}
        behaviour = self._behaviour
        offered = set(self._extensions.get("AUTH", "").upper().split())
        absent = self.channel.tls and not mechanisms & offered
        if absent and behaviour.ehlo_again and behaviour.app_client_certificate:
            raise Failed(f"L'opérateur n'offre pas l'authentification {'/'.join(mechanisms)} en SMTP.")
        for one in credentials:
            reply = self._try_authentication(one)
            if reply.code == 503 and not self._behaviour.ehlo_again:
                self._ehlo()
                reply = self._try_authentication(one)
            if reply.code == 235:
                return
        if reply.code == 421:
            raise ConnectionLost(f"L'opérateur ferme la session SMTP : {reply}. Réessayez plus tard.")
        raise AuthenticationFailed(
            f"L'opérateur refuse la connexion SMTP : {reply}. Vérifiez l'adresse de la BAL et vos droits."
        )

    def _try_authentication(self, credentials: Credentials) -> Reply:
        start = b"AUTH " + credentials.mechanism.encode("ascii")
        whole = start + b" " + credentials.encoded
        pipelined = b"" if self._behaviour.waits_for_acceptance else b"\r\nNOOP"
        reply = Reply(0, ())
        if len(whole) + 2 <= MAX_COMMAND_LINE or self._behaviour.long_token_on_auth_line:
            reply = self._command(whole + pipelined)
        if reply.code in (0, 500, 501):
            reply = self._command(start)
            if reply.code == 334:
                reply = self._command(credentials.encoded + pipelined)
        if reply.code == 334:  # XOAUTH2 error details: an empty answer brings the final code
            reply = self._command(b"")
        if pipelined:
            self._read()
        return reply

    def _check_size(self, size: int) -> None:
        told = self._extensions.get("SIZE", "")
        limit = int(told) if told.isascii() and told.isdecimal() and len(told) < 16 else 0
        if self._behaviour.respects_size and limit and size > limit:
            raise Refused(
                f"Le message pèse {size} octets et l'opérateur en accepte {limit} au plus : "
                "il n'a pas été envoyé. "
                "Retirez ou réduisez une pièce jointe."
            )

    def _mail_parameters(self, size: int, addresses: Sequence[str], dsn: bool) -> str:
        parameters = ""
        if "SIZE" in self._extensions and self._behaviour.respects_size:
            parameters += f" SIZE={size}"
        if dsn and "DSN" in self._extensions:
            parameters += " RET=HDRS"
        if not all(address.isascii() for address in addresses):
            if "SMTPUTF8" not in self._extensions:
                raise Failed("L'opérateur n'accepte que des adresses en ASCII : corrigez l'adresse.")
            parameters += " SMTPUTF8"
        return parameters

    def _command(self, line: bytes) -> Reply:
        self.channel.send(line + b"\r\n")
        return self._read()

    def _read(self) -> Reply:
        lines: list[str] = []
        while True:
            raw = self.channel.read_line(MAX_REPLY_LINE)
            if len(raw) < 3 or not raw[:3].isdigit() or len(lines) >= MAX_REPLY_LINES:
                raise Failed("Le serveur SMTP de l'opérateur répond de façon incompréhensible.")
            lines.append(raw[4:].decode("utf-8", "replace"))
            if raw[3:4] != b"-":
                return Reply(int(raw[:3]), tuple(lines))

    def _expect(self, reply: Reply, code: int) -> Reply:
        if reply.code == code:
            return reply
        raise _refusal(reply)


def dot_stuffed(data: bytes) -> bytes:
    """Return the octets to send after 354 (RFC 5321 §4.5.2), end mark included."""
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def no_starttls(protocol: str) -> str:
    """Return what the user is told when the operator does not offer STARTTLS."""
    return (
        f"L'opérateur n'offre pas de chiffrement (STARTTLS) en {protocol} : connexion abandonnée. "
        "Aucun identifiant n'a été envoyé ; quelqu'un altère peut-être la liaison, prévenez l'opérateur."
    )


def starttls_refused(protocol: str, reply: str) -> str:
    """Return what the user is told when STARTTLS is refused."""
    return (
        f"L'opérateur refuse le chiffrement (STARTTLS) en {protocol} : {reply}. "
        "Aucun identifiant n'a été envoyé ; réessayez, puis prévenez l'opérateur."
    )


def reject_injected_plaintext(channel: Channel, behaviour: Behaviour) -> None:
    """Raise `Refused` when octets in clear follow the answer to STARTTLS (CVE-2011-0411 family)."""
    if not channel.pending_plaintext or behaviour.keeps_injected_plaintext:
        return
    raise Refused(
        "Des données en clair suivent l'ouverture du chiffrement : connexion abandonnée. "
        "Quelqu'un altère peut-être la liaison, prévenez l'opérateur."
    )


def _refusal(reply: Reply) -> Failed:
    if reply.code == 421:
        return ConnectionLost(
            f"L'opérateur ferme la session SMTP : {reply}. Réessayez plus tard.", reply=str(reply)
        )
    if 400 <= reply.code < 500:
        return TemporaryRefusal(
            f"Refus temporaire de l'opérateur : {reply}. Réessayez dans quelques minutes.", reply=str(reply)
        )
    return FinalRefusal(
        f"Refus définitif de l'opérateur : {reply}. Corrigez le message ou l'adresse.", reply=str(reply)
    )


class TemporaryRefusal(Failed):
    """A 4xx reply: the same mail may be taken later."""


class FinalRefusal(Failed):
    """A 5xx reply: sending again as is would be refused again."""
