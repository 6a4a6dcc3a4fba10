"""The official samples beside the project: no error, and exactly these warnings.

Each deviation is one that the sources list or that was read in the sample: schemaLocation left in, nullFlavor NA in
the header, times without offset or seconds, lost references, untitled or empty sections, version without
relatedDocument, a matricule with a wrong key, made-up national ids (CDA-H-065), a PNG called JPEG, a LOINC
code with a wrong check digit.
"""
# ruff: noqa: E501

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from harness.artefacts.cda import CdaDocument, locate
from harness.checks.cda import Depth, check_cda

SHARED = Path(__file__).resolve().parents[3] / "shared" / "examples"
EXPECTED = {
    "BIO-CR-BIO_2021.01_Microbiologie_V1": "CDA-006:1 CDA-BIO-005:1 CDA-H-012:1 CDA-H-065:11",
    "BIO-CR-BIO_2024.01_CRP_non_LOINC": "CDA-006:1 CDA-027:1 CDA-B-010:1 CDA-B-013:2 CDA-H-065:6",
    "BIO-CR-BIO_2024.01_Microbiologie_V1": "CDA-006:1 CDA-B-013:1 CDA-H-012:1 CDA-H-065:11",
    "BIO-CR-BIO_2024.01_TSH_1": "CDA-006:1 CDA-027:1 CDA-B-010:1 CDA-B-013:1 CDA-BIO-005:1 CDA-H-065:6",
    "BIO-TROD_2024.01_COVID-19": "CDA-006:1 CDA-023:1 CDA-H-004:1 CDA-H-012:1 CDA-H-065:3",
    "CANCER-D2LM-FIDD_2022.01": "CDA-006:1 CDA-027:3 CDA-B-010:1 CDA-B-011:1 CDA-B-013:1 CDA-H-065:4",
    "CARD-F-PRC-AVK_2022.01": "CDA-006:1 CDA-023:6 CDA-B-013:3 CDA-H-023:1 CDA-H-046:1 CDA-H-065:6",
    "CNAM-HR_2021.01_sans-info": "CDA-006:1 CDA-027:2 CDA-H-012:2",
    "CSE-CS9_2025.01": "CDA-006:1 CDA-023:1 CDA-028:1 CDA-B-013:1 CDA-H-032:1 CDA-H-063:1 CDA-H-065:2",
    "DLU-EHPAD-FLUDT_2022.01": "CDA-006:1 CDA-023:3 CDA-B-013:2 CDA-H-065:1",
    "IMG-DA-IMG_2024.01_Mammo-Echo-Seins": "CDA-006:1 CDA-023:4 CDA-B-011:1 CDA-H-065:6",
    "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1": "CDA-006:1 CDA-027:1 CDA-H-065:2",
    "LDL-SES_2022.01": "CDA-006:1 CDA-021:1 CDA-027:1 CDA-B-013:2 CDA-H-065:4",
    "OBP-SCM_2024.01": "CDA-006:1 CDA-023:2 CDA-B-013:2 CDA-H-065:6",
    "SDM-MR_2024.01_patiente-enceinte": "CDA-006:1 CDA-023:2 CDA-B-011:2 CDA-B-013:9 CDA-H-046:1 CDA-H-065:2",
    "TLM-CR_2022.01": "CDA-006:1 CDA-H-065:6",
    "VAC_2023.01": "CDA-006:1 CDA-027:2 CDA-H-065:1",
    "VSM_1.4_2022.01": "CDA-006:1 CDA-B-013:1 CDA-H-065:3",
    "eDISP-MED_2024.01": "CDA-006:1 CDA-027:1 CDA-B-013:6 CDA-H-065:3 CDA-H-066:1",
    "eP-MED-DM_2024.01_PosoNonStruct": "CDA-006:1 CDA-B-006:1 CDA-B-013:5 CDA-H-065:4",
    "xdm-BIO-CR-BIO_2024.01_Glycemie_mole": "CDA-006:1 CDA-027:1 CDA-B-010:1 CDA-H-065:6",
    "xdm-BIO-CR-BIO_2024.01_Microbiologie_V2": "CDA-006:1 CDA-H-012:1 CDA-H-065:11",
    "xdm-BIO-CR-BIO_2024.01_Microbiologie_V2_Delete": "CDA-006:1 CDA-H-012:1 CDA-H-065:11",
    "xdm-DOC_NON_STRUCTURE_CDA-R2-N1": "CDA-006:1 CDA-023:1 CDA-H-065:7",
    "xdm-IMG_CR_IMG_2024.01_CDA-R2-Niveau-1": "CDA-006:1 CDA-027:1 CDA-H-065:2",
    "xdm-VSM_1.4_2022.01": "CDA-006:1 CDA-B-013:1 CDA-H-023:1 CDA-H-065:3",
    "xdm-eP-MED-DM_2024.01_PosoNonStruct": "CDA-006:1 CDA-B-006:1 CDA-H-065:4",
}


def official():
    for path in sorted((SHARED / "cda").glob("*.xml")):
        yield pytest.param(path.stem, path.read_bytes(), id=path.stem)
    for path in sorted((SHARED / "xdm").glob("*/IHE_XDM.ZIP")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith("DOC0001.XML"):
                    label = f"xdm-{path.parent.name}"
                    yield pytest.param(label, archive.read(name), id=label)


pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the official samples are not beside the project")


@pytest.mark.parametrize(("name", "content"), list(official()))
def test_an_official_document_has_no_error_and_its_known_warnings(name, content):
    verdict = check_cda(content)

    errors = [each for each in verdict.findings if each.severity == "error"]
    assert [(each.rule, each.location, each.found) for each in errors] == []
    counts = Counter(each.rule for each in verdict.findings)
    assert " ".join(f"{rule}:{number}" for rule, number in sorted(counts.items())) == EXPECTED[name]
    assert verdict.depth is (
        Depth.FULL if name.startswith(("BIO-CR", "xdm-BIO")) or is_n1(content) else Depth.GENERIC
    )


def is_n1(content):
    return b"nonXMLBody" in content


@pytest.mark.parametrize(("name", "content"), list(official()))
def test_findings_and_nodes_of_an_official_document_have_their_place(name, content):
    document = CdaDocument.parse(content)

    for finding in check_cda(content).findings:
        assert document.select(finding.location.xpath) is not None
        assert finding.location.line
    for element in list(document.root.iter("*"))[::7]:
        assert document.select(locate(element).xpath) is element
