"""Connections, OAuth and HTTP exchanges built from lists of events, and for each rule both of its sides."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from harness.artefacts.connections import Connection, connections
from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.checks import (
    authentication,
    autoconfig,
    delivery,
    psc,
    reception,
    refusal,
    revocation,
    session,
    starttls,
    storage,
    tls,
)
from harness.drivers import Answer
from harness.findings import Finding
from simulators.journal import Event
from simulators.wire.transcript import Transcript

Judged = Callable[[], Iterable[Finding]]
BAL = "claire.testut@banc.mssante.fr"
APP = "robot@banc.mssante.fr"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0." + "Zm9vYmFyYmF6cXV4" * 12
DONE, REFUSED, FAILED = Answer("done"), Answer("refused", {}, "certificat"), Answer("failed", {}, "délai")

_seq = count(1)


def event(protocol: str, name: str, connection: str = "", *, text: str = "", **more: Any) -> Event:
    """Return an event, later than all those before."""
    data = more.pop("data", {})
    place = {"source": "product", "target": "operator", "evidence": None, **more}
    return Event(
        seq=next(_seq),
        at="2026-01-05T08:00:00.000+00:00",
        elapsed_ms=0.0,
        tenant="t",
        test="e",
        protocol=protocol,
        connection=connection,
        name=name,
        text=text or name,
        data=data,
        **place,
    )


def link(protocol: str, *said: str, identifier: str = "c1") -> Connection:
    """Return a connection told in words.

    `TLS` establishes the channel, `TLS+cert` with a client certificate, `close` ends it, `alert` is a TLS
    alert of the product, `ok:MECH:user` and `no:reason` are authentications as the operator saw them,
    anything else is a command.
    """
    found = [event(protocol, "connect", identifier)]
    secured = False
    for word in said:
        kind, _, rest = word.partition(":")
        if kind in {"TLS", "TLS+cert"}:
            secured = True
            certificate = {"subject": "ORG"} if kind == "TLS+cert" else None
            found.append(event("tls", "established", identifier, data={"client_certificate": certificate}))
        elif kind == "hello":
            suites = [int(code, 16) for code in rest.split()]
            found.append(event("tls", "client-hello", identifier, data={"suites": suites}))
        elif kind == "alert":
            found.append(event("tls", "alert", identifier, text=f"alerte {rest}"))
        elif kind == "close":
            found.append(event(protocol, "close", identifier))
        elif kind == "ok":
            mechanism, _, user = rest.partition(":")
            found.append(_auth(protocol, identifier, secured, mechanism=mechanism, user=user or BAL))
        elif kind == "no":
            found.append(_auth(protocol, identifier, secured, verdict="refused", reason=rest))
        elif kind == "auth":
            found.append(_auth(protocol, identifier, secured, **_pairs(rest)))
        else:
            found.append(event(protocol, "command", identifier, text=word, data=_named(protocol, word)))
    return Connection(identifier, protocol, tuple(found))


def _auth(protocol: str, identifier: str, secured: bool, **changes: Any) -> Event:
    data = {
        "mechanism": "XOAUTH2",
        "user": BAL,
        "verdict": "accepted",
        "reason": "",
        "initial_response": False,
        "length": 300,
        "tls": secured,
        "form_problems": [],
        "token_sha256": "ab",
        **changes,
    }
    return event(protocol, "auth", identifier, data=data)


def _pairs(text: str) -> dict[str, Any]:
    pairs = dict(pair.split("=") for pair in text.split())
    return {
        **pairs,
        **({"length": int(pairs["length"])} if "length" in pairs else {}),
        **({"initial_response": True} if "initial_response" in pairs else {}),
        **({"form_problems": [pairs["form_problems"]]} if "form_problems" in pairs else {}),
    }


def _named(protocol: str, word: str) -> dict[str, str]:
    verb = " ".join(word.split()[:2]) if word.upper().startswith("UID ") else word.split(maxsplit=1)[0]
    return {"command" if protocol == "smtp" else "name": verb}


def transcript(*chunks: str) -> bytes:
    """Return the evidence form of chunks under TLS, `C ` or `S ` first; `|` stands for CRLF."""
    kept = Transcript(100_000)
    for chunk in chunks:
        kept.add(chunk[0], chunk[2:].replace("|", "\r\n").encode(), 0.0, tls=True)  # type: ignore[arg-type]
    return kept.to_bytes()


SMTP_OK = ("EHLO x", "STARTTLS", "hello:C030 1301 00FF 2A2A", "TLS", "EHLO x", "AUTH XOAUTH2", "ok:XOAUTH2")
IMAP_OK = ("a CAPABILITY", "b STARTTLS", "TLS", "c CAPABILITY", "d AUTHENTICATE XOAUTH2", "ok:XOAUTH2")
PROBE = ("EHLO x", "QUIT", "close")


def smtp(*more: str, identifier: str = "c1") -> Connection:
    return link("smtp", *SMTP_OK, *more, identifier=identifier)


def imap(*more: str, identifier: str = "c1") -> Connection:
    return link(
        "imap",
        *(word.partition(" ")[2] or word if " " in word else word for word in IMAP_OK),
        *more,
        identifier=identifier,
    )


def accepted(raw: bytes = b"Message-ID: <a@b>\r\n\r\nx", *recipients: str) -> SentMail:
    return SentMail(Mail(raw), BAL, recipients, BAL, event("mail", "message"))


def _refuses(rule: str) -> tuple[Mapping[str, Judged], Mapping[str, Judged]]:
    """Both sides of the rules by which the product must refuse an operator."""

    def judged(answer: Answer, *links: Connection) -> Judged:
        return lambda: refusal.accepted_anyway(answer, links, rule, "refus")

    passing = {
        "handshake given up": judged(
            REFUSED, link("smtp", "EHLO x", "STARTTLS", "alert:unknown_ca", "close")
        ),
        "greets under TLS, then leaves (the revocation check comes late)": judged(
            REFUSED, link("smtp", "EHLO x", "STARTTLS", "TLS", "EHLO x", "QUIT", "close")
        ),
        "IMAP greets, then leaves": judged(
            FAILED, link("imap", "CAPABILITY", "STARTTLS", "TLS", "CAPABILITY", "ID", "LOGOUT", "close")
        ),
        "never came": judged(REFUSED),
        "tried twice": judged(
            FAILED,
            link("smtp", "EHLO x", "STARTTLS", "alert:x"),
            link("smtp", "EHLO x", "STARTTLS", "alert:x", identifier="c2"),
        ),
    }
    failing = {
        "authenticates": judged(REFUSED, smtp("QUIT", "close")),
        "authenticates the second time": judged(
            REFUSED, link("smtp", "EHLO x", "STARTTLS", "alert:x"), smtp(identifier="c2")
        ),
        "gives the token even though the operator refuses it": judged(
            FAILED, link("smtp", "EHLO x", "STARTTLS", "TLS", "AUTH XOAUTH2", "no:token-expired")
        ),
        "opens the mailbox": judged(FAILED, link("imap", "STARTTLS", "TLS", "SELECT INBOX")),
        "says that it is connected": judged(DONE, link("smtp", "EHLO x", "STARTTLS", "alert:x")),
    }
    return passing, failing


def _connects(rule: str) -> tuple[Mapping[str, Judged], Mapping[str, Judged]]:
    """Both sides of the rules by which the product must connect."""

    def judged(answer: Answer, *links: Connection) -> Judged:
        return lambda: refusal.not_connected(answer, links, rule, "connexion")

    passing = {
        "authenticated": judged(DONE, smtp()),
        "after a first attempt that failed": judged(DONE, link("smtp", *PROBE), smtp(identifier="c2")),
        "after a refused token, with a new one": judged(
            DONE, link("imap", "STARTTLS", "TLS", "AUTHENTICATE XOAUTH2", "no:token-expired", "ok:XOAUTH2")
        ),
    }
    failing = {
        "alert": judged(REFUSED, link("smtp", "EHLO x", "STARTTLS", "alert:protocol_version")),
        "never came": judged(FAILED),
        "says done, never authenticated": judged(DONE, link("smtp", *PROBE)),
        "refused by the operator": judged(FAILED, link("smtp", "EHLO x", "TLS", "AUTH XOAUTH2", "no:bal")),
    }
    return passing, failing


def each(check: Callable[[Connection], Iterable[Finding]], *links: Connection) -> Judged:
    return lambda: [found for one in links for found in check(one)]


def xoauth2(*links: Connection) -> Judged:
    return each(lambda one: authentication.xoauth2(one, BAL), *links)


def attempted(rule: str, *links: Connection) -> Judged:
    return lambda: authentication.attempted(links, rule, "authentification")


def applicative(one: Connection) -> Judged:
    return lambda: authentication.applicative(one, APP)


def patience(protocol: str, *chunks: str) -> Judged:
    return lambda: authentication.patience(link(protocol, "TLS", "close"), transcript(*chunks))


def stored(content: bytes, *, tokens: tuple[str, ...] = (TOKEN,), name: str = "session.json") -> Judged:
    def judged() -> Iterable[Finding]:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            deep = Path(folder) / "profil" / "cache"
            deep.mkdir(parents=True)
            (deep / name).write_bytes(content)
            return list(storage.no_token_stored([folder, f"{folder}/absent"], tokens))

    return judged


def http(target: str, path: str, host: str = "autoconfig.banc.mssante.fr:4443", **data: Any) -> Event:
    return event(
        "http",
        "request",
        target=target,
        text=f"GET {path}",
        data={"path": path, "headers": {"host": host}, **data},
    )


def oauth(name: str, **data: Any) -> Event:
    return event("oauth", name, target="psc", data=data)


READ = "/mail/config-v1.1.xml"
SIGN_IN = {
    "response_type": "code",
    "state": "s",
    "nonce": "n",
    "acr_values": "eidas1",
    "scope": "openid scope_all",
}


def document(*events: Event) -> Judged:
    return lambda: autoconfig.document_read(events, "autoconfig.banc.mssante.fr")


def follows(check: Any, *, read: bool, then: Connection | None) -> Judged:
    events = [http("autoconfig", READ)] if read else []
    late = [] if then is None else [_later(then)]
    return lambda: check(events, late)


def _later(one: Connection) -> Connection:
    words = (
        event("smtp", "connect", "late"),
        *(event(old.protocol, old.name, "late", text=old.text, data=old.data) for old in one.events[1:]),
    )
    return Connection("late", one.protocol, tuple(words))


def signed(check: Any, *args: Any, **changed: Any) -> Judged:
    asked = {key: value for key, value in {**SIGN_IN, **changed}.items() if value is not None}
    return lambda: check([oauth("authorization-request", **asked)], *args)


RECEIVED = Mail(
    b"Message-ID: <recu@x>\r\nSubject: =?utf-8?q?R=C3=A9sultat?=\r\n"
    b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\n\xc3\x89volution\r\nfavorable\r\n--m\r\n"
    b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"JVBERi0NCg==\r\n--m--\r\n"
)
REPORT = Mail(b"Message-ID: <rapport@x>\r\nSubject: Non remis\r\n\r\n")
SENT = Mail(b"Message-ID: <envoi@x>\r\n\r\n")


def listing(*messages: Mapping[str, Any]) -> Answer:
    return Answer("done", {"messages": list(messages)})


def read_back(raw: bytes) -> Judged:
    return lambda: delivery.read_back(
        Answer("done", {"raw_base64": base64.b64encode(raw).decode()}), RECEIVED
    )


def told(**line: Any) -> Judged:
    return lambda: reception.failure_told([{"subject": "Autre"}, line], REPORT, SENT)


LPS = "hello:C030 C02F C028 C027 009F 009E"
A, B = "a@x.fr", "b@x.fr"

PASSING: dict[str, Mapping[str, Judged]] = {
    "TLS-010": {
        "the six": each(tls.only_allowed_suites, link("smtp", LPS)),
        "one of them": each(tls.only_allowed_suites, link("smtp", "hello:C02F")),
        "TLS 1.3, signalling values and GREASE beside": each(
            tls.only_allowed_suites, link("imap", LPS + " 1301 1302 1303 00FF 5600 0A0A 2A2A FAFA")
        ),
        "no handshake": each(tls.only_allowed_suites, link("smtp", *PROBE)),
    },
    "TLS-031": {
        "CRL": lambda: revocation.revocation_queried([http("pki", "/crl", kind="crl")]),
        "OCSP": lambda: revocation.revocation_queried([http("pki", "/ocsp", kind="ocsp")]),
    },
    "SMTP-001": {
        "in order": each(starttls.starttls_first, smtp("MAIL", "RCPT", "DATA", "QUIT", "close")),
        "a probe first": each(starttls.starttls_first, link("smtp", *PROBE), smtp(identifier="c2")),
        "HELO and NOOP before": each(
            starttls.starttls_first, link("smtp", "HELO x", "NOOP", "EHLO x", "TLS")
        ),
        "opened and closed without a word": each(starttls.starttls_first, link("smtp", "close")),
        "delivered": lambda: delivery.delivered(DONE, [accepted(b"", A, B)], [smtp()], [A, B.upper()]),
    },
    "SMTP-002": {
        "leaves": each(starttls.nothing_in_clear, link("smtp", *PROBE)),
        "cuts": each(starttls.nothing_in_clear, link("smtp", "EHLO x", "STARTTLS", "close")),
        "insists, then leaves": each(
            starttls.nothing_in_clear, link("smtp", "EHLO x", "STARTTLS", "STARTTLS", "RSET", "QUIT")
        ),
    },
    "SMTP-003": {
        "EHLO again": each(starttls.greeting_repeated, smtp()),
        "leaves at once": each(starttls.greeting_repeated, link("smtp", "EHLO x", "STARTTLS", "TLS", "QUIT")),
        "never under TLS": each(starttls.greeting_repeated, link("smtp", *PROBE)),
    },
    "SMTP-004": {
        "ignored": lambda: starttls.injected_answer_ignored([smtp()]),
        "seen, left before TLS": lambda: starttls.injected_answer_ignored(
            [link("smtp", "EHLO x", "STARTTLS", "close")]
        ),
        "one attempt of two": lambda: starttls.injected_answer_ignored(
            [link("smtp", "EHLO x", "STARTTLS", "TLS", "close"), smtp(identifier="c2")]
        ),
    },
    "SMTP-005": {"refused and told": lambda: delivery.delivered(DONE, [accepted(b"", A)], [smtp()], [A])},
    "SMTP-006": {
        "one mail for each": lambda: delivery.delivered(
            DONE, [accepted(b"", A), accepted(b"", B)], [smtp()], [A, B]
        )
    },
    "SMTP-010": {
        "refused": lambda: reception.size_told(REFUSED, [smtp()]),
        "failed": lambda: reception.size_told(FAILED, []),
    },
    "IMAP-001": {
        "in order": each(starttls.starttls_first, imap("SELECT INBOX", "UID FETCH 1", "LOGOUT")),
        "read": each(starttls.mailbox_read, imap("EXAMINE INBOX", "UID FETCH 1")),
        "only the status": each(starttls.mailbox_read, imap("STATUS INBOX")),
        "a probe reads nothing": each(starttls.mailbox_read, link("imap", "CAPABILITY", "LOGOUT")),
        "shown": lambda: delivery.shown(listing({"message_id": "<recu@x>", "subject": "?"}), RECEIVED),
    },
    "IMAP-002": {"leaves": each(starttls.nothing_in_clear, link("imap", "CAPABILITY", "ID", "LOGOUT"))},
    "IMAP-004": {"ignored": lambda: starttls.injected_answer_ignored([imap()])},
    "IMAP-005": {
        "by id without brackets": lambda: delivery.shown(
            listing({"message_id": "recu@x", "subject": ""}), RECEIVED
        ),
        "by subject": lambda: delivery.shown(listing({"message_id": None, "subject": "Résultat"}), RECEIVED),
        "among others": lambda: delivery.shown(
            listing({"subject": "Autre"}, {"message_id": " <recu@x> ", "subject": ""}), RECEIVED
        ),
    },
    "IMAP-006": {
        "same octets": read_back(RECEIVED.raw),
        "headers added on top": read_back(b"Received: x\r\nX-Y: z\r\n" + RECEIVED.raw),
        "LF line ends": read_back(RECEIVED.raw.replace(b"\r\n", b"\n")),
        "text in quoted-printable": read_back(
            RECEIVED.raw.replace(b"8bit", b"quoted-printable").replace(b"\xc3\x89", b"=C3=89")
        ),
        "only its text": lambda: delivery.read_back(
            Answer("done", {"text": "Évolution favorable\n"}), RECEIVED
        ),
    },
    "AUTH-001": {
        "SMTP": xoauth2(smtp()),
        "IMAP": xoauth2(imap()),
    },
    "AUTH-002": {"well formed": xoauth2(smtp())},
    "AUTH-003": {"other case": xoauth2(link("smtp", "TLS", "AUTH", f"ok:XOAUTH2:{BAL.title()}"))},
    "AUTH-004": {
        "SMTP waits": patience(
            "smtp",
            "S 220 x|",
            "C EHLO x|",
            "S 250 x|",
            "C AUTH XOAUTH2 dXNl|",
            "S 235 2.7.0 ok|",
            "C MAIL FROM:<a>|",
        ),
        "string cut by TLS records": patience(
            "smtp", "C AUTH XOAUTH2 dXNl", "C cj1jbGFp", "C cmU=|", "S 235 ok|", "C MAIL|"
        ),
        "long string after 334, cut": patience(
            "smtp", "C AUTH XOAUTH2|", "S 334 |", "C dXNl", "C cj1j", "C bGE=|", "S 235 ok|", "C MAIL|"
        ),
        "answer cut": patience("smtp", "C AUTH XOAUTH2 dXNl|", "S 2", "S 35 ok|", "C MAIL|"),
        "refusal with its error, then a second try": patience(
            "smtp",
            "C AUTH XOAUTH2 dXNl|",
            "S 334 eyJ9|",
            "C |",
            "S 535 5.7.8 no|",
            "C AUTH XOAUTH2 dXNl|",
            "S 235 ok|",
        ),
        "IMAP with SASL-IR": patience(
            "imap", "C a AUTHENTICATE XOAUTH2 dXNl|", "S a OK|", "C b SELECT INBOX|"
        ),
        "IMAP without": patience(
            "imap", "C a AUTHENTICATE XOAUTH2|", "S + |", "C dXN", "C lcj0=|", "S a OK|", "C b SELECT|"
        ),
    },
    "AUTH-005": {"under TLS": xoauth2(smtp("MAIL"))},
    "AUTH-006": {
        "long after 334": xoauth2(link("smtp", "TLS", "AUTH XOAUTH2", "auth:length=5000")),
        "512 octets on the line": xoauth2(link("smtp", "TLS", "AUTH", "auth:initial_response=1 length=512")),
        "IMAP has no such limit": xoauth2(
            link("imap", "TLS", "AUTHENTICATE", "auth:initial_response=1 length=5000")
        ),
    },
    "AUTH-020": {
        "no token": stored(b'{"compte": "claire.testut"}'),
        "head and claims of a token, no signature": stored(TOKEN.rpartition(".")[0].encode()),
        "nothing received": stored(TOKEN.encode(), tokens=()),
        "a token too short to prove anything": stored(b"abc", tokens=("ab",)),
        "empty file": stored(b""),
    },
    "AUTH-030": {
        "certificate and PLAIN": applicative(
            link("smtp", "TLS+cert", "EHLO x", "AUTH PLAIN", f"ok:PLAIN:{APP}")
        )
    },
    "AUTH-031": {
        "other case": applicative(link("imap", "TLS+cert", "AUTHENTICATE PLAIN", f"ok:PLAIN:{APP.upper()}"))
    },
    "SESSION-001": {"answers": lambda: session.still_alive(DONE)},
    "SESSION-002": {
        "at once": lambda: session.user_told(Answer("failed", {}, "535"), {}),
        "as an alert": lambda: session.user_told(Answer("failed"), {"alerts": ["421"]}),
    },
    "SESSION-010": {
        "closed": lambda: session.ended([smtp("QUIT", "close"), imap("LOGOUT", "close")], 1),
        "never authenticated": lambda: session.ended([link("smtp", "EHLO x")], 1),
    },
    "SESSION-011": {"done": lambda: session.still_usable(DONE)},
    "SESSION-020": {
        "came back": lambda: session.reopened([imap("close")], [imap("close"), imap(identifier="c2")], 1)
    },
    "SESSION-030": {
        "LOGOUT, and SMTP cut": lambda: session.left_properly(
            [imap("LOGOUT", "close"), smtp("close", identifier="c2")]
        ),
        "a probe": lambda: session.left_properly([link("imap", "CAPABILITY")]),
    },
    "SESSION-031": {
        "logout": lambda: psc.signed_out([oauth("logout-request")]),
        "revocation": lambda: psc.signed_out([oauth("revocation-request")]),
    },
    "PSC-001": {
        "code": signed(psc.recognised_flow),
        "CIBA": lambda: psc.recognised_flow(
            [oauth("discovery-request"), oauth("ciba-request", scope="openid")]
        ),
    },
    "PSC-002": {
        "eidas1": signed(psc.acr_values, "PSC-002"),
        "among others": signed(psc.acr_values, "PSC-002", acr_values="eidas2 eidas1"),
        "CIBA is not asked": lambda: psc.acr_values([oauth("ciba-request", scope="openid")], "PSC-002"),
    },
    "PSC-003": {
        "both": signed(psc.scope),
        "more, in another order": signed(psc.scope, scope="email scope_all openid"),
        "as a list": signed(psc.scope, scope=["openid", "scope_all"]),
    },
    "PSC-004": {
        "both": signed(psc.protected),
        "CIBA": lambda: psc.protected([oauth("ciba-request")]),
    },
    "PSC-005": {"eidas1": signed(psc.acr_values, "PSC-005")},
    "PSC-010": {
        "renewed": lambda: psc.renewed([oauth("token-request", grant_type="refresh_token")], [smtp()]),
        "signed in again": lambda: psc.renewed([oauth("authorization-request")], [smtp()]),
    },
    "PSC-011": {
        "valid": lambda: psc.no_expired_token([smtp()]),
        "refused for another reason": lambda: psc.no_expired_token(
            [link("smtp", "TLS", "AUTH", "no:unknown-mailbox")]
        ),
    },
    "PSC-020": {"same": lambda: psc.identity({"ps_idnat": "899700366240", "family": "X"}, "899700366240")},
    "AUTOCONFIG-001": {
        "exact": document(http("autoconfig", READ)),
        "by address, after a detour": document(
            http("autoconfig", "/.well-known/x"), http("autoconfig", READ, "127.0.0.1:4443")
        ),
        "upper case host": document(http("autoconfig", READ, "AUTOCONFIG.banc.mssante.fr")),
    },
    "AUTOCONFIG-002": {"followed": follows(autoconfig.ports_followed, read=True, then=link("smtp", *PROBE))},
    "AUTOCONFIG-003": {"tested": follows(autoconfig.follow_up_seen, read=True, then=smtp())},
    "DSN-001": {
        "shown": told(
            message_id="<rapport@x>",
            subject="Non remis",
            kind="delivery-report",
            report={"action": "failed", "status": "5.1.1"},
        ),
        "told on the mail that was sent": told(
            subject="x",
            kind="delivery-report",
            report={"action": "failed", "diagnostic": "550", "original_message_id": "<envoi@x>"},
        ),
    },
}

FAILING: dict[str, Mapping[str, Judged]] = {
    "TLS-010": {
        "one more": each(tls.only_allowed_suites, link("smtp", LPS + " 002F")),
        "a GREASE look-alike": each(tls.only_allowed_suites, link("smtp", LPS + " 0A1A")),
    },
    "TLS-031": {
        "nothing": lambda: revocation.revocation_queried([]),
        "only the issuer's certificate": lambda: revocation.revocation_queried(
            [http("pki", "/aia", kind="aia")]
        ),
        "somebody else's server": lambda: revocation.revocation_queried([http("psc", "/crl", kind="crl")]),
    },
    "SMTP-001": {
        "AUTH in clear": each(
            starttls.starttls_first, link("smtp", "EHLO x", "AUTH XOAUTH2", "STARTTLS", "TLS")
        ),
        "MAIL in clear": each(starttls.starttls_first, link("smtp", "EHLO x", "MAIL FROM:<a>", "QUIT")),
        "not delivered and said so": lambda: delivery.delivered(FAILED, [], [smtp()], [A]),
        "delivered, said to have failed": lambda: delivery.delivered(
            FAILED, [accepted(b"", A)], [smtp()], [A]
        ),
        "never came": lambda: delivery.delivered(FAILED, [], [], [A]),
    },
    "SMTP-002": {
        "AUTH in clear": each(starttls.nothing_in_clear, link("smtp", "EHLO x", "STARTTLS", "AUTH PLAIN")),
        "MAIL in clear": each(starttls.nothing_in_clear, link("smtp", "HELO x", "MAIL FROM:<a>")),
    },
    "SMTP-003": {
        "AUTH at once": each(
            starttls.greeting_repeated, link("smtp", "EHLO x", "STARTTLS", "TLS", "AUTH XOAUTH2")
        )
    },
    "SMTP-004": {
        "taken in": lambda: starttls.injected_answer_ignored(
            [link("smtp", "EHLO x", "STARTTLS", "TLS", "EHLO x", "QUIT")]
        )
    },
    "SMTP-005": {"a lie": lambda: delivery.delivered(DONE, [], [smtp("QUIT", "close")], [A])},
    "SMTP-006": {"the first alone": lambda: delivery.delivered(DONE, [accepted(b"", A)], [smtp()], [A, B])},
    "SMTP-010": {"said done": lambda: reception.size_told(DONE, [smtp()])},
    "IMAP-001": {
        "LOGIN in clear": each(
            starttls.starttls_first, link("imap", "CAPABILITY", "LOGIN a b", "SELECT INBOX")
        ),
        "never opened": each(starttls.mailbox_read, imap("LIST", "LOGOUT")),
        "no list": lambda: delivery.shown(FAILED, RECEIVED),
    },
    "IMAP-002": {
        "AUTHENTICATE in clear": each(
            starttls.nothing_in_clear, link("imap", "STARTTLS", "AUTHENTICATE PLAIN")
        )
    },
    "IMAP-004": {
        "taken in": lambda: starttls.injected_answer_ignored([link("imap", "STARTTLS", "TLS", "LOGOUT")])
    },
    "IMAP-005": {
        "empty list": lambda: delivery.shown(listing(), RECEIVED),
        "another mail": lambda: delivery.shown(
            listing({"message_id": "<autre@x>", "subject": "Résultat"}), RECEIVED
        ),
    },
    "IMAP-006": {
        "cut": read_back(RECEIVED.raw[:250]),
        "attachment spoilt by line ends": read_back(RECEIVED.raw.replace(b"JVBERi0NCg==", b"JVBERi0K")),
        "wrong charset": read_back(RECEIVED.raw.replace(b"\xc3\x89", b"\xc3\x83\xc2\x89")),
        "not base64": lambda: delivery.read_back(Answer("done", {"raw_base64": "é"}), RECEIVED),
        "nothing": lambda: delivery.read_back(DONE, RECEIVED),
        "another text": lambda: delivery.read_back(Answer("done", {"text": "Bonjour"}), RECEIVED),
    },
    "AUTH-001": {
        "PLAIN": xoauth2(link("smtp", "TLS", "AUTH PLAIN", "ok:PLAIN")),
        "a mechanism that is not offered": xoauth2(link("smtp", "TLS", "EHLO x", "AUTH LOGIN")),
        "begun, the token never sent": xoauth2(link("smtp", "TLS", "EHLO x", "AUTH XOAUTH2")),
        "nothing on any connection": attempted(
            "AUTH-001", link("smtp", "EHLO x", "STARTTLS", "TLS", "EHLO x", "QUIT")
        ),
    },
    "AUTH-002": {"malformed": xoauth2(link("smtp", "TLS", "AUTH", "auth:form_problems=separator"))},
    "AUTH-003": {"RPPS": xoauth2(link("smtp", "TLS", "AUTH", "ok:XOAUTH2:899700366240"))},
    "AUTH-004": {
        "MAIL in the same segment": patience("smtp", "C AUTH XOAUTH2 dXNl|MAIL FROM:<a>|", "S 235 ok|"),
        "MAIL right after": patience("smtp", "C AUTH XOAUTH2 dXNl|", "C MAIL FROM:<a>|", "S 235 ok|"),
        "after 334": patience("smtp", "C AUTH XOAUTH2|", "S 334 |", "C dXNl|MAIL|", "S 235 ok|"),
        "IMAP SELECT": patience("imap", "C a AUTHENTICATE XOAUTH2 dXNl|b SELECT INBOX|", "S a OK|"),
    },
    "AUTH-005": {"before TLS": xoauth2(link("smtp", "EHLO x", "AUTH XOAUTH2", "ok:XOAUTH2"))},
    "AUTH-006": {"513 octets": xoauth2(link("smtp", "TLS", "AUTH", "auth:initial_response=1 length=513"))},
    "AUTH-020": {
        "as it is": stored(b'{"access_token": "' + TOKEN.encode() + b'"}'),
        "UTF-16": stored(TOKEN.encode("utf-16")),
        "base64": stored(base64.b64encode(b"x" + TOKEN.encode() + b"yz")),
        "signature alone, across two blocks": stored(
            b"\0" * (1024 * 1024 - 50) + TOKEN.rpartition(".")[2].encode()
        ),
        "in a SQLite write-ahead log": stored(b"\0\1" + TOKEN.encode() + b"\0", name="cache.db-wal"),
    },
    "AUTH-030": {
        "no certificate": applicative(link("smtp", "TLS", "AUTH PLAIN", f"ok:PLAIN:{APP}")),
    },
    "AUTH-031": {
        "XOAUTH2": applicative(link("smtp", "TLS+cert", "AUTH XOAUTH2", f"ok:XOAUTH2:{APP}")),
        "another user": applicative(link("smtp", "TLS+cert", "AUTH PLAIN", "ok:PLAIN:logiciel")),
        "a mechanism that is not offered": applicative(link("imap", "TLS+cert", "LOGIN x y")),
        "nothing on any connection": attempted("AUTH-031", link("imap", "TLS+cert", "CAPABILITY", "LOGOUT")),
    },
    "SESSION-001": {"dead": lambda: session.still_alive(FAILED)},
    "SESSION-002": {
        "silent": lambda: session.user_told(Answer("failed", {}, "  "), {"alerts": []}),
        "said done": lambda: session.user_told(Answer("done", {}, "ok"), {"alerts": ["x"]}),
    },
    "SESSION-010": {"open": lambda: session.ended([imap("NOOP")], 1)},
    "SESSION-011": {"failed": lambda: session.still_usable(REFUSED)},
    "SESSION-020": {
        "nothing": lambda: session.reopened([imap("close")], [imap("close")], 1),
        "came, did not authenticate": lambda: session.reopened(
            [imap()], [imap(), link("imap", "CAPABILITY", identifier="c2")], 1
        ),
    },
    "SESSION-030": {
        "open": lambda: session.left_properly([smtp()]),
        "cut": lambda: session.left_properly([imap("SELECT INBOX", "close")]),
    },
    "SESSION-031": {"nothing": lambda: psc.signed_out([oauth("token-request")])},
    "PSC-001": {
        "password": lambda: psc.recognised_flow([oauth("token-request", grant_type="password")]),
        "nothing": lambda: psc.recognised_flow([]),
        "implicit": signed(psc.recognised_flow, response_type="token"),
    },
    "PSC-002": {
        "absent": signed(psc.acr_values, "PSC-002", acr_values=None),
        "other": signed(psc.acr_values, "PSC-002", acr_values="eidas10"),
    },
    "PSC-003": {"openid alone": signed(psc.scope, scope="openid"), "absent": signed(psc.scope, scope=None)},
    "PSC-004": {
        "no nonce": signed(psc.protected, nonce=None),
        "empty state": signed(psc.protected, state=""),
    },
    "PSC-005": {"absent": signed(psc.acr_values, "PSC-005", acr_values=None)},
    "PSC-010": {
        "nothing": lambda: psc.renewed([oauth("token-request", grant_type="authorization_code")], [smtp()]),
        "renewed, never used": lambda: psc.renewed([oauth("token-request", grant_type="refresh_token")], []),
    },
    "PSC-011": {"expired": lambda: psc.no_expired_token([link("smtp", "TLS", "AUTH", "no:token-expired")])},
    "PSC-020": {
        "sub": lambda: psc.identity({"ps_idnat": "f:1:899700366240"}, "899700366240"),
        "none": lambda: psc.identity(None, "899700366240"),
        "a text": lambda: psc.identity("899700366240", "899700366240"),
    },
    "AUTOCONFIG-001": {
        "none": document(),
        "well-known": document(http("autoconfig", "/.well-known/autoconfig/mail/config-v1.1.xml")),
        "other host": document(http("autoconfig", READ, "autoconfig.autre.mssante.fr")),
        "other server": document(http("pki", READ)),
    },
    "AUTOCONFIG-002": {
        "not read": follows(autoconfig.ports_followed, read=False, then=smtp()),
        "read, never came": follows(autoconfig.ports_followed, read=True, then=None),
        "came before reading": lambda: autoconfig.ports_followed([http("autoconfig", READ)], [EARLIER]),
    },
    "AUTOCONFIG-003": {
        "not authenticated": follows(autoconfig.follow_up_seen, read=True, then=link("smtp", *PROBE))
    },
    "DSN-001": {
        "not in the list": told(subject="x"),
        "among the mails": told(message_id="<rapport@x>", subject="x", kind="mail"),
        "without its cause": told(
            message_id="<rapport@x>", subject="x", kind="delivery-report", report={"action": "failed"}
        ),
        "as a success": told(
            message_id="<rapport@x>",
            subject="x",
            kind="delivery-report",
            report={"action": "delivered", "status": "2.0.0"},
        ),
        "report is no object": told(
            message_id="<rapport@x>", subject="x", kind="delivery-report", report="failed"
        ),
    },
}

EARLIER = smtp()
MUST_REFUSE = (
    "TLS-002",
    "TLS-011",
    "TLS-012",
    "TLS-013",
    "TLS-021",
    "TLS-022",
    "TLS-030",
    "TLS-032",
    "TLS-041",
    "TLS-050",
    "TLS-051",
    "TLS-052",
    "TLS-053",
    "TLS-060",
)
MUST_CONNECT = ("TLS-001", "TLS-003", "TLS-014", "TLS-020", "TLS-040", "AUTH-010")
for _rule in MUST_REFUSE:
    PASSING[_rule], FAILING[_rule] = _refuses(_rule)
for _rule in MUST_CONNECT:
    PASSING[_rule], FAILING[_rule] = _connects(_rule)

JSON_LIKE = (None, True, -1, 3.5, "", "x", [], ["x", 1, None], {}, {"a": []}, "é\ud800", 2**70)
__all__ = ["FAILING", "JSON_LIKE", "MUST_CONNECT", "MUST_REFUSE", "PASSING", "connections", "event", "link"]
