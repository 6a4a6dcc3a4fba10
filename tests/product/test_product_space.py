"""The product in the whole simulated space: the reference behaves, each variant shows its defect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from simulators.journal import Journal
from simulators.pki import ServerFlavour
from simulators.product import REFERENCE, Product, variant_named
from simulators.space import Space
from simulators.tenant import EndpointSpec, Tenant, TenantSpec
from simulators.wire.faults import InjectedPlaintext, StarttlsNotOffered, StarttlsRefused
from simulators.wire.profile import (
    API_LPS,
    DH_1024,
    FORBIDDEN_SUITE,
    SINGLE_SUITE,
    SMALL_CURVE,
    TLS_1_1_ONLY,
    TLS_1_2_ONLY,
    TLS_1_3_ONLY,
    TlsProfile,
)


@dataclass
class Play:
    """A product in a tenant."""

    product: Product
    tenant: Tenant

    def do(self, action: str, deadline_s: float = 10, **params: Any) -> dict[str, Any]:
        request = {"protocol": "driver/1", "id": "1", "action": action, "params": params}
        return self.product.handle({**request, "deadline_s": deadline_s})

    def connect(self, index: int = 0, *protocols: str) -> dict[str, Any]:
        wanted = {"protocols": list(protocols)} if protocols else {}
        return self.do("connect", mailbox=self.tenant.mailboxes[index].address, **wanted)

    def send(self, index: int = 0, **more: Any) -> dict[str, Any]:
        mail = {"from": self.tenant.mailboxes[index].address, "to": [self.tenant.correspondent.address]}
        return self.do("send", **{**mail, "subject": "Été", "text": "Bonjour", **more})


Playing = Callable[..., Any]


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    journal = Journal(tmp_path_factory.mktemp("journal"))
    space = Space(journal)
    space.start()
    yield space
    space.close()
    journal.close()


@pytest.fixture
def playing(space: Space, request: pytest.FixtureRequest) -> Playing:
    @contextmanager
    def play(variant: str | None = None, spec: TenantSpec | None = None) -> Iterator[Play]:
        tenant = space.open_tenant(request.node.nodeid, spec)
        behaviour = variant_named(variant).behaviour if variant else REFERENCE
        try:
            with Product(behaviour) as product:
                one = Play(product, tenant)
                assert one.do("configure", **tenant.configuration("1234"))["status"] == "done"
                yield one
        finally:
            space.close_tenant(tenant)

    return play


def operator(tls: TlsProfile | None = None, **more: Any) -> TenantSpec:
    end = EndpointSpec(**more) if tls is None else EndpointSpec(tls=tls, **more)
    return TenantSpec(smtp=end, imap=end)


def test_every_kind_of_mailbox_sends_and_reads(playing: Playing) -> None:
    with playing(spec=TenantSpec(mailboxes=("PER", "ORG", "APP"))) as play:
        for index in range(3):
            bal = play.tenant.mailboxes[index].address
            play.tenant.correspond(bal)
            assert play.connect(index)["status"] == "done"
            sent = play.send(index, request_dsn=True)
            assert sent["status"] == "done", sent
            listed = play.do("list", mailbox=bal)["result"]["messages"]
            received = next(one for one in listed if one["kind"] == "mail")
            answer = play.do("reply", mailbox=bal, message_id=received["message_id"], text="Merci")
            assert answer["status"] == "done", answer


@pytest.mark.parametrize(
    "profile", [TLS_1_2_ONLY, TLS_1_3_ONLY, *SINGLE_SUITE.values()], ids=lambda profile: profile.name
)
def test_every_allowed_tls_works(playing: Playing, profile: TlsProfile) -> None:
    with playing(spec=operator(profile)) as play:
        assert play.connect()["status"] == "done"


@pytest.mark.parametrize(
    ("profile", "variant"),
    [
        (TLS_1_1_ONLY, "tls-1.0-en-repli"),
        (FORBIDDEN_SUITE, "suites-par-defaut"),
        (DH_1024, "dh-1024-accepte"),
        (SMALL_CURVE, "courbe-224-acceptee"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_forbidden_tls_is_refused_but_by_its_variant(
    playing: Playing, profile: TlsProfile, variant: str
) -> None:
    with playing(spec=operator(profile)) as play:
        answer = play.connect()
        assert answer["status"] == "refused", answer
    with playing(variant, operator(profile)) as play:
        answer = play.connect()
        assert answer["status"] == "done", answer


@pytest.mark.parametrize("flavour", ServerFlavour)
def test_only_the_good_certificate_is_accepted(playing: Playing, flavour: ServerFlavour) -> None:
    expected = "done" if flavour is ServerFlavour.GOOD else "refused"
    tls = replace(API_LPS, seclevel=0)  # lets the server load a weak key
    with playing(spec=operator(tls, certificate=flavour)) as play:
        assert play.connect()["status"] == expected


@pytest.mark.parametrize(
    "fault",
    [StarttlsNotOffered(), StarttlsRefused(), InjectedPlaintext(octets=b"250 ok\r\n* OK x\r\n")],
    ids=lambda fault: type(fault).__name__,
)
@pytest.mark.parametrize("protocol", ["smtp", "imap"])
def test_a_spoilt_starttls_is_refused(playing: Playing, fault: Any, protocol: str) -> None:
    with playing(spec=operator(faults=(fault,))) as play:
        answer = play.connect(0, protocol)
        assert answer["status"] == "refused", answer


WORKING = [
    *("mail-from-avant-starttls", "auth-avant-starttls", "select-avant-starttls"),
    *("authenticate-avant-starttls", "ehlo-non-repete", "xoauth2-deux-espaces", "xoauth2-separateurs"),
    *(
        "xoauth2-autre-utilisateur",
        "commandes-avant-acceptation",
        "jeton-long-sur-auth",
        "sasl-ir-sans-offre",
    ),
    *("app-sans-certificat", "app-autre-login", "app-jeton-psc", "psc-sans-acr", "psc-acr-eidas2"),
    *("psc-openid-seul", "psc-sans-state", "psc-sans-nonce", "identite-par-sub", "jeton-sur-disque"),
]


@pytest.mark.parametrize("variant", WORKING)
def test_a_variant_that_is_only_impolite_still_works(playing: Playing, variant: str) -> None:
    with playing(variant, TenantSpec(mailboxes=("PER", "APP"))) as play:
        for index in range(2):
            connected, sent = play.connect(index), play.send(index)
            assert (connected["status"], sent["status"]) == ("done", "done"), (connected, sent)


def test_autoconfiguration_finds_the_operator(playing: Playing) -> None:
    with playing(spec=TenantSpec(autoconfig=True)) as play:
        answer = play.connect()
        assert answer["status"] == "done", answer


def test_sasl_ir_and_the_challenge_both_work(playing: Playing) -> None:
    for offered in (True, False):
        with playing(spec=operator(sasl_ir=offered)) as play:
            assert play.connect(0, "imap")["status"] == "done"
    for variant in ("sasl-ir-exige", "sasl-ir-sans-offre"):
        with playing(variant, operator(sasl_ir=False)) as play:
            assert play.connect(0, "imap")["status"] == "failed"


def test_a_large_mail_is_stopped_before_it_leaves(playing: Playing) -> None:
    with playing(spec=operator(size_limit=20_000)) as play:
        assert play.send(text="x" * 40_000)["status"] == "refused"
        assert play.send()["status"] == "done"
    with playing("taille-ignoree", operator(size_limit=20_000)) as play:
        assert play.send(text="x" * 40_000)["status"] == "done"


def test_sessions_follow_the_operator_and_pro_sante_connect(playing: Playing, space: Space) -> None:
    with playing() as play:
        # Given an open mailbox, when the operator closes the IMAP session
        assert play.connect()["status"] == "done"
        play.tenant.close_imap_sessions("maintenance")
        # Then it is soon open again
        assert _eventually(lambda: _imap_logins(space, play.tenant) == 2)
        # When Pro Santé Connect ends the session and the token comes to its end
        play.tenant.end_psc_session()
        play.tenant.clock.advance(115)
        play.do("advance", seconds=115)
        # Then everything is closed and the user told
        status = play.do("status")["result"]
        assert (status["smtp"], status["imap"], status["psc"]) == ("closed", "closed", "closed")
        assert status["alerts"]


def _imap_logins(space: Space, tenant: Tenant) -> int:
    events = space.journal.events(tenant.id)
    return sum(e.protocol == "imap" and e.name == "command" and "AUTHENTICATE" in e.text for e in events)


def _eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return True
        pause.wait(0.02)
    return False


def test_the_folder_of_the_product_holds_its_preferences_only(playing: Playing) -> None:
    with playing() as play:
        play.connect()
        folder = Path(play.do("files")["result"]["paths"][0])
        assert [path.name for path in folder.iterdir()] == ["preferences.json"]
