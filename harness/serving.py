"""The simulated space by hand: one tenant that stays open, and all that is needed to use it with any tool."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from harness.errors import EnvironmentFault
from schemas.messages import message
from simulators.annuaire.spec import DirectorySpec
from simulators.journal import Journal
from simulators.network import Network
from simulators.space import Space
from simulators.tenant import Bal, BalType, Tenant, TenantSpec

TOKEN_LIFE_S = 14_400
"""As long as a Pro Santé Connect session, 4 h: a person tries things by hand; real tokens live 2 minutes."""
NIL = "0000"
OTHERS = 100
"""Invented professionals in the directory beside the tenant's: more than two pages."""


@dataclass(frozen=True, slots=True)
class Example:
    """A command that works as it is in a shell of this machine; `topic` is a message key of the cli."""

    topic: str
    command: str


class ServedSpace:
    """A started space with one open tenant; `close` leaves nothing listening and no file behind."""

    def __init__(
        self, journal: Journal, mailboxes: Sequence[BalType], *, network: Network | None = None, seed: int = 0
    ) -> None:
        self.journal = journal
        self.space = Space(journal, seed=seed, network=network)
        try:
            self.space.start()
            self.tenant: Tenant = self.space.open_tenant(
                "serve",
                TenantSpec(
                    mailboxes=tuple(mailboxes), autoconfig=True, directory=DirectorySpec(others=OTHERS)
                ),
            )
        except OSError as error:
            self.space.close()
            detail = error.strerror or str(error)
            raise EnvironmentFault(
                message("cli.serve-port").filled(detail=detail), fix=message("cli.serve-port-fix")
            ) from error
        self.configuration: dict[str, Any] = {
            **self.tenant.configuration(NIL),
            "smtp": self.tenant.smtp.to_json(),
            "imap": self.tenant.imap.to_json(),
        }
        self.tokens = self._write_tokens()
        self.letter = self._write_letter()
        for bal in self.tenant.mailboxes:
            if bal.type != "APP":
                self.tenant.correspond(bal.address, "accented")

    def close(self) -> None:
        """Stop everything."""
        self.space.close()

    def to_json(self) -> dict[str, Any]:
        """Return what `--json` prints; `configure` is what a driver would be given."""
        return {
            "space": self.tenant.id,
            "domain": self.tenant.domain,
            "configure": self.configuration,
            "tokens": {name: path.read_text("ascii") for name, path in self.tokens.items()},
            "token_files": {name: str(path) for name, path in self.tokens.items()},
            "correspondents": [contact.address for contact in self.tenant.correspondents(3)],
            "bounce": self.tenant.bouncing_address,
            "commands": {example.topic: example.command for example in self.examples()},
        }

    def examples(self) -> list[Example]:
        """Return commands to copy, for what this space has."""
        trust, found = self.configuration["trust"], []
        human = next((bal for bal in self.tenant.mailboxes if bal.type != "APP"), None)
        machine = next((bal for bal in self.tenant.mailboxes if bal.type == "APP"), None)
        if human is not None:
            token = _content(self.tokens["valid"])
            login = f'--login-options AUTH=XOAUTH2 --user {human.address}: --oauth2-bearer "{token}"'
            found += [
                Example("send", f"{self._curl('smtp')} {login} {self._envelope(human)}"),
                Example("read", f"{self._curl('imap', '/INBOX;MAILINDEX=1')} {login}"),
            ]
        if machine is not None:
            login = (
                f"--cert {_quoted(machine.certificate)} --key {_quoted(machine.key)} "
                f"--login-options AUTH=PLAIN --user {machine.address}:x"
            )
            found.append(Example("send-app", f"{self._curl('smtp')} {login} {self._envelope(machine)}"))
        if human is not None:
            discovery = self.configuration["psc"]["discovery"]
            found.append(
                Example("discovery", f"{CURL} -sS --cacert {_quoted(trust['public_root'])} {discovery}")
            )
        auto = self.configuration["autoconfig"]
        found += [
            Example(
                "autoconfig",
                f"{CURL} -sS --cacert {_quoted(trust['public_root'])} "
                f"--resolve {auto['host']}:{auto['port']}:{auto['address']} "
                f'"https://{auto["host"]}:{auto["port"]}/mail/config-v1.1.xml"',
            ),
            Example(
                "dns",
                f"dig +short @{self.configuration['dns']['address']} -p {self.configuration['dns']['port']} "
                f"_submission._tcp.{self.tenant.domain} SRV",
            ),
            Example("directory", self._search(trust["public_root"])),
        ]
        return found

    def _search(self, root: str) -> str:
        told, directory = self.configuration["directory"], self.tenant.directory
        assert directory is not None  # asked for when the tenant was opened
        family = directory.entry(self.tenant.correspondent.address).family
        url = f"{told['base_url']}/Practitioner?{urlencode({'family': family})}"
        return f'{CURL} -sS --cacert {_quoted(root)} -H "ESANTE-API-KEY: {told["api_key"]}" "{url}"'

    def _curl(self, scheme: str, path: str = "") -> str:
        end = self.configuration[scheme]
        trust = _quoted(self.configuration["trust"]["igc_sante_root"])
        url = f'"{scheme}://{end["host"]}:{end["port"]}{path}"'
        resolve = f"--resolve {end['host']}:{end['port']}:{end['address']}"
        return f"{CURL} -sS --ssl-reqd --cacert {trust} {resolve} --url {url}"

    def _envelope(self, bal: Bal) -> str:
        to = self.tenant.correspondent.address
        return f"--mail-from {bal.address} --mail-rcpt {to} --upload-file {_quoted(self.letter)}"

    def _write_tokens(self) -> dict[str, Path]:
        """Write access tokens of the professional: a good one and two that have to be refused."""
        if all(bal.type == "APP" for bal in self.tenant.mailboxes):
            return {}
        idnat, issue = self.tenant.professional.ps_idnat, self.space.psc.issue_token
        made = {
            "valid": issue(self.tenant.id, idnat, life_s=TOKEN_LIFE_S),
            "expired": issue(self.tenant.id, idnat, life_s=-60),
            "foreign": issue(self.tenant.id, idnat, life_s=TOKEN_LIFE_S, foreign_key=True),
        }
        paths = {}
        for name, token in made.items():
            paths[name] = self.space.folder / f"token-{name}.txt"
            paths[name].write_text(token, encoding="ascii")
        return paths

    def _write_letter(self) -> Path:
        path = self.space.folder / "lettre.eml"
        sender, to = self.tenant.mailboxes[0], self.tenant.correspondent
        lines = [
            f"From: {sender.address}",
            f"To: {to.address}",
            "Subject: Essai",
            f"Message-ID: <essai@{self.tenant.domain}>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "Bonjour.",
            "",
        ]
        path.write_bytes("\r\n".join(lines).encode("utf-8"))
        return path


CURL = "curl.exe" if os.name == "nt" else "curl"  # in PowerShell, curl alone is another program


def _quoted(path: object) -> str:
    return f'"{path}"'


def _content(path: Path) -> str:
    """Return what a shell replaces by the content of a file (PowerShell on Windows)."""
    return f"$(Get-Content '{path}')" if os.name == "nt" else f"$(cat '{path}')"
