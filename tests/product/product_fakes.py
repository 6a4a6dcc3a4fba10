"""Small scripted SMTP and IMAP servers, enough to drive the product; they judge nothing, they remember."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


class Line:
    """One accepted connection, spoken line by line."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext | None) -> None:
        self.raw = raw
        self.context = context
        self.tls = False
        self.buffer = b""
        raw.settimeout(10)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, text: str | bytes) -> None:
        self.raw.sendall((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def read(self) -> str:
        while b"\n" not in self.buffer:
            data = self.raw.recv(65536)
            if not data:
                raise ConnectionResetError
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def start_tls(self) -> None:
        assert self.context is not None
        self.raw = self.context.wrap_socket(self.raw, server_side=True)
        self.tls = True


@dataclass
class Script:
    """What a fake does; the defaults are a well-behaved operator."""

    starttls: bool = True
    injected: bytes = b""
    sasl_ir: bool = True
    size: int = 10_000_000
    greeting: str = ""
    auth_reply: str = ""
    data_reply: str = "250 2.0.0 Ok"
    rcpt_reply: str = "250 2.1.5 Ok"
    silent: bool = False
    raw_greeting: bytes = b""
    extensions: tuple[str, ...] = ("8BITMIME", "DSN", "ENHANCEDSTATUSCODES")


@dataclass
class Operator:
    """One SMTP or IMAP listener on loopback and what it saw."""

    speak: Callable[[Operator, Line], None]
    context: ssl.SSLContext | None
    script: Script = field(default_factory=Script)
    seen: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._changed = threading.Condition()
        self._lines: list[Line] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            line = Line(raw, self.context)
            with self._changed:
                self.connections += 1
                self._lines.append(line)
                self._changed.notify_all()
            thread = threading.Thread(target=self._serve, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: Line) -> None:
        with contextlib.suppress(OSError, ssl.SSLError, ValueError):
            self.speak(self, line)
        with contextlib.suppress(OSError):
            line.raw.close()

    def note(self, text: str) -> None:
        with self._changed:
            self.seen.append(text)
            self._changed.notify_all()

    def wait(self, condition: Callable[[], bool], seconds: float = 5.0) -> bool:
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    def hang_up(self) -> None:
        """Close every connection, as an operator that restarts."""
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.raw.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(5)


def server_context(chain: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(chain, key)
    return context


def smtp(operator: Operator, line: Line) -> None:
    script = operator.script
    if script.silent:
        line.read()
    if script.raw_greeting:
        line.raw.sendall(script.raw_greeting)
    line.send(script.greeting or "220 operateur ESMTP")
    while True:
        text = line.read()
        operator.note(text)
        verb = text.split(" ")[0].upper()
        if verb == "EHLO":
            _smtp_ehlo(script, line)
        elif verb == "STARTTLS":
            line.raw.sendall(b"220 2.0.0 Ready\r\n" + script.injected)
            line.start_tls()
            operator.note("-- tls --")
        elif verb == "AUTH":
            _smtp_auth(operator, line, text)
        elif verb == "MAIL":
            line.send("250 2.1.0 Ok")
        elif verb == "RCPT":
            line.send(script.rcpt_reply)
        elif verb == "DATA":
            line.send("354 Go")
            data = b""
            while (part := line.read()) != ".":
                data += part.removeprefix(".").encode() + b"\r\n"
            operator.mails.append(data)
            line.send(script.data_reply)
        elif verb == "QUIT":
            line.send("221 2.0.0 Bye")
            return
        else:
            line.send("250 2.0.0 Ok")


def _smtp_ehlo(script: Script, line: Line) -> None:
    offered = ["operateur", f"SIZE {script.size}", *script.extensions]
    if script.starttls and not line.tls:
        offered.append("STARTTLS")
    if line.tls:
        offered.append("AUTH XOAUTH2 PLAIN")
    for item in offered[:-1]:
        line.send(f"250-{item}")
    line.send(f"250 {offered[-1]}")


def _smtp_auth(operator: Operator, line: Line, text: str) -> None:
    words = text.split(" ")
    if not line.tls:
        line.send("530 5.7.0 Must issue a STARTTLS command first")
        return
    if len(text) + 2 > 512:
        line.send("500 5.5.2 Line too long")
        return
    if len(words) == 2:
        line.send("334 ")
        words.append(line.read())
        operator.note(words[-1])
    operator.note("sasl " + base64.b64decode(words[2]).decode())
    line.send(operator.script.auth_reply or "235 2.7.0 Authentication successful")


def imap(operator: Operator, line: Line) -> None:
    script = operator.script
    if script.silent:
        line.read()
    if script.raw_greeting:
        line.raw.sendall(script.raw_greeting)
    line.send(script.greeting or "* OK ready")
    while True:
        text = line.read()
        operator.note(text)
        tag, _, rest = text.partition(" ")
        verb = rest.split(" ")[0].upper()
        if verb == "CAPABILITY":
            offered = "IMAP4rev1" + (" SASL-IR" if script.sasl_ir else "")
            offered += " AUTH=XOAUTH2 AUTH=PLAIN" if line.tls else " LOGINDISABLED"
            line.send(f"* CAPABILITY {offered}" + (" STARTTLS" if script.starttls and not line.tls else ""))
        elif verb == "STARTTLS":
            line.raw.sendall(f"{tag} OK begin\r\n".encode() + script.injected)
            line.start_tls()
            operator.note("-- tls --")
            continue
        elif verb == "AUTHENTICATE":
            words = rest.split(" ")
            if len(words) == 2:
                line.send("+ ")
                words.append(line.read())
            operator.note("sasl " + base64.b64decode(words[2]).decode())
            if script.auth_reply:
                line.send(f"{tag} {script.auth_reply}")
                continue
        elif verb == "UID":
            _imap_uid(operator, line, rest)
        elif verb == "LOGOUT":
            line.send("* BYE")
            line.send(f"{tag} OK bye")
            return
        line.send(f"{tag} OK done")


def _imap_uid(operator: Operator, line: Line, rest: str) -> None:
    if "FETCH 1:*" in rest:
        for number, mail in enumerate(operator.mails, 1):
            head = mail.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
            line.raw.sendall(
                b"* %d FETCH (UID %d FLAGS (\\Seen) BODY[HEADER.FIELDS (MESSAGE-ID SUBJECT)] {%d}\r\n"
                % (number, number, len(head))
                + head
                + b")\r\n"
            )
    elif "SEARCH" in rest:
        wanted = rest.split('"')[1].encode()
        hits = [str(n) for n, mail in enumerate(operator.mails, 1) if wanted in mail]
        line.send("* SEARCH " + " ".join(hits))
    else:
        number = int(rest.split(" ")[2])
        mail = operator.mails[number - 1]
        line.raw.sendall(
            b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (number, number, len(mail)) + mail + b")\r\n"
        )
