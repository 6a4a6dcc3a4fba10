"""A large run in the proportions of a real one: three levels of cases, some of which judge one scene.

The proportions are those of a run of the reference product over the three levels (352 cases on 294 tenants, a
median of 62 events and 18 pieces of evidence a case, one scene judged by 52 cases, 288 requirements).
"""

from __future__ import annotations

from typing import Any

from report_samples import RunFolder, both, case, finding, full_record, requirement

REQUIREMENTS = 330
SHARED_SCENE = 60
"""Cases that judge one and the same scene."""
_IMAP = ("CAPABILITY", "SELECT INBOX", "UID FETCH 1:* (FLAGS)", "UID FETCH 7 (BODY.PEEK[])", "LOGOUT")


def mixed_record(run: RunFolder, cases: int = 400, failing: int = 20) -> dict[str, Any]:
    """Return the record of `cases` cases, the first `failing` of which failed with two findings each."""
    record = full_record(run)
    kept: dict[str, list[str]] = {}
    for number in range(cases):
        tenant = "scene" if number >= cases - SHARED_SCENE else f"{number:04x}a7c{number:03d}"
        if tenant not in kept:
            kept[tenant] = _exchange(run, tenant, 20 if tenant == "scene" else number % 9)
        record["cases"].append(_case(number, tenant, kept[tenant], failed=number < failing))
    for number in range(REQUIREMENTS):
        record["requirements"][f"SC.MIX/va1.{number:03d}"] = requirement(
            "failed" if number < failing else "passed" if number % 5 else "not-applicable",
            both(f"Thème {number % 14}", f"Theme {number % 14}"),
            both(f"Titre court de l'exigence {number}", f"Short title of requirement {number}"),
            both("Le produit fait ce que dit le référentiel. " * 2, "The product does as required. " * 2),
            cases=[f"SC.MIX/va1.{one % REQUIREMENTS:03d}/case-{one}" for one in (number, number + 330)],
        )
    return record


def _case(number: int, tenant: str, evidence: list[str], *, failed: bool) -> dict[str, Any]:
    identifier = f"SC.MIX/va1.{number % REQUIREMENTS:03d}"
    return case(
        f"{identifier}/case-{number}",
        "failed" if failed else "passed",
        [identifier],
        tenant=tenant,
        evidence=evidence,
        title=both(f"Ce que le cas {number} exerce, en clair", f"What case {number} exercises, in words"),
        expectation=both(
            f"la valeur du document {number} est celle de la fiche, une seule fois.",
            f"the value of document {number} is that of the entry, exactly once.",
        ),
        level=("basic", "intermediate", "advanced")[number % 3],
        steps=["N1 CR-BIO", "N3 LDL-SES", "deux documents dans un courriel"] if number % 2 else [],
        findings=[
            finding(
                f"MIX-{number:03d}",
                both(f"La valeur {number} manque", f"Value {number} is missing"),
                why=both(
                    "Le destinataire ne saura pas classer le document. " * 3, "It cannot be filed. " * 3
                ),
                fix=both("Écrire la valeur de la fiche, une seule fois. " * 3, "Write the value once. " * 3),
                expected="<value>attendue</value>",
                found="absente",
                evidence=evidence[-1],
                location={"line": 2},
            )
            for _ in range(2 if failed else 0)
        ],
    )


def _exchange(run: RunFolder, tenant: str, more: int) -> list[str]:
    """Play a connection to Pro Santé Connect, a sending and a reading; return what was kept of them."""
    pieces: list[str] = []

    def said(way: tuple[str, str], name: str, text: str, protocol: str, media_type: str = "") -> None:
        run.event(tenant, *way, name, text, protocol=protocol, connection=protocol, evidence=False)
        if media_type:
            pieces.append(run.keep(f"{tenant} {len(pieces)} {text}\r\n".encode(), media_type, text))
            run.events[-1]["evidence"] = pieces[-1]

    for verb in ("discovery", "authorization", "token", "certs", "userinfo"):
        path = f"GET /t/{tenant}/auth/realms/esante-wallet/protocol/openid-connect/{verb}"
        said(("product", "psc"), f"{verb}-request", path, "oauth", "message/http")
        said(
            ("psc", "product"),
            f"{verb}-response",
            "200 OK, application/json, 3296 octets",
            "oauth",
            "message/http",
        )
    hello = f"ClientHello TLSv1.3/TLSv1.2 pour smtp.banc-{tenant}.mssante.fr, 10 suites"
    said(("product", "operator"), "client-hello", hello, "tls", "application/octet-stream")
    for authority in ("aci-el-org", "acr-el"):
        said(("product", "pki"), "request", f"POST /t/{tenant}/ocsp", "pki", "application/ocsp-request")
        status = f"200 OCSP good pour le n° 6781c780bb14504150414262830ab999 de {authority}, nonce"
        said(("pki", "product"), "response", status, "pki", "application/ocsp-response")
        said(("product", "pki"), "request", f"GET /t/{tenant}/crl/{authority}.crl", "pki")
        crl = f"200 CRL n° 1 de {authority}, 0 révoqué(s), nextUpdate 2026-11-21T17:34:09Z"
        said(("pki", "product"), "response", crl, "pki", "application/pkix-crl")
    for text, reply in (
        (f"EHLO poste.banc-{tenant}.mssante.fr", "250 smtp / PIPELINING / SIZE 25000000 / AUTH XOAUTH2"),
        ("AUTH XOAUTH2 ‹jeton 5fc7f23e, 1254 octets›", "235 2.7.0 Authentication successful"),
        (f"MAIL FROM:<expediteur@banc-{tenant}.mssante.fr> SIZE=108271", "250 2.1.0 Sender OK"),
        (f"RCPT TO:<destinataire@correspondant-{tenant}.mssante.fr>", "250 2.1.5 Recipient OK"),
    ):
        said(("product", "operator"), "command", text, "smtp")
        said(("operator", "product"), "reply", reply, "smtp")
    for number in range(more):
        for word in _IMAP:
            said(("product", "operator"), "command", f"A{number} {word} {'abcdefgh'[number % 8] * 4}", "imap")
            said(("operator", "product"), "reply", f"A{number} OK {word.split()[0]} completed", "imap")
        mail = f"message {'abcdefgh'[number % 8] * 3} de banc-{tenant}.mssante.fr, {107_000 + number} octets"
        said(("operator", "correspondent"), "delivery", mail, "delivery", "message/rfc822")
    last = f"X-MSS-CODECDA: 11502-2\r\nSubject: {tenant}\r\n\r\nCorps du message.\r\n".encode()
    return [*pieces, run.keep(last, "message/rfc822", f"message reçu par {tenant}")]
