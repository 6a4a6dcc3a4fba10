"""CR-BIO: entries, from the act of a chapter to the result (CDA-BIO-015 to CDA-BIO-029, 037, 038).

The templateIds are those of IHE XD-LAB; the French ones that go with them are looked at where they add a
rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.bio import ATTACHED, CHAPTER, LOINC, SUB_CHAPTER, is_report, since
from harness.checks.cda.nodes import has_template, is_null, kid, kids, local, member, parent_name, shown
from harness.checks.cda.walk import Book, Reading

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
ENTRY = "1.3.6.1.4.1.19376.1.3.1"
SPECIMEN = "1.3.6.1.4.1.19376.1.3.1.2"
RECEPTION = "1.3.6.1.4.1.19376.1.3.1.3"
BATTERY = "1.3.6.1.4.1.19376.1.3.1.4"
ISOLATE = "1.3.6.1.4.1.19376.1.3.1.5"
RESULT = "1.3.6.1.4.1.19376.1.3.1.6"
COMMENT = "1.3.6.1.4.1.19376.1.5.3.1.4.2"
_WAITING = "1.2.250.1.213.1.1.5.130"
"""National waiting codes: a result whose LOINC code is not attributed yet."""
_SNOMED_CT = "2.16.840.1.113883.6.96"
_NCBI = "2.16.840.1.113883.3.9471"
_SPRECEIVE = "1.3.5.1.4.1.19376.1.5.3.2"
_PLACES: dict[str, tuple[str, str | None]] = {
    CHAPTER: ("section", None),
    SUB_CHAPTER: ("section", None),
    ENTRY: ("entry", None),
    SPECIMEN: ("procedure", "PROC"),
    RECEPTION: ("act", "ACT"),
    BATTERY: ("organizer", "BATTERY"),
    ISOLATE: ("organizer", "CLUSTER"),
    RESULT: ("observation", "OBS"),
    ATTACHED: ("organizer", "CLUSTER"),
    COMMENT: ("act", "ACT"),
}


@book.template(*_PLACES)
def right_place(reading: Reading, element: _Element) -> None:
    """CDA-BIO-037: a templateId is on the element that it describes, a fact (EVN)."""
    if not is_report(reading):
        return
    for each in kids(element, "templateId"):
        wanted = _PLACES.get(each.get("root", ""))
        if wanted is None:
            continue
        name, kind = wanted
        mood = element.get("moodCode", "EVN")
        if local(element) != name or (kind and element.get("classCode") != kind) or (kind and mood != "EVN"):
            expected = f'<{name} classCode="{kind}" moodCode="EVN">' if kind else f"<{name}>"
            reading.fault("CDA-BIO-037", element, f"{expected} {each.get('root')}", shown(element))


def _status(reading: Reading, rule_id: str, element: _Element, allowed: tuple[str, ...]) -> None:
    status = kid(element, "statusCode")
    if status is None or status.get("code") not in allowed:
        reading.fault(rule_id, element if status is None else status, " | ".join(allowed), shown(status))


@book.template(ENTRY)
def entry(reading: Reading, element: _Element) -> None:
    """CDA-BIO-015, CDA-BIO-016: entry of a chapter and its act."""
    if not is_report(reading) or local(element) != "entry":
        return
    act = kid(element, "act")
    if element.get("typeCode") != "DRIV" or act is None:
        reading.fault("CDA-BIO-015", element, '<entry typeCode="DRIV"><act>', shown(element))
    if act is None:
        return
    if act.get("classCode") != "ACT" or act.get("moodCode") != "EVN":
        reading.fault("CDA-BIO-015", act, '<act classCode="ACT" moodCode="EVN">', shown(act))
    code, period = kid(act, "code"), kid(act, "effectiveTime")
    if code is not None and code.get("code") is not None and code.get("codeSystem") != LOINC:
        reading.fault("CDA-BIO-016", code, f"LOINC ({LOINC})", shown(code), "codeSystem")
    _status(reading, "CDA-BIO-016", act, ("completed", "active", "aborted"))
    if not any(each.get("typeCode") == "COMP" for each in kids(act, "entryRelationship")):
        reading.fault("CDA-BIO-016", act, '≥ 1 entryRelationship typeCode="COMP"', "0")
    if period is None or is_null(period):
        return
    if kid(period, "low") is None or kid(period, "high") is None:
        reading.fault("CDA-BIO-016", period, "low, high", shown(period))


@book.template(SPECIMEN)
def specimen(reading: Reading, element: _Element) -> None:
    """CDA-BIO-017, CDA-BIO-018: collection of a specimen."""
    if not is_report(reading):
        return
    products = [each for each in kids(element, "participant") if each.get("typeCode") == "PRD"]
    if kid(element, "effectiveTime") is None:
        reading.fault("CDA-BIO-017", element, "effectiveTime", "absent")
    if len(products) != 1:
        reading.fault("CDA-BIO-017", element, '1 × participant typeCode="PRD"', f"{len(products)} ×")
    _receptions(reading, element)
    for name in ("targetSiteCode", "performer"):
        if len(kids(element, name)) > 1:
            found = f"{len(kids(element, name))}"
            reading.fault("CDA-BIO-017", kids(element, name)[1], f"0..1 {name}", found)
    for product in products:
        role = kid(product, "participantRole")
        code = kid(role, "playingEntity", "code")
        if role is None or role.get("classCode") != "SPEC" or len(kids(role, "id")) != 1 or code is None:
            wanted = 'participantRole classCode="SPEC", 1 id, playingEntity/code'
            reading.fault("CDA-BIO-017", product if role is None else role, wanted, shown(role))
        member(reading, "CDA-BIO-018", code, "JDV_HL7_SpecimenType")


def _receptions(reading: Reading, element: _Element) -> None:
    """CDA-BIO-017, CDA-BIO-019: received once; the code makes a reception as well as the templateId."""
    acts = [each for link in kids(element, "entryRelationship") for each in kids(link, "act")]
    coded = [each for each in acts if _is_reception(each)]
    if len(coded) > 1:
        reading.fault("CDA-BIO-017", coded[1], "0..1 SPRECEIVE", f"{len(coded)}")
    for each in coded:
        if not has_template(each, RECEPTION):
            _reception(reading, each)


def _is_reception(act: _Element) -> bool:
    code = kid(act, "code")
    return has_template(act, RECEPTION) or (code is not None and code.get("code") == "SPRECEIVE")


@book.template(RECEPTION)
def reception(reading: Reading, element: _Element) -> None:
    """CDA-BIO-019: reception of a specimen."""
    if is_report(reading):
        _reception(reading, element)


def _reception(reading: Reading, element: _Element) -> None:
    code, time = kid(element, "code"), kid(element, "effectiveTime")
    if code is None or (code.get("code"), code.get("codeSystem")) != ("SPRECEIVE", _SPRECEIVE):
        place = element if code is None else code
        reading.fault("CDA-BIO-019", place, f"SPRECEIVE, {_SPRECEIVE}", shown(code))
    if time is None or not time.get("value"):
        reading.fault("CDA-BIO-019", element if time is None else time, "effectiveTime/@value", shown(time))


@book.template(BATTERY)
def battery(reading: Reading, element: _Element) -> None:
    """CDA-BIO-020: a group of results."""
    if not is_report(reading):
        return
    _status(reading, "CDA-BIO-020", element, ("completed", "active", "aborted", "obsolete"))
    if len(kids(element, "id")) > 1:
        reading.fault("CDA-BIO-020", kids(element, "id")[1], "0..1 id", f"{len(kids(element, 'id'))}")


@book.template(ISOLATE)
def isolate(reading: Reading, element: _Element) -> None:
    """CDA-BIO-021: what was isolated (microbiology)."""
    if not is_report(reading):
        return
    _status(reading, "CDA-BIO-021", element, ("completed", "active", "aborted", "obsolete"))
    sample = kid(element, "specimen")
    role = kid(sample, "specimenRole")
    entity = kid(role, "specimenPlayingEntity")
    for each, name, wanted in ((sample, "typeCode", "SPC"), (role, "classCode", "SPEC")):
        if each is not None and each.get(name, wanted) != wanted:
            reading.fault("CDA-BIO-021", each, f'{name}="{wanted}"', shown(each), name)
    code = kid(entity, "code")
    if entity is None or entity.get("classCode") != "MIC" or code is None:
        wanted = 'specimen/specimenRole/specimenPlayingEntity classCode="MIC", code'
        reading.fault("CDA-BIO-021", element if entity is None else entity, wanted, shown(entity))
        return
    translated = any(each.get("codeSystem") == _NCBI for each in kids(code, "translation"))
    coded = code.get("code") is not None
    if coded and code.get("codeSystem") != _SNOMED_CT:
        reading.fault("CDA-BIO-021", code, f"SNOMED CT ({_SNOMED_CT})", shown(code), "codeSystem")
    elif not coded and not translated and kid(code, "originalText") is None:
        reading.fault(
            "CDA-BIO-021", code, f"SNOMED CT | translation NCBI ({_NCBI}) | originalText", shown(code)
        )


@book.template(RESULT)
def result(reading: Reading, element: _Element) -> None:
    """CDA-BIO-022 to CDA-BIO-028, CDA-BIO-038: one result."""
    if not is_report(reading):
        return
    _status(reading, "CDA-BIO-022", element, ("completed", "aborted", "active", "obsolete"))
    code, status = kid(element, "code"), kid(element, "statusCode")
    if code is not None:
        _result_code(reading, element, code)
    if not kids(element, "value") and (status is None or status.get("code") != "aborted"):
        reading.fault("CDA-BIO-038", element, "value", "absent")
    for each in kids(element, "interpretationCode"):
        if each.get("code") is not None:
            member(reading, "CDA-BIO-026", each, "JDV_HL7_ObservationInterpretation")
    if len(kids(element, "referenceRange")) > 1:
        found = f"{len(kids(element, 'referenceRange'))}"
        reading.fault("CDA-BIO-027", kids(element, "referenceRange")[1], "0..1 referenceRange", found)
    for link in kids(element, "entryRelationship"):
        before = kid(link, "observation")
        if link.get("typeCode") == "REFR" and before is not None:
            before_status = kid(before, "statusCode")
            there = before_status is not None and before_status.get("code") == "completed"
            if not there or kid(before, "effectiveTime") is None:
                reading.fault(
                    "CDA-BIO-028", before, "effectiveTime, statusCode completed", shown(before_status)
                )


def _result_code(reading: Reading, element: _Element, code: _Element) -> None:
    if has_template(element, "1.2.250.1.213.1.1.3.80"):
        originals = kids(code, "originalText")
        if len(originals) != 1 or kid(originals[0], "reference") is None:
            found = f"{len(originals)} × originalText"
            reading.fault("CDA-BIO-023", code, "1 × originalText/reference", found)
    names = ("code", "displayName", "codeSystem", "codeSystemName")
    given = [name for name in names if code.get(name) is not None]
    complete = code.get("code") and code.get("displayName") and code.get("codeSystem") == LOINC
    loose = since(reading, "2023") or reading.version is None
    if parent_name(element) == "entryRelationship" and loose:
        wrong = code.get("codeSystem") == LOINC and not complete
    else:
        wrong = bool(given) and not complete
    if wrong and not is_null(code):
        reading.fault("CDA-BIO-024", code, f"LOINC : @code @displayName {LOINC}", shown(code))
    for each in kids(code, "translation"):
        if not (each.get("code") and each.get("displayName")):
            wanted = f"@code @displayName, codeSystem {_WAITING} | local"
            reading.fault("CDA-BIO-025", each, wanted, shown(each))


@book.template(COMMENT)
def comment(reading: Reading, element: _Element) -> None:
    """CDA-BIO-029: a comment refers to its text."""
    if not is_report(reading) or local(element) != "act":
        return
    code = kid(element, "code")
    if code is None or code.get("code") != "48767-8":
        reading.fault("CDA-BIO-029", element if code is None else code, "48767-8", shown(code))
    if kid(element, "text", "reference") is None:
        reading.fault("CDA-BIO-029", element, "text/reference", "absent")
    _status(reading, "CDA-BIO-029", element, ("completed",))
