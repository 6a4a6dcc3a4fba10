"""Bodies: N1 payloads and the four N3 models, against their published rules read one by one."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from documents_help import NS, factory, one, parse, texts, unzip
from lxml import etree

from simulators.documents import (
    CR_BIO,
    CSE_CS8,
    EDISP_MED,
    EP_MED_DM,
    LDL_SES,
    MODELS,
    MORE_MODELS,
    DocumentModel,
    build_n1,
)
from simulators.documents.cr_img import ImagingReport, build_cr_img
from simulators.documents.dispensation import build_edisp_med
from simulators.documents.ep_med_dm import Prescription, build_ep_med_dm

SEEDS = range(15)
BODY = "h:component/h:structuredBody"
CHAPTER, SUB_CHAPTER, COPY = (
    "1.3.6.1.4.1.19376.1.3.3.2.1", "1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.243",
)  # fmt: skip


def document(model: DocumentModel, seed: int) -> etree._Element:
    return parse(factory(seed).of_model(model).content)


def nodes(node: etree._Element, path: str) -> list[etree._Element]:
    found = node.xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [item for item in found if isinstance(item, etree._Element)]


def with_template(root: str) -> str:
    return f"[h:templateId/@root='{root}']"


@pytest.mark.parametrize(
    ("media_type", "payload", "format_code"),
    [
        ("application/pdf", None, "urn:ihe:iti:xds-sd:pdf:2008"),
        ("text/plain", "Texte à lire".encode(), "urn:ihe:iti:xds-sd:text:2008"),
        ("text/rtf", b"{\\rtf1 essai}", "urn:ihe:iti-fr:xds-sd:rtf:2010"),
        ("image/jpeg", b"\xff\xd8\xff\xe0", "urn:ihe:iti-fr:xds-sd:jpeg:2010"),
        ("image/tiff", b"II*\x00", "urn:ihe:iti-fr:xds-sd:tiff:2010"),
    ],
)
def test_n1_payload_and_format(media_type: str, payload: bytes | None, format_code: str) -> None:
    builder = factory()
    header = builder.header(LDL_SES)
    payload = payload or builder.n1(LDL_SES).copy

    built = build_n1(header, payload, media_type)
    cda = parse(built.content)

    text = "h:component/h:nonXMLBody/h:text"
    assert one(cda, f"{text}/@mediaType") == media_type
    assert one(cda, f"{text}/@representation") == "B64"
    assert base64.b64decode(one(cda, text)) == payload
    assert (built.copy == payload) is (media_type == "application/pdf")
    assert built.copy.startswith(b"%PDF-1.4")
    metadata = parse(builder.archive([builder.submission(built)]).files["IHE_XDM/SUBSET01/METADATA.XML"])
    scheme = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
    assert (
        one(metadata, f"//rim:Classification[@classificationScheme='{scheme}']/@nodeRepresentation")
        == format_code
    )


def test_n1_refuses_another_medium() -> None:
    with pytest.raises(ValueError, match="image/png"):
        build_n1(factory().header(CR_BIO), b"x", "image/png")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("model", [CR_BIO, EP_MED_DM])
def test_embedded_copy_is_the_attachment(model: DocumentModel, seed: int) -> None:
    built = factory(seed).of_model(model)
    cda = parse(built.content)

    section = f"{BODY}/h:component/h:section{with_template(COPY)}"
    assert one(cda, f"{section}/h:title") == "Copie du document"
    media = nodes(cda, f"{section}//h:observationMedia/h:value[@mediaType='application/pdf']")
    assert base64.b64decode(media[0].text or "") == built.copy
    assert len(media) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_cr_bio_sections(seed: int) -> None:
    cda = document(CR_BIO, seed)
    allowed = {CHAPTER, COPY}

    for section in nodes(cda, f"{BODY}/h:component/h:section"):
        assert allowed & set(texts(section, "h:templateId/@root"))
    chapters = nodes(cda, f"{BODY}/h:component/h:section{with_template(CHAPTER)}")
    assert chapters
    for chapter in chapters:
        below = nodes(chapter, f"h:component/h:section{with_template(SUB_CHAPTER)}")
        counts = (len(nodes(chapter, "h:text")), len(nodes(chapter, "h:entry")))
        assert counts == ((0, 0) if below else (1, 1))
        for section in below:
            assert (len(nodes(section, "h:text")), len(nodes(section, "h:entry"))) == (1, 1)
    codes = texts(cda, "h:documentationOf/h:serviceEvent/h:code/@code")
    assert codes == [one(chapter, "h:code/@code") for chapter in chapters]


@pytest.mark.parametrize("seed", SEEDS)
def test_cr_bio_header(seed: int) -> None:
    cda = document(CR_BIO, seed)

    assert one(cda, "h:title") == "Compte rendu d'examens biologiques"
    assert one(cda, "h:code/@displayName") == "CR d'examens biologiques"
    assert "1.3.6.1.4.1.19376.1.3.3" in texts(cda, "h:templateId/@root")
    assert one(cda, "h:authenticator/h:templateId/@root") == "1.3.6.1.4.1.19376.1.3.3.1.5"
    assert one(cda, "h:participant[@typeCode='REF']/h:templateId/@root") == "1.3.6.1.4.1.19376.1.3.3.1.6"
    events = nodes(cda, "h:documentationOf/h:serviceEvent")
    assert texts(cda, "//lab:statusCode/@code") == ["completed"] * len(events)
    for event in events:
        for path in ("time", "assignedEntity/h:addr", "assignedEntity/h:telecom", "assignedEntity//h:family"):
            assert nodes(event, f"h:performer/h:{path}")
        for name in ("id", "name", "telecom", "addr", "standardIndustryClassCode"):
            assert nodes(event, f"h:performer//h:representedOrganization/h:{name}")
    assert nodes(cda, "//h:responsibleParty/h:assignedEntity/h:code")
    assert nodes(cda, "h:inFulfillmentOf/h:order/h:id")


@pytest.mark.parametrize("seed", SEEDS)
def test_cr_bio_entries(seed: int) -> None:
    cda = document(CR_BIO, seed)

    for entry in nodes(cda, f"//h:section{with_template(CHAPTER)}//h:entry"):
        assert entry.get("typeCode") == "DRIV"
        assert one(entry, "h:act/h:statusCode/@code") == "completed"
    observations = nodes(cda, f"//h:observation{with_template('1.2.250.1.213.1.1.3.80')}")
    assert observations
    for observation in observations:
        assert len(texts(observation, "h:code/h:originalText/h:reference/@value")) == 1
        assert one(observation, "h:code/@codeSystem") == "2.16.840.1.113883.6.1"
        assert one(observation, "h:statusCode/@code") == "completed"
        if not texts(observation, "h:value/@unit"):
            continue
        value = float(one(observation, "h:value/@value"))
        low = float(one(observation, "h:referenceRange//h:low/@value"))
        high = float(one(observation, "h:referenceRange//h:high/@value"))
        expected = "L" if value < low else "H" if value > high else "N"
        assert one(observation, "h:interpretationCode/@code") == expected
        units = set(texts(observation, ".//@unit"))
        assert len(units) == 1
    for specimen in nodes(cda, f"//h:procedure{with_template('1.2.250.1.213.1.1.3.77')}"):
        assert len(texts(specimen, "h:participant[@typeCode='PRD']/h:participantRole/h:id/@root")) == 1
        taken, received = (
            one(specimen, "h:effectiveTime/@value"),
            one(specimen, ".//h:act/h:effectiveTime/@value"),
        )
        assert taken < received
        assert received == one(cda, "(//h:serviceEvent)[1]/h:effectiveTime/h:low/@value")


def test_cr_bio_varies_over_seeds() -> None:
    documents = [document(CR_BIO, seed) for seed in range(30)]

    assert {len(nodes(cda, f"//h:section{with_template(CHAPTER)}")) for cda in documents} == {1, 2, 3}
    assert any(nodes(cda, f"//h:section{with_template(SUB_CHAPTER)}") for cda in documents)
    assert {
        code for cda in documents for code in texts(cda, "//h:observation/h:interpretationCode/@code")
    } == set("NLH")


@pytest.mark.parametrize("seed", SEEDS)
def test_ldl_ses(seed: int) -> None:
    cda = document(LDL_SES, seed)

    for root in (
        "1.2.250.1.213.1.1.2.35.1", "1.3.6.1.4.1.19376.1.5.3.1.3.1",
        "1.3.6.1.4.1.19376.1.7.3.1.1.13.7", "1.3.6.1.4.1.19376.1.5.3.1.3.22",
    ):  # fmt: skip
        assert len(nodes(cda, f"{BODY}/h:component/h:section{with_template(root)}")) == 1
    codes = set(texts(cda, "//h:observation/h:code[@codeSystem='1.2.250.1.213.1.1.4.322']/@code"))
    assert {"GEN-065", "ORG-070", "ORG-074", "MED-142", "MED-309", "MED-145", "MED-147"} <= codes
    assert one(cda, "//h:encompassingEncounter/h:code/@code") == "IMP"
    drugs = nodes(cda, "//h:substanceAdministration")
    assert len(drugs) == len(texts(cda, "//h:content[starts-with(@ID,'traitement-')]"))


@pytest.mark.parametrize("seed", SEEDS)
def test_ep_med_dm(seed: int) -> None:
    cda = document(EP_MED_DM, seed)
    observation = "1.2.250.1.213.1.1.3.48."

    assert len(nodes(cda, f"//h:section{with_template('1.2.250.1.213.1.1.2.171')}")) == 1
    assert len(nodes(cda, f"//h:section{with_template('1.2.250.1.213.1.1.2.222')}")) <= 1
    drugs = nodes(cda, f"//h:substanceAdministration{with_template('1.2.250.1.213.1.1.3.83')}")
    assert drugs
    for drug in drugs:
        for kind in ("12", "13", "14", "15", "34"):
            assert len(nodes(drug, f".//h:observation{with_template(observation + kind)}")) == 1
    for device in nodes(cda, f"//h:supply{with_template('2.16.840.1.113883.10.20.1.34')}"):
        assert one(device, "h:repeatNumber/@value").isdigit()
        for kind in ("13", "14", "15", "34"):
            assert len(nodes(device, f".//h:observation{with_template(observation + kind)}")) == 1
    validity = "h:documentationOf/h:serviceEvent/h:effectiveTime"
    assert one(cda, f"{validity}/h:low/@value") == one(cda, "h:effectiveTime/@value")
    assert one(cda, f"{validity}/h:high/@value") > one(cda, f"{validity}/h:low/@value")


@pytest.mark.parametrize("seed", SEEDS)
def test_cr_img(seed: int) -> None:
    builder = factory(seed)
    built = builder.cr_img()
    cda = parse(built.content)

    assert len(nodes(cda, f"{BODY}/h:component/h:section{with_template('1.2.250.1.213.1.1.2.209')}")) == 1
    acts = nodes(cda, f"{BODY}/h:component/h:section{with_template('1.2.250.1.213.1.1.2.206')}")
    assert acts
    for act in acts:
        assert one(act, "h:code/@code") == "55111-9"
        assert len(nodes(act, f".//h:procedure{with_template('1.2.250.1.213.1.1.3.153')}/h:methodCode")) == 1
        assert len(nodes(act, f".//h:section{with_template('1.2.250.1.213.1.1.2.217')}")) == 1
    for root in ("205", "208", "211", "213"):
        assert len(nodes(cda, f"//h:section{with_template('1.2.250.1.213.1.1.2.' + root)}")) == 1
    assert nodes(cda, "h:inFulfillmentOf/h:order/h:id")
    assert nodes(cda, "h:inFulfillmentOf/h:order/ps3-20:accessionNumber")
    event = "h:documentationOf/h:serviceEvent/h:code"
    assert len(texts(cda, f"{event}/@code")) == len(acts)
    assert set(texts(cda, f"{event}/h:translation/h:qualifier/h:name/@code")) == {"121139"}
    metadata = parse(builder.archive([builder.submission(built)]).files["IHE_XDM/SUBSET01/METADATA.XML"])
    scheme = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
    events = texts(metadata, f"//rim:Classification[@classificationScheme='{scheme}']/@nodeRepresentation")
    assert events == texts(cda, f"{event}/@code|{event}/h:translation/@code")


def test_models_refuse_what_they_cannot_say() -> None:
    builder = factory()
    header = builder.header(EP_MED_DM)
    endless = replace(header, acts=(replace(header.main_act, end=None),))
    drugs = Prescription(drugs=())

    with pytest.raises(ValueError, match="drug or a device"):
        build_ep_med_dm(header, drugs)
    with pytest.raises(ValueError, match="needs an act"):
        build_cr_img(header, ImagingReport("", "", "", "", (), "", ""))
    from simulators.documents.ep_med_dm import BED_RENTAL, MEDICAL_BED, PrescribedDevice

    bed = PrescribedDevice(MEDICAL_BED, BED_RENTAL, header.time.date(), 30)
    with pytest.raises(ValueError, match="end of validity"):
        build_ep_med_dm(endless, Prescription(devices=(bed,)))
    only_bed = parse(build_ep_med_dm(header, Prescription(devices=(bed,))).content)
    assert not nodes(only_bed, "//h:substanceAdministration")
    with pytest.raises(ValueError, match="no builder"):
        builder.of_model(replace(CR_BIO, root="1.2.3"))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize("model", MODELS)
def test_copy_holds_header_data_and_narrative(model: DocumentModel, tmp_path: Path) -> None:
    # Given an N3 and its copy
    built = factory(11).of_model(model)
    cda = parse(built.content)
    (tmp_path / "copie.pdf").write_bytes(built.copy)

    # When the text of the copy is read
    run = subprocess.run(
        ["pdftotext", "-raw", str(tmp_path / "copie.pdf"), "-"], check=True, capture_output=True, timeout=30
    )
    seen = re.sub(r"\s+", "", run.stdout.decode("utf-8"))

    # Then the five data and every piece of narrative are there
    author = texts(cda, "h:author//h:family")
    custodian = texts(cda, "h:custodian//h:name")
    title = texts(cda, "h:title|//h:section/h:title")
    when = [f"{built.header.time:%d/%m/%Y %H:%M}"]
    narrative = [text for section in nodes(cda, "//h:section/h:text") for text in section.itertext()]
    wanted = [*author, *custodian, *title, *when, model.code.display, *narrative]
    for text in wanted:
        assert re.sub(r"\s+", "", text) in seen


@pytest.mark.parametrize("model", MODELS)
def test_documents_and_metadata_obey_the_published_schemas(model: DocumentModel) -> None:
    def load(folder: str, name: str) -> etree.XMLSchema:
        path = files("schemas") / "xsd" / folder / name
        if not path.is_file():
            pytest.skip(f"schemas/xsd/{folder}/{name} is not there")
        return etree.XMLSchema(etree.parse(str(path)))

    cda_schema, metadata_schema = load("cda", "cda.xsd"), load("ebxml", "submit-objects.xsd")
    for seed in range(5):
        builder = factory(seed)
        patient = builder.patient(qualified=seed != 2)
        n3 = builder.of_model(model, patient)
        for built in (n3, builder.n1(model, patient), builder.of_model(model, replacing=n3)):
            cda_schema.assertValid(parse(built.content))
            archive = unzip(builder.archive([builder.submission(built)]).content)
            metadata_schema.assertValid(parse(archive["IHE_XDM/SUBSET01/METADATA.XML"]))


@pytest.mark.parametrize("model", MORE_MODELS)
def test_plain_models_have_their_root_codes_and_relatives(model: DocumentModel) -> None:
    built = factory(4).of_model(model)
    cda = parse(built.content)

    assert built.content == factory(4).of_model(model).content
    assert one(cda, "h:templateId[last()]/@root") == model.root
    assert one(cda, "h:code/@code") == model.code.code
    assert built.copy.startswith(b"%PDF-1.4")
    assert (texts(cda, "h:informant//h:code/@code") == ["MTH"]) is (model is CSE_CS8)


@pytest.mark.parametrize("model", MORE_MODELS)
def test_plain_models_are_replaced_like_the_others(model: DocumentModel) -> None:
    builder = factory(2)
    first = builder.of_model(model)
    second = builder.of_model(model, replacing=first)

    assert second.header.version == 2
    assert one(parse(second.content), "h:relatedDocument/h:parentDocument/h:id/@root") == first.header.id


def test_what_cannot_be_dispensed_or_found_is_refused() -> None:
    builder = factory()
    with pytest.raises(ValueError, match="needs a drug"):
        build_edisp_med(builder.header(EDISP_MED), ())


@pytest.mark.parametrize("model", [*MODELS, *MORE_MODELS])
def test_references_of_every_model_have_their_target(model: DocumentModel) -> None:
    cda = parse(factory(6).of_model(model).content)

    targets = {f"#{id_}" for id_ in texts(cda, "//@ID")}
    assert set(texts(cda, "//h:reference/@value[starts-with(., '#')]")) <= targets
