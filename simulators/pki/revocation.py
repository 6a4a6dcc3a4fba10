"""The HTTP service to which certificates point: CRL, OCSP and authority certificates, per tenant.

`/t/<tenant>/crl/<authority>.crl`, `/t/<tenant>/ocsp` (POST, and GET with the request in base64 behind it,
RFC 6960 appendix A.1), `/t/<tenant>/ca/<authority>.cer`. Every query and every answer is journalled under
its tenant; a query for a tenant that nothing was issued to is journalled under the space.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.clock import Clock
from simulators.journal import Journal
from simulators.pki.breaking import BrokenResponse
from simulators.pki.crl import CRL_MEDIA_TYPE, crl_answer
from simulators.pki.faults import Outage, Unreachable
from simulators.pki.hierarchy import SPACE_TENANT
from simulators.pki.ocsp import REQUEST_MAX, OcspAnswer, ocsp_answer
from simulators.pki.pki import Pki

OCSP_REQUEST_TYPE = "application/ocsp-request"
OCSP_RESPONSE_TYPE = "application/ocsp-response"
CERTIFICATE_TYPE = "application/pkix-cert"

Kind = Literal["crl", "ocsp", "aia"]


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer, with its line and its data for the journal."""

    body: bytes
    media_type: str
    text: str
    data: dict[str, Any]
    status_code: int = 200


def revocation_app(
    pki: Pki, journal: Journal, clock_of_tenant: Callable[[str], Clock] | None = None
) -> Starlette:
    """Return the application; `clock_of_tenant` gives a tenant's clock (default: as told to `pki`)."""
    service = _Service(pki, journal, clock_of_tenant or pki.clock_of)
    return Starlette(
        routes=[
            Route("/t/{tenant}/crl/{authority}.crl", service.crl, methods=["GET"]),
            Route("/t/{tenant}/ca/{authority}.cer", service.certificate, methods=["GET"]),
            Route("/t/{tenant}/ocsp", service.ocsp_post, methods=["POST"]),
            Route("/t/{tenant}/ocsp/{request:path}", service.ocsp_get, methods=["GET"]),
        ]
    )


class _Service:
    def __init__(self, pki: Pki, journal: Journal, clock_of: Callable[[str], Clock]) -> None:
        self._pki = pki
        self._journal = journal
        self._clock_of = clock_of

    async def crl(self, request: Request) -> Response:
        """Serve the CRL of an authority."""

        async def answer(tenant: str, authority: str) -> _Answer:
            made = crl_answer(self._pki, tenant, authority, self._now(tenant))
            data: dict[str, Any] = {
                "number": made.number,
                "this_update": made.this_update.isoformat(),
                "next_update": made.next_update.isoformat(),
                "revoked": [f"{serial:x}" for serial in made.revoked],
            }
            text = (
                f"CRL n° {made.number} de {authority}, {len(made.revoked)} révoqué(s), "
                f"nextUpdate {made.next_update:%Y-%m-%dT%H:%M:%SZ}"
                if made.media_type == CRL_MEDIA_TYPE
                else f"page {made.media_type} au lieu d'une CRL"
            )
            return _Answer(made.body, made.media_type, text, data)

        return await self._of_authority(request, "crl", answer)

    async def certificate(self, request: Request) -> Response:
        """Serve the certificate of an authority (AIA caIssuers)."""

        async def answer(tenant: str, authority: str) -> _Answer:
            found = self._pki.authority_certificate(authority, tenant)
            text = f"certificat de {found.subject.rfc4514_string()}"
            return _Answer(found.public_bytes(Encoding.DER), CERTIFICATE_TYPE, text, {})

        return await self._of_authority(request, "aia", answer)

    async def ocsp_post(self, request: Request) -> Response:
        """Answer an OCSP request in a body."""
        body = bytearray()
        try:
            async for piece in request.stream():
                if len(body) <= REQUEST_MAX:
                    body += piece[: REQUEST_MAX + 1]
        except ClientDisconnect:
            return Response(status_code=400)
        return await self._ocsp(request, bytes(body))

    async def ocsp_get(self, request: Request) -> Response:
        """Answer an OCSP request in the URL: base64, percent-encoded (RFC 6960 appendix A.1)."""
        text = request.path_params["request"]
        try:
            der = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            der = b""  # not a request: answered malformedRequest
        return await self._ocsp(request, der)

    async def _ocsp(self, request: Request, der: bytes) -> Response:
        tenant = self._asked(request, "ocsp", {}, raw=der, media_type=OCSP_REQUEST_TYPE)
        if tenant is None:
            return self._not_found(request, "ocsp")
        said = ocsp_answer(self._pki, tenant, der, self._now(tenant))
        answer = _Answer(said.body, OCSP_RESPONSE_TYPE, _ocsp_text(said), _ocsp_data(said))
        return await self._send(request, tenant, "ocsp", answer, self._pki.behaviour(tenant).ocsp)

    async def _of_authority(
        self, request: Request, kind: Kind, make: Callable[[str, str], Awaitable[_Answer]]
    ) -> Response:
        authority = request.path_params["authority"]
        tenant = self._asked(request, kind, {"authority": authority})
        if tenant is None or authority not in self._pki.authorities_in_use():
            return self._not_found(request, kind)
        behaviour = self._pki.behaviour(tenant)
        answer = await make(tenant, authority)
        answer.data["authority"] = authority
        return await self._send(
            request, tenant, kind, answer, behaviour.crl if kind == "crl" else behaviour.aia
        )

    async def _send(
        self, request: Request, tenant: str, kind: Kind, answer: _Answer, fault: object
    ) -> Response:
        if fault is not None:
            answer = replace(answer, data={**answer.data, "fault": type(fault).__name__})
        if isinstance(fault, Unreachable):
            return await self._fail(request, tenant, kind, answer, fault)
        self._answered(request, tenant, kind, answer)
        return Response(answer.body, media_type=answer.media_type)

    async def _fail(
        self, request: Request, tenant: str, kind: Kind, answer: _Answer, fault: Unreachable
    ) -> Response:
        asked: dict[str, Any] = {
            name: answer.data[name] for name in ("authority", "serial", "fault") if name in answer.data
        }
        asked["outage"] = fault.outage.value
        if fault.outage is Outage.STATUS_503:
            refusal = _Answer(b"service indisponible\n", "text/plain", "Service Unavailable", asked, 503)
            self._answered(request, tenant, kind, refusal)
            return Response(refusal.body, 503, media_type=refusal.media_type)
        if fault.outage is Outage.DROPPED:
            half = replace(
                answer,
                body=answer.body[: len(answer.body) // 2],
                text="connexion coupée au milieu de la réponse",
                data=asked,
            )
            self._answered(request, tenant, kind, half)
            return BrokenResponse(answer.body, media_type=answer.media_type)
        await asyncio.sleep(fault.delay_s)
        self._answered(request, tenant, kind, replace(answer, data={**answer.data, **asked}))
        return Response(answer.body, media_type=answer.media_type)

    # Journal ------------------------------------------------------------------------------------------

    def _asked(
        self,
        request: Request,
        kind: Kind,
        data: dict[str, Any],
        *,
        raw: bytes | None = None,
        media_type: str = "application/octet-stream",
    ) -> str | None:
        """Journal a query; return its tenant, None when nothing was ever issued to it."""
        tenant: str = request.path_params["tenant"]
        known = self._pki.knows(tenant)
        path = request.url.path
        self._journal.record(
            tenant if known else SPACE_TENANT,
            "http",
            "request",
            f"{request.method} {path[:200]}",
            source="product",
            target="pki",
            connection=_connection(request),
            data={"kind": kind, "method": request.method, "path": path[:1000], **data},
            raw=raw,
            media_type=media_type,
        )
        return tenant if known else None

    def _answered(self, request: Request, tenant: str, kind: Kind, answer: _Answer) -> None:
        self._journal.record(
            tenant,
            "http",
            "response",
            f"{answer.status_code} {answer.text}",
            source="pki",
            target="product",
            connection=_connection(request),
            data={
                "kind": kind,
                "http_status": answer.status_code,
                "bytes": len(answer.body),
                **answer.data,
            },
            raw=answer.body,
            media_type=answer.media_type,
        )

    def _not_found(self, request: Request, kind: Kind) -> Response:
        refusal = _Answer(
            b"unknown tenant or authority\n", "text/plain", "ni locataire ni autorité de ce nom", {}, 404
        )
        self._answered(request, SPACE_TENANT, kind, refusal)
        return Response(refusal.body, refusal.status_code, media_type=refusal.media_type)

    def _now(self, tenant: str) -> datetime:
        return self._clock_of(tenant).now()


def _connection(request: Request) -> str:
    return f"{request.client.host}:{request.client.port}" if request.client else ""


def _ocsp_text(answer: OcspAnswer) -> str:
    if answer.query is None or answer.status is None:
        return f"OCSP {answer.response_status}"
    nonce = ", nonce" if answer.query.nonce is not None else ""
    return f"OCSP {answer.status} pour le n° {answer.query.serial:x} de {answer.authority}{nonce}"


def _ocsp_data(answer: OcspAnswer) -> dict[str, Any]:
    return {
        "response_status": answer.response_status,
        "status": answer.status,
        "authority": answer.authority,
        "serial": f"{answer.query.serial:x}" if answer.query else None,
        "nonce": answer.query is not None and answer.query.nonce is not None,
    }
