"""The directory of a tenant: who is in it, what a test can do to it, and that it costs nothing unasked."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

import schemas
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.faults import KeyRefused, Unavailable
from simulators.annuaire.spec import DirectorySpec
from simulators.journal import Journal
from simulators.space import Space
from simulators.tenant import Tenant, TenantSpec

KINDS = ("Practitioner", "PractitionerRole", "Organization")


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    journal = Journal(tmp_path_factory.mktemp("espace"))
    made = Space(journal)
    made.start()
    yield made
    made.close()
    journal.close()


def opened(space: Space, **more: Any) -> Tenant:
    spec = TenantSpec(mailboxes=("PER", "ORG", "APP"), directory=DirectorySpec(**more))
    return space.open_tenant("annuaire", spec)


def client(space: Space, tenant: Tenant) -> httpx.Client:
    told = tenant.configuration("0000")["directory"]
    context = ssl.create_default_context(cafile=str(space.public_root))
    return httpx.Client(
        base_url=told["base_url"], headers={"ESANTE-API-KEY": told["api_key"]}, verify=context
    )


def test_the_people_of_the_tenant_are_in_it(space: Space) -> None:
    tenant = opened(space, others=5, homonyms=2, conduct=Conduct(calls_per_second=None))
    directory = tenant.directory
    assert directory is not None
    with client(space, tenant) as http:
        shown = {kind: http.get(f"/{kind}?_count=100").text for kind in KINDS}
        everything = "".join(shown.values())
        known = [
            *(bal.address for bal in tenant.mailboxes),
            *(one.address for one in tenant.correspondents(3)),
        ]
        assert all(address in everything for address in known)
        assert {directory.entry(address).type for address in known} == {"PER", "ORG", "APP"}
        assert directory.liste_rouge
        assert not any(address in everything for address in directory.liste_rouge)
        assert all(one in shown["Organization"] for one in directory.ordinary_emails)
        usual = directory.entry(tenant.correspondent.address)
        assert usual.deliverable
        twins = http.get("/Practitioner", params={"family:exact": usual.family, "given": usual.given}).json()
        assert twins["total"] >= 3
        for entry in directory.entries:
            if not entry.liste_rouge:
                assert entry.address in http.get(f"/{entry.reference}").text
    space.close_tenant(tenant)


def test_what_the_product_is_told_is_in_the_driver_schema(space: Space) -> None:
    tenant = opened(space, others=0)
    whole = json.loads((Path(schemas.__file__).parent / "json" / "driver-1.json").read_text("utf-8"))
    part = whole["$defs"]["configure.params"]["properties"]["directory"]
    jsonschema.validate(tenant.configuration("0000")["directory"], part)
    space.close_tenant(tenant)


def test_faults_conduct_and_withdrawal(space: Space) -> None:
    tenant = opened(space, others=0, faults=(Unavailable(times=1),), conduct=Conduct(calls_per_second=None))
    directory = tenant.directory
    assert directory is not None
    address = tenant.correspondent.address
    with client(space, tenant) as http:
        assert http.get("/metadata").status_code == 503
        assert http.get(f"/Practitioner?mailbox-mss={address}").json()["total"] == 1
        directory.break_with(KeyRefused())
        assert http.get("/metadata").status_code == 401
        directory.repair()
        directory.behave(Conduct(calls_per_second=None, visible_after_s=3600))
        directory.withdraw(address)
        assert http.get(f"/Practitioner?mailbox-mss={address}").json()["total"] == 1
        tenant.clock.advance(3601)
        assert http.get(f"/Practitioner?mailbox-mss={address}").json()["total"] == 0
        assert "Extraction" in http.get(directory.extraction_url).headers["content-disposition"]
        with pytest.raises(KeyError):
            directory.withdraw("personne@x.mssante.fr")
    space.close_tenant(tenant)


def test_tenants_do_not_share_keys_nor_data(space: Space) -> None:
    one, two = opened(space, others=0), opened(space, others=0)
    assert one.directory is not None
    assert two.directory is not None
    with client(space, one) as http:
        assert http.get(f"{two.directory.base_url}/metadata").status_code == 401
        found = http.get("/Practitioner?_count=100").text
        assert one.correspondent.address in found
        assert two.correspondent.address not in found
        space.close_tenant(one)
        assert http.get(f"{one.directory.base_url}/metadata").status_code == 404
    space.close_tenant(two)


def test_without_a_directory_nothing_is_started(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    space = Space(journal)
    try:
        space.start()
        tenant = space.open_tenant("sans")
        assert tenant.directory is None
        assert tenant.configuration("0000")["directory"] is None
        assert space._annuaire is None
    finally:
        space.close()
        journal.close()
