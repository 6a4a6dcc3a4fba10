"""IHE_XDM.ZIP and METADATA.XML, read with zipfile and lxml."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from documents_help import NS, SEEDS, factory, one, parse, texts, unzip

from simulators.documents import (
    CR_BIO,
    CR_IMG,
    LDL_SES,
    MODELS,
    Action,
    BuiltArchive,
    SubmittedDocument,
    build_archive,
    n1_with_copy,
)
from simulators.documents.codes import HIDDEN_FROM_PATIENT

METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
ENTRY = "//rim:ExtrinsicObject"


def slot(name: str) -> str:
    return f"rim:Slot[@name='{name}']/rim:ValueList/rim:Value"


def classified(scheme: str) -> str:
    return f"rim:Classification[@classificationScheme='urn:uuid:{scheme}']"


def archive_of(seed: int = 1, documents: int = 1) -> BuiltArchive:
    builder = factory(seed)
    patient = builder.patient(qualified=seed % 5 != 0)
    made = [builder.n1(MODELS[(seed + n) % 4], patient, file_number=str(n)) for n in range(documents)]
    return builder.archive([builder.submission(*made)])


def test_tree_and_names() -> None:
    files = unzip(archive_of(documents=2).content)

    assert set(files) == {
        "INDEX.HTM", "README.TXT", METADATA, "IHE_XDM/SUBSET01/DOC0001.XML", "IHE_XDM/SUBSET01/DOC0002.XML",
    }  # fmt: skip
    for path in files:
        for element in path.split("/"):
            assert re.fullmatch(r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?", element)


def test_zip_is_plain() -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of().content)) as archive:
        entries = archive.infolist()

    assert [entry.filename for entry in entries if entry.is_dir()] == ["IHE_XDM/", "IHE_XDM/SUBSET01/"]
    for entry in entries:
        assert entry.flag_bits == 0
        assert entry.create_version == 20
        assert entry.create_system == 0
        assert entry.compress_type in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)
        assert entry.date_time == (2026, 1, 15, 9, 0, 0)


def test_readme_is_ascii_with_crlf_and_has_its_four_parts() -> None:
    archive = archive_of()
    readme = archive.files["README.TXT"].decode("ascii")

    assert "\n" not in readme.replace("\r\n", "")
    for part in ("Emetteur :", "Application de l'emetteur :", "Instructions :", "Arborescence :"):
        assert part in readme
    for name in ("METADATA.XML", "DOC0001.XML", "SUBSET01", "Version : 1.0"):
        assert name in readme


@pytest.mark.parametrize("seed", range(6))
def test_index_is_xhtml_with_issuer_and_link(seed: int) -> None:
    archive = archive_of(seed)
    assert archive.files["INDEX.HTM"].isascii()
    index = parse(archive.files["INDEX.HTM"])
    sender = archive.submissions[0].documents[0].cda.header.authors[0].professional.structure

    xhtml = "{http://www.w3.org/1999/xhtml}"
    assert index.tag == f"{xhtml}html"
    assert [link.get("href") for link in index.iter(f"{xhtml}a")] == ["README.TXT"]
    assert sender.name in "".join(index.itertext())
    assert sender.struct_idnat in "".join(index.itertext())


@pytest.mark.parametrize("seed", SEEDS)
def test_metadata_agree_with_the_file_and_with_the_cda(seed: int) -> None:
    # Given an archive of one N1
    files = unzip(archive_of(seed).content)
    document = files["IHE_XDM/SUBSET01/DOC0001.XML"]
    cda, metadata = parse(document), parse(files[METADATA])
    entry = metadata.xpath(ENTRY, namespaces=NS)[0]

    # Then the file is the one described
    assert one(entry, slot("hash")) == hashlib.sha1(document).hexdigest().upper()
    assert one(entry, slot("size")) == str(len(document))
    assert one(entry, slot("URI")) == "DOC0001.XML"

    # And the times are the CDA's, in UTC
    act = "h:documentationOf[1]/h:serviceEvent/h:effectiveTime"
    for name, path in (
        ("creationTime", "h:effectiveTime/@value"),
        ("serviceStartTime", f"{act}/h:low/@value"),
        ("serviceStopTime", f"{act}/h:high/@value"),
    ):
        local = datetime.strptime(one(cda, path), "%Y%m%d%H%M%S%z")
        assert one(entry, slot(name)) == f"{local.astimezone(UTC):%Y%m%d%H%M%S}"

    # And the codes are the CDA's
    for scheme, path in (
        ("f0306f51-975f-434e-a61c-c59651d33983", "h:code/@code"),
        ("f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", "//h:healthCareFacility/h:code/@code"),
        ("cccf5598-8b07-4b77-a05e-ae952c785ead", "//h:standardIndustryClassCode/@code"),
        ("f4f85eac-e6cb-4883-b524-f2705394840f", "h:confidentialityCode/@code"),
    ):
        assert one(entry, f"{classified(scheme)}/@nodeRepresentation") == one(cda, path)
    assert one(entry, "rim:Name/rim:LocalizedString/@value") == one(cda, "h:title")
    assert one(entry, slot("languageCode")) == one(cda, "h:languageCode/@code")

    # And so are the identifiers
    role = "h:recordTarget/h:patientRole/h:id"
    root, extension = one(cda, f"({role})[1]/@root"), one(cda, f"({role})[1]/@extension")
    patient_ids = texts(metadata, "//rim:ExternalIdentifier[contains(rim:Name/*/@value,'patientId')]/@value")
    kind = "PI" if seed % 5 == 0 else "NH"
    assert patient_ids == [f"{extension}^^^&{root}&ISO^{kind}"] * 2
    unique = "rim:ExternalIdentifier[rim:Name/*/@value='XDSDocumentEntry.uniqueId']/@value"
    assert one(entry, unique) == one(cda, "h:id/@root")

    # And the author and the legal authenticator
    person = "h:author/h:assignedAuthor"
    expected = f"{one(cda, person + '/h:id/@extension')}^{one(cda, person + '//h:family')}^"
    assert one(entry, f".//{slot('authorPerson')}").startswith(expected)
    signer = "h:legalAuthenticator/h:assignedEntity/h:id/@extension"
    assert one(entry, slot("legalAuthenticator")).startswith(one(cda, signer) + "^")


@pytest.mark.parametrize("documents", [1, 3])
def test_every_object_is_owned_and_linked(documents: int) -> None:
    metadata = parse(unzip(archive_of(documents=documents).content)[METADATA])

    for child in metadata.xpath("//rim:Classification|//rim:ExternalIdentifier", namespaces=NS):
        owner = child.get("classifiedObject") or child.get("registryObject")
        assert owner == child.getparent().get("id")
    ids = texts(metadata, "//@id")
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) for value in ids)
    assert texts(metadata, "//rim:Association/@targetObject") == texts(metadata, f"{ENTRY}/@id")
    package = one(metadata, "//rim:RegistryPackage/@id")
    assert texts(metadata, "//rim:Association/@sourceObject") == [package] * documents


def test_order_of_children_is_that_of_the_ebrim_schema() -> None:
    metadata = parse(unzip(archive_of(documents=2).content)[METADATA])
    order = ["Slot", "Name", "Classification", "ExternalIdentifier"]

    for element in metadata.xpath("//rim:*[@id]", namespaces=NS):
        ranks = [order.index(child.tag.rpartition("}")[2]) for child in element]
        assert ranks == sorted(ranks)


def test_several_subsets_each_with_its_metadata_and_time() -> None:
    builder = factory()
    patient = builder.patient()
    first = builder.submission(builder.n1(CR_BIO, patient))
    second = builder.submission(builder.n1(LDL_SES, patient), builder.n1(CR_IMG, patient))
    second = replace(second, time=second.time + timedelta(minutes=1))

    files = unzip(builder.archive([first, second]).content)

    assert {"IHE_XDM/SUBSET02/METADATA.XML", "IHE_XDM/SUBSET02/DOC0002.XML"} < set(files)
    times = {
        one(parse(files[f"IHE_XDM/SUBSET0{n}/METADATA.XML"]), f"//{slot('submissionTime')}") for n in (1, 2)
    }
    assert len(times) == 2


def test_replacement_and_deletion() -> None:
    # Given a document and the version that replaces it
    builder = factory()
    original = builder.n1(CR_BIO)
    revised = builder.n1(CR_BIO, replacing=original, text="Version corrigée.")
    action = f"{ENTRY}/{slot('urn:action:extraMetadataSlot')}"

    def metadata(*, delete: bool = False, first: bool = False) -> list[str]:
        document = original if first else revised
        made = builder.submission(document, action=Action.DELETE if delete else None)
        return texts(parse(unzip(builder.archive([made]).content)[METADATA]), action)

    # Then the action is told, and the CDA points back
    assert metadata(first=True) == []
    assert metadata() == ["C"]
    assert metadata(delete=True) == ["D"]
    old, new = parse(original.content), parse(revised.content)
    related = "h:relatedDocument[@typeCode='RPLC']/h:parentDocument/h:id/@root"
    assert one(new, related) == one(old, "h:id/@root")
    assert texts(old, related) == []
    assert one(new, "h:setId/@root") == one(old, "h:setId/@root")
    assert (one(old, "h:versionNumber/@value"), one(new, "h:versionNumber/@value")) == ("1", "2")
    assert one(new, "h:id/@root") != one(old, "h:id/@root")


def test_masking_is_added_after_the_documents_own_code() -> None:
    builder = factory()
    submission = builder.submission(builder.n1(CR_BIO))
    masked = replace(
        submission, documents=(SubmittedDocument(submission.documents[0].cda, None, (HIDDEN_FROM_PATIENT,)),)
    )

    metadata = parse(unzip(builder.archive([masked]).content)[METADATA])

    found = texts(
        metadata, f"{ENTRY}/{classified('f4f85eac-e6cb-4883-b524-f2705394840f')}/@nodeRepresentation"
    )
    assert found == ["N", "INVISIBLE_PATIENT"]


def test_separators_of_hl7_are_escaped() -> None:
    builder = factory()
    header = builder.header(CR_BIO)
    structure = replace(header.custodian, name="Labo A^B & C|D")
    author = replace(header.authors[0].professional, structure=structure)
    header = replace(header, authors=(replace(header.authors[0], professional=author),))
    metadata = parse(
        unzip(builder.archive([builder.submission(n1_with_copy(header, "x"))]).content)[METADATA]
    )

    institution = texts(metadata, f"//{slot('authorInstitution')}")[0]
    assert institution.startswith(r"Labo A\S\B \T\ C\F\D^^^^^&")


def test_two_patients_are_refused() -> None:
    builder = factory()
    with pytest.raises(ValueError, match="one patient"):
        builder.archive([builder.submission(builder.n1(CR_BIO), builder.n1(CR_BIO))])


def test_empty_archive_is_refused() -> None:
    builder = factory()
    submission = builder.submission(builder.n1(CR_BIO))
    sender = builder.physician()

    for wrong in ([], [submission, replace(submission, documents=())]):
        with pytest.raises(ValueError, match="at least one document"):
            build_archive(wrong, sender)


def test_same_seed_same_bytes() -> None:
    assert archive_of(5, 2).content == archive_of(5, 2).content
    assert archive_of(5, 2).content != archive_of(6, 2).content
