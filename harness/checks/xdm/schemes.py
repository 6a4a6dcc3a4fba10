"""The UUIDs by which XDS metadata are told apart in ebXML (IHE ITI TF-3 §4.2.5.2)."""

from __future__ import annotations

SET_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
SET_CONTENT_TYPE = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
SET_PATIENT = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_SOURCE = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
SET_UNIQUE = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
CLASS_CODE = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
EVENT_CODE = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
FORMAT_CODE = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
FACILITY = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
PRACTICE_SETTING = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
TYPE_CODE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
PATIENT = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
UNIQUE = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"

SET_SCHEMES = frozenset({SET_AUTHOR, SET_CONTENT_TYPE, SET_PATIENT, SET_SOURCE, SET_UNIQUE})
ENTRY_SCHEMES = frozenset({
    AUTHOR, CLASS_CODE, CONFIDENTIALITY, EVENT_CODE, FORMAT_CODE, FACILITY, PRACTICE_SETTING, TYPE_CODE,
    PATIENT, UNIQUE,
})  # fmt: skip
IDENTIFIER_NAMES = {
    SET_PATIENT: "XDSSubmissionSet.patientId",
    SET_SOURCE: "XDSSubmissionSet.sourceId",
    SET_UNIQUE: "XDSSubmissionSet.uniqueId",
    PATIENT: "XDSDocumentEntry.patientId",
    UNIQUE: "XDSDocumentEntry.uniqueId",
}
