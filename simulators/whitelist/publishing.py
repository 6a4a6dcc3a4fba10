"""Publishing the list of a space over HTTP(S), rightly or with a fault.

The real one is at `https://espacedeconfiance.mssante.fr/listeblanchemssante.xml`, behind an IGC-Santé
certificate: serve the routes with one of `Pki.server`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.clock import Clock
from simulators.journal import Journal
from simulators.pki import SPACE_TENANT, ClientFlavour, Credential, Pki
from simulators.whitelist.entries import Domaine
from simulators.whitelist.making import signed_list

FILE_NAME = "listeblanchemssante.xml"
SIGNER_NAME = "alb-test.mssante.fr"


@dataclass(frozen=True, slots=True)
class AlteredList:
    """A DN is changed after the signature. X-OPE-LB3: refused, and the last valid list kept."""

    requirements: ClassVar[tuple[str, ...]] = ("X-OPE-LB3",)


@dataclass(frozen=True, slots=True)
class TruncatedList:
    """No Signature and no end tag of the root, as a copy published in March 2025. X-OPE-LB1, -LB3."""

    requirements: ClassVar[tuple[str, ...]] = ("X-OPE-LB1", "X-OPE-LB3")


@dataclass(frozen=True, slots=True)
class UnsignedList:
    """Well-formed, without Signature. X-OPE-LB2."""

    requirements: ClassVar[tuple[str, ...]] = ("X-OPE-LB2", "X-OPE-LB3")


@dataclass(frozen=True, slots=True)
class ForeignSigner:
    """Rightly signed by a certificate of a commercial authority. X-OPE-LB2."""

    requirements: ClassVar[tuple[str, ...]] = ("X-OPE-LB2", "X-OPE-LB3")


@dataclass(frozen=True, slots=True)
class RevokedSigner:
    """Rightly signed by a certificate that was revoked before. X-OPE-LB2."""

    requirements: ClassVar[tuple[str, ...]] = ("X-OPE-LB2", "X-OPE-LB3")


@dataclass(frozen=True, slots=True)
class WrappedList:
    """Another Domaine put beside the signed content, outside ListeDomaines. X-OPE-LB1, -LB3."""

    requirements: ClassVar[tuple[str, ...]] = ("X-OPE-LB1", "X-OPE-LB3")


@dataclass(frozen=True, slots=True)
class ListUnreachable:
    """503 in place of the list: the last valid one is used. X-OPE-LB3 by analogy (inferred)."""

    requirements: ClassVar[tuple[str, ...]] = ("X-OPE-LB3",)


ListFault = (
    AlteredList | TruncatedList | UnsignedList | ForeignSigner | RevokedSigner | WrappedList | ListUnreachable
)

INTRUDER = Domaine(
    "intrus-test.mssante.fr",
    "Domaine que personne n'a signé (TEST)",
    "CN=intrus-test.mssante.fr,OU=1990000028,O=TEST INTRUS,ST=Paris (75),C=FR",
    "-",
    "-",
    datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
)
"""What `WrappedList` smuggles in."""


class WhiteListPublisher:
    """The list of one tenant, signed when asked for and again after each change."""

    def __init__(self, pki: Pki, clock: Clock, tenant: str = SPACE_TENANT) -> None:
        self.fault: ListFault | None = None
        self._pki = pki
        self._clock = clock
        self._tenant = tenant
        self._entries: tuple[Domaine, ...] = ()
        self._signers: dict[ClientFlavour, Credential] = {}
        self._made: tuple[tuple[Domaine, ...], ListFault | None, bytes] | None = None

    @property
    def entries(self) -> tuple[Domaine, ...]:
        """Return the entries of the list."""
        return self._entries

    def publish(self, entries: Iterable[Domaine]) -> None:
        """Replace the entries."""
        self._entries = tuple(entries)

    def authorise(self, domain: str, credential: Credential, description: str = "Domaine de TEST") -> Domaine:
        """Add an entry for a domain and an operator's certificate, and return it."""
        entry = Domaine(
            domain, description, credential.dn, "TEST responsable", "TEST support", self._clock.now()
        )
        self._entries = (*self._entries, entry)
        return entry

    def document(self) -> bytes:
        """Return the list as it is served, with the fault if there is one."""
        entries, fault = self._entries, self.fault
        if self._made is None or self._made[:2] != (entries, fault):
            self._made = (entries, fault, self._make(entries, fault))
        return self._made[2]

    def _make(self, entries: tuple[Domaine, ...], fault: ListFault | None) -> bytes:
        flavour = ClientFlavour.GOOD
        if isinstance(fault, ForeignSigner):
            flavour = ClientFlavour.OTHER_AUTHORITY
        elif isinstance(fault, RevokedSigner):
            flavour = ClientFlavour.REVOKED
        signer = self._signer(flavour)
        unsigned = isinstance(fault, UnsignedList | TruncatedList)
        made = signed_list(entries, generated=self._clock.now(), signer=None if unsigned else signer)
        match fault:
            case AlteredList():
                return made.replace(b"<DNCertificatOperateur>CN=", b"<DNCertificatOperateur>CN=x", 1)
            case TruncatedList():
                return made[: made.index(b"</ListeDomaines>") + len(b"</ListeDomaines>")]
            case WrappedList():
                smuggled = signed_list([INTRUDER], generated=self._clock.now(), signer=None)
                start = smuggled.index(b"<ListeDomaines>")
                end = smuggled.index(b"</ListeBlancheMSSante>")
                place = made.index(b"<Signature")
                return made[:place] + smuggled[start:end] + made[place:]
            case _:
                return made

    def _signer(self, flavour: ClientFlavour) -> Credential:
        if flavour not in self._signers:
            self._signers[flavour] = self._pki.signer(SIGNER_NAME, tenant=self._tenant, flavour=flavour)
        return self._signers[flavour]


def white_list_routes(publishers: Mapping[str, WhiteListPublisher], journal: Journal) -> list[Route]:
    """Return the routes `/listeblanchemssante.xml` (the space's) and `/t/<tenant>/listeblanchemssante.xml`.

    `publishers` is read at each request, so tenants may come and go.
    """

    async def serve(request: Request) -> Response:
        tenant = request.path_params.get("tenant", SPACE_TENANT)
        publisher = publishers.get(tenant)
        where = tenant if publisher is not None else SPACE_TENANT
        connection = f"{request.client.host}:{request.client.port}" if request.client else ""
        journal.record(
            where,
            "http",
            "request",
            f"GET {request.url.path[:200]}",
            source="product",
            target="bench",
            connection=connection,
            data={"kind": "white-list", "method": "GET", "path": request.url.path[:1000]},
        )
        response, text = _answer(publisher)
        body = bytes(response.body)
        data: dict[str, Any] = {
            "kind": "white-list",
            "http_status": response.status_code,
            "bytes": len(body),
        }
        if publisher is not None and publisher.fault is not None:
            data["fault"] = type(publisher.fault).__name__
        journal.record(
            where,
            "http",
            "response",
            text,
            source="bench",
            target="product",
            connection=connection,
            data=data,
            raw=body if response.status_code == 200 else None,
            media_type="application/xml",
        )
        return response

    return [
        Route(f"/{FILE_NAME}", serve, methods=["GET"]),
        Route(f"/t/{{tenant}}/{FILE_NAME}", serve, methods=["GET"]),
    ]


def _answer(publisher: WhiteListPublisher | None) -> tuple[Response, str]:
    if publisher is None:
        return Response("unknown tenant\n", 404, media_type="text/plain"), "404 locataire inconnu"
    if isinstance(publisher.fault, ListUnreachable):
        return Response(status_code=503), "503 Service Unavailable"
    body = publisher.document()
    text = f"200 liste blanche, {len(publisher.entries)} entrée(s), {len(body)} octets"
    return Response(body, media_type="application/xml"), text
