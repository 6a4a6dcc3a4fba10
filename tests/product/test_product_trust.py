"""Which certificates the product takes, against the simulated IGC-Santé."""

from __future__ import annotations

from dataclasses import replace

import pytest
from product_world import Bench, MakeBench

from simulators.pki import ServerFlavour
from simulators.pki.faults import (
    NORMAL,
    ForgedCrl,
    GarbageCrl,
    OcspExpired,
    OcspForged,
    OcspOtherSerial,
    OcspTryLater,
    OcspUndelegated,
    OcspUnknown,
    OcspWrongNonce,
    RevocationBehaviour,
    Unreachable,
)
from simulators.product import REFERENCE, variant_named

BAD = [flavour for flavour in ServerFlavour if flavour is not ServerFlavour.GOOD]
NOTHING = RevocationBehaviour(crl=Unreachable(), ocsp=Unreachable())


def smtp_only(bench: Bench) -> dict[str, object]:
    return bench.do("connect", mailbox=bench.bal, protocols=["smtp"])


def said_over_tls(bench: Bench) -> list[str]:
    seen = bench.smtp.seen
    return seen[seen.index("-- tls --") + 1 :] if "-- tls --" in seen else []


@pytest.mark.parametrize("flavour", BAD)
def test_a_bad_certificate_is_refused_before_anything_is_sent(
    make_bench: MakeBench, flavour: ServerFlavour
) -> None:
    bench = make_bench(flavour=flavour)
    answer = smtp_only(bench)
    assert answer["status"] == "refused", answer
    assert said_over_tls(bench) == []
    assert bench.do("status")["result"]["alerts"] != []


def test_a_good_certificate_is_accepted(make_bench: MakeBench) -> None:
    assert smtp_only(make_bench())["status"] == "done"


@pytest.mark.parametrize(
    ("name", "flavour"),
    [
        ("dates-ignorees", ServerFlavour.EXPIRED),
        ("dates-ignorees", ServerFlavour.NOT_YET_VALID),
        ("revocation-ignoree", ServerFlavour.REVOKED),
        ("autre-gamme-acceptee", ServerFlavour.WRONG_RANGE),
        ("certificat-commercial-accepte", ServerFlavour.OTHER_AUTHORITY),
        ("emetteur-par-son-nom", ServerFlavour.IMPOSTOR_AUTHORITY),
        ("nom-d-hote-ignore", ServerFlavour.WRONG_HOST),
    ],
)
def test_a_variant_accepts_the_certificate_that_it_should_refuse(
    make_bench: MakeBench, name: str, flavour: ServerFlavour
) -> None:
    assert smtp_only(make_bench(variant_named(name).behaviour, flavour))["status"] == "done"


def test_the_variant_of_public_authorities_refuses_igc_sante(make_bench: MakeBench) -> None:
    assert smtp_only(make_bench(variant_named("igc-sante-inconnue").behaviour))["status"] == "refused"


@pytest.mark.parametrize(
    "fault",
    [
        OcspTryLater(),
        OcspForged(),
        OcspUndelegated(),
        OcspOtherSerial(),
        OcspExpired(),
        OcspWrongNonce(),
        OcspUnknown(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_an_ocsp_answer_that_proves_nothing_is_not_good(make_bench: MakeBench, fault: object) -> None:
    # Given an OCSP service that lies or says nothing, and no CRL to be had
    bench = make_bench()
    bench.world.pki.behave(bench.tenant, replace(NORMAL, ocsp=fault, crl=Unreachable()))
    # Then the product fails closed
    assert smtp_only(bench)["status"] == "refused"
    # And with the CRL back it connects
    bench.world.pki.behave(bench.tenant, replace(NORMAL, ocsp=fault))
    assert smtp_only(bench)["status"] == "done"


def test_the_variant_that_believes_unsigned_ocsp_takes_a_revoked_certificate(make_bench: MakeBench) -> None:
    forged = replace(NORMAL, ocsp=OcspForged())
    for behaviour, expected in (
        (REFERENCE, "refused"),
        (variant_named("ocsp-sans-signature").behaviour, "done"),
    ):
        bench = make_bench(behaviour, ServerFlavour.REVOKED)
        bench.world.pki.behave(bench.tenant, forged)
        assert smtp_only(bench)["status"] == expected


@pytest.mark.parametrize("fault", [ForgedCrl(), GarbageCrl()], ids=lambda fault: type(fault).__name__)
def test_a_crl_without_a_good_signature_is_not_used(make_bench: MakeBench, fault: object) -> None:
    bench = make_bench()
    bench.world.pki.behave(bench.tenant, replace(NORMAL, crl=fault, ocsp=Unreachable()))
    assert smtp_only(bench)["status"] == "refused"


@pytest.mark.parametrize(
    ("name", "within", "beyond"),
    [
        (None, "done", "refused"),
        ("crl-non-conservee", "refused", "refused"),
        ("crl-perimee", "done", "done"),
    ],
)
def test_the_last_crl_serves_until_its_next_update(
    make_bench: MakeBench, name: str | None, within: str, beyond: str
) -> None:
    # Given a product that fetched a CRL of one day
    bench = make_bench(variant_named(name).behaviour if name else REFERENCE)
    assert bench.do("connect", mailbox=bench.app, protocols=["smtp"])["status"] == "done"
    # When neither CRL nor OCSP can be had, one minute before nextUpdate and one minute after
    bench.world.pki.behave(bench.tenant, NOTHING)
    for seconds, expected in ((86_400 - 60, within), (120, beyond)):
        bench.do("disconnect")
        bench.advance(seconds)
        answer = bench.do("connect", mailbox=bench.app, protocols=["smtp"])
        # Then the kept CRL decides
        assert answer["status"] == expected, answer


def test_configure_forgets_the_kept_crl(make_bench: MakeBench) -> None:
    bench = make_bench()
    assert smtp_only(bench)["status"] == "done"
    bench.world.pki.behave(bench.tenant, NOTHING)
    bench.configure()
    assert smtp_only(bench)["status"] == "refused"
