"""CDA headers, against the rules of the structuration minimale read one by one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache

import pytest
from documents_help import factory, one, parse, texts
from lxml import etree

from schemas.identifiers import ins
from simulators.documents import CR_BIO, LDL_SES, MODELS, BuiltCda, DocumentModel

HL7 = "{urn:hl7-org:v3}"
ORDER = [
    "realmCode", "typeId", "templateId", "id", "code", "title", "effectiveTime", "confidentialityCode",
    "languageCode", "setId", "versionNumber", "recordTarget", "author", "custodian", "legalAuthenticator",
    "authenticator", "participant", "inFulfillmentOf", "documentationOf", "relatedDocument", "componentOf",
    "component",
]  # fmt: skip
INS_ROOT = "1.2.250.1.213.1.4.10"


KINDS = ("n3", "v2", "n1")
CASES = [
    (model, seed, kind)
    for seed in range(12)
    for model in MODELS
    for kind in KINDS
    if kind == "n3" or seed % 3 == 0
]


@cache
def document(model: DocumentModel, seed: int, kind: str) -> BuiltCda:
    builder = factory(seed)
    patient = builder.patient(
        qualified=seed % 4 != 0, minor=seed % 3 == 0, corsican=seed % 5 == 0, sex="FM"[seed % 2]
    )
    if kind == "n1":
        return builder.n1(model, patient)
    first = builder.of_model(model, patient)
    return first if kind == "n3" else builder.of_model(model, replacing=first)


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].name}-{case[1]}-{case[2]}")
def built(request: pytest.FixtureRequest) -> BuiltCda:
    return document(*request.param)


@pytest.fixture
def cda(built: BuiltCda) -> etree._Element:
    return parse(built.content)


def test_root_and_order(cda: etree._Element) -> None:
    assert cda.tag == f"{HL7}ClinicalDocument"
    ranks = [ORDER.index(child.tag.rpartition("}")[2]) for child in cda]
    assert ranks == sorted(ranks)
    assert not cda.xpath(
        "//@xsi:schemaLocation", namespaces={"xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    )


def test_identification(built: BuiltCda, cda: etree._Element) -> None:
    model = built.header.model
    roots = texts(cda, "h:templateId/@root")
    assert one(cda, "h:realmCode/@code") == "FR"
    assert one(cda, "h:typeId/@root") == "2.16.840.1.113883.1.3"
    assert one(cda, "h:typeId/@extension") == "POCD_HD000040"
    assert roots[:2] == ["2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1"]
    if built.is_n1:
        assert roots[2:] == ["1.3.6.1.4.1.19376.1.2.20"]
    else:
        assert roots[-1] == model.root
        assert one(cda, "h:templateId/@extension") == model.version
    assert one(cda, "h:code/@code") == model.code.code
    assert one(cda, "h:code/@codeSystem") == "2.16.840.1.113883.6.1"
    assert len(one(cda, "h:title")) <= 128
    assert one(cda, "h:languageCode/@code") == "fr-FR"
    assert one(cda, "h:confidentialityCode/@code") == "N"
    for path in ("h:id/@root", "h:setId/@root"):
        assert re.fullmatch(r"[0-2](\.(0|[1-9][0-9]*))+", one(cda, path))
        assert len(one(cda, path)) <= 64


def test_times_have_seconds_and_offset(cda: etree._Element) -> None:
    paths = (
        "h:effectiveTime/@value|h:author/h:time/@value|h:legalAuthenticator/h:time/@value"
        "|h:authenticator/h:time/@value|h:participant/h:time/@value|//h:serviceEvent/h:effectiveTime/*/@value"
        "|//h:encompassingEncounter/h:effectiveTime/*/@value"
    )
    for value in texts(cda, paths):
        assert re.fullmatch(r"[0-9]{14}[+-][0-9]{4}", value)
        assert datetime.strptime(value, "%Y%m%d%H%M%S%z").utcoffset() is not None


def test_periods_are_not_reversed(cda: etree._Element) -> None:
    for period in cda.xpath("//*[h:low/@value and h:high/@value]", namespaces={"h": "urn:hl7-org:v3"}):
        low, high = period[0].get("value"), period[1].get("value")
        if len(low) >= 8:
            assert float(low[:14]) <= float(high[:14])


def test_nothing_happens_after_the_document(built: BuiltCda, cda: etree._Element) -> None:
    performed = texts(cda, "//h:serviceEvent/h:performer/h:time/@value")
    assert performed
    assert all(datetime.strptime(value, "%Y%m%d%H%M%S%z") <= built.header.time for value in performed)
    stay = cda.xpath("//h:encompassingEncounter/h:effectiveTime", namespaces={"h": "urn:hl7-org:v3"})[0]
    low, high = (datetime.strptime(bound.get("value"), "%Y%m%d%H%M%S%z") for bound in stay)
    assert high <= built.header.time
    assert (high - low >= timedelta(days=1)) is (built.header.model is LDL_SES)


def test_patient(built: BuiltCda, cda: etree._Element) -> None:
    patient = built.header.patient
    role = "h:recordTarget/h:patientRole"
    roots = texts(cda, f"{role}/h:id/@root")
    assert (roots[0] == INS_ROOT) is patient.qualified
    assert roots.count(INS_ROOT) == patient.qualified
    if patient.qualified:
        assert ins.check(texts(cda, f"{role}/h:id/@extension")[0]) == ()
        assert texts(cda, f"{role}/h:telecom/@value")[-1] == f"mailto:{patient.matricule}@patient.mssante.fr"
    assert texts(cda, f"{role}/h:id/@extension")[-1] == patient.ipp
    name = f"{role}/h:patient/h:name"
    assert one(cda, f"{name}/h:family[@qualifier='BR']") == patient.birth_family
    assert one(cda, f"{name}/h:given[@qualifier='BR']") == patient.given_names[0]
    assert one(cda, f"{name}/h:given[not(@qualifier)]").split(" ")[0] == patient.given_names[0].split(" ")[0]
    assert one(cda, f"{name}/h:family[@qualifier='CL']") == patient.used_family
    assert one(cda, f"{role}/h:patient/h:administrativeGenderCode/@code") == patient.sex
    assert one(cda, f"{role}/h:patient/h:birthTime/@value") == f"{patient.birth_date:%Y%m%d}"
    assert one(cda, f"{role}//h:county") == patient.birth_place.cog


def test_people_and_places(cda: etree._Element) -> None:
    ps = "1.2.250.1.71.4.2.1"
    for path in (
        "h:author/h:assignedAuthor",
        "h:legalAuthenticator/h:assignedEntity",
        "h:authenticator/h:assignedEntity",
        "h:participant/h:associatedEntity",
        "//h:serviceEvent/h:performer/h:assignedEntity",
        "//h:responsibleParty/h:assignedEntity",
    ):
        count = len(cda.xpath(path, namespaces={"h": "urn:hl7-org:v3"}))
        assert texts(cda, f"{path}/h:id/@root") == [ps] * count
        assert all(re.fullmatch("8[0-9]{11}", value) for value in texts(cda, f"{path}/h:id/@extension"))
        assert len(texts(cda, f"{path}/h:code/@code")) == count
        names = texts(cda, f"{path}//h:name/h:family")
        assert len(names) == count
    assert one(cda, "h:custodian//h:id/@root") == "1.2.250.1.71.4.2.2"
    assert one(cda, "h:legalAuthenticator/h:signatureCode/@code") == "S"
    assert (
        len(
            texts(
                cda, "(//h:serviceEvent)[1]/h:performer[@typeCode='PRF']//h:standardIndustryClassCode/@code"
            )
        )
        == 1
    )
    assert one(cda, "h:componentOf//h:healthCareFacility/h:code/@codeSystem") == "1.2.250.1.71.4.2.4"


def test_version_and_replacement(built: BuiltCda, cda: etree._Element) -> None:
    version = int(one(cda, "h:versionNumber/@value"))
    related = texts(cda, "h:relatedDocument[@typeCode='RPLC']/h:parentDocument/h:id/@root")
    assert version == built.header.version
    assert len(related) == (1 if version > 1 else 0)
    assert related != [one(cda, "h:id/@root")]


def test_identifiers_of_the_narrative_resolve(cda: etree._Element) -> None:
    ids = texts(cda, "//@ID")
    assert len(ids) == len(set(ids))
    wanted = {
        value[1:] for value in texts(cda, "//h:text/h:reference/@value|//h:originalText/h:reference/@value")
        if value.startswith("#")
    } | set(texts(cda, "//@referencedObject"))  # fmt: skip
    assert wanted <= set(ids)
    assert all(value.startswith(("#", "https://")) for value in texts(cda, "//h:reference/@value"))


def test_entry_identifiers_are_unique(cda: etree._Element) -> None:
    roots = texts(cda, "//h:structuredBody//h:id/@root")
    own = [root for root in roots if re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", root)]
    assert len(own) == len(set(own))


def test_no_empty_element_text_or_attribute(cda: etree._Element) -> None:
    for element in cda.iter(etree.Element):
        assert all(value for value in element.attrib.values()), element.tag
        cell = element.tag in {f"{HL7}{name}" for name in ("td", "content", "renderMultiMedia")}
        assert cell or len(element) or element.attrib or (element.text or "").strip(), element.tag


def test_unqualified_identity_shows_no_ins() -> None:
    cda = document(LDL_SES, 0, "n3")
    assert not cda.header.patient.qualified
    assert cda.header.patient.matricule.encode() not in cda.content


def test_next_version_keeps_set_and_patient() -> None:
    first, second = (document(CR_BIO, 3, kind).header for kind in ("n3", "v2"))
    assert (second.set_id, second.patient, second.version) == (first.set_id, first.patient, 2)
    assert second.replaces == first.id


@pytest.mark.parametrize("model", MODELS)
def test_same_seed_same_bytes(model: DocumentModel) -> None:
    assert factory(9).of_model(model).content == factory(9).of_model(model).content
    assert factory(9).of_model(model).content != factory(8).of_model(model).content


def test_speciality_must_be_known() -> None:
    builder = factory()
    header = builder.header(CR_BIO, author=builder.physician("SM99"))
    from simulators.documents import n1_with_copy

    with pytest.raises(ValueError, match="SM99"):
        n1_with_copy(header, "x")
