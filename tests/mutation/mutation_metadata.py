"""Single faults in METADATA.XML, and between it and the documents (DOSSIER §1.4)."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mutation_archive import Zip
from mutation_core import (
    NS,
    Edit,
    Kind,
    adding,
    altering,
    cut,
    doubling,
    found,
    parse,
    pick,
    register,
    removing,
    setting,
    spoiled_tree,
    writing,
)

SET, ENTRY = "//rim:RegistryPackage", "//rim:ExtrinsicObject"
LINK = "//rim:Association[contains(@associationType, 'HasMember')]"
SCHEMES = {
    "class": "41a5887f-8865-4c09-adf7-e362475b143a",
    "confidentiality": "f4f85eac-e6cb-4883-b524-f2705394840f",
    "format": "a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "facility": "f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "practice": "cccf5598-8b07-4b77-a05e-ae952c785ead",
    "type": "f0306f51-975f-434e-a61c-c59651d33983",
    "content": "aa543740-bdda-424e-8c96-df4873be8500",
    "event": "2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4",
}
AUTHORS = {"entry": "93606bcf-9494-43ec-9b4e-a7748d1a838d", "set": "a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"}
IDENTIFIERS = {
    "entry-patient": "58a6f841-87b3-4a3e-92fd-a8ffeff98427",
    "entry-unique": "2e82c1f6-a085-4c72-9da3-8640a32e42ab",
    "set-patient": "6b5aea1a-874d-4603-a4bc-96a0a7b38446",
    "set-source": "554ac39e-e3fe-47fe-b233-965d2a147832",
    "set-unique": "96fdda7c-d067-4183-912e-bf5ee74998a8",
}
SLOTS = (
    "hash", "size", "URI", "creationTime", "languageCode", "legalAuthenticator", "serviceStartTime",
    "sourcePatientId", "sourcePatientInfo",
)  # fmt: skip
TIMES = {"creationTime": ENTRY, "serviceStartTime": ENTRY, "serviceStopTime": ENTRY, "submissionTime": SET}


def metadata(name: str, what: str) -> Callable[[Edit], Edit]:
    """Register an edit of one METADATA.XML of an archive as a kind."""

    def keep(edit: Edit) -> Edit:
        def spoil(content: bytes, rng: random.Random) -> bytes | None:
            made = Zip.read(content)
            changed = spoiled_tree(made.files[made.metadata], edit, rng)
            if changed is None:
                return None
            made.files[made.metadata] = changed
            return made.written()

        register(name, Kind.XDM, what, spoil)
        return edit

    return keep


def slot(name: str, owner: str = ENTRY) -> str:
    """Return the path of a slot."""
    return f"{owner}/rim:Slot[@name='{name}']"


def value(name: str, owner: str = ENTRY) -> str:
    """Return the path of its values."""
    return f"{slot(name, owner)}//rim:Value"


def classified(scheme: str) -> str:
    """Return the path of a classification."""
    return f"//rim:Classification[@classificationScheme='urn:uuid:{scheme}']"


def identified(scheme: str) -> str:
    """Return the path of an external identifier."""
    return f"//rim:ExternalIdentifier[@identificationScheme='urn:uuid:{scheme}']"


def _local(text: str) -> str:
    """Write a UTC time as that of Paris in winter: what a product that forgets to convert writes."""
    return (datetime.strptime(text[:14], "%Y%m%d%H%M%S") + timedelta(hours=1)).strftime("%Y%m%d%H%M%S")


def _table() -> list[tuple[str, str, Edit]]:
    rows: list[tuple[str, str, Edit]] = []
    for name in SLOTS:
        rows += [
            (f"slot-{name}-removed", f"{name} removed", removing(slot(name))),
            (f"slot-{name}-empty", f"{name} without value", writing(value(name), lambda _: "")),
        ]
        if name != "sourcePatientInfo":
            rows.append((f"slot-{name}-doubled", f"{name} twice", doubling(slot(name))))
    for name, owner in TIMES.items():
        path = value(name, owner)
        rows += [
            (f"time-{name}-zoned", f"{name} with a UTC offset", writing(path, lambda v: v + "+0100")),
            (f"time-{name}-impossible", f"{name} in month 13", writing(path, lambda v: v[:4] + "13" + v[6:])),
            (
                f"time-{name}-iso",
                f"{name} as 2026-01-15T09:00:00",
                writing(path, lambda v: f"{v[:4]}-{v[4:6]}-{v[6:8]}T09:00:00"),
            ),
        ]
        if name != "submissionTime":
            rows.append(
                (
                    f"time-{name}-local",
                    f"{name} in local time",
                    writing(f"{path}[string-length(.)=14]", _local),
                )
            )
    for name, scheme in SCHEMES.items():
        path = classified(scheme)
        rows += [
            (
                f"code-{name}-removed",
                f"{name} code removed",
                removing(path) if name != "event" else removing(f"{path}[1]"),
            ),
            (
                f"code-{name}-unknown",
                f"{name} code that no list has",
                setting(path, nodeRepresentation="ZZ-99"),
            ),
            (f"code-{name}-empty", f"{name} code empty", setting(path, nodeRepresentation="")),
            (f"code-{name}-without-scheme", f"{name} code without its system", removing(f"{path}/rim:Slot")),
            (
                f"code-{name}-other-scheme",
                f"{name} code of another system",
                writing(f"{path}/rim:Slot//rim:Value", lambda _: "1.2.250.1.999.4"),
            ),
            (f"code-{name}-without-label", f"{name} code without its label", removing(f"{path}/rim:Name")),
        ]
    for owner, scheme in AUTHORS.items():
        path = classified(scheme)
        rows += [
            (f"author-{owner}-removed", f"author of the {owner} removed", removing(path)),
            (
                f"author-{owner}-person-removed",
                f"authorPerson of the {owner} removed",
                removing(f"{path}/rim:Slot[@name='authorPerson']"),
            ),
            (
                f"author-{owner}-person-text",
                f"authorPerson of the {owner} as a plain name",
                writing(f"{path}/rim:Slot[@name='authorPerson']//rim:Value", lambda _: "Docteur DUPONT"),
            ),
            (
                f"author-{owner}-person-authority",
                f"authorPerson of the {owner} without authority",
                writing(
                    f"{path}/rim:Slot[@name='authorPerson']//rim:Value",
                    lambda v: re.sub(r"&[0-9.]+&ISO", "", v),
                ),
            ),
            (
                f"author-{owner}-institution-text",
                f"authorInstitution of the {owner} with an authority and no id",
                writing(
                    f"{path}/rim:Slot[@name='authorInstitution']//rim:Value",
                    lambda v: v.rpartition("^")[0],
                ),
            ),
            (
                f"author-{owner}-slot-misnamed",
                f"authorPerson of the {owner} called author",
                setting(f"{path}/rim:Slot[@name='authorPerson']", name="author"),
            ),
        ]
    for name, scheme in IDENTIFIERS.items():
        path = identified(scheme)
        rows += [
            (f"id-{name}-removed", f"{name} id removed", removing(path)),
            (f"id-{name}-doubled", f"{name} id twice", doubling(path)),
            (f"id-{name}-malformed", f"{name} id that has no form", setting(path, value="abc def")),
            (f"id-{name}-empty", f"{name} id empty", setting(path, value="")),
        ]
    return rows


def _next(text: str) -> str:
    return text[:-1] + ("8" if text[-1:] == "9" else "9")


def _pid(root: Any, start: str, change: Callable[[str], str] | None) -> bool:
    nodes = [
        one for one in found(root, value("sourcePatientInfo")) if (one.text or "").strip().startswith(start)
    ]
    if not nodes:
        return False
    if change is None:
        for one in nodes:
            cut(one)
    else:
        nodes[0].text = change(nodes[0].text.strip())
    return True


def _swapped_ins(text: str) -> str:
    return ("2" if text[:1] == "1" else "1") + text[1:]


def _everywhere(root: Any, change: Callable[[str], str]) -> bool:
    for name in ("entry-patient", "set-patient"):
        for node in found(root, identified(IDENTIFIERS[name])):
            node.set("value", change(node.get("value") or ""))
    return True


def _wrong_keys(root: Any) -> bool:
    def wrong(text: str) -> str:
        return f"{text[:13]}{(int(text[13:15]) + 1) % 100:02d}{text[15:]}" if text[13:15].isdigit() else text

    return _everywhere(root, wrong)


def _same_ids(root: Any) -> bool:
    one, other = found(root, SET), found(root, ENTRY)
    if not one or not other:
        return False
    old = other[0].get("id")
    for node in root.iter():
        for key, text in list(getattr(node, "attrib", {}).items()):
            if text == old:
                node.set(key, one[0].get("id"))
    return True


def _short_id(root: Any) -> bool:
    nodes = found(root, f"{ENTRY}[starts-with(@id, 'urn:uuid:')]")
    if not nodes:
        return False
    old = nodes[0].get("id")
    for node in root.iter():
        for key, text in list(getattr(node, "attrib", {}).items()):
            if text == old:
                node.set(key, old[:-1])
    return True


def _reversed_link(root: Any) -> bool:
    for node in found(root, LINK):
        source, target = node.get("sourceObject"), node.get("targetObject")
        node.set("sourceObject", target)
        node.set("targetObject", source)
        return True
    return False


def _identifier_first(root: Any, rng: random.Random) -> bool:
    node = pick(root, f"{ENTRY}/rim:ExternalIdentifier", rng)
    if node is None:
        return False
    node.getparent().insert(0, node)
    return True


def _action_slots(root: Any) -> list[Any]:
    def said(one: Any) -> list[str]:
        return [(each.text or "").strip() for each in found(one, ".//rim:Value")]

    return [one for one in found(root, f"{ENTRY}/rim:Slot") if said(one) in (["C"], ["D"])]


def _action(root: Any, change: Callable[[str], str] | None, only: str = "CD") -> bool:
    for node in _action_slots(root):
        held = found(node, ".//rim:Value")[0]
        if (held.text or "").strip() not in only:
            continue
        if change is None:
            return cut(node)
        held.text = change(held.text or "")
        return True
    return False


def _marked(root: Any) -> bool:
    entry = found(root, ENTRY)
    if not entry or _action_slots(root):
        return False
    text = '<Slot name="urn:action:extraMetadataSlot"><ValueList><Value>C</Value></ValueList></Slot>'
    entry[0].insert(0, parse(f'<x xmlns="{NS["rim"]}">{text}</x>'.encode())[0])
    return True


TABLE: list[tuple[str, str, Edit]] = [
    *_table(),
    ("hash-wrong", "hash of other octets", writing(value("hash"), lambda v: hashlib.sha1(b"x").hexdigest())),
    ("hash-sha-256", "hash by SHA-256",
     writing(value("hash"), lambda v: hashlib.sha256(v.encode()).hexdigest())),
    ("hash-base64", "hash in base64", writing(value("hash"), lambda v: "q7CJEq50wh1kLxmlGi8d+/qZAwM=")),
    ("size-wrong", "size one octet too many", writing(value("size"), lambda v: str(int(v) + 1))),
    ("size-unit", "size with a unit", writing(value("size"), lambda v: v + " o")),
    ("uri-elsewhere", "URI of no file", writing(value("URI"), lambda v: "DOC0042.XML")),
    ("uri-absolute", "URI from the root of the archive",
     writing(value("URI"), lambda v: "/IHE_XDM/SUBSET01/" + v)),
    ("uri-outside", "URI that leaves the archive", writing(value("URI"), lambda v: "../../../" + v)),
    ("uri-lower", "URI in another case than the file", writing(value("URI"), str.lower)),
    ("stop-removed", "serviceStopTime removed where the act has an end", removing(slot("serviceStopTime"))),
    ("stop-before-start", "serviceStopTime before the start",
     writing(value("serviceStopTime"), lambda v: str(int(v[:4]) - 1) + v[4:])),
    ("language-other", "languageCode en-US", writing(value("languageCode"), lambda _: "en-US")),
    ("language-short", "languageCode fr", writing(value("languageCode"), lambda _: "fr")),
    ("authenticator-other", "legalAuthenticator of another number",
     writing(value("legalAuthenticator"), lambda v: _next(v.partition("^")[0]) + "^" + v.partition("^")[2])),
    ("authenticator-renamed", "legalAuthenticator of another name",
     writing(value("legalAuthenticator"), lambda v: re.sub(r"^([^^]*)\^[^^]*", r"\1^AUTREMENT", v))),
    ("authenticator-authority", "legalAuthenticator of another authority",
     writing(value("legalAuthenticator"), lambda v: re.sub(r"&[0-9.]+&", "&1.2.250.1.999.2&", v))),
    ("source-id-other", "sourcePatientId of another patient",
     writing(value("sourcePatientId"), lambda v: "9" + v)),
    ("source-id-type", "sourcePatientId without type",
     writing(value("sourcePatientId"), lambda v: v.rpartition("^")[0])),
    ("source-id-separator", "sourcePatientId without ampersands",
     writing(value("sourcePatientId"), lambda v: v.replace("&", "^"))),
    ("info-name-removed", "sourcePatientInfo without PID-5",
     lambda root, rng: _pid(root, "PID-5|", None)),
    ("info-name-other", "sourcePatientInfo of another name",
     lambda root, rng: _pid(root, "PID-5|", lambda v: "PID-5|AUTREMENT^NOMME^^^^^" + v.rpartition("^")[2])),
    ("info-birth-other", "sourcePatientInfo of another birth date",
     lambda root, rng: _pid(root, "PID-7|", lambda v: "PID-7|19010101")),
    ("info-birth-form", "sourcePatientInfo with a French birth date",
     lambda root, rng: _pid(root, "PID-7|", lambda v: "PID-7|01/01/1980")),
    ("info-gender-other", "sourcePatientInfo of the other sex",
     lambda root, rng: _pid(root, "PID-8|", lambda v: "PID-8|" + ("M" if v.endswith("F") else "F"))),
    ("info-gender-form", "sourcePatientInfo with sex 1",
     lambda root, rng: _pid(root, "PID-8|", lambda v: "PID-8|1")),
    ("info-place-other", "sourcePatientInfo born elsewhere",
     lambda root, rng: _pid(root, "PID-11|", lambda v: re.sub(r"[0-9AB]{5}$", "99999", v))),
    ("info-without-label", "a sourcePatientInfo without its PID number",
     lambda root, rng: _pid(root, "PID-5|", lambda v: v.partition("|")[2])),
    ("patient-other", "patientId of another patient than the set",
     altering(identified(IDENTIFIERS["entry-patient"]), "value", _swapped_ins)),
    ("patient-type", "patientId without type NH",
     altering(identified(IDENTIFIERS["entry-patient"]), "value", lambda v: v.rpartition("^")[0])),
    ("patient-key", "patientId whose key is wrong, in set and entry",
     lambda root, rng: _wrong_keys(root)),
    ("patient-oid", "patientId of an OID that is not of the INS, in set and entry",
     lambda root, rng: _everywhere(root, lambda v: re.sub(r"&[0-9.]+&", "&1.2.250.1.213.1.4.12&", v))),
    ("unique-other", "uniqueId that is not the document's",
     altering(identified(IDENTIFIERS["entry-unique"]), "value", lambda v: v.partition("^")[0] + "7")),
    ("title-removed", "title of the document removed", removing(f"{ENTRY}/rim:Name")),
    ("title-other", "title that is not the document's",
     setting(f"{ENTRY}/rim:Name/rim:LocalizedString", value="Un autre titre")),
    ("title-long", "title of 200 characters",
     setting(f"{ENTRY}/rim:Name/rim:LocalizedString", value="x" * 200)),
    ("object-id-symbolic-twice", "the id of the entry is that of the set", lambda root, rng: _same_ids(root)),
    ("object-id-capitals", "a UUID in capitals",
     altering(ENTRY, "id", lambda v: "urn:uuid:" + v[9:].upper())),
    ("object-id-malformed", "a UUID one digit short", lambda root, rng: _short_id(root)),
    ("object-type-other", "objectType of an on-demand document",
     setting(ENTRY, objectType="urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248")),
    ("mime-type-pdf", "mimeType application/pdf", setting(ENTRY, mimeType="application/pdf")),
    ("mime-type-removed", "mimeType removed", setting(ENTRY, mimeType=None)),
    ("status-deprecated", "status Deprecated",
     setting(ENTRY, status="urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated")),
    ("status-short", "status Approved without its URN", setting(ENTRY, status="Approved")),
    ("link-removed", "association removed", removing(LINK)),
    ("link-target-unknown", "association with an object that is not there",
     setting(LINK, targetObject="urn:uuid:00000000-0000-4000-8000-000000000000")),
    ("link-source-unknown", "association from an object that is not there",
     setting(LINK, sourceObject="urn:uuid:00000000-0000-4000-8000-000000000000")),
    ("link-reversed", "association from the entry to the set", lambda root, rng: _reversed_link(root)),
    ("link-type-other", "association of another type",
     setting(LINK, associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:Contains")),
    ("link-type-old", "association of the 2.1 form", setting(LINK, associationType="HasMember")),
    ("link-status-removed", "SubmissionSetStatus removed", removing(f"{LINK}/rim:Slot")),
    ("link-status-other", "SubmissionSetStatus Reference",
     writing(f"{LINK}/rim:Slot[@name='SubmissionSetStatus']//rim:Value", lambda _: "Nouveau")),
    ("set-mark-removed", "mark of the submission set removed",
     removing(f"{SET}/rim:Classification[@classificationNode]")),
    ("set-mark-other", "mark of a folder in place of a set",
     setting(f"{SET}/rim:Classification[@classificationNode]",
             classificationNode="urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2")),
    ("set-doubled", "two submission sets", doubling(SET)),
    ("entry-removed", "the entry removed", removing(ENTRY)),
    ("submission-time-removed", "submissionTime removed", removing(slot("submissionTime", SET))),
    ("slot-unknown", "a slot of unknown name",
     adding(ENTRY, '<Slot name="dateCreation"><ValueList><Value>x</Value>'
                                                     "</ValueList></Slot>", first=True)),
    ("slot-too-long", "a slot value of 300 characters",
     adding(ENTRY, '<Slot name="urn:x:y"><ValueList><Value>' + "x" * 300 + "</Value></ValueList></Slot>",
            first=True)),
    ("classification-owner-other", "a classification of another object",
     setting(f"{SET}/rim:Classification[@classificationScheme]", classifiedObject="urn:uuid:0")),
    ("classification-scheme-unknown", "a classification of unknown scheme",
     setting(f"{ENTRY}/rim:Classification[@classificationScheme]",
             classificationScheme="urn:uuid:00000000-0000-4000-8000-000000000001")),
    ("identifier-name-other", "an identifier with the name of another",
     setting(f"{identified(IDENTIFIERS['entry-unique'])}/rim:Name/rim:LocalizedString",
             value="XDSDocumentEntry.patientId")),
    ("order-of-ebrim", "an identifier before the slots", _identifier_first),
    ("element-unknown", "an element that ebRIM has not", adding(ENTRY, "<Author/>")),
    ("attribute-unknown", "an attribute that ebRIM has not", setting(ENTRY, title="x")),
    ("action-unknown", "an action that is neither C nor D", lambda root, rng: _action(root, lambda _: "R")),
    ("action-removed", "the mark of a replacement removed", lambda root, rng: _action(root, None, only="C")),
    ("action-added", "a first sending marked as a replacement", lambda root, rng: _marked(root)),
]  # fmt: skip


for _name, _what, _edit in TABLE:
    metadata(f"meta-{_name}", _what)(_edit)
