"""The realm of one tenant: its people, clients, sessions, codes and tokens, on the tenant's clock."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from simulators.clock import Clock
from simulators.people import Professional
from simulators.psc.breakage import Breakage
from simulators.psc.claims import JsonObject
from simulators.psc.faults import Canned, Endpoint, PscFault
from simulators.psc.mint import REFRESH_OCTETS, Mint
from simulators.psc.model import (
    CibaRequest,
    Client,
    Grant,
    Lifetimes,
    OAuthError,
    RefreshToken,
    Session,
    Strictness,
    TokenSet,
    TokenVerdict,
    Wallet,
    WalletHabit,
)
from simulators.psc.tokens import Algorithm, SigningKey, peek, s256

MAX_KEPT = 10_000
"""Bound on the codes, CIBA requests, refresh tokens and sessions that a realm remembers, each."""


class Realm:
    """State and rules of `esante-wallet` for one tenant. Safe to use from the test's thread.

    `signed_in` is the PS_IdNat of who holds the wallet in the code flow (None: the first of `people`).
    `wallet`, `lifetimes`, `strictness` and `token_octets` (size to which access tokens are padded) may be
    changed at any time.
    """

    def __init__(
        self,
        issuer: str,
        *,
        clock: Clock,
        rng: random.Random,
        key: SigningKey,
        other_key: SigningKey,
        people: Iterable[Professional] = (),
        clients: Iterable[Client] = (),
        lifetimes: Lifetimes | None = None,
        strictness: Strictness | None = None,
        wallet: WalletHabit | None = None,
        token_octets: int | None = None,
    ) -> None:
        self.issuer = issuer
        self.clock = clock
        self.people = {person.ps_idnat: person for person in people}
        self.clients = {client.client_id: client for client in clients}
        self.lifetimes = lifetimes or Lifetimes()
        self.strictness = strictness or Strictness()
        self.wallet = wallet or WalletHabit()
        self.token_octets = token_octets
        self.signed_in: str | None = None
        self.key = key
        self._mint = Mint(issuer, clock=clock, rng=rng, key=key, other_key=other_key)
        self._breakage = Breakage()
        self._lock = threading.RLock()
        self._grants: dict[str, Grant] = {}
        self._used_codes: dict[str, str] = {}
        self._ciba: dict[str, CibaRequest] = {}
        self._sessions: dict[str, Session] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._waiting_pages: Counter[str] = Counter()

    # Faults

    def break_with(self, *faults: PscFault) -> None:
        """Switch these faults on, and those before off."""
        self._breakage.switch(faults)

    def repair(self) -> None:
        """Switch all faults off."""
        self._breakage.switch(())

    @property
    def faults(self) -> tuple[PscFault, ...]:
        """The faults that are on."""
        return self._breakage.faults

    def instead(self, endpoint: Endpoint) -> Canned | None:
        """Count one answer of `endpoint`; return what a fault wants in its place."""
        return self._breakage.instead(endpoint)

    # Wallet and codes

    def holder(self) -> str:
        """Return the PS_IdNat of who signs in; raises `OAuthError` when the realm knows nobody."""
        if self.signed_in is not None:
            return self.signed_in
        for ps_idnat in self.people:
            return ps_idnat
        raise OAuthError("access_denied", "no professional in this realm")

    def look_at_page(self, key: str) -> Wallet:
        """Return what the user does at this look at the authentication page `key`."""
        with self._lock:
            self._waiting_pages[key] += 1
            decision = self.wallet.decide(self._waiting_pages[key])
            if decision is not Wallet.PENDING or len(self._waiting_pages) > MAX_KEPT:
                del self._waiting_pages[key]
            return decision

    def issue_code(
        self,
        *,
        client_id: str,
        redirect_uri: str,
        nonce: str | None,
        challenge: str | None,
        challenge_method: str,
    ) -> str:
        """Return a new authorization code."""
        with self._lock:
            code = f"{self._mint.uuid()}.{self._mint.uuid()}.{self._mint.uuid()}"
            self._grants[code] = Grant(
                code,
                client_id,
                redirect_uri,
                self.holder(),
                nonce,
                challenge,
                challenge_method,
                self.clock.now(),
            )
            _bound(self._grants)
            return code

    def redeem_code(
        self, code: str, *, client_id: str, redirect_uri: str | None, verifier: str | None
    ) -> TokenSet:
        """Exchange a code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.6); any failure burns the code.

        A code that comes twice also ends the session that it opened (RFC 6749 §4.1.2).
        """
        with self._lock:
            if code in self._used_codes:
                session = self._sessions.get(self._used_codes[code])
                if session is not None:
                    session.refresh_dead = session.access_dead = True
                raise OAuthError("invalid_grant", "Code already used")
            grant = self._grants.pop(code, None)
            if grant is None or grant.client_id != client_id:
                raise OAuthError("invalid_grant", "Code not valid")
            if self._is_past(grant.issued, self.lifetimes.code_s):
                raise OAuthError("invalid_grant", "Code is expired")
            if redirect_uri != grant.redirect_uri:
                raise OAuthError("invalid_grant", "Incorrect redirect_uri")
            _check_verifier(grant, verifier)
            session = self._open(grant.ps_idnat, client_id, grant.nonce)
            self._used_codes[code] = session.sid
            _bound(self._used_codes)
            return self._tokens(session)

    # CIBA

    def start_ciba(self, *, client_id: str, login_hint: str) -> CibaRequest:
        """Open a CIBA request (poll mode) for the professional `login_hint` (PS_IdNat)."""
        with self._lock:
            if login_hint not in self.people:
                raise OAuthError("unknown_user_id", f"no professional {login_hint!r} in this realm")
            request = CibaRequest(self._mint.secret(48), client_id, login_hint, self.clock.now())
            self._ciba[request.auth_req_id] = request
            _bound(self._ciba)
            return request

    def redeem_ciba(self, auth_req_id: str, *, client_id: str) -> TokenSet:
        """Exchange an accepted CIBA request for tokens (OpenID Connect CIBA Core §10 and §11)."""
        with self._lock:
            request = self._ciba.get(auth_req_id)
            if request is None or request.client_id != client_id:
                raise OAuthError("invalid_grant", "Invalid Auth Req ID")
            now = self.clock.now()
            if self._is_past(request.issued, self.lifetimes.ciba_s):
                del self._ciba[auth_req_id]
                raise OAuthError("expired_token", "Authentication timed out")
            interval = timedelta(seconds=self.lifetimes.ciba_interval_s)
            if request.last_poll is not None and now - request.last_poll < interval:
                raise OAuthError("slow_down", "Too early to access")
            request.last_poll = now
            request.polls += 1
            match self.wallet.decide(request.polls):
                case Wallet.PENDING:
                    raise OAuthError(
                        "authorization_pending",
                        "The authorization request is still pending as the end-user hasn't yet been "
                        "authenticated.",
                    )
                case Wallet.REFUSE:
                    del self._ciba[auth_req_id]
                    raise OAuthError("access_denied", "The end-user refused the authentication")
                case Wallet.ACCEPT:
                    del self._ciba[auth_req_id]
            return self._tokens(self._open(request.ps_idnat, client_id, None))

    # Sessions

    def refresh(self, token: str, *, client_id: str) -> TokenSet:
        """Exchange a refresh token for new tokens (RFC 6749 §6)."""
        with self._lock:
            known = self._refresh.get(token)
            if known is None or known.client_id != client_id:
                raise OAuthError("invalid_grant", "Invalid refresh token")
            session = self._sessions.get(known.sid)
            if session is None or session.refresh_dead or self._is_over(session):
                raise OAuthError("invalid_grant", "Session not active")
            if self.clock.now() >= known.expires:
                raise OAuthError("invalid_grant", "Token is not active")
            if self.strictness.refresh_once:
                del self._refresh[token]
            session.last_used = self.clock.now()
            return self._tokens(session)

    def end_session(self, sid: str) -> bool:
        """End a session (logout, revocation): all its tokens are dead. False when it is unknown."""
        with self._lock:
            session = self._sessions.get(sid)
            if session is None:
                return False
            session.refresh_dead = session.access_dead = True
            return True

    def revoke_sessions(self, ps_idnat: str, *, access_tokens: bool = True) -> int:
        """End the sessions of a professional as PSC does on its own; return how many there were.

        With `access_tokens` false the access tokens already given live to their term, as they do for an
        operator that only checks signature and expiry.
        """
        with self._lock:
            mine = [session for session in self._sessions.values() if session.ps_idnat == ps_idnat]
            for session in mine:
                session.refresh_dead = True
                session.access_dead = session.access_dead or access_tokens
            return len(mine)

    def session_of(self, token: str) -> str | None:
        """Return the `sid` behind a refresh token, an access token or an id_token of this realm."""
        with self._lock:
            known = self._refresh.get(token)
            if known is not None:
                return known.sid
            read = self.key.read(token)
            sid = read.get("sid") if read else None
            return sid if isinstance(sid, str) else None

    def refresh_is_live(self, token: str) -> bool:
        """Say whether a refresh token could be used now."""
        with self._lock:
            known = self._refresh.get(token)
            session = self._sessions.get(known.sid) if known else None
            return bool(
                known
                and session
                and not session.refresh_dead
                and not self._is_over(session)
                and self.clock.now() < known.expires
            )

    # Tokens

    def check(self, token: str) -> TokenVerdict:
        """Judge an access token as an operator may: signature, issuer, expiry, session."""
        if peek(token) is None:
            return TokenVerdict(False, None, "malformed")
        read = self.key.read(token)
        if read is None:
            return TokenVerdict(False, None, "bad-signature")
        who = read.get("preferred_username")
        ps_idnat = who if isinstance(who, str) else None
        reason = self._why_not(read)
        return TokenVerdict(reason is None, ps_idnat, reason)

    def claims_of(self, token: str) -> JsonObject | None:
        """Return the claims of an access token that `check` accepts, else None."""
        return self.key.read(token) if self.check(token).accepted else None

    def issue_token(
        self,
        ps_idnat: str,
        *,
        client_id: str = "mssante-serve",
        life_s: int | None = None,
        algorithm: Algorithm = "RS256",
        foreign_key: bool = False,
        octets: int | None = None,
        **overrides: Any,
    ) -> str:
        """Return an access token made by hand.

        `life_s` may be negative (already expired); `foreign_key` signs with a key of no JWKS under the
        realm's `kid`; `algorithm` forges (`none`, `HS256` keyed by the public key); `octets` pads;
        `overrides` replace claims (`iss=…`, `sid="inconnu"`), and a claim set to None is left out.
        """
        with self._lock:
            session = self._open(ps_idnat, client_id, None)
            return self._mint.handmade(
                session,
                life_s=self.lifetimes.access_s if life_s is None else life_s,
                octets=octets or self.token_octets,
                algorithm=algorithm,
                foreign_key=foreign_key,
                overrides=overrides,
            )

    def subject(self, ps_idnat: str) -> str:
        """Return the `sub` of a professional."""
        return self._mint.subject(ps_idnat)

    def _why_not(self, read: JsonObject) -> str | None:
        expiry, sid = read.get("exp"), read.get("sid")
        if read.get("iss") != self.issuer:
            return "wrong-issuer"
        if read.get("typ") != "Bearer":
            return "wrong-type"
        if not isinstance(expiry, int | float) or self.clock.now().timestamp() >= expiry:
            return "expired"
        with self._lock:
            session = self._sessions.get(sid) if isinstance(sid, str) else None
            if session is None:
                return "unknown-session"
            return "revoked" if session.access_dead else None

    def _open(self, ps_idnat: str, client_id: str, nonce: str | None) -> Session:
        now = self.clock.now()
        session = Session(self._mint.uuid(), ps_idnat, client_id, nonce, now, now)
        self._sessions[session.sid] = session
        _bound(self._sessions)
        return session

    def _tokens(self, session: Session) -> TokenSet:
        person = self.people.get(session.ps_idnat)
        if person is None:
            raise OAuthError("invalid_grant", "User not found")
        access_token, id_token = self._mint.pair(
            session,
            person,
            life_s=self.lifetimes.access_s,
            octets=self.token_octets,
            faults=self.faults,
        )
        refresh_token, refresh_s = self._issue_refresh(session)
        return TokenSet(session, access_token, refresh_token, id_token, self.lifetimes.access_s, refresh_s)

    def _issue_refresh(self, session: Session) -> tuple[str, int]:
        now = self.clock.now()
        session_end = session.started + timedelta(seconds=self.lifetimes.session_s)
        expires = min(now + timedelta(seconds=self.lifetimes.refresh_s), session_end)
        token = self._mint.secret(REFRESH_OCTETS)
        self._refresh[token] = RefreshToken(session.sid, session.client_id, expires)
        _bound(self._refresh)
        return token, int((expires - now).total_seconds())

    def _is_over(self, session: Session) -> bool:
        return self._is_past(session.started, self.lifetimes.session_s) or self._is_past(
            session.last_used, self.lifetimes.refresh_s
        )

    def _is_past(self, since: datetime, seconds: int) -> bool:
        return self.clock.now() - since >= timedelta(seconds=seconds)


def _check_verifier(grant: Grant, verifier: str | None) -> None:
    if grant.challenge is None:
        if verifier is not None:
            raise OAuthError("invalid_grant", "PKCE code verifier specified but no challenge was sent")
        return
    if verifier is None:
        raise OAuthError("invalid_grant", "PKCE code verifier not specified")
    computed = s256(verifier) if grant.challenge_method == "S256" else verifier
    if computed != grant.challenge:
        raise OAuthError("invalid_grant", "PKCE verification failed")


def _bound(kept: dict[str, Any]) -> None:
    while len(kept) > MAX_KEPT:
        del kept[next(iter(kept))]
