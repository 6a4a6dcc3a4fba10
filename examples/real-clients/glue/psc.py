"""Pro Santé Connect: authorization code with PKCE, as small as it can honestly be.

The redirections are followed here in place of the user's browser, since the simulated wallet accepts on its
own. The token lives in memory only. Run as a program, it prints the access token that its environment has:
what msmtp's `passwordeval` wants.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import secrets
import ssl
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from glue.driver import Failed, State

REDIRECTIONS = 10
TIMEOUT_S = 10
HANDED = "MSSANTE_JETON"
"""The environment variable by which a token goes to msmtp: the same user alone can read it, for that time."""


class Psc:
    """One sign-in; use it as a context manager, which signs out at the end."""

    def __init__(self, told: Mapping[str, Any], public_root: str) -> None:
        self._told = told
        self._context = ssl.create_default_context(cafile=public_root)
        self._endpoints: dict[str, Any] = json.loads(self._get(told["discovery"])[1])
        self._tokens: dict[str, Any] = {}

    def __enter__(self) -> Psc:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Sign the professional in."""
        self._tokens = self._sign_in()

    def close(self) -> None:
        """Sign him out."""
        form = {"refresh_token": self._tokens["refresh_token"], "id_token_hint": self._tokens["id_token"]}
        self._post("end_session_endpoint", form)

    @property
    def access_token(self) -> str:
        """The token to show to the operator."""
        return str(self._tokens["access_token"])

    def identity(self) -> dict[str, str]:
        """Return who signed in."""
        status, body, _ = self._ask(
            "GET",
            self._endpoints["userinfo_endpoint"],
            None,
            {"Authorization": f"Bearer {self.access_token}"},
        )
        if status != 200:
            raise Failed(f"Pro Santé Connect ne donne pas l'identité ({status}).")
        told = json.loads(body)
        return {
            "ps_idnat": told["SubjectNameID"],
            "family": told.get("family_name", ""),
            "given": told.get("given_name", ""),
        }

    def _sign_in(self) -> dict[str, Any]:
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._told["client_id"],
            "redirect_uri": self._told["redirect_uri"],
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": state,
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        back = self._browse(self._endpoints["authorization_endpoint"] + "?" + urlencode(query))
        if back.get("state") != state or "code" not in back:
            raise Failed(f"Pro Santé Connect n'a pas ouvert la session ({back.get('error', 'sans motif')}).")
        form = {
            "grant_type": "authorization_code",
            "code": back["code"],
            "redirect_uri": self._told["redirect_uri"],
            "code_verifier": verifier,
        }
        status, body = self._post("token_endpoint", form)
        if status != 200:
            raise Failed(f"Pro Santé Connect ne donne pas de jeton ({status}).")
        return dict(json.loads(body))

    def _browse(self, url: str) -> dict[str, str]:
        for _ in range(REDIRECTIONS):
            status, _, location = self._ask("GET", url, None, {})
            if location is None:
                raise Failed(f"Pro Santé Connect n'a pas terminé la connexion ({status}).")
            url = urljoin(url, location)
            if url.startswith(self._told["redirect_uri"]):
                return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        raise Failed("Pro Santé Connect redirige sans fin.")

    def _post(self, endpoint: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        client = f"{self._told['client_id']}:{self._told['client_secret']}".encode()
        headers = {
            "Authorization": "Basic " + base64.b64encode(client).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({**form, "client_id": self._told["client_id"]})
        status, content, _ = self._ask("POST", self._endpoints[endpoint], body, headers)
        return status, content

    def _get(self, url: str) -> tuple[int, bytes]:
        status, content, _ = self._ask("GET", url, None, {})
        if status != 200:
            raise Failed(f"Pro Santé Connect ne répond pas comme attendu ({status}).")
        return status, content

    def _ask(
        self, method: str, url: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes, str | None]:
        parts = urlsplit(url)
        link = http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT_S, context=self._context)
        try:
            link.request(method, f"{parts.path}?{parts.query}", body, dict(headers))
            answer = link.getresponse()
            return answer.status, answer.read(), answer.getheader("Location")
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"Pro Santé Connect injoignable : {error}") from error
        finally:
            link.close()


def sign_in(state: State) -> Psc:
    """Return a sign-in with the configured Pro Santé Connect."""
    told = state.configuration
    return Psc(told["psc"], told["trust"]["public_root"])


def main() -> int:
    """Print the access token that the parent of msmtp put into its environment."""
    print(os.environ[HANDED])
    return 0


if __name__ == "__main__":
    sys.exit(main())
