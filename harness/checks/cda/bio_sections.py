"""CR-BIO: sections beside the chapters (CDA-BIO-012 to 014, CDA-BIO-041 to 043, CDA-BIO-046).

Sources: volet CR-BIO 2024.01 as the official rules restate it; IHE PCC for the immunizations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.bio import (
    COMMENT,
    IHE_IMMUNIZATIONS,
    IMMUNIZATIONS,
    LOINC,
    REFERRAL,
    REFERRAL_CODED,
    REFERRAL_UNCODED,
    SECOND_INTENTION,
    is_report,
)
from harness.checks.cda.nodes import has_template, kid, kids, lost, parent_name, shown
from harness.checks.cda.walk import TEMPLATE_ID, Book, Reading

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
_PROBLEM = "1.3.6.1.4.1.19376.1.5.3.1.4.5"
_OBSERVATION = "1.3.6.1.4.1.19376.1.5.3.1.4.13"
_IMMUNIZATION = "1.3.6.1.4.1.19376.1.5.3.1.4.12"
_CCD_IMMUNIZATIONS = "2.16.840.1.113883.10.20.1.6"


def _coded(reading: Reading, rule_id: str, section: _Element, wanted: str) -> None:
    code = kid(section, "code")
    if code is None or (code.get("code"), code.get("codeSystem")) != (wanted, LOINC):
        place = section if code is None else code
        reading.fault(rule_id, place, f"{wanted}, {LOINC}", shown(code))


@book.template(SECOND_INTENTION)
def second_intention(reading: Reading, section: _Element) -> None:
    """CDA-BIO-012: results of second intention."""
    if is_report(reading):
        missing = [name for name in ("code", "text") if kid(section, name) is None]
        if missing:
            reading.fault("CDA-BIO-012", section, "code, text", lost(missing))


@book.template(REFERRAL, REFERRAL_UNCODED, REFERRAL_CODED)
def referral(reading: Reading, section: _Element) -> None:
    """CDA-BIO-013, CDA-BIO-041: reason for the examinations, coded or not."""
    if (
        not is_report(reading)
        or parent_name(section) != "component"
        or not reading.is_new(f"section {id(section)}")
    ):
        return
    code = kid(section, "code")
    if code is None or code.get("code") != "42349-1":
        reading.fault("CDA-BIO-013", section if code is None else code, f"42349-1, {LOINC}", shown(code))
    if not has_template(section, REFERRAL_CODED):
        return
    inside = {each.get("root") for entry in kids(section, "entry") for each in entry.iter(TEMPLATE_ID)}
    missing = [root for root in (_PROBLEM, _OBSERVATION) if root not in inside]
    if len(kids(section, "templateId")) < 2:
        missing.append(f"templateId {REFERRAL}")
    if missing:
        wanted = f"2 × templateId, entry {_PROBLEM}, entry {_OBSERVATION}"
        reading.fault("CDA-BIO-041", section, wanted, lost(missing))


@book.template(COMMENT)
def comment(reading: Reading, section: _Element) -> None:
    """CDA-BIO-014, CDA-BIO-046: the comment section has a text and its code."""
    if not is_report(reading):
        return
    if kid(section, "text") is None and not kids(section, "entry"):
        reading.fault("CDA-BIO-014", section, "text", "absent")
    _coded(reading, "CDA-BIO-046", section, "55112-7")


@book.template(IMMUNIZATIONS, IHE_IMMUNIZATIONS)
def immunizations(reading: Reading, section: _Element) -> None:
    """CDA-BIO-042, CDA-BIO-043: immunizations, their section and its entries."""
    if (
        not is_report(reading)
        or parent_name(section) != "component"
        or not reading.is_new(f"section {id(section)}")
    ):
        return
    _coded(reading, "CDA-BIO-042", section, "11369-6")
    wanted = (_CCD_IMMUNIZATIONS, IHE_IMMUNIZATIONS)
    missing = [root for root in wanted if not has_template(section, root)]
    if missing:
        reading.fault("CDA-BIO-042", section, " + ".join(wanted), lost(missing))
    given = [each for entry in kids(section, "entry") for each in kids(entry, "substanceAdministration")]
    if not any(has_template(each, _IMMUNIZATION) for each in given):
        reading.fault("CDA-BIO-043", section, f"≥ 1 substanceAdministration {_IMMUNIZATION}", "0")
