"""The patient: identifiers, INS and its traits, names, contact (CDA-H-030 to CDA-H-041, CDA-H-067).

Sources: Structuration minimale v1.16.8 (recordTarget) and the official StrucMin rules; RNIV for the traits;
form and key of a matricule are general knowledge and only warn, official samples having wrong keys.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from harness.checks.cda.nodes import identified, is_null, kid, kids, lost, member, shown, words
from harness.checks.cda.walk import Book, Reading
from schemas.identifiers import InsError, InsOid, ins

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
INS_ROOTS = frozenset(InsOid)
NOT_QUALIFIED = "1.2.250.1.213.1.4.13"
"""A social security number that is not an INS."""
_TELECOM = re.compile(r"(?:tel|fax|mailto|http|ftp|mllp):\S+")
_TELECOM_NULLS = ("UNK", "NASK", "ASKU", "NAV", "MSK")
_TELECOM_USES = ("H", "HP", "HV", "WP", "DIR", "PUB", "EC", "MC", "PG")
_ADDRESS_PARTS = frozenset({"houseNumber", "houseNumberNumeric", "streetName", "postalCode", "city"})
_ADDRESS_USES = ("H", "HP", "HV", "WP", "TMP")
_MAX_LINES = 7


@book.element("patientRole")
def identifiers(reading: Reading, role: _Element) -> None:
    """CDA-H-030 to CDA-H-035: the patient's ids, the INS first."""
    ids = kids(role, "id")
    for each in ids:
        if not identified(each):
            reading.fault("CDA-H-030", each, "@root @extension", shown(each))
            continue
        root, extension = each.get("root", ""), each.get("extension", "")
        if root == ins.INS_C_OID:
            reading.fault("CDA-H-031", each, " | ".join(sorted(INS_ROOTS)), root, "root")
        elif root in INS_ROOTS:
            for problem in ins.check(extension):
                found = f"{extension} : {problem.text.fr}"
                reading.fault("CDA-H-032", each, "matricule INS", found, "extension")
        elif root != NOT_QUALIFIED and _is_matricule(extension):
            reading.fault("CDA-H-033", each, " | ".join(sorted(INS_ROOTS)), shown(each), "root")
    qualified = [each for each in ids if each.get("root") in INS_ROOTS]
    if not qualified:
        return
    if ids[0] is not qualified[0]:
        reading.fault("CDA-H-035", qualified[0], "1er / first id", f"n° {ids.index(qualified[0]) + 1}")
    _traits(reading, role, qualified[0])


def _qualified(parts: list[_Element], qualifier: str | None) -> bool:
    return any(each.get("qualifier") == qualifier and words(each) for each in parts)


def _is_matricule(extension: str) -> bool:
    try:
        return ins.parse(extension).key_is_valid
    except InsError:
        return False


def _traits(reading: Reading, role: _Element, own: _Element) -> None:
    """CDA-H-034, CDA-H-036: an INS comes with its traits, and they agree with its number."""
    patient = kid(role, "patient")
    name, birth = kid(patient, "name"), kid(patient, "birthTime")
    gender = kid(patient, "administrativeGenderCode")
    given = kids(name, "given")
    county = kid(patient, "birthplace", "place", "addr", "county")
    present = {
        'family qualifier="BR"': _qualified(kids(name, "family"), "BR"),
        'given qualifier="BR"': _qualified(given, "BR"),
        "given (liste / list)": _qualified(given, None),
        "birthTime": birth is not None and birth.get("value"),
        "birthplace/place/addr/county": bool(words(county)),
        "administrativeGenderCode/@code": gender is not None and gender.get("code"),
    }
    missing = [trait for trait, there in present.items() if not there]
    if missing:
        place = role if patient is None else patient
        reading.fault("CDA-H-034", place, ", ".join(present), lost(missing))
    try:
        matricule = ins.parse(own.get("extension", ""))
    except InsError:
        return
    if matricule.temporary:
        return
    sex = gender.get("code") if gender is not None else None
    if gender is not None and sex in ("F", "M") and sex != matricule.sex:
        reading.fault("CDA-H-036", gender, f"{matricule.sex} ({matricule})", sex, "code")
    born = birth.get("value", "") if birth is not None else ""
    if birth is not None and re.match(r"\d{4}", born) and int(born[2:4]) != matricule.year:
        reading.fault("CDA-H-036", birth, f"..{matricule.year:02} ({matricule})", born, "value")


@book.element("patient")
def person(reading: Reading, patient: _Element) -> None:
    """CDA-H-037 to CDA-H-039: name, gender, birth."""
    names = kids(patient, "name")
    if len(names) != 1:
        reading.fault("CDA-H-037", patient, "1 × name", f"{len(names)} ×")
    for name in names:
        _name(reading, name)
    gender = kid(patient, "administrativeGenderCode")
    if gender is None or gender.get("code") is None:
        place = patient if gender is None else gender
        reading.fault("CDA-H-038", place, "administrativeGenderCode/@code", shown(gender))
    birth = kid(patient, "birthTime")
    if birth is None or birth.get("value") is None:
        reading.fault("CDA-H-039", patient if birth is None else birth, "birthTime/@value", shown(birth))


@book.element("administrativeGenderCode")
def gender_code(reading: Reading, element: _Element) -> None:
    """CDA-H-038: F, M or UN, wherever a gender is given."""
    member(reading, "CDA-H-038", element, "JDV_J143_AdministrativeGender")


def _name(reading: Reading, name: _Element) -> None:
    families, givens = kids(name, "family"), kids(name, "given")
    if not families or not givens:
        reading.fault("CDA-H-037", name, "family, given", f"{len(families)} family, {len(givens)} given")
    parts = [(each, ("BR", "CL")) for each in families] + [(each, (None, "BR", "CL")) for each in givens]
    for each, allowed in parts:
        if is_null(each) or not words(each):
            reading.fault("CDA-H-037", each, "texte / text", f"{shown(each)}{words(each)}")
        if each.get("qualifier") not in allowed:
            found = f"{shown(each)}{words(each)}"
            reading.fault("CDA-H-066", each, 'qualifier="BR" | "CL"', found, "qualifier")
    for part in ("prefix", "suffix"):
        if len(kids(name, part)) > 1:
            reading.fault("CDA-H-037", kids(name, part)[1], f"1 × {part}", f"{len(kids(name, part))} ×")


@book.element("telecom")
def telecom(reading: Reading, element: _Element) -> None:
    """CDA-H-040: a telecom is a URI, or says why it is missing."""
    value, null, use = element.get("value"), element.get("nullFlavor"), element.get("use")
    wrong_null = null is not None and (len(element.attrib) > 1 or null not in _TELECOM_NULLS)
    wrong_value = null is None and (value is None or not _TELECOM.fullmatch(value))
    if wrong_null or wrong_value:
        wanted = "tel:|fax:|mailto:|http:|ftp:|mllp:… ou/or nullFlavor"
        reading.fault("CDA-H-040", element, wanted, shown(element))
    elif use is not None and use not in _TELECOM_USES:
        reading.fault("CDA-H-040", element, " | ".join(_TELECOM_USES), use, "use")


@book.element("addr")
def address(reading: Reading, element: _Element) -> None:
    """CDA-H-041, CDA-H-067: an address is written in parts or in up to seven lines."""
    use = element.get("use")
    lines = kids(element, "streetAddressLine")
    parts = [each.tag for each in element if isinstance(each.tag, str)]
    repeated = {tag for tag, number in Counter(parts).items() if number > 1} - {each.tag for each in lines}
    if use is not None and use not in _ADDRESS_USES:
        reading.fault("CDA-H-041", element, " | ".join(_ADDRESS_USES), use, "use")
    elif len(lines) > _MAX_LINES or repeated:
        wanted = f"≤ {_MAX_LINES} streetAddressLine, ≤ 1 × houseNumber, city…"
        twice = ", ".join(sorted(str(tag).rpartition("}")[2] for tag in repeated))
        found = twice or f"{len(lines)} lignes / lines"
        reading.fault("CDA-H-041", element, wanted, found)
    elif lines and _ADDRESS_PARTS & {str(tag).rpartition("}")[2] for tag in parts}:
        found = " + ".join(dict.fromkeys(str(tag).rpartition("}")[2] for tag in parts))
        reading.fault("CDA-H-067", element, "streetAddressLine, ou/or houseNumber, city…", found)
