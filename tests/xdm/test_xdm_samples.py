"""Official archives: no error, and each known deviation as its own warning."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from harness.artefacts.xdm import XdmArchive
from harness.checks.xdm import check_xdm
from harness.findings import Severity

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "examples" / "xdm"
ARCHIVES = sorted(FOLDER.glob("*/IHE_XDM.ZIP")) if FOLDER.is_dir() else []
NAMES = [path.parent.name for path in ARCHIVES]

COMMON = {
    "META-008": 1,  # objectType="Original" on the association
    "META-013": 10,  # owner ids that are not the owner's
    "META-014": 1,  # XDSSumissionSet.sourceId
    "META-057": 1,  # coding scheme of formatCode
    "XDM-016": 1,  # README.TXT with accents
}
ORDER = {  # eventCodeList: Name before Slot
    "BIO-CR-BIO_2024.01_Glycemie_mole": 3,
    "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1": 13,
    "eP-MED-DM_2024.01_PosoNonStruct": 4,
}
OTHERS = {
    "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1": {"META-089": 1},  # the label has another apostrophe
    "VSM_1.4_2022.01": {"XDM-024": 1, "META-063": 1},  # INDEX.HTM with accents; version 6, nothing replaced
}

pytestmark = pytest.mark.skipif(not ARCHIVES, reason="the official archives are not here")


@pytest.mark.parametrize("path", ARCHIVES, ids=NAMES)
def test_no_error(path):
    verdict = check_xdm(path.read_bytes())
    assert [one for one in verdict.findings if one.severity is Severity.ERROR] == []
    assert len(verdict.documents) == 1


@pytest.mark.parametrize("path", ARCHIVES, ids=NAMES)
def test_each_deviation_is_a_warning(path):
    name = path.parent.name
    found = Counter(one.rule for one in check_xdm(path.read_bytes()).findings)
    assert found == {**COMMON, "META-004": ORDER.get(name, 1), **OTHERS.get(name, {})}


@pytest.mark.parametrize("path", ARCHIVES, ids=NAMES)
def test_action_and_integrity_are_read(path):
    archive = XdmArchive(path.read_bytes())
    (document,) = check_xdm(path.read_bytes()).documents
    expected = {"BIO-CR-BIO_2024.01_Microbiologie_V2": "C", "BIO-CR-BIO_2024.01_Microbiologie_V2_Delete": "D",
                "IMG_CR_IMG_2024.01_CDA-R2-Niveau-1": "C", "VSM_1.4_2022.01": "C"}  # fmt: skip
    assert document.action == expected.get(path.parent.name)
    assert archive.file(document.path).content == document.content
    assert document.header.patient.qualified
