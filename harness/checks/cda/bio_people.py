"""CR-BIO: who took part, in the header and in the act of a chapter (CDA-BIO-040, CDA-BIO-044, CDA-BIO-045).

Sources: IHE XD-LAB (performing laboratory, authenticator, non-human subject) and the volet. The official
rules on a non-human subject look for `relatedSubject/Addr`, which no valid document can hold; here, `addr`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.bio import is_report
from harness.checks.cda.nodes import has_template, kid, kids, local, lost, shown
from harness.checks.cda.walk import Book, Reading

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
LABORATORY = "1.3.6.1.4.1.19376.1.3.3.1.7"
PRESCRIBER = "1.3.6.1.4.1.19376.1.3.3.1.6"
VALIDATOR = "1.3.6.1.4.1.19376.1.3.3.1.5"
NON_HUMAN = "1.3.6.1.4.1.19376.1.3.3.1.2.1"
PATIENT_AND_NON_HUMAN = "1.3.6.1.4.1.19376.1.3.3.1.3.1"
_FR_PARTICIPANT = "1.2.250.1.213.1.1.3.109"


def _bears(reading: Reading, element: _Element, *roots: str) -> None:
    missing = [root for root in roots if not has_template(element, root)]
    if missing:
        reading.fault("CDA-BIO-040", element, f"templateId {' + '.join(roots)}", lost(missing))


def _has(reading: Reading, element: _Element, paths: tuple[str, ...]) -> None:
    missing = [path for path in paths if kid(element, *path.split("/")) is None]
    if missing:
        reading.fault("CDA-BIO-045", element, ", ".join(paths), lost(missing))


@book.element("participant")
def participant(reading: Reading, element: _Element) -> None:
    """CDA-BIO-040, CDA-BIO-045: prescriber of the header, biologist who validated the results of an act."""
    if not is_report(reading):
        return
    parent = element.getparent()
    name, kind = "" if parent is None else local(parent), element.get("typeCode")
    if name == "ClinicalDocument" and kind == "REF":
        _bears(reading, element, PRESCRIBER)
    elif name == "act" and kind == "AUTHEN":
        _bears(reading, element, VALIDATOR, _FR_PARTICIPANT)
        role = "participantRole"
        _has(
            reading,
            element,
            ("time", f"{role}/id", f"{role}/addr", f"{role}/telecom", f"{role}/playingEntity/name"),
        )


@book.element("performer")
def performer(reading: Reading, element: _Element) -> None:
    """CDA-BIO-040, CDA-BIO-045: the laboratory that executed, in the header and in an act."""
    parent = element.getparent()
    if not is_report(reading) or parent is None or local(parent) not in ("serviceEvent", "act"):
        return
    _bears(reading, element, LABORATORY)
    if local(parent) == "act":
        entity = "assignedEntity"
        _has(reading, element, ("time", f"{entity}/id", f"{entity}/addr", f"{entity}/telecom"))


@book.element("subject")
def subject(reading: Reading, element: _Element) -> None:
    """CDA-BIO-044: a specimen of an animal or of a place is described."""
    parent = element.getparent()
    if not is_report(reading) or parent is None or local(parent) != "act":
        return
    related = kid(element, "relatedSubject")
    missing = (
        []
        if has_template(element, NON_HUMAN) or has_template(element, PATIENT_AND_NON_HUMAN)
        else ["templateId"]
    )
    if kid(related, "code") is None:
        missing.append("relatedSubject/code")
    if element.get("typeCode") != "SBJ":
        missing.append('typeCode="SBJ"')
    addresses = len(kids(related, "addr"))
    if addresses != 1:
        missing.append("relatedSubject/addr" if not addresses else f"{addresses} × relatedSubject/addr")
    if missing:
        wanted = f'typeCode="SBJ", templateId {NON_HUMAN}, relatedSubject/code, 1 × relatedSubject/addr'
        place = element if related is None else related
        reading.fault("CDA-BIO-044", place, wanted, f"{shown(element)} : {lost(missing)}")
