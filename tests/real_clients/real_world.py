"""One running space for programs and libraries that are not ours, and the token that they show."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulators.journal import Event, Journal
from simulators.pki.flavours import ServerFlavour
from simulators.space import Space
from simulators.tenant import Bal, Endpoint, EndpointSpec, LinkProtocol, Tenant, TenantSpec

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "real-clients"
VERIFIER = "verifieur-de-quarante-trois-caracteres-au-moins"


def needs(program: str) -> str:
    """Return the program's path, or skip the test."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


@dataclass(frozen=True)
class Done:
    """What a program left: exit code and all that it said."""

    code: int
    text: str


def run(*command: str | Path, given: str = "", timeout: float = 60) -> Done:
    done = subprocess.run(
        [str(part) for part in command],
        input=given.encode("utf-8"),
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))


@dataclass(frozen=True)
class Played:
    """A tenant of the running space."""

    space: Space
    tenant: Tenant

    def bal(self, kind: str) -> Bal:
        return next(bal for bal in self.tenant.mailboxes if bal.type == kind)

    @property
    def root(self) -> Path:
        return self.space.igc_sante_root

    def endpoint(self, protocol: LinkProtocol) -> Endpoint:
        return self.tenant.smtp if protocol == "smtp" else self.tenant.imap

    def told(self) -> dict[str, Any]:
        return self.tenant.configuration("1234")

    def wait(self, protocol: Any, name: str) -> Event:
        event = self.space.journal.wait_for(self.tenant.id, 30, protocol=protocol, name=name)
        assert event is not None, f"no {protocol} {name}"
        return event

    def names(self, protocol: Any) -> Sequence[str]:
        return [event.name for event in self.space.journal.events(self.tenant.id, protocol=protocol)]

    def token(self) -> str:
        """Let Authlib sign the professional in; return the access token."""
        return str(self.sign_in()["access_token"])

    def sign_in(self) -> dict[str, Any]:
        with oauth_session(self) as client:
            metadata = client.get(self.told()["psc"]["discovery"], withhold_token=True).json()
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"], code_verifier=VERIFIER, acr_values="eidas1", nonce="n-1"
            )
            back = client.get(url, allow_redirects=False, withhold_token=True).headers["location"]
            return dict(
                client.fetch_token(
                    metadata["token_endpoint"],
                    authorization_response=back,
                    state=state,
                    code_verifier=VERIFIER,
                )
            )


def oauth_session(played: Played, token: dict[str, Any] | None = None) -> Any:
    """Return a session of Authlib, trusting the simulated commercial root only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Authlib warns of its own modules at import
        from authlib.integrations.requests_client import OAuth2Session

    psc = played.told()["psc"]
    client = OAuth2Session(
        psc["client_id"],
        psc["client_secret"],
        scope="openid scope_all",
        redirect_uri=psc["redirect_uri"],
        code_challenge_method="S256",
        token=token,
    )
    client.verify = played.told()["trust"]["public_root"]
    client.trust_env = False
    return client


@pytest.fixture(scope="session")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    journal = Journal(tmp_path_factory.mktemp("journal"))
    space = Space(journal)
    space.start()
    yield space
    space.close()
    journal.close()


class Open:
    """Opens tenants; the test closes them by ending."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._numbers = itertools.count()
        self.opened: list[Tenant] = []

    def __call__(self, certificate: ServerFlavour = ServerFlavour.GOOD, **endpoint: Any) -> Played:
        spec = EndpointSpec(certificate=certificate, **endpoint)
        tenant = self._space.open_tenant(
            f"real/{next(self._numbers)}",
            TenantSpec(mailboxes=("PER", "ORG", "APP"), smtp=spec, imap=spec),
        )
        self.opened.append(tenant)
        return Played(self._space, tenant)


@pytest.fixture
def open_tenant(space: Space) -> Iterator[Open]:
    opening = Open(space)
    yield opening
    for tenant in opening.opened:
        space.close_tenant(tenant)


@pytest.fixture
def played(open_tenant: Open) -> Played:
    return open_tenant()


def certificates(text: str) -> list[str]:
    """Return the PEM certificates in a program's output."""
    return re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
