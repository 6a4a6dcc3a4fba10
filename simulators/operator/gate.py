"""Who may open which mailbox: the operator's decision on an authentication, and its trace in the journal.

PER, ORG and CAB mailboxes are opened by a Pro Santé Connect token of one of their holders (ECO.1.2.1); an
APP mailbox by the client certificate of its structure and PLAIN with its address as login, any password
(ECO.1.3.1).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulators.journal import mask_secret
from simulators.operator.accounts import Account, Accounts
from simulators.operator.sasl import SaslForm
from simulators.wire import TlsState

_TEXTS = {
    "no-tls": "Chiffrement requis avant l'authentification",
    "malformed": "Identifiants illisibles",
    "unknown-mailbox": "Boîte aux lettres inconnue",
    "closed-mailbox": "Boîte aux lettres fermée",
    "not-a-holder": "Le porteur du jeton n'est pas titulaire de cette boîte",
    "mechanism": "Mécanisme non admis pour ce type de boîte",
    "no-client-certificate": "Certificat client absent",
}


class TokenVerdict(Protocol):
    """What Pro Santé Connect says of an access token: `reason` is None when accepted."""

    @property
    def accepted(self) -> bool:
        """Whether the token is good now."""
        ...

    @property
    def ps_idnat(self) -> str | None:
        """National identifier of its bearer."""
        ...

    @property
    def reason(self) -> str | None:
        """What is wrong with it, in one word."""
        ...


class TokenChecker(Protocol):
    """Who knows access tokens."""

    def check_token(self, tenant: str, token: str) -> TokenVerdict:
        """Judge `token` for `tenant` at the tenant's present instant."""
        ...


class Recorder(Protocol):
    """How an event of a connection is put into the journal (`WireTransport.record`)."""

    def __call__(
        self, name: str, text: str, *, from_product: bool, data: Mapping[str, Any] | None = None
    ) -> None:
        """Record one event."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """The operator's answer.

    `reason` is `accepted`, or one of `no-tls`, `malformed`, `unknown-mailbox`, `closed-mailbox`,
    `mechanism`, `not-a-holder`, `token-<PSC's word>`, `no-client-certificate`,
    `client-certificate-<OpenSSL's word>`, `client-certificate-usage`, `client-certificate-structure`.
    `text` is one line for a person.
    """

    accepted: bool
    reason: str
    account: Account | None = None
    ps_idnat: str | None = None

    @property
    def text(self) -> str:
        """One line for a person."""
        return _TEXTS.get(self.reason, self.reason)

    @property
    def error_challenge(self) -> bytes:
        """The JSON that OAUTHBEARER sends before the refusal (RFC 7628 §3.2.2), not yet in base64."""
        status = "invalid_token" if self.reason.startswith("token-") else "invalid_request"
        return json.dumps({"status": status, "schemes": "bearer", "scope": "openid scope_all"}).encode()


BEARER = ("XOAUTH2", "OAUTHBEARER")
"""Token mechanisms that a server of ours knows."""


class Gate:
    """Judges authentications for one tenant of one operator; `bearer` are the token mechanisms offered.

    ECO.1.2.1 names XOAUTH2 alone: where a product is judged only that is offered, since a client that
    prefers OAUTHBEARER when both are there would look guilty.
    """

    def __init__(
        self, accounts: Accounts, tokens: TokenChecker, tenant: str, bearer: tuple[str, ...] = BEARER
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._tenant = tenant
        self._bearer = bearer

    def mechanisms(self, tls: TlsState | None) -> tuple[str, ...]:
        """Return what is offered on a channel: none in clear.

        PLAIN and EXTERNAL to who showed a certificate.
        """
        if tls is None:
            return ()
        return (*self._bearer, "PLAIN", "EXTERNAL") if tls.peer_chain else self._bearer

    def decide(self, form: SaslForm, tls: TlsState | None) -> Decision:
        """Judge what was sent over the channel `tls`."""
        if tls is None:
            return Decision(False, "no-tls")
        user = form.user
        if form.mechanism == "EXTERNAL" and not user:
            user = self._only_app_of(tls)
        if user is None or (form.mechanism in ("XOAUTH2", "OAUTHBEARER") and form.token is None):
            return Decision(False, "malformed")
        account = self._accounts.get(user)
        if account is None:
            return Decision(False, "unknown-mailbox")
        if not account.open:
            return Decision(False, "closed-mailbox", account)
        if account.type == "APP":
            return self._application(form, account, tls)
        return self._person(form, account)

    def _person(self, form: SaslForm, account: Account) -> Decision:
        if form.token is None:
            return Decision(False, "mechanism", account)
        verdict = self._tokens.check_token(self._tenant, form.token)
        if not verdict.accepted:
            return Decision(False, f"token-{verdict.reason or 'refused'}", account, verdict.ps_idnat)
        if verdict.ps_idnat not in account.holders:
            return Decision(False, "not-a-holder", account, verdict.ps_idnat)
        return Decision(True, "accepted", account, verdict.ps_idnat)

    def _application(self, form: SaslForm, account: Account, tls: TlsState) -> Decision:
        if form.mechanism not in ("PLAIN", "EXTERNAL"):
            return Decision(False, "mechanism", account)
        problem = certificate_problem(tls, account.structure)
        return Decision(problem is None, problem or "accepted", account)

    def _only_app_of(self, tls: TlsState) -> str | None:
        structure = structure_of(tls.peer_chain[0]) if tls.peer_chain else None
        if structure is None:
            return None
        found = [a.address for a in self._accounts if a.type == "APP" and a.structure == structure]
        return found[0] if len(found) == 1 else None

    def attempt(
        self,
        form: SaslForm,
        tls: TlsState | None,
        *,
        record: Recorder,
        initial_response: bool,
        length: int,
        decide: Callable[[SaslForm, TlsState | None], Decision] | None = None,
    ) -> Decision:
        """Judge and put the attempt into the journal (event `auth`).

        `length` is that of the line that bore the response, in octets, end of line included.
        `decide` stands for the operator's own judgement when a fault replaces it.
        """
        decision = (decide or self.decide)(form, tls)
        secret = mask_secret(form.token) if form.token else "‹sans jeton›"
        outcome = "accepté" if decision.accepted else f"refusé : {decision.reason}"
        record(
            "auth",
            f"{form.mechanism} {printable(form.user or '‹sans adresse›')} {secret} {outcome}",
            from_product=True,
            data={
                "mechanism": form.mechanism,
                "user": form.user,
                "initial_response": initial_response,
                "length": length,
                "tls": tls is not None,
                "form_problems": list(form.problems),
                "token_sha256": hashlib.sha256(form.token.encode()).hexdigest() if form.token else None,
                "token_length": len(form.token) if form.token else None,
                "verdict": "accepted" if decision.accepted else "refused",
                "reason": decision.reason,
                "account_type": decision.account.type if decision.account else None,
                "ps_idnat": decision.ps_idnat,
            },
        )
        return decision


def printable(text: str, limit: int = 320) -> str:
    """Return `text` fit for one line of the journal: no control characters, at most `limit` characters."""
    return "".join(character if character.isprintable() else "�" for character in text[:limit])


def certificate_problem(tls: TlsState, structure: str | None) -> str | None:
    """Return what is wrong with the client certificate for an APP mailbox of `structure`, None when good."""
    if not tls.peer_chain:
        return "no-client-certificate"
    if tls.peer_error is not None:
        return f"client-certificate-{tls.peer_error}"
    leaf = tls.peer_chain[0]
    try:
        usages = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return "client-certificate-usage"
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usages:
        return "client-certificate-usage"
    return None if structure_of(leaf) == structure else "client-certificate-structure"


def structure_of(certificate: x509.Certificate) -> str | None:
    """Return the national identifier of the structure, which IGC-Santé certificates bear as OU."""
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return str(units[0].value) if units else None
