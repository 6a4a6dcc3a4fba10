"""What each search parameter finds, with its modifiers and forms (DOSSIER §2.1, X-ANN-09)."""

from __future__ import annotations

import pytest
from fhir_world import (
    ANNE,
    CHU,
    CLOSED,
    DELETED,
    FILLERS,
    NOEL,
    PHARMACY,
    RED,
    RED_ROLE,
    SITE,
    SOPHIE,
    World,
    next_of,
)

from simulators.annuaire import nos
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.parts import ANNUAIRE
from simulators.annuaire.parameters import RESOURCES, parameters_of
from simulators.clock import FrozenClock

ROLE, ROLE_ANNE, ROLE_CLOSED = (f"005-100000{n}-200000{n}" for n in range(1, 4))
ACTIVITY, SOCIAL, SERVICE_DELETED = (f"004-100000{n}" for n in range(1, 4))
DEVICE, DEVICE_DELETED = "002-1000001", "002-1000002"

FOUND = [
    # strings: start, without case nor accents; :contains; :exact; OR; AND
    ("Practitioner?family=martin", [SOPHIE, DELETED]),
    ("Practitioner?family=MARTIN&active=true", [SOPHIE]),
    ("Practitioner?family=leveque", [NOEL]),
    ("Practitioner?family=lévê", [NOEL]),
    ("Practitioner?family:contains=veq", [NOEL]),
    ("Practitioner?family:exact=LÉVÊQUE", [NOEL]),
    ("Practitioner?family:exact=leveque", []),
    ("Practitioner?family:exact=LÉVÊ", []),
    ("Practitioner?family:text=leveque", [NOEL]),
    ("Practitioner?family=d'haute", [ANNE]),
    ("Practitioner?given=anne", [ANNE]),
    ("Practitioner?given=sophie,noel", [SOPHIE, NOEL]),
    ("Practitioner?family=martin&given=sophie", [SOPHIE]),
    ("Practitioner?given=sophie&given=noel", []),
    ("Practitioner?family=", "everybody"),
    ("Practitioner?name=soph", [SOPHIE]),
    ("Practitioner?name:contains=laure", [ANNE]),
    # tokens: code, system|code, system|, |code, :not
    ("Practitioner?identifier=99700000013", [SOPHIE]),
    ("Practitioner?identifier=899700000013", [SOPHIE]),
    (f"Practitioner?identifier={nos.RPPS}|99700000013", [SOPHIE]),
    (f"Practitioner?identifier={nos.IDNPS}|99700000013", []),
    (f"Practitioner?identifier={nos.RPPS}|99700000013,{nos.RPPS}|99700000021", [SOPHIE, NOEL]),
    ("Practitioner?identifier=1", []),
    ("Practitioner?identifier-type=RPPS", "everybody"),
    ("Practitioner?identifier-type=FINEG", []),
    ("Practitioner?qualification-code=21", [NOEL]),
    ("Practitioner?qualification-code=SM54", [SOPHIE]),
    (f"Practitioner?qualification-code={nos.PROFESSION}|60", [ANNE]),
    (f"Practitioner?qualification-code={nos.SPECIALITY}|", [SOPHIE]),
    ("Practitioner?qualification-code:not=10&active=true", [NOEL, ANNE]),
    ("Practitioner?active=false", [DELETED]),
    ("Practitioner?active:not=true", [DELETED]),
    (f"Practitioner?_id={SOPHIE},{NOEL}", [SOPHIE, NOEL]),
    ("Practitioner?_id=nobody", []),
    ("Practitioner?number-smartcard=3100000001", [SOPHIE]),
    ("Practitioner?type-smartcard=CPS", [SOPHIE]),
    ("Practitioner?data-registration-authority=CNOM", [SOPHIE]),
    ("Practitioner?as-sp-data-information-system=RPPS", [SOPHIE, NOEL, ANNE]),
    # BAL
    ("Practitioner?mailbox-mss=sophie.martin@medecin.mssante.fr", [SOPHIE]),
    ("Practitioner?mailbox-mss:contains=%40", [SOPHIE, ANNE]),
    ("Practitioner?mailbox-mss:contains=INFIRMIER.mssante.fr", [ANNE]),
    (f"Practitioner?mailbox-mss={RED}", []),
    (f"Practitioner?mailbox-mss:exact={RED}", []),
    (f"PractitionerRole?mailbox-mss={RED_ROLE}", []),
    ("PractitionerRole?mailbox-mss:contains=mssante", [ROLE]),
    ("Organization?mailbox-mss:contains=mssante.fr", [SITE]),
    ("Organization?mailbox-mss:contains=@hopital.example", []),
    # dates
    ("Practitioner?_lastUpdated=ge2026-01-13", [SOPHIE, ANNE, DELETED]),
    ("Practitioner?_lastUpdated=2026-01-13", [SOPHIE, ANNE, DELETED]),
    ("Practitioner?_lastUpdated=gt2026-01-13", []),
    ("Practitioner?_lastUpdated=gt2026-01-12&_lastUpdated=lt2026-01-14", [SOPHIE, ANNE, DELETED]),
    ("Practitioner?_lastUpdated=2026-01-13T09:00:00Z", [SOPHIE, ANNE, DELETED]),
    ("Practitioner?_lastUpdated=2026-01-13T10:00:00%2B01:00", [SOPHIE, ANNE, DELETED]),
    ("Practitioner?_lastUpdated=2026-01-13T10:00:00+01:00", [SOPHIE, ANNE, DELETED]),
    ("Organization?_lastUpdated=ne2026-01-13", [CHU, PHARMACY]),
    ("Organization?_lastUpdated=2026", [SITE, CLOSED]),
    ("Organization?_lastUpdated=2025-12", [CHU, PHARMACY]),
    # PractitionerRole
    (f"PractitionerRole?practitioner={SOPHIE}", [ROLE]),
    (f"PractitionerRole?practitioner=Practitioner/{SOPHIE}", [ROLE]),
    (f"PractitionerRole?practitioner=https://x.example/fhir/v2/Practitioner/{SOPHIE}", [ROLE]),
    (f"PractitionerRole?practitioner=Organization/{SITE}", []),
    (f"PractitionerRole?organization={SITE}", [ROLE, ROLE_ANNE]),
    ("PractitionerRole?identifier=1011848351", [ROLE]),
    ("PractitionerRole?role=FON-05", [ROLE]),
    ("PractitionerRole?role=GENR01", [ROLE, ROLE_ANNE]),
    ("PractitionerRole?active=false", [ROLE_CLOSED]),
    # Organization
    ("Organization?address-postalcode=78", [CHU, SITE]),
    ("Organization?address-city=saint-etienne", [PHARMACY]),
    ("Organization?address-line:contains=lilas", [SITE]),
    ("Organization?address:contains=sartrou", [SITE]),
    ("Organization?name=hopital", [SITE]),
    ("Organization?name:contains=saint", [PHARMACY]),
    ("Organization?identifier=1B0000025", [SITE]),
    (f"Organization?identifier={nos.FINESS}|", [CHU, SITE, CLOSED, PHARMACY]),
    ("Organization?identifier-type=FINEJ", [CHU]),
    (f"Organization?partof={CHU}", [SITE]),
    ("Organization?pharmacy-licence=42%23000123", [PHARMACY]),
    ("Organization?type=SA33", [PHARMACY]),
    ("Organization?type=101", [SITE]),
    ("Organization?type:not=SA33&active=true", [CHU, SITE]),
    # HealthcareService, Device
    (f"HealthcareService?_profile={ANNUAIRE}/as-dp-healthcareservice-social-equipment", [SOCIAL]),
    ("HealthcareService?identifier=52-52-49883", [ACTIVITY]),
    ("HealthcareService?service-type=924", [SOCIAL]),
    ("HealthcareService?service-category=01", [ACTIVITY]),
    ("HealthcareService?characteristic=11", [SOCIAL]),
    (f"HealthcareService?organization={SITE}&active=true", [ACTIVITY, SOCIAL]),
    ("Device?status=inactive", [DEVICE_DELETED]),
    ("Device?status=active,inactive", [DEVICE, DEVICE_DELETED]),
    ("Device?manufacturer=fabri", [DEVICE]),
    ("Device?model:contains=x", [DEVICE]),
    ("Device?type=05602", [DEVICE]),
    (f"Device?organization={SITE}", [DEVICE]),
    ("Device?identifier=93-93-67204", [DEVICE]),
]


@pytest.mark.parametrize(("search", "expected"), FOUND, ids=[one for one, _ in FOUND])
def test_found(shared: World, search: str, expected: list[str] | str) -> None:
    shared.clock.instant = FrozenClock().now()  # what was changed when is part of what is searched
    shared.directory.conduct = Conduct(calls_per_second=None)
    bundle = shared.bundle(f"{search}&_total=accurate")
    if expected == "everybody":
        assert bundle["total"] == 4 + FILLERS
        return
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == expected
    assert bundle["total"] == len(expected)


def test_post_search_finds_the_same(world: World) -> None:
    form = {"family": "lévê", "_total": "accurate"}
    posted = world.http.post(f"{world.base}/Practitioner/_search", data=form)
    assert posted.status_code == 200
    assert [one["resource"]["id"] for one in posted.json()["entry"]] == [NOEL]


def test_post_search_in_json_is_refused(world: World) -> None:
    posted = world.http.post(f"{world.base}/Practitioner/_search", json={"family": "martin"})
    assert posted.status_code == 400
    assert posted.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_announced_parameter_is_served_and_others_are_not(world: World, resource: str) -> None:
    told = {one["type"]: one for one in world.get("metadata").json()["rest"][0]["resource"]}[resource]
    names = {one["name"]: one["type"] for one in told["searchParam"]}
    assert set(names) == set(parameters_of(resource))  # type: ignore[arg-type]
    value = {"date": "2026-01-01", "reference": "x-1", "token": "x", "string": "x", "uri": "urn:x"}
    for name, kind in names.items():
        assert world.get(f"{resource}?{name}={value[kind]}").status_code == 200, name
    for unknown in (
        "nom",
        "_sort",
        "_summary",
        "_has:PractitionerRole:practitioner:role",
        "organization.name",
    ):
        answer = world.get(f"{resource}?{unknown}=x")
        assert answer.status_code == 400
        said = answer.json()["issue"][0]["diagnostics"]
        assert said == f"Parameter {unknown.partition(':')[0]} not found for resource {resource}"


def test_unknown_parameter_as_the_published_code_answers(world: World) -> None:
    world.conduct(unknown_status=500, issue_code="exception")
    answer = world.get("Practitioner?nom=x")
    assert answer.status_code == 500
    assert answer.json()["issue"][0]["code"] == "exception"


def test_mailbox_type_refused_as_by_the_live_server_or_served_as_specified(world: World) -> None:
    answer = world.get("Practitioner?mailbox-mss-type=PER")
    assert answer.status_code == 400
    assert "Parameter mailbox-mss-type not found" in answer.text
    world.conduct(mailbox_type="served")
    assert world.ids("Practitioner?mailbox-mss-type=PER") == [SOPHIE, ANNE]
    assert world.ids("Practitioner?mailbox-mss-type=CAB") == [ANNE]
    assert world.ids(f"Organization?mailbox-mss-type={nos.MESSAGING_TYPE}|APP") == [SITE]
    assert world.ids(f"Organization?mailbox-mss-type={nos.BAL_TYPE}|ORG") == [SITE]
    assert world.get("Device?mailbox-mss-type=PER").status_code == 400


def test_an_unknown_modifier_is_left_out_and_told_to_the_journal(world: World) -> None:
    assert world.ids("Practitioner?family:startswith=leveque") == [NOEL]
    assert world.events("search-response")[-1].data["ignored_modifiers"] == ["family:startswith"]


def test_a_delta_reaches_back_thirty_days(world: World) -> None:
    assert len(world.ids("Organization?_lastUpdated=ge2025-01-01")) == 4
    world.clock.advance(15 * 86_400)  # the old ones were 20 days old
    assert world.ids("Organization?_lastUpdated=ge2025-01-01") == [SITE, CLOSED]


@pytest.mark.parametrize(
    ("search", "matches", "included"),
    [
        (f"PractitionerRole?_id={ROLE}&_include=PractitionerRole:practitioner", [ROLE], [SOPHIE]),
        (f"PractitionerRole?_id={ROLE}&_include=PractitionerRole:organization", [ROLE], [SITE]),
        (f"PractitionerRole?_id={ROLE}&_include=*", [ROLE], [SITE, SOPHIE]),
        (
            f"PractitionerRole?organization={SITE}&_include=PractitionerRole:organization",
            [ROLE, ROLE_ANNE],
            [SITE],
        ),
        (f"Practitioner?_id={SOPHIE}&_revinclude=PractitionerRole:practitioner", [SOPHIE], [ROLE]),
        (f"Organization?_id={SITE}&_include=Organization:partof", [SITE], [CHU]),
        (f"Organization?_id={CHU}&_revinclude=Organization:partof", [CHU], [SITE]),
        (f"Organization?_id={CHU},{SITE}&_include=Organization:partof", [CHU, SITE], []),
        (
            f"Organization?_id={SITE}&_revinclude=Device:organization&_revinclude=HealthcareService:organization",
            [SITE],
            [DEVICE, ACTIVITY, SOCIAL],
        ),
        (f"Device?_id={DEVICE}&_include=Device:organization", [DEVICE], [SITE]),
    ],
)
def test_include_and_revinclude(shared: World, search: str, matches: list[str], included: list[str]) -> None:
    bundle = shared.bundle(search)
    shown = [entry["resource"]["id"] for entry in bundle["entry"]]
    assert shown[: len(matches)] == matches
    assert sorted(shown[len(matches) :]) == sorted(included)
    assert bundle["total"] == len(matches)


@pytest.mark.parametrize(
    "search",
    [
        "Practitioner?_include=PractitionerRole:practitioner",
        "Practitioner?_include=Practitioner:organization",
        "Device?_revinclude=PractitionerRole:organization",
        "Organization?_revinclude=Practitioner:x",
    ],
)
def test_an_include_of_another_resource_is_refused(shared: World, search: str) -> None:
    answer = shared.get(search)
    assert answer.status_code == 400
    assert "not found for resource" in answer.text


def test_elements_cut_and_say_so(world: World) -> None:
    bundle = world.bundle(f"PractitionerRole?_id={ROLE}&_elements=telecom,PractitionerRole.active&_include=*")
    cut, *whole = (entry["resource"] for entry in bundle["entry"])
    assert set(cut) == {"resourceType", "id", "meta", "telecom", "active"}
    assert cut["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert all("tag" not in one["meta"] and "identifier" in one for one in whole)


def test_total_modes(world: World) -> None:
    assert world.bundle("Practitioner?_total=accurate&_count=1")["total"] == 4 + FILLERS
    assert world.bundle("Practitioner?_total=estimate&_count=1")["total"] == 4 + FILLERS
    assert "total" not in world.bundle("Practitioner?_total=none&_count=1")
    assert world.bundle("Practitioner?_count=1")["total"] == 4 + FILLERS
    answer = world.get("Practitioner?_total=oui")
    assert answer.status_code == 400
    assert "Allowed values are : accurate, none, estimate" in answer.text


@pytest.mark.parametrize("count", ["dix", "-1", "1.5", "50000001", "9" * 40])
def test_a_wrong_count_is_refused(shared: World, count: str) -> None:
    assert shared.get(f"Practitioner?_count={count}").status_code == 400


def test_count_caps_and_zero_counts_alone(world: World) -> None:
    assert len(world.ids("Practitioner")) == 50
    assert len(world.ids("Practitioner?_count=7")) == 7
    assert len(world.ids("Practitioner?_count=10000")) == 4 + FILLERS
    world.conduct(max_count=10)
    capped = world.bundle("Practitioner?_count=10000")
    assert len(capped["entry"]) == 10
    assert next_of(capped)
    only = world.bundle("Practitioner?_count=0")
    assert (only["total"], only["entry"], next_of(only)) == (4 + FILLERS, [], None)


@pytest.mark.parametrize(
    "date", ["hier", "2026-13-01", "2026-02-30", "20260101", "9999-12-31T23:59:60Z", "2026-01-01T25:00:00Z"]
)
def test_a_wrong_date_is_refused(shared: World, date: str) -> None:
    answer = shared.get(f"Practitioner?_lastUpdated=ge{date}")
    assert answer.status_code == 400
    assert "Invalid date/time format" in answer.text


def test_too_much_in_one_request_is_refused(world: World) -> None:
    assert world.get("Practitioner?" + "&".join(["family=a"] * 200)).status_code == 400
    assert world.get("Practitioner?_id=" + ",".join(["a"] * 600)).status_code == 400
