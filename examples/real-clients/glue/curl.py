"""curl with the options of one end point: its configuration file goes by standard input.

A token on the command line would be seen by every user of the machine.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from glue.driver import Failed, Refused, State
from glue.programs import run

Options = Iterable[tuple[str, str | None]]

CURL = ("curl", "--silent", "--show-error")
CONNECT_S, TOTAL_S = "8", "25"
REFUSALS = {
    35: "poignée de main TLS",
    58: "certificat client",
    59: "suites de chiffrement",
    60: "certificat du serveur",
    64: "STARTTLS",
    91: "état du certificat",
}
"""curl's exit codes (curl(1), EXIT CODES) by which a check of its own said no."""

SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-RSA-AES128-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256"
)
"""The six suites of ECO.1.1.3, under OpenSSL's names."""
STRICT: tuple[tuple[str, str | None], ...] = (
    ("tlsv1.2", None),
    ("ciphers", SUITES),
    ("curves", "P-256:P-384:P-521"),
)
CRL_POINT = re.compile(r"URI:(http://\S+\.crl)")
POLICY = re.compile(r"Certificate Policies:(.*)")


def curl(options: Options) -> bytes:
    """Run curl; return its output. Raises `Refused` or `Failed` with curl's own words."""
    lines = [name if value is None else f'{name} = "{_quoted(value)}"' for name, value in options]
    done = run(
        [*CURL, "--connect-timeout", CONNECT_S, "--max-time", TOTAL_S, "--config", "-"],
        "\n".join(lines).encode("utf-8"),
    )
    if done.returncode == 0:
        return done.stdout
    words = done.stderr.decode("utf-8", "replace").strip() or f"curl : code {done.returncode}"
    sys.stderr.write(words + "\n")
    told = words.splitlines()[0]
    if done.returncode in REFUSALS:
        raise Refused(f"{told} ({REFUSALS[done.returncode]})")
    raise Failed(told)


class Link:
    """curl towards the operator by one protocol.

    `strict` adds what MSSanté asks and curl does not do unless told: suites, curves, CRL, range.
    """

    def __init__(self, state: State, protocol: str, *, strict: bool) -> None:
        told = state.configuration
        endpoint = told[protocol] or autoconfigured(told)[protocol]
        host = f"{endpoint['host']}:{endpoint['port']}"
        self.url = f"{protocol}://{host}/"
        self._folder = state.folder
        self._policy = str(told["trust"]["accepted_policy"])
        self._strict = strict
        # The name stays the one to verify; only the address is replaced, as a DNS would have told it.
        self._options: list[tuple[str, str | None]] = [
            ("ssl-reqd", None),
            ("cacert", told["trust"]["igc_sante_root"]),
            ("connect-to", f"{host}:{endpoint['address']}:{endpoint['port']}"),
        ]
        if strict:
            self._options += STRICT

    def run(self, login: Options, *transfers: Options) -> bytes:
        """Do the transfers, over one connection."""
        if self._strict:
            self._options.append(("crlfile", str(self._revocation_lists())))
            self._strict = False
        request: list[tuple[str, str | None]] = []
        for transfer in transfers:
            request += [("next", None)] if request else []
            request += [*self._options, *login, *transfer]
        return curl(request)

    def _revocation_lists(self) -> Path:
        """Look at the certificate, check its range, bring its CRL; the last ones are kept (ECO.1.1.7)."""
        look = [*self._options, ("url", self.url), ("request", "NOOP"), ("write-out", "%{certs}")]
        shown = curl(look).decode("utf-8", "replace")
        policies = POLICY.search(shown)
        if policies is None or self._policy not in policies[1]:
            raise Refused("Le certificat du serveur n'est pas de la gamme Elémentaire Organisation.")
        lists = []
        for url in dict.fromkeys(CRL_POINT.findall(shown)):
            kept = self._folder / f"{url.rpartition('/')[2]}.pem"
            try:
                kept.write_bytes(_pem(curl([("url", url), ("fail", None)])))
            except Failed:
                if not kept.exists():
                    raise
            lists.append(kept.read_bytes())
        together = self._folder / "crl.pem"
        together.write_bytes(b"".join(lists))
        return together


def autoconfigured(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the end points of the autoconfiguration document, which curl reads (ECO.1.1.9)."""
    place = told["autoconfig"]
    document = curl(
        [
            ("url", place["url"]),
            ("fail", None),
            ("cacert", told["trust"]["public_root"]),
            ("connect-to", f"{place['host']}:443:{place['address']}:{place['port']}"),
        ]
    )
    provider = ElementTree.fromstring(document)  # noqa: S314  from the operator, over checked TLS
    found = {}
    for protocol, way in (("imap", "incomingServer"), ("smtp", "outgoingServer")):
        server = provider.find(f".//{way}[@type='{protocol}']")
        if server is None:
            raise Failed(f"Autoconfiguration sans serveur {protocol}.")
        host, port = server.findtext("hostname"), server.findtext("port")
        found[protocol] = {"host": host, "port": port, "address": host}
    return found


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _pem(crl: bytes) -> bytes:
    if crl.startswith(b"-----BEGIN"):
        return crl
    return b"-----BEGIN X509 CRL-----\n" + base64.encodebytes(crl) + b"-----END X509 CRL-----\n"
