"""CR-BIO: attached documents and illustrations (CDA-BIO-030, CDA-BIO-035).

An illustration has the same form in every model; the attached document is judged in CR-BIO, samples of other
models leave out its French subtype.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.bio import ATTACHED, LOINC, is_report
from harness.checks.cda.nodes import has_template, is_null, kid, kids, local, lost, shown
from harness.checks.cda.walk import Book, Reading

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
DOCUMENT_TYPE = "1.2.250.1.213.1.1.3.48.18"
IMAGE = "1.2.250.1.213.1.1.3.103"
_CDA_IMAGE = "2.16.840.1.113883.10.12.304"
_IMAGES = ("image/gif", "image/jpeg", "image/png", "image/bmp", "image/bm")


@book.template(ATTACHED)
def attached(reading: Reading, element: _Element) -> None:
    """CDA-BIO-030: an attached file and what it is."""
    if not is_report(reading):
        return
    ids = kids(element, "id")
    if len(ids) != 1 or kid(element, "code") is None:
        found = f"{len(ids)} × id, {shown(kid(element, 'code'))}"
        reading.fault("CDA-BIO-030", element, "1 × id, code", found)
    _completed(reading, element)
    inside = kids(element, "component")
    observations = [each for part in inside for each in kids(part, "observation")]
    kinds = [each for each in observations if has_template(each, DOCUMENT_TYPE)]
    media = [each for part in inside for each in kids(part, "observationMedia")]
    if len(kinds) != 1 or len(media) != 1:
        found = f"{len(kinds)} × {DOCUMENT_TYPE}, {len(media)} × observationMedia"
        reading.fault("CDA-BIO-030", element, "1 × observation, 1 × observationMedia", found)
    for each in kinds:
        _kind(reading, each)
    for each in media:
        _file(reading, each)


def _completed(reading: Reading, element: _Element) -> None:
    status = kid(element, "statusCode")
    if status is None or status.get("code") != "completed":
        reading.fault("CDA-BIO-030", element if status is None else status, "completed", shown(status))


def _kind(reading: Reading, element: _Element) -> None:
    names = ("code", "text", "statusCode", "effectiveTime", "value")
    missing = [name for name in names if kid(element, name) is None]
    if len(kids(element, "id")) != 1:
        missing.insert(0, "id")
    if missing:
        reading.fault("CDA-BIO-030", element, "id, " + ", ".join(names), lost(missing))
    code = kid(element, "code")
    if code is not None and (code.get("code"), code.get("codeSystem")) != ("69764-9", LOINC):
        reading.fault("CDA-BIO-030", code, f"69764-9, {LOINC}", shown(code))
    if kid(element, "statusCode") is not None:
        _completed(reading, element)


def _file(reading: Reading, element: _Element) -> None:
    if element.get("classCode") != "OBS" or element.get("moodCode") != "EVN":
        wanted = '<observationMedia classCode="OBS" moodCode="EVN">'
        reading.fault("CDA-BIO-030", element, wanted, shown(element))


@book.template(IMAGE)
def image(reading: Reading, element: _Element) -> None:
    """CDA-BIO-035: an illustration is an image that readers show."""
    value = kid(element, "value")
    if local(element) != "observationMedia" or value is None or is_null(value):
        return
    is_image = value.get("mediaType") in _IMAGES and value.get("representation") == "B64"
    if element.get("ID") is None or not is_image:
        found = f"{shown(element)} {shown(value)}"
        reading.fault("CDA-BIO-035", element, "@ID, value gif | jpeg | png, B64", found)
    elif not has_template(element, _CDA_IMAGE):
        reading.fault("CDA-BIO-035", element, f"templateId {_CDA_IMAGE}", "absent")
