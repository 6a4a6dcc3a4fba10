"""The HTTPS listener `autoconfig.<domain>` of one tenant."""

from __future__ import annotations

import asyncio
import ssl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from simulators.autoconfig.document import MailServer, render
from simulators.autoconfig.faults import AutoconfigFault, Content
from simulators.clock import Clock
from simulators.http.host import HttpHost
from simulators.http.journalling import JournalMiddleware
from simulators.journal import Journal

AUTOCONFIG_PATH = "/mail/config-v1.1.xml"
"""ECO.1.1.9. Mozilla clients add `?emailaddress=<address>`; the answer is the same."""
CANARY_PATH = "/canari.txt"


class Autoconfig:
    """Serves the autoconfiguration of `domain`.

    `ssl_context` carries the certificate for `host` (`autoconfig.<domain>`), of the operator or commercial,
    or a wrong one. `incoming`, `outgoing` and `display_name` may be changed at any time. Requests are
    journalled as HTTP; a product that breaks the TLS handshake off leaves a `tls` event `alert`.
    """

    def __init__(
        self,
        tenant: str,
        domain: str,
        *,
        journal: Journal,
        clock: Clock,
        ssl_context: ssl.SSLContext,
        incoming: MailServer,
        outgoing: MailServer,
        display_name: str = "",
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.tenant = tenant
        self.domain = domain
        self.incoming = incoming
        self.outgoing = outgoing
        self.display_name = display_name or domain
        self._journal = journal
        self._faults: tuple[AutoconfigFault, ...] = ()
        routes = [Route(AUTOCONFIG_PATH, self._serve), Route(CANARY_PATH, _canary)]
        app = JournalMiddleware(
            Starlette(routes=routes), journal=journal, server="autoconfig", tenant_of=lambda _: tenant
        )
        self._http = HttpHost(
            app,
            address=address,
            port=port,
            ssl_context=ssl_context,
            clock=clock,
            on_tls_failure=self._told_off,
        )

    @property
    def host(self) -> str:
        """The name to verify in the certificate and to send as `Host` and SNI."""
        return f"autoconfig.{self.domain}"

    @property
    def url(self) -> str:
        """The address that a product builds from the domain of the mailbox."""
        return f"https://{self.host}{AUTOCONFIG_PATH}"

    @property
    def address(self) -> str:
        """The IP address to connect to."""
        return self._http.address

    @property
    def port(self) -> int:
        """The port to connect to; `RuntimeError` before `reserve` or `start`."""
        return self._http.port

    def reserve(self) -> int:
        """Bind the port and return it."""
        return self._http.reserve()

    async def start(self) -> int:
        """Serve; return the port."""
        return await self._http.start()

    async def stop(self) -> None:
        """Stop serving and close every connection."""
        await self._http.stop()

    def break_with(self, *faults: AutoconfigFault) -> None:
        """Switch these faults on, and those before off."""
        self._faults = faults

    def repair(self) -> None:
        """Switch all faults off."""
        self._faults = ()

    async def _serve(self, _: Request) -> Response:
        content = Content(self.incoming, self.outgoing)
        for fault in self._faults:
            await asyncio.sleep(fault.delay_s())
            content = fault.spoil(content, f"https://localhost:{self.port}{CANARY_PATH}")
        if content.body is not None:
            kind = "text/xml" if content.status == 200 else "text/html"
            return Response(content.body, content.status, media_type=kind)
        body = render(
            self.domain, self.display_name, content.incoming, content.outgoing, doctype=content.doctype
        )
        return Response(body, content.status, media_type="text/xml")

    def _told_off(self, failure: OSError) -> None:
        reason = getattr(failure, "reason", None) or type(failure).__name__
        self._journal.record(
            self.tenant,
            "tls",
            "alert",
            f"autoconfig : négociation TLS rompue par le produit ({reason})",
            source="product",
            target="autoconfig",
            data={"reason": str(reason), "host": self.host},
        )


async def _canary(_: Request) -> Response:
    return PlainTextResponse("canari")
