"""What the table of models says of the announced one: type code, templateIds, title, sections (CDA-M).

Sources: the volets of the CI-SIS as the official rules restate them; `schemas/models/models.toml` holds the
table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.nodes import has_template, kid, kids, shown
from harness.checks.cda.walk import Book, Reading
from schemas.models import models

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
_DRUG = "1.2.250.1.213.1.1.3.83"
_DRUG_FACTS = tuple(f"1.2.250.1.213.1.1.3.48.{number}" for number in (12, 13, 14, 15))
_PRESCRIPTION = "1.2.250.1.213.1.1.1.39"
_IMAGING = "1.2.250.1.213.1.1.1.45"
_TROD = "1.2.250.1.213.1.1.1.59"
_ACTS = {
    "1.2.250.1.213.1.1.1.13": "34117-2",  # VSM
    "1.2.250.1.213.1.1.1.21": "IMP",  # LDL-EES
    "1.2.250.1.213.1.1.1.23": "28651-8",  # DLU-EHPAD-FLUDT
}
"""Code of the main act, where the model fixes it."""


@book.element("ClinicalDocument")
def declared(reading: Reading, root: _Element) -> None:
    """CDA-M-001 to CDA-M-003: is the model known, do type code and templateIds agree with it."""
    if reading.unstructured or reading.model is None:
        return
    model = models().get(reading.model)
    if model is None:
        reading.fault("CDA-M-001", root, "modèle du CI-SIS / model of the CI-SIS", reading.model)
        return
    code = kid(root, "code")
    if code is not None and model.codes and code.get("code") not in model.codes:
        reading.fault("CDA-M-002", code, f"{' | '.join(model.codes)} ({model.name})", shown(code), "code")
    for wanted in model.templates:
        if not has_template(root, wanted):
            reading.fault("CDA-M-003", root, f"templateId {wanted} ({model.name})", "absent")


@book.end
def sections(reading: Reading) -> None:
    """CDA-M-004: sections that the model asks for, as often as it asks for them."""
    model = models().get(reading.model or "")
    if model is None or reading.unstructured:
        return
    root = reading.document.root
    for section in model.sections:
        bearers = [each for template in section.templates for each in reading.templates.get(template, ())]
        number = len({id(each) for each in bearers})
        if number < section.least or (section.most is not None and number > section.most):
            limits = f"{section.least}..{'*' if section.most is None else section.most}"
            wanted = f"{section.name} {limits} ({' | '.join(section.templates)})"
            reading.fault("CDA-M-004", root if not bearers else bearers[-1], wanted, f"{number} ×")


@book.template(_DRUG)
def drug(reading: Reading, element: _Element) -> None:
    """CDA-M-005: each drug prescribed says by four facts how it is reimbursed."""
    if reading.model != _PRESCRIPTION:
        return
    observations = [each for link in kids(element, "entryRelationship") for each in kids(link, "observation")]
    for fact in _DRUG_FACTS:
        number = sum(1 for each in observations if has_template(each, fact))
        if number != 1:
            reading.fault("CDA-M-005", element, f"1 × observation {fact}", f"{number} ×")


@book.element("serviceEvent")
def act(reading: Reading, element: _Element) -> None:
    """CDA-M-006: what a model asks of the documented act."""
    model = reading.model
    if reading.unstructured or model not in (_PRESCRIPTION, _TROD, *_ACTS):
        return
    code, period = kid(element, "code"), kid(element, "effectiveTime")
    main = kid(reading.document.root, "documentationOf", "serviceEvent") is element
    if model == _PRESCRIPTION and main and (kid(period, "low") is None or kid(period, "high") is None):
        reading.fault("CDA-M-006", element, "effectiveTime/low, high (eP-MED-DM)", shown(period))
    wanted = _ACTS.get(model)
    if wanted is not None and main and (code is None or code.get("code") != wanted):
        reading.fault("CDA-M-006", element if code is None else code, f"code {wanted}", shown(code), "code")
    if model == _TROD:
        _screening(reading, element, code)


def _screening(reading: Reading, element: _Element, code: _Element | None) -> None:
    setting = kid(
        element, "performer", "assignedEntity", "representedOrganization", "standardIndustryClassCode"
    )
    if code is None:
        reading.fault("CDA-M-006", element, "code (BIO-TROD)", "absent")
    if setting is None or setting.get("code") != "DEPISTAGE":
        place = element if setting is None else setting
        reading.fault("CDA-M-006", place, "standardIndustryClassCode DEPISTAGE (BIO-TROD)", shown(setting))


@book.element("order")
def order(reading: Reading, element: _Element) -> None:
    """CDA-M-007: an imaging report names the request and the examination."""
    if reading.model == _IMAGING and not reading.unstructured:
        number = element.find("{urn:dicom-org:ps3-20}accessionNumber")
        if number is None:
            reading.fault("CDA-M-007", element, "ps3-20:accessionNumber (IMG-CR-IMG)", "absent")
