"""Two FHIR clients that are not ours search, follow pages, read: fhirpy (both ways), fhirclient of SMART."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fhir_world import ANNE, DELETED, FILLERS, KEY, NOEL, SITE, SOPHIE, World

from simulators.annuaire.fhir.faults import DuplicateEntry, EmptyPage, StalePage, TruncatedJson, Unavailable

HEADERS = {"ESANTE-API-KEY": KEY}


@pytest.fixture(autouse=True)
def no_limit(shared: World) -> Any:
    shared.conduct(calls_per_second=None)
    yield
    shared.directory.repair()


# --- fhirpy ---------------------------------------------------------------------------------------


@pytest.fixture
def fhirpy_client(shared: World) -> Any:
    fhirpy = pytest.importorskip("fhirpy", reason="fhirpy is not installed (extra dev)")
    return fhirpy.SyncFHIRClient(shared.base, extra_headers=HEADERS)


def test_fhirpy_searches(fhirpy_client: Any) -> None:
    found = fhirpy_client.resources("Practitioner").search(family="martin", active=True).fetch()
    assert [one.id for one in found] == [SOPHIE]
    assert found[0].telecom[0].value == "sophie.martin@medecin.mssante.fr"
    contains = fhirpy_client.resources("Practitioner").search(family__contains="VEQ").fetch()
    assert [one.id for one in contains] == [NOEL]


def test_fhirpy_follows_the_pages(fhirpy_client: Any) -> None:
    everybody = fhirpy_client.resources("Practitioner").limit(10).fetch_all()
    assert len({one.id for one in everybody}) == len(everybody) == 4 + FILLERS


def test_fhirpy_includes_and_references(fhirpy_client: Any) -> None:
    found = (
        fhirpy_client.resources("PractitionerRole")
        .search(organization=SITE, role="FON-05")
        .include("PractitionerRole", "practitioner")
    )
    bundle = found.fetch_raw()
    kinds = [entry.resource.resourceType for entry in bundle.entry]
    assert kinds == ["PractitionerRole", "Practitioner"]
    role = bundle.entry[0].resource
    assert role.practitioner.to_resource().name[0].family == "MARTIN"


def test_fhirpy_reads_counts_and_fails(fhirpy_client: Any) -> None:
    from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

    assert fhirpy_client.reference("Organization", SITE).to_resource()["name"] == "Hôpital de Sartrouville"
    with pytest.raises(ResourceNotFound):
        fhirpy_client.reference("Practitioner", "nobody").to_resource()
    with pytest.raises(OperationOutcome, match="Parameter nom not found"):
        fhirpy_client.resources("Practitioner").search(nom="x").fetch()


def test_fhirpy_async(shared: World) -> None:
    fhirpy = pytest.importorskip("fhirpy", reason="fhirpy is not installed (extra dev)")

    async def search() -> list[str]:
        client = fhirpy.AsyncFHIRClient(shared.base, extra_headers=HEADERS)
        return [one.id async for one in client.resources("Practitioner").search(given="anne").limit(1)]

    assert asyncio.run(search()) == [ANNE]


def test_fhirpy_meets_faults(shared: World, fhirpy_client: Any) -> None:
    from fhirpy.base.exceptions import OperationOutcome

    searching = fhirpy_client.resources("Practitioner").limit(10)
    shared.directory.break_with(StalePage(3))
    with pytest.raises(OperationOutcome, match="too old or corrupted"):
        searching.fetch_all()
    shared.directory.break_with(EmptyPage(2))
    assert len(searching.fetch_all()) == 4 + FILLERS
    shared.directory.break_with(DuplicateEntry())
    assert len(searching.fetch()) == 11


# --- SMART fhirclient -----------------------------------------------------------------------------


@pytest.fixture
def smart(shared: World) -> Any:
    fhirclient = pytest.importorskip("fhirclient.client", reason="fhirclient is not installed (extra dev)")
    made = fhirclient.FHIRClient(settings={"app_id": "test", "api_base": shared.base})
    made.server.session.headers.update(HEADERS)
    yield made.server
    made.server.session.close()


def test_smart_searches(smart: Any) -> None:
    from fhirclient.models.organization import Organization
    from fhirclient.models.practitioner import Practitioner

    found = list(Practitioner.where({"family": "martin"}).perform_resources_iter(smart))
    assert [one.id for one in found] == [SOPHIE, DELETED]
    assert found[0].telecom[0].value == "sophie.martin@medecin.mssante.fr"
    (structure,) = Organization.where({"address-city": "sartrouville"}).perform_resources_iter(smart)
    assert structure.partOf.resolved(Organization).name == "CHU de TEST"
    assert structure.name == "Hôpital de Sartrouville"


def test_smart_follows_the_pages(smart: Any) -> None:
    from fhirclient.models.practitioner import Practitioner

    everybody = list(Practitioner.where({"_count": "10"}).perform_resources_iter(smart))
    assert len({one.id for one in everybody}) == len(everybody) == 4 + FILLERS


@pytest.mark.parametrize(
    "name", ["Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Device"]
)
def test_smart_models_take_every_resource(smart: Any, name: str) -> None:
    import importlib

    model = getattr(importlib.import_module(f"fhirclient.models.{name.lower()}"), name)
    found = list(model.where({"_count": "100"}).perform_resources_iter(smart))
    assert found
    assert all(model.read(one.id, smart).id == one.id for one in found[:5])


def test_smart_meets_faults(shared: World, smart: Any) -> None:
    import requests
    from fhirclient.models.practitioner import Practitioner

    shared.directory.break_with(Unavailable())
    with pytest.raises(requests.HTTPError):
        next(Practitioner.where({"family": "martin"}).perform_iter(smart))
    shared.directory.break_with(TruncatedJson())
    with pytest.raises(requests.JSONDecodeError):
        next(Practitioner.where({"family": "martin"}).perform_iter(smart))
