"""Builds run records as a run would leave them: record, journal and evidence in one folder."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

HOSTILE = "<script>alert('x')</script>\x00\x1b[31m\u202eevil\u202c\ud800&\"'"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJmOjg5OTcwMDIxODg5NiJ9.c2lnbmF0dXJlLXF1aS1uZS1kb2l0LXBhcy1zb3J0aXI"
INS = "279035121518989"

CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d'examens biologiques"/>
  <recordTarget>
    <patientRole>
      <id extension="279035121518989" root="1.2.250.1.213.1.4.8"/>
      <patient>
        <name><family qualifier="BR">ECETINSI</family><given>Pierre-Alain</given></name>
        <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
        <birthTime value="19790328"/>
      </patient>
    </patientRole>
  </recordTarget>
</ClinicalDocument>
"""


def both(fr: str, en: str) -> dict[str, str]:
    return {"fr": fr, "en": en}


class RunFolder:
    """A folder that looks like the one of a run; `write` puts the record in it and returns its path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "evidence").mkdir(parents=True, exist_ok=True)
        self.events: list[dict[str, Any]] = []
        self.evidence: dict[str, dict[str, Any]] = {}

    def keep(self, content: bytes, media_type: str, label: str, *, masked: bool = False) -> str:
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / "evidence" / digest).write_bytes(content)
        self.evidence[digest] = {
            "sha256": digest,
            "media_type": media_type,
            "size": len(content),
            "masked": masked,
            "label": label,
        }
        return digest

    def event(
        self,
        tenant: str,
        source: str,
        target: str,
        name: str,
        text: str,
        *,
        protocol: str = "smtp",
        connection: str = "c1",
        evidence: bool = True,
        **data: Any,
    ) -> int:
        seq = len(self.events) + 1
        digest = (
            self.keep(text.encode("utf-8", "replace") + b"\r\n", "text/plain", text[:120])
            if evidence
            else None
        )
        self.events.append(
            {
                "seq": seq,
                "at": "2026-11-20T09:12:44.120+00:00",
                "elapsed_ms": seq * 3.25,
                "tenant": tenant,
                "test": f"testcases/basic/test_{tenant}.py::test",
                "protocol": protocol,
                "connection": connection,
                "source": source,
                "target": target,
                "name": name,
                "text": text,
                "data": data,
                "evidence": digest,
            }
        )
        return seq

    def write(self, record: dict[str, Any], *, cut_journal: bool = False) -> Path:
        lines = "".join(json.dumps(event) + "\n" for event in self.events)
        (self.folder / "journal.jsonl").write_text(
            lines[:-40] if cut_journal else lines, encoding="utf-8", newline="\n"
        )
        path = self.folder / "run-record.json"
        path.write_text(json.dumps(record), encoding="utf-8", newline="\n")
        return path


def case(identifier: str, result: str, requirements: list[str], **changes: Any) -> dict[str, Any]:
    name = identifier.lower()
    return {
        "id": identifier,
        "nodeid": f"testcases/basic/test_{name}.py::test",
        "title": both(f"Cas {identifier}", f"Case {identifier}"),
        "requirement_text": both("EXIGENCE du cas.", "REQUIREMENT of the case."),
        "expectation": both("ATTENDU du cas.", "EXPECTED by the case."),
        "level": "basic",
        "requirements": requirements,
        "tenant": name,
        "status": "done",
        "result": result,
        "reason": None,
        "fault": None,
        "findings": [],
        "evidence": [],
        "started": "2026-11-20T09:12:44+00:00",
        "duration_ms": 812.5,
        "rerun": f"pytest --vendor-profile profil.toml -k {name}",
        **changes,
    }


def finding(rule: str, message: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "rule": rule,
        "severity": "error",
        "requirements": [],
        "expected": "",
        "found": "",
        "message": message,
        "fix": both("Corrigez.", "Correct it."),
        "location": {},
        "evidence": None,
        "fault": "product",
        **changes,
    }


def requirement(
    verdict: str, theme: dict[str, str] | None, title: dict[str, str], text: dict[str, str], **changes: Any
) -> dict[str, Any]:
    found = {
        "verdict": verdict,
        "strength": "MUST",
        "level": "basic",
        "certainty": "official",
        "applicable": verdict != "not-applicable",
        "reason": None,
        "cases": [],
        "title": title,
        "text": text,
        "source": "Référentiel socle MSSanté #2 v1.0",
        "automatable": "full",
        "declaration": None,
        "waiver": None,
        **changes,
    }
    if theme is not None:
        found["theme"] = theme
    return found


CONNECTION = both("Connexion et TLS", "Connection and TLS")
SESSION = both("Session et Pro Santé Connect", "Session and Pro Santé Connect")
MESSAGE = both("Message", "Message")
INTERFACE = both("Ergonomie", "User interface")


def level(
    outcome: str, claimed: bool, sentence: dict[str, str], blockers: list[dict[str, Any]], **counts: int
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "claimed": claimed,
        "counts": {key.replace("_", "-"): value for key, value in counts.items()},
        "blockers": blockers,
        "sentence": sentence,
    }


def blocker(requirement: str, verdict: str, why: dict[str, str], *cases: str) -> dict[str, Any]:
    return {"requirement": requirement, "verdict": verdict, "why": why, "cases": list(cases)}


def smtp_session(run: RunFolder, tenant: str, *, revoked: bool = False) -> int:
    """Play a sending session in the journal; return the `seq` of its AUTH command."""
    e = run.event
    e(
        tenant,
        "bench",
        "product",
        "request",
        'send {"to": "cardio@banc-12.mssante.fr"}',
        protocol="driver",
        connection="d1",
    )
    e(
        tenant,
        "product",
        "autoconfig",
        "request",
        f"GET https://autoconfig.{tenant}.mssante.fr/mail/config-v1.1.xml",
        protocol="http",
        connection="h1",
        tls=True,
    )
    e(
        tenant,
        "autoconfig",
        "product",
        "response",
        "200 OK, 1 204 octets",
        protocol="http",
        connection="h1",
        tls=True,
    )
    e(
        tenant,
        "product",
        "psc",
        "request",
        f"POST /auth/realms/esante-wallet/protocol/openid-connect/token code=abcdef123456 {TOKEN}",
        protocol="oauth",
        connection="h2",
        tls=True,
    )
    e(
        tenant,
        "psc",
        "product",
        "response",
        "200 OK access_token=‹jeton ab12cd34, 1423 octets›",
        protocol="oauth",
        connection="h2",
        tls=True,
    )
    e(tenant, "product", "operator", "connect", "TCP 127.0.0.1:587", connection="s1")
    e(tenant, "operator", "product", "reply", "220 smtp.banc-12.mssante.fr ESMTP", connection="s1")
    e(tenant, "product", "operator", "command", "EHLO poste-12.cabinet.example", connection="s1")
    e(tenant, "operator", "product", "reply", "250-STARTTLS 250-SIZE 20971520 250 DSN", connection="s1")
    e(tenant, "product", "operator", "command", "STARTTLS", connection="s1")
    e(tenant, "operator", "product", "reply", "220 2.0.0 Ready to start TLS", connection="s1")
    e(
        tenant,
        "product",
        "operator",
        "client-hello",
        "ClientHello TLS 1.2, SNI smtp.banc-12.mssante.fr",
        protocol="tls",
        connection="s1",
    )
    e(
        tenant,
        "operator",
        "product",
        "established",
        "ServerHello TLS 1.2, ECDHE-RSA-AES256-GCM-SHA384" + (", certificat révoqué" if revoked else ""),
        protocol="tls",
        connection="s1",
    )
    if revoked:
        e(
            tenant,
            "product",
            "pki",
            "request",
            "GET http://crl.banc.example/ORG.crl",
            protocol="http",
            connection="h3",
        )
        e(
            tenant,
            "pki",
            "product",
            "response",
            "200 OK application/pkix-crl, 612 octets",
            protocol="http",
            connection="h3",
        )
    e(tenant, "product", "operator", "command", "EHLO poste-12.cabinet.example", connection="s1")
    e(tenant, "operator", "product", "reply", "250-AUTH XOAUTH2 250-SIZE 20971520 250 DSN", connection="s1")
    auth = e(
        tenant,
        "product",
        "operator",
        "command",
        "AUTH XOAUTH2 ‹jeton ab12cd34, 1423 octets›",
        connection="s1",
    )
    e(tenant, "operator", "product", "reply", "235 2.7.0 Authentication successful", connection="s1")
    e(
        tenant,
        "product",
        "operator",
        "command",
        "MAIL FROM:<marie.durand@banc-12.mssante.fr> SIZE=18213",
        connection="s1",
    )
    e(tenant, "operator", "product", "reply", "250 2.1.0 OK", connection="s1")
    for _ in range(6):
        e(
            tenant,
            "product",
            "operator",
            "command",
            "RCPT TO:<cardio@banc-12.mssante.fr> NOTIFY=FAILURE,DELAY",
            connection="s1",
        )
        e(tenant, "operator", "product", "reply", "250 2.1.5 OK", connection="s1")
    e(tenant, "product", "operator", "command", "DATA", connection="s1")
    e(tenant, "operator", "product", "reply", "354 Start mail input", connection="s1")
    e(tenant, "product", "operator", "message", "message de 18 213 octets", connection="s1")
    e(
        tenant,
        "operator",
        "product",
        "reply",
        "550 5.7.1 Message refused" if revoked else "250 2.6.0 Queued",
        connection="s1",
    )
    e(
        tenant,
        "operator",
        "correspondent",
        "message",
        "remise à la boîte du correspondant",
        connection="s9",
        protocol="mail",
    )
    e(tenant, "product", "operator", "command", "QUIT", connection="s1")
    e(tenant, "operator", "product", "close", "221 2.0.0 Bye", connection="s1")
    return auth


def full_record(run: RunFolder) -> dict[str, Any]:
    """Return a record with every verdict, and fill the folder's journal and evidence."""
    auth = smtp_session(run, "tls-revoked", revoked=True)
    smtp_session(run, "smtp-send")
    smtp_session(run, "nil-header")
    crl = run.keep(bytes(range(256)) * 3, "application/pkix-crl", "CRL servie au produit")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr(zipfile.ZipInfo("IHE_XDM/SUBSET01/DOC0001.XML"), CDA)
    xdm = run.keep(archive.getvalue(), "application/zip", "IHE_XDM.ZIP reçu")
    mail_text = (
        'From: "Marie DURAND" <marie.durand@banc-12.mssante.fr>\r\nTo: <cardio@banc-12.mssante.fr>\r\n'
        "Subject: =?utf-8?q?Compte_rendu?=\r\nDate: Fri, 20 Nov 2026 10:12:44 +0100\r\n"
        "X-MSS-NIL: \r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
        f"\r\nBonjour, voici le résultat de {INS}.\r\n"
    ).encode("latin-1")
    mail = run.keep(mail_text, "message/rfc822", "Message tel que reçu par l'opérateur")
    for step in range(40):
        run.event(
            "imap-idle", "product", "operator", "command", f"a{step} NOOP", protocol="imap", connection="i1"
        )
        run.event(
            "imap-idle",
            "operator",
            "product",
            "reply",
            f"a{step} OK NOOP completed",
            protocol="imap",
            connection="i1",
        )
    run.event(
        "tls11", "product", "operator", "client-hello", "ClientHello TLS 1.2", protocol="tls", connection="t1"
    )
    run.event(
        "tls11",
        "product",
        "operator",
        "alert",
        "Alerte protocol_version (70), connexion fermée",
        protocol="tls",
        connection="t1",
    )

    cases = [
        case(
            "TLS-REVOKED",
            "failed",
            ["ECO.1.1.6"],
            tenant="tls-revoked",
            fault="product",
            title=both(
                "Le produit envoie son jeton à un serveur dont le certificat est révoqué",
                "The product sends its token to a server whose certificate is revoked",
            ),
            requirement_text=both(
                "Contrôle de révocation par CRL ou OCSP.", "Revocation is checked by CRL or OCSP."
            ),
            expectation=both(
                "Après avoir lu la CRL, le produit ferme la connexion avant de s'authentifier.",
                "Having read the CRL, the product closes the connection before any authentication command.",
            ),
            findings=[
                finding(
                    "TLS-006",
                    both(
                        "Le certificat du serveur est révoqué et le produit s'authentifie quand même.",
                        "The server certificate is revoked and the product authenticates all the same.",
                    ),
                    requirements=["ECO.1.1.6"],
                    expected="Connexion fermée avant AUTH (certificat n° 4f:21:0c dans la CRL du 20/11/2026)",
                    found="AUTH XOAUTH2 envoyé 41 ms après la lecture de la CRL",
                    fix=both(
                        "Comparez le numéro de série du certificat à la CRL (ou à la réponse OCSP) pendant "
                        "la vérification de la chaîne, et refusez la connexion s'il y figure. Vérifiez aussi "
                        "la signature de la CRL.",
                        "Compare the certificate's serial number with the CRL (or the OCSP answer) while "
                        "verifying the chain, and refuse the connection when it is listed. Verify the CRL's "
                        "signature as well.",
                    ),
                    location={"event": auth},
                ),
                finding(
                    "TLS-007",
                    both("La CRL lue n'est pas vérifiée.", "The CRL that was read is not verified."),
                    severity="warning",
                    requirements=["ECO.1.1.6"],
                    expected="CRL signée par l'autorité émettrice",
                    found=HOSTILE,
                    location={"offset": 70, "length": 6},
                    evidence=crl,
                ),
            ],
            evidence=[crl],
        ),
        case(
            "NIL-HEADER",
            "failed",
            ["ECO.2.4.3", "ECO.2.2.3"],
            tenant="nil-header",
            fault="product",
            title=both("L'en-tête X-MSS-NIL est vide", "The X-MSS-NIL header is empty"),
            expectation=both(
                "Tout message porte X-MSS-NIL avec la référence du logiciel qui l'a produit.",
                "Every message carries X-MSS-NIL with the reference of the software that made it.",
            ),
            findings=[
                finding(
                    "MSS-NIL-01",
                    both("X-MSS-NIL est présent mais vide.", "X-MSS-NIL is there but empty."),
                    requirements=["ECO.2.4.3"],
                    expected="X-MSS-NIL: 1234",
                    found="X-MSS-NIL: ",
                    fix=both(
                        "Renseignez le NIL dans la configuration de production.",
                        "Set the NIL in the production settings.",
                    ),
                    location={"header": "X-MSS-NIL", "line": 5},
                    evidence=mail,
                ),
                finding(
                    "UTF8-01",
                    both("Le corps n'est pas en UTF-8.", "The body is not in UTF-8."),
                    requirements=["ECO.2.2.3"],
                    expected="charset=utf-8",
                    found=f"charset=iso-8859-1, matricule {INS}, {TOKEN}",
                    location={"line": 9, "column": 18, "length": 8},
                    evidence=mail,
                ),
                finding(
                    "CDA-H-012",
                    both("Le sexe contredit l'INS.", "The gender contradicts the INS."),
                    requirements=["ECO.2.4.3"],
                    expected="administrativeGenderCode F pour Pierre-Alain ECETINSI",
                    found=f"M, INS {INS}",
                    location={
                        "part": "IHE_XDM/SUBSET01/DOC0001.XML",
                        "line": 10,
                        "column": 9,
                        "xpath": "/ClinicalDocument/recordTarget/patientRole//administrativeGenderCode",
                    },
                    evidence=xdm,
                ),
            ],
            evidence=[mail, xdm],
        ),
        case(
            "SMTP-SEND",
            "passed",
            ["ECO.1.0.1", "ECO.1.1.1"],
            tenant="smtp-send",
            title=both("Envoi par SMTP après STARTTLS", "Sending by SMTP after STARTTLS"),
        ),
        case(
            "IMAP-IDLE",
            "passed",
            ["ECO.1.0.2"],
            tenant="imap-idle",
            title=both("Lecture par IMAP", "Reading by IMAP"),
        ),
        case(
            "TLS-11", "passed", ["ECO.1.1.1"], tenant="tls11", title=both("TLS 1.1 refusé", "TLS 1.1 refused")
        ),
        case(
            "REPLY-THREAD",
            "warning",
            ["ECO.2.2.2"],
            title=both("La réponse ne reprend pas tout le fil", "The reply does not carry the whole thread"),
            findings=[
                finding(
                    "THR-02",
                    both("References est incomplet.", "References is incomplete."),
                    severity="warning",
                    expected="<a@x> <b@x>",
                    found="<b@x>",
                )
            ],
        ),
        case(
            "PSC-CIBA",
            "not-tested",
            ["X-PSC-02"],
            reason=both(
                "Le pilote n'annonce pas l'action « refresh ».",
                "The driver does not announce the action 'refresh'.",
            ),
        ),
        case(
            "DNS-SRV",
            "not-tested",
            ["ECO.1.1.9"],
            fault="environment",
            reason=both(
                "Le port 53 est déjà pris sur cette machine.", "Port 53 is already taken on this machine."
            ),
        ),
        case(
            "LOCK",
            "not-tested",
            ["SC.SSI/IE.58"],
            status="waiting",
            steps=["Laissez le poste inactif 2 h.", "Notez ce qui s'affiche."],
        ),
        case("BIG-NAME", "passed", ["ECO.2.2.1"], title=both("N" * 1_000_000, "N" * 1_000_000), tenant="big"),
    ]
    r = requirement
    requirements = {
        "ECO.1.0.1": r(
            "passed",
            CONNECTION,
            both("Interface d'envoi SMTP", "SMTP sending interface"),
            both(
                "Envoi en SMTP RFC 5321 avec STARTTLS.",
                "The client sends mail with SMTP and upgrades with STARTTLS.",
            ),
            cases=["SMTP-SEND"],
        ),
        "ECO.1.0.2": r(
            "passed",
            CONNECTION,
            both("Interface de lecture IMAP", "IMAP reading interface"),
            both("Consultation en IMAP4 avec STARTTLS.", "The client reads the BAL with IMAP4 and STARTTLS."),
            cases=["IMAP-IDLE"],
        ),
        "ECO.1.1.1": r(
            "passed",
            CONNECTION,
            both("TLS 1.2 au minimum", "TLS 1.2 minimum"),
            both(
                "Connexion TLS 1.2 a minima.",
                "The client can set up a TLS 1.2 connection; lower versions are refused.",
            ),
            cases=["SMTP-SEND", "TLS-11"],
        ),
        "ECO.1.1.6": r(
            "failed",
            CONNECTION,
            both("Certificat révoqué refusé", "Revoked certificate refused"),
            both("Contrôle de révocation par CRL ou OCSP.", "Revocation is checked by CRL or OCSP."),
            cases=["TLS-REVOKED"],
        ),
        "ECO.1.1.9": r(
            "not-tested",
            CONNECTION,
            both("Autoconfiguration de la BAL", "BAL autoconfiguration"),
            both(
                "Autoconfiguration par URL puis test de connexion.",
                "Autoconfiguration by URL, then a connection test.",
            ),
            cases=["DNS-SRV"],
            reason=both(
                "Le port 53 est déjà pris sur cette machine.", "Port 53 is already taken on this machine."
            ),
        ),
        "ECO.1.2.5": r(
            "declared",
            SESSION,
            both("Jeton non conservé", "Access token not stored"),
            both("Pas de stockage permanent du jeton PSC.", "The access token is not stored."),
            declaration={
                "statement": "Le jeton n'est gardé qu'en mémoire vive ; voir l'audit interne.",
                "proof": "preuves/audit-jeton.pdf",
                "proof_sha256": "ab" * 32,
            },
            automatable="partial",
        ),
        "X-PSC-02": r(
            "not-tested",
            SESSION,
            both("Renouvellement du jeton", "Token renewal"),
            both("Rafraîchissement du jeton.", "The token is refreshed."),
            cases=["PSC-CIBA"],
            reason=both(
                "Le pilote n'annonce pas l'action « refresh ».",
                "The driver does not announce the action 'refresh'.",
            ),
        ),
        "ECO.1.3.1": r(
            "not-applicable",
            SESSION,
            both("Connexion d'une BAL applicative", "BAL APP connection"),
            both(
                "BAL applicative : certificat ORG AUTH_CLI puis PLAIN.",
                "APP mailbox: ORG AUTH_CLI certificate, then PLAIN.",
            ),
            reason=both(
                "Le produit ne revendique pas les boîtes APP.", "The product does not claim APP mailboxes."
            ),
        ),
        "ECO.2.4.3": r(
            "failed",
            MESSAGE,
            both("X-MSS-NIL", "X-MSS-NIL"),
            both(
                "X-MSS-NIL = référence du logiciel qui a produit le message.",
                "X-MSS-NIL is the reference of the software that made the message.",
            ),
            cases=["NIL-HEADER"],
        ),
        "ECO.2.2.3": r(
            "waived",
            MESSAGE,
            both("UTF-8", "UTF-8"),
            both("Encodage UTF-8 des parties texte du corps.", "Text parts of the body are in UTF-8."),
            cases=["NIL-HEADER"],
            waiver={
                "owner": "Responsable qualité",
                "reason": "Corrigé en 4.3, livrée le 15 janvier.",
                "until": "2027-03-31",
            },
        ),
        "ECO.2.2.2": r(
            "warning",
            MESSAGE,
            both("Fil de réponse", "Reply threading"),
            both(
                "Réponse : Message-ID, In-Reply-To, References.",
                "A reply has Message-ID, In-Reply-To, References.",
            ),
            cases=["REPLY-THREAD"],
        ),
        "ECO.2.2.1": r(
            "passed",
            MESSAGE,
            both("Message-ID", "Message-ID"),
            both("Message-ID conforme RFC 5322.", "Message-ID as in RFC 5322."),
            cases=["BIG-NAME"],
        ),
        "SC.SSI/IE.58": r(
            "not-tested",
            INTERFACE,
            both("Verrouillage après inactivité", "Lock after inactivity"),
            both("Verrouillage 2 h.", "Lock after 2 h."),
            cases=["LOCK"],
            automatable="partial",
            reason=both("En attente de la personne qui teste.", "Waiting for the person who tests."),
        ),
        "SC.MSS/UX.30": r(
            "declared",
            INTERFACE,
            both("Échec de remise affiché", "Delivery failure shown"),
            both("Alerte d'échec et motif.", "Failure alert and reason."),
            declaration={
                "statement": "Une alerte s'affiche avec le motif.",
                "proof": None,
                "proof_sha256": None,
            },
            automatable="declaration",
            level="intermediate",
        ),
        "SC.MSS.04": r(
            "not-tested",
            None,
            both("TLS 1.2 uniquement (ancien)", "TLS 1.2 only (superseded)"),
            both("TLS 1.2 uniquement.", "TLS 1.2 only."),
            strength="SUPERSEDED",
            reason=both("Exigence remplacée.", "Superseded requirement."),
        ),
    }
    failing = [
        blocker(
            "ECO.1.1.6",
            "failed",
            both("Le produit accepte un certificat révoqué.", "The product accepts a revoked certificate."),
            "TLS-REVOKED",
        ),
        blocker("ECO.2.4.3", "failed", both("X-MSS-NIL est vide.", "X-MSS-NIL is empty."), "NIL-HEADER"),
        blocker(
            "X-PSC-02",
            "not-tested",
            both(
                "Le renouvellement du jeton n'a pas pu être testé : le pilote n'a pas l'action « refresh ».",
                "Token renewal could not be tested: the driver has no action 'refresh'.",
            ),
            "PSC-CIBA",
        ),
        blocker(
            "ECO.1.1.9",
            "not-tested",
            both("L'autoconfiguration n'a pas pu être testée.", "Autoconfiguration could not be tested."),
            "DNS-SRV",
        ),
        blocker(
            "SC.SSI/IE.58",
            "not-tested",
            both("Le verrouillage attend la personne qui teste.", "The lock waits for the person who tests."),
            "LOCK",
        ),
    ]
    return {
        "schema": "run-record/1",
        "product": {
            "name": "MédiCabinet",
            "version": "4.2.1",
            "vendor": "Éditions Exemple Santé",
            "nil": "1234",
            "corridor": "LGC",
        },
        "claims": {
            "level": "intermediate",
            "roles": ["send", "receive"],
            "mailboxes": ["PER", "ORG"],
            "integration": "client",
        },
        "tool": {
            "name": "mssante-conformance",
            "version": "0.1.0",
            "catalogue": {"version": "2026.11", "sha256": "cd" * 32},
            "rules": {"version": "2026.11", "sha256": "ef" * 32},
            "seed": 42,
        },
        "environment": {"python": "3.11.9", "openssl": "3.0.15", "system": "Linux"},
        "profile": {"path": "profil.toml", "sha256": "12" * 32},
        "driver": {"kind": "http", "actions": ["connect", "describe", "fetch", "send"]},
        "started": "2026-11-20T09:12:40+00:00",
        "ended": "2026-11-20T09:12:58+00:00",
        "duration_s": 18.4,
        "status": "complete",
        "exit_code": 1,
        "required_level": "basic",
        "plan": [
            {
                "case": item["id"],
                "requirements": item["requirements"],
                "mode": "manual"
                if item["id"] == "LOCK"
                else "impossible"
                if item["id"] == "PSC-CIBA"
                else "automatic",
                "reason": item["reason"],
            }
            for item in cases
        ],
        "cases": cases,
        "requirements": requirements,
        "levels": {
            "basic": level(
                "not-reached",
                True,
                both("Niveau basique non atteint.", "Basic level not reached."),
                failing,
                passed=27,
                warning=2,
                failed=2,
                not_tested=3,
                declared=4,
                waived=1,
            ),
            "intermediate": level(
                "not-reached",
                True,
                both("Niveau intermédiaire non atteint.", "Intermediate level not reached."),
                failing,
                passed=38,
                warning=1,
                not_tested=9,
                declared=6,
            ),
            "advanced": level(
                "not-demonstrated",
                False,
                both("Niveau avancé non démontré.", "Advanced level not demonstrated."),
                failing,
                passed=12,
                not_tested=131,
            ),
        },
        "problems": [
            {
                "fault": "configuration",
                "text": both(
                    "Le profil donne un délai de 2 s, plus court que la réponse du produit (3,1 s).",
                    "The profile gives a time limit of 2 s, shorter than the product's answer (3.1 s).",
                ),
            }
        ],
        "journal": "journal.jsonl",
        "evidence": run.evidence,
    }


def big_record(run: RunFolder, cases: int = 400, events: int = 100) -> dict[str, Any]:
    """Return a record of `cases` cases, one in five failing, with `events` events that do not repeat."""
    record = full_record(run)
    mail = next(key for key, piece in run.evidence.items() if piece["media_type"] == "message/rfc822")
    words = [
        "EHLO",
        "MAIL",
        "RCPT",
        "DATA",
        "NOOP",
        "FETCH",
        "STORE",
        "SEARCH",
        "UID",
        "LIST",
        "STATUS",
        "IDLE",
    ]
    shared = run.keep(b"250 OK\r\n", "text/plain", "réponse")
    for number in range(cases):
        tenant = f"big-{number}"
        for step in range(events // 2):
            word = words[(step * step + number) % len(words)]
            run.event(
                tenant,
                "product",
                "operator",
                "command",
                f"{word} {'abcdefgh'[step % 8] * 5} argument {tenant}",
                connection="k",
                evidence=False,
            )
            run.event(
                tenant,
                "operator",
                "product",
                "reply",
                f"250 2.{step % 7}.0 réponse de l'opérateur",
                connection="k",
                evidence=False,
            )
            run.events[-1]["evidence"] = run.events[-2]["evidence"] = shared
        failed = number % 5 == 0
        record["cases"].append(
            case(
                f"BIG-{number:03d}",
                "failed" if failed else "passed",
                [f"X-BIG-{number % 250}"],
                tenant=tenant,
                evidence=[shared, mail],
                findings=[
                    finding(
                        f"BIG-{step}",
                        both(f"Constat {step} du cas {number}.", f"Finding {step} of case {number}."),
                        expected="x" * 300,
                        found="y" * 300,
                        evidence=mail,
                        location={"line": 5},
                    )
                    for step in range(3 if failed else 0)
                ],
            )
        )
    for number in range(250):
        record["requirements"][f"X-BIG-{number}"] = requirement(
            "passed",
            both(f"Thème {number % 12}", f"Theme {number % 12}"),
            both(f"Exigence {number}", f"Requirement {number}"),
            both("Texte de l'exigence. " * 12, "Text of the requirement. " * 12),
            cases=[f"BIG-{number:03d}"],
        )
    return record
