"""The product's HTTP client: bounded in size and time, no proxy, no redirection followed by itself."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from simulators.product.deadline import Deadline
from simulators.product.errors import Failed

MAX_BODY = 5_000_000
LONGEST_HTTP_WAIT_S = 5.0
"""A revocation service that is silent must not eat the whole time of a request."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers in lower case, and the whole body (5 MB at most)."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body; raises `Failed` for anything else."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Failed("Réponse illisible : un objet JSON était attendu.") from error
        if not isinstance(value, dict):
            raise Failed("Réponse illisible : un objet JSON était attendu.")
        return value


class Web:
    """HTTP and HTTPS, with kept-alive connections."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._client = httpx.Client(verify=context, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """Close the kept connections."""
        self._client.close()

    def request(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        sni: str | None = None,
        max_wait_s: float = LONGEST_HTTP_WAIT_S,
    ) -> Response:
        """Make one request; `sni` is the name to verify when the URL holds an address.

        Raises `Failed` when no answer comes, or when it is larger than 5 MB.
        """
        end = Deadline(min(deadline.remaining(), max_wait_s))
        try:
            with self._client.stream(
                method,
                url,
                headers=dict(headers or {}),
                data=dict(form) if form is not None else None,
                content=content,
                timeout=end.remaining(),
                extensions={} if sni is None else {"sni_hostname": sni},
            ) as answer:
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    end.remaining()
                    if len(body) > MAX_BODY:
                        raise Failed(f"La réponse de {answer.url.host} dépasse {MAX_BODY} octets.")
                return Response(
                    answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, bytes(body)
                )
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            httpx.StreamError,
            ssl.SSLError,
            OSError,
            ValueError,
        ) as error:
            raise Failed(
                f"{_place(url)} ne répond pas comme attendu ({error or type(error).__name__}). "
                "Réessayez plus tard ; si cela dure, prévenez le service."
            ) from error


def _place(url: str) -> str:
    """Return scheme, host and port only: the rest may hold a secret."""
    return "/".join(url.split("/", 3)[:3])
