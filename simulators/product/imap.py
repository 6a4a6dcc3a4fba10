"""The product's IMAP session (RFC 3501 and RFC 9051): open, list, read, close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from simulators.product.behaviour import Behaviour
from simulators.product.channel import Channel
from simulators.product.deadline import Deadline
from simulators.product.errors import AuthenticationFailed, ConnectionLost, Failed, Refused
from simulators.product.imapsyntax import Value, folder_name, parse_values, quoted, read_response
from simulators.product.sasl import Credentials
from simulators.product.smtp import no_starttls, reject_injected_plaintext, starttls_refused

MAX_UNTAGGED = 200_000
LISTED_HEADERS = "MESSAGE-ID SUBJECT FROM CONTENT-TYPE"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the message list: `head` holds the header fields asked for."""

    uid: int
    seen: bool
    head: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """The tagged end of a command and the untagged responses before it."""

    status: str
    text: str
    untagged: tuple[tuple[bytes, ...], ...]


class ImapSession:
    """One authenticated connection to the reading server."""

    def __init__(self, channel: Channel, behaviour: Behaviour) -> None:
        self.channel = channel
        self._behaviour = behaviour
        self._number = 0
        self._capabilities: frozenset[str] = frozenset()
        self._selected: str | None = None
        self._leaving = False
        self.answer = ""
        """The end of the last command, as the operator said it."""

    def open(self, secure: Callable[[Channel], None], credentials: Sequence[Credentials]) -> None:
        """Greet, start TLS, authenticate; `secure` and `credentials` as for SMTP."""
        self._greeting()
        self._read_capabilities()
        self._early(credentials)
        self._start_tls(secure)
        self._authenticate(credentials)

    def list(self, folder: str) -> list[Listed]:
        """Return the messages of a folder, in order of UID; raises `Failed`."""
        self._select(folder)
        result = self._done(
            self._command(
                b"UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (%s)])" % LISTED_HEADERS.encode()
            ),
            "La liste des messages n'a pas pu être lue",
        )
        return sorted(_listed(result), key=lambda message: message.uid)

    def find(self, folder: str, message_id: str) -> int | None:
        """Return the UID of the last message with that Message-ID, or None."""
        self._select(folder)
        result = self._done(
            self._command(b"UID SEARCH HEADER MESSAGE-ID " + quoted(message_id)), "La recherche a échoué"
        )
        found: list[int] = []
        for parts in result.untagged:
            values = parse_values(parts)
            if len(values) > 1 and _upper(values[1]) == "SEARCH":
                found += [int(v) for v in values[2:] if isinstance(v, bytes) and v.isdigit()]
        return max(found, default=None)

    def read(self, folder: str, uid: int, *, mark_seen: bool) -> bytes:
        """Return the whole message; raises `Failed` when it is not there any more."""
        self._select(folder)
        item = b"BODY[]" if mark_seen else b"BODY.PEEK[]"
        result = self._done(
            self._command(b"UID FETCH %d (UID %s)" % (uid, item)), "Le message n'a pas pu être lu"
        )
        for attributes in _fetched(result):
            body = attributes.get("BODY[]")
            if _number(attributes.get("UID")) == uid and isinstance(body, bytes):
                return body
        raise Failed("Le message n'est plus dans la boîte.")

    def poll(self) -> bool:
        """Return whether the operator still holds the session, without waiting."""
        if not self.channel.poll():
            return False
        return b"* BYE" not in self.channel.pending_plaintext.upper()

    def logout(self, deadline: Deadline) -> None:
        """End the session: LOGOUT (RFC 3501 §6.1.3), then close."""
        self.channel.deadline = deadline
        self._leaving = True
        try:
            if self._behaviour.imap_logout:
                self._command(b"LOGOUT")
        except (Failed, Refused):
            pass  # the session is over either way
        finally:
            self.channel.close()

    def _greeting(self) -> None:
        parts = read_response(self.channel)
        words = parts[0].split(maxsplit=2)
        if len(words) < 2 or words[0] != b"*":
            raise Failed("Le serveur IMAP de l'opérateur répond de façon incompréhensible.")
        if words[1].upper() == b"BYE":
            raise ConnectionLost(
                f"L'opérateur refuse la session IMAP : {_text(parts[0])}. Réessayez plus tard."
            )
        if words[1].upper() != b"OK":
            raise Refused(no_starttls("IMAP"))

    def _read_capabilities(self) -> None:
        result = self._done(self._command(b"CAPABILITY"), "Le serveur IMAP ne dit pas ce qu'il sait faire")
        found: set[str] = set()
        for parts in result.untagged:
            words = parts[0].decode("ascii", "replace").upper().split()
            if words[1:2] == ["CAPABILITY"]:
                found.update(words[2:])
        self._capabilities = frozenset(found)

    def _early(self, credentials: Sequence[Credentials]) -> None:
        if self._behaviour.before_starttls == "imap-select":
            self._command(b"SELECT INBOX")
        if self._behaviour.before_starttls == "imap-authenticate":
            self._try_authentication(credentials[-1])

    def _start_tls(self, secure: Callable[[Channel], None]) -> None:
        if "STARTTLS" not in self._capabilities:
            if not self._behaviour.requires_starttls:
                return
            raise Refused(no_starttls("IMAP"))
        result = self._command(b"STARTTLS")
        if result.status != "OK":
            if not self._behaviour.requires_starttls:
                return
            raise Refused(starttls_refused("IMAP", result.text))
        reject_injected_plaintext(self.channel, self._behaviour)
        secure(self.channel)
        self._read_capabilities()

    def _authenticate(self, credentials: Sequence[Credentials]) -> None:
        offered = {f"AUTH={one.mechanism}" for one in credentials}
        absent = self.channel.tls and not offered & self._capabilities
        if absent and self._behaviour.app_client_certificate:
            raise Failed(f"L'opérateur n'offre pas {' ni '.join(sorted(offered))} en IMAP.")
        if self._behaviour.sasl_ir == "only" and "SASL-IR" not in self._capabilities:
            raise Failed("L'opérateur n'offre pas SASL-IR : connexion impossible.")
        result = Result("NO", "", ())
        for one in credentials:
            result = self._try_authentication(one)
            if result.status == "OK":
                return
        raise AuthenticationFailed(
            f"L'opérateur refuse la connexion IMAP : {result.text}. "
            "Vérifiez l'adresse de la BAL et vos droits."
        )

    def _try_authentication(self, credentials: Credentials) -> Result:
        tag = self._tag()
        start = tag + b" AUTHENTICATE " + credentials.mechanism.encode("ascii")
        after = b""
        if not self._behaviour.waits_for_acceptance:
            early = self._tag()
            after = early + b" SELECT INBOX\r\n"
        if self._behaviour.sasl_ir != "advertised" or "SASL-IR" in self._capabilities:
            self.channel.send(start + b" " + credentials.encoded + b"\r\n" + after)
            answers: Iterator[bytes] = iter((b"",))
        else:
            self.channel.send(start + b"\r\n")
            answers = iter((credentials.encoded + b"\r\n" + after, b""))
        result = self._finish(tag, answers)
        if after:
            self._finish(early, iter(()))
        return result

    def _select(self, folder: str) -> None:
        if self._selected == folder:
            self._done(self._command(b"NOOP"), "La session IMAP ne répond plus")
            return
        self._selected = None
        self._done(
            self._command(b"SELECT " + folder_name(folder)), f"Le dossier {folder} n'a pas pu être ouvert"
        )
        self._selected = folder

    def _done(self, result: Result, trouble: str) -> Result:
        if result.status != "OK":
            raise Failed(f"{trouble} : {result.status} {result.text}.", reply=self.answer)
        return result

    def _tag(self) -> bytes:
        self._number += 1
        return b"p%04d" % self._number

    def _command(self, text: bytes) -> Result:
        tag = self._tag()
        self.channel.send(tag + b" " + text + b"\r\n")
        return self._finish(tag, iter(()))

    def _finish(self, tag: bytes, answers: Iterator[bytes]) -> Result:
        """Read up to the tagged response; each `+` takes the next of `answers` (empty: cancel or end)."""
        untagged: list[tuple[bytes, ...]] = []
        while True:
            parts = read_response(self.channel)
            head = parts[0].split(b" ", 2)
            if head[0] == tag:
                status = head[1].decode("ascii", "replace").upper() if len(head) > 1 else ""
                text = _text(head[2]) if len(head) > 2 else ""
                self.answer = f"{status} {text}".strip()
                return Result(status, text, tuple(untagged))
            if head[0] == b"+":
                answer = next(answers, b"")
                self.channel.send(answer or b"\r\n")
            elif head[0] == b"*":
                if len(head) > 1 and head[1].upper() == b"BYE" and not self._leaving:
                    raise ConnectionLost(f"L'opérateur ferme la session IMAP : {_text(parts[0][6:])}.")
                untagged.append(tuple(parts))
            else:
                raise Failed("Le serveur IMAP de l'opérateur répond de façon incompréhensible.")
            if len(untagged) > MAX_UNTAGGED:
                raise Failed("Le serveur IMAP de l'opérateur envoie sans fin.")


def _listed(result: Result) -> Iterator[Listed]:
    for attributes in _fetched(result):
        uid = _number(attributes.get("UID"))
        head = next((v for k, v in attributes.items() if k.startswith("BODY[HEADER")), None)
        if uid is None or not isinstance(head, bytes):
            continue
        flags = attributes.get("FLAGS")
        seen = isinstance(flags, list) and any(_upper(flag) == "\\SEEN" for flag in flags)
        yield Listed(uid, seen, head)


def _fetched(result: Result) -> Iterator[dict[str, Value]]:
    for parts in result.untagged:
        if b" FETCH " not in parts[0][:40].upper():
            continue
        values = parse_values(parts)
        if len(values) == 4 and _upper(values[2]) == "FETCH" and isinstance(values[3], list):
            items = values[3]
            yield {_upper(name): value for name, value in zip(items[::2], items[1::2], strict=False)}


def _upper(value: Value) -> str:
    return value.decode("latin-1").upper() if isinstance(value, bytes) else ""


def _number(value: Value) -> int | None:
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) < 12 else None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()[:500]
