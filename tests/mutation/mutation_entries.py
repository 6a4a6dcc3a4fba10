"""Single faults in entries and data types: classes, codes, units, values, dates, templates, status, nulls."""

from __future__ import annotations

import random
import re
from typing import Any

from mutation_body import _loinc
from mutation_core import (
    NS,
    XSI_TYPE,
    adding,
    altering,
    cda,
    cda_table,
    cut,
    doubling,
    found,
    pick,
    removing,
    setting,
    writing,
)
from mutation_header import reverse

ENTRY = "//h:structuredBody//h:entry"
STATEMENT = (
    f"({ENTRY}//h:observation | {ENTRY}//h:act | {ENTRY}//h:organizer | {ENTRY}//h:procedure |"
    f" {ENTRY}//h:substanceAdministration | {ENTRY}//h:supply)"
)
OBSERVATION = f"{ENTRY}//h:observation"
LOINC = "2.16.840.1.113883.6.1"
PQ = f"{ENTRY}//h:value[contains(@xsi:type, 'PQ')][@value and @unit]"
RANGE = f"{ENTRY}//h:referenceRange/h:observationRange"
BIO = "//h:ClinicalDocument[h:templateId/@root='1.2.250.1.213.1.1.1.55']"
RESULT = f"{BIO}//h:observation[h:templateId/@root='1.3.6.1.4.1.19376.1.3.1.6']"
SPECIMEN = f"{BIO}//h:procedure[h:templateId/@root='1.3.6.1.4.1.19376.1.3.1.2']"
CODE = f"{ENTRY}//h:code[@code and @codeSystem]"


def _emptied(root: Any, rng: random.Random, path: str) -> bool:
    node = pick(root, path, rng)
    if node is None:
        return False
    for child in list(node):
        node.remove(child)
    return True


def _null(root: Any, rng: random.Random, flavor: str, *, clear: bool) -> bool:
    node = pick(root, f"{ENTRY}//h:value[not(@nullFlavor)][@value or @code]", rng)
    if node is None:
        return False
    if clear:
        kind = node.get(XSI_TYPE)
        for child in list(node):
            node.remove(child)
        node.attrib.clear()
        if kind:
            node.set(XSI_TYPE, kind)
    node.set("nullFlavor", flavor)
    return True


def _status_first(root: Any, rng: random.Random) -> bool:
    node = pick(root, f"{STATEMENT}[h:code and h:statusCode]", rng)
    if node is None:
        return False
    node.find("h:code", NS).addprevious(node.find("h:statusCode", NS))
    return True


@cda("times-reversed", "beginning of an entry after its end", blind=True)
def times_reversed(root: Any, rng: random.Random) -> bool:
    """An effectiveTime of an entry."""
    return reverse(root, f"{ENTRY}//h:effectiveTime")


@cda("range-reversed", "low of a reference range above its high")
def range_reversed(root: Any, rng: random.Random) -> bool:
    """Bounds in the same unit that are numbers."""
    nodes = []
    for value in found(root, f"{RANGE}/h:value"):
        low, high = value.find("h:low", NS), value.find("h:high", NS)
        if low is None or high is None or low.get("unit") != high.get("unit"):
            continue
        bounds = [one.get("value") or "" for one in (low, high)]
        if all(re.fullmatch(r"[0-9.]+", one) for one in bounds) and float(bounds[0]) < float(bounds[1]):
            nodes.append((low, high))
    if not nodes:
        return False
    low, high = rng.choice(nodes)
    first, second = low.get("value"), high.get("value")
    low.set("value", second)
    high.set("value", first)
    return True


@cda("parent-template-removed", "a template without the one that it derives from")
def parent_template_removed(root: Any, rng: random.Random) -> bool:
    """The French templates narrow those of IHE: those of a result, a specimen, a battery."""
    pairs = {
        "1.2.250.1.213.1.1.3.80": "1.3.6.1.4.1.19376.1.3.1.6",
        "1.2.250.1.213.1.1.3.77": "1.3.6.1.4.1.19376.1.3.1.2",
        "1.2.250.1.213.1.1.3.79": "1.3.6.1.4.1.19376.1.3.1.5",
        "1.2.250.1.213.1.1.3.32": "1.3.6.1.4.1.19376.1.5.3.1.4.2",
        "1.2.250.1.213.1.1.3.48": "1.3.6.1.4.1.19376.1.5.3.1.4.13",
    }
    nodes = [
        parent
        for french, ihe in pairs.items()
        for one in found(root, f"{ENTRY}//h:templateId[@root='{french}']")
        for parent in found(one.getparent(), f"h:templateId[@root='{ihe}']")
    ]
    return bool(nodes) and cut(rng.choice(nodes))


@cda("template-digit", "a templateId of an entry with one digit wrong")
def template_digit(root: Any, rng: random.Random) -> bool:
    """A template that nobody knows where a known one stood."""
    node = pick(root, f"{STATEMENT}/h:templateId[starts-with(@root, '1.2.250.1.213.1.1.3.')]", rng)
    if node is None:
        return False
    node.set("root", node.get("root") + "9")
    return True


@cda("result-template-removed", "a result without any template")
def result_template_removed(root: Any, rng: random.Random) -> bool:
    """A receiver no longer knows that it is one."""
    node = pick(root, RESULT, rng)
    if node is None:
        return False
    for one in node.findall("h:templateId", NS):
        node.remove(one)
    return True


cda_table([
    ("entry-empty", "an entry without its statement",
     lambda root, rng: _emptied(root, rng, ENTRY)),
    ("entry-class-removed", "classCode of an observation removed", setting(OBSERVATION, classCode=None)),
    ("entry-class-unknown", "classCode of a statement OBSERV", setting(STATEMENT, classCode="OBSERV")),
    ("entry-mood-removed", "moodCode of a statement removed", setting(STATEMENT, moodCode=None)),
    ("entry-mood-unknown", "moodCode of a statement DONE", setting(STATEMENT, moodCode="DONE")),
    ("relationship-type-unknown", "entryRelationship of type CONTAINS",
     setting(f"{ENTRY}//h:entryRelationship", typeCode="CONTAINS")),
    ("relationship-type-removed", "entryRelationship without type",
     setting(f"{ENTRY}//h:entryRelationship", typeCode=None)),
    ("participant-type-unknown", "participant of an entry of type WHO",
     setting(f"{ENTRY}//h:participant", typeCode="WHO")),
    ("entry-code-removed", "observation without code", removing(f"{OBSERVATION}/h:code")),
    ("entry-code-doubled", "observation with two codes", doubling(f"{OBSERVATION}/h:code")),
    ("entry-code-without-system", "a code without codeSystem", setting(CODE, codeSystem=None)),
    ("entry-code-system-malformed", "a codeSystem that is no OID", setting(CODE, codeSystem="LOINC")),
    ("entry-code-blank", "a code that is empty", setting(CODE, code="")),
    ("entry-code-space", "a code with a space in it", altering(CODE, "code", lambda v: v[:1] + " " + v[1:])),
    ("loinc-check-digit", "a LOINC code with a wrong check digit",
     lambda root, rng: _loinc(root, rng, f"{ENTRY}//h:code[@codeSystem='{LOINC}'][contains(@code, '-')]")),
    ("loinc-as-snomed", "a LOINC code under the OID of SNOMED CT",
     setting(f"{ENTRY}//h:code[@codeSystem='{LOINC}'][contains(@code, '-')]",
             codeSystem="2.16.840.1.113883.6.96")),
    ("translation-without-system", "a translation without codeSystem",
     setting(f"{ENTRY}//h:translation[@codeSystem]", codeSystem=None)),
    ("unit-unknown", "a unit that UCUM has not", setting(PQ, unit="gouttes")),
    ("unit-misspelt", "a unit with a capital too many", setting(PQ, unit="MMOL/l")),
    ("unit-greek-mu", "a unit written with the letter mu", setting(PQ, unit="µmol/L")),
    ("dose-unit-unknown", "a dose in a unit that UCUM has not",
     setting(f"{ENTRY}//h:doseQuantity[@unit] | {ENTRY}//h:doseQuantity/*[@unit]", unit="cuillère")),
    ("value-comma", "a quantity with a decimal comma",
     altering(PQ, "value", lambda v: v.replace(".", ",") + ",0")),
    ("value-text", "a quantity that is a word", setting(PQ, value="normal")),
    ("value-less-than", "a quantity that begins with <", altering(PQ, "value", lambda v: "<" + v)),
    ("value-type-removed", "a value without xsi:type",
     setting(f"{ENTRY}//h:value[@xsi:type]", xsi_type=None)),
    ("value-type-unknown", "a value of xsi:type NUMBER",
     setting(f"{ENTRY}//h:value[@xsi:type]", xsi_type="NUMBER")),
    ("value-type-other", "a quantity of xsi:type BL", setting(PQ, xsi_type="BL")),
    ("result-value-removed", "a result without value",
     removing(f"{RESULT}[h:statusCode/@code='completed'][count(h:value)=1]/h:value")),
    ("boolean-french", "a boolean that says oui",
     setting(f"{ENTRY}//h:value[contains(@xsi:type, 'BL')] | {ENTRY}//h:independentInd", value="oui")),
    ("integer-decimal", "an integer with decimals",
     setting(f"{ENTRY}//h:value[contains(@xsi:type, 'INT')] | {ENTRY}//h:repeatNumber[@value]", value="1.5")),
    ("status-unknown", "a status terminated", setting(f"{ENTRY}//h:statusCode", code="terminated")),
    ("status-french", "a status terminé", setting(f"{ENTRY}//h:statusCode", code="terminé")),
    ("status-capital", "a status Completed", setting(f"{ENTRY}//h:statusCode", code="Completed")),
    ("organizer-status-removed", "an organizer without status",
     removing(f"{ENTRY}//h:organizer/h:statusCode")),
    ("result-status-removed", "a result without status", removing(f"{RESULT}/h:statusCode")),
    ("result-status-new", "a result with status new", setting(f"{RESULT}/h:statusCode", code="new")),
    ("null-unknown", "a nullFlavor that does not exist",
     lambda root, rng: _null(root, rng, "UNKNOWN", clear=True)),
    ("null-beside-value", "a nullFlavor beside a value",
     lambda root, rng: _null(root, rng, "UNK", clear=False)),
    ("id-without-root", "id of a statement without root",
     setting(f"{STATEMENT}/h:id[@root]", root=None)),
    ("entry-id-null-and-root", "id of a statement with root and nullFlavor",
     setting(f"{STATEMENT}/h:id[@root]", nullFlavor="UNK")),
    ("entry-id-malformed", "id of a statement whose root is no OID",
     setting(f"{STATEMENT}/h:id[@root]", root="12 34")),
    ("time-month-13", "a time of an entry in month 13",
     altering(f"{ENTRY}//h:effectiveTime[string-length(@value) >= 8]", "value",
              lambda v: v[:4] + "13" + v[6:])),
    ("time-without-offset", "a time of an entry without UTC offset",
     altering(f"{ENTRY}//h:effectiveTime[string-length(@value) > 15]", "value", lambda v: v[:14])),
    ("time-iso-8601", "a time of an entry as 2026-01-15",
     altering(f"{ENTRY}//h:effectiveTime[string-length(@value) >= 8]", "value",
              lambda v: f"{v[:4]}-{v[4:6]}-{v[6:8]}")),
    ("time-hour-25", "a time of an entry at 25 o'clock",
     altering(f"{ENTRY}//h:effectiveTime[string-length(@value) > 13]", "value",
              lambda v: v[:8] + "25" + v[10:])),
    ("template-doubled-entry", "a templateId of an entry twice", doubling(f"{STATEMENT}/h:templateId")),
    ("template-malformed", "a templateId that is no OID",
     setting(f"{STATEMENT}/h:templateId", root="1.2..3")),
    ("template-without-root", "a templateId without root", setting(f"{STATEMENT}/h:templateId", root=None)),
    ("interpretation-unknown", "an interpretation outside the vocabulary",
     setting(f"{RESULT}/h:interpretationCode", code="ELEVE")),
    ("reference-range-doubled", "two reference ranges of a result", doubling(f"{RESULT}/h:referenceRange")),
    ("label-reference-removed", "code of a result without its reference to the narrative",
     removing(f"{RESULT}/h:code/h:originalText")),
    ("result-code-incomplete", "LOINC code of a result without displayName",
     setting(f"{RESULT}/h:code[@codeSystem='{LOINC}']", displayName=None)),
    ("specimen-kind-unknown", "a specimen outside the value set",
     setting(f"{SPECIMEN}//h:playingEntity/h:code[@code]", code="ZZZ")),
    ("specimen-time-removed", "a specimen without its date", removing(f"{SPECIMEN}/h:effectiveTime")),
    ("specimen-participant-removed", "a specimen collection without specimen",
     removing(f"{SPECIMEN}/h:participant[@typeCode='PRD']")),
    ("reception-code-other", "reception of a specimen with another code",
     setting(f"{BIO}//h:act[h:templateId/@root='1.3.6.1.4.1.19376.1.3.1.3']/h:code", code="RECEIVE")),
    ("chapter-act-status-removed", "act of a chapter without status",
     removing(f"{BIO}//h:entry[@typeCode='DRIV']/h:act/h:statusCode")),
    ("chapter-entry-type-removed", "entry of a chapter without DRIV",
     setting(f"{BIO}//h:entry[@typeCode='DRIV']", typeCode=None)),
    ("comment-code-other", "a comment with another code",
     setting(f"{BIO}//h:act/h:code[@code='48767-8']", code="18719-5")),
    ("laboratory-address-removed", "executing laboratory without address",
     removing(f"{BIO}//h:serviceEvent/h:performer/h:assignedEntity/h:addr")),
    ("bio-title-other", "title of a CR-BIO that is not the model's",
     writing(f"{BIO}/h:title", lambda _: "Résultats de laboratoire")),
    ("drug-fact-removed", "a drug without one of its four facts",
     removing("//h:substanceAdministration[h:templateId/@root='1.2.250.1.213.1.1.3.83']/h:entryRelationship"
              "[h:observation/h:templateId/@root='1.2.250.1.213.1.1.3.48.13']")),
    ("drug-removed", "a drug prescription without its product",
     removing("//h:substanceAdministration/h:consumable")),
    ("statement-misplaced", "statusCode of a statement before its code",
     _status_first),
    ("statement-unknown-element", "a result element in a statement", adding(STATEMENT, "<result/>")),
    ("attribute-unknown-entry", "an attribute that HL7 has not", setting(CODE, label="x")),
])  # fmt: skip
