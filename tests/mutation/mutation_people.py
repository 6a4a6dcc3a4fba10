"""Single faults in who is named by a document: patient, author, signatories, performers, participants."""

from __future__ import annotations

import random
from typing import Any

from mutation_core import (
    NS,
    adding,
    altering,
    cda,
    cda_table,
    doubling,
    found,
    nulling,
    pick,
    removing,
    setting,
    writing,
)
from mutation_header import ACT, TOP, VISIT

ROLE = f"{TOP}/h:recordTarget/h:patientRole"
PATIENT = f"{ROLE}/h:patient"
INS_ROOTS = " or ".join(f"@root='1.2.250.1.213.1.4.{n}'" for n in (8, 9, 10, 11))
INS = f"{ROLE}/h:id[{INS_ROOTS}]"
AUTHOR = f"{TOP}/h:author[h:assignedAuthor/h:assignedPerson]"
WRITER = f"{AUTHOR}/h:assignedAuthor"
SIGNER = f"{TOP}/h:legalAuthenticator"
VALIDATOR = f"{TOP}/h:authenticator"
WITH_INS = f"[../../h:id[{INS_ROOTS}]]"


def wrong_key(matricule: str) -> str:
    """Give a matricule the next key."""
    return matricule[:13] + f"{(int(matricule[13:15]) + 1) % 100:02d}"


def next_digit(text: str) -> str:
    """Change the last digit: Luhn and any other key break."""
    return text[:-1] + str((int(text[-1]) + 1) % 10) if text[-1:].isdigit() else text + "1"


cda_table([
    ("ins-extension-removed", "INS without extension", setting(INS, extension=None)),
    ("ins-too-short", "matricule of 13 digits", altering(INS, "extension", lambda v: v[:13])),
    ("ins-letters", "matricule with a letter", altering(INS, "extension", lambda v: "X" + v[1:])),
    ("ins-c", "INS-C in place of the INS", setting(INS, root="1.2.250.1.213.1.4.2")),
    ("ins-null", "INS with a nullFlavor beside its value", setting(INS, nullFlavor="UNK")),
    ("patient-ids-removed", "patient without any id",
     lambda root, rng: [one.getparent().remove(one) for one in found(root, f"{ROLE}/h:id")] != []),
    ("patient-name-removed", "patient without name", removing(f"{PATIENT}/h:name")),
    ("patient-name-doubled", "patient with two names", doubling(f"{PATIENT}/h:name")),
    ("birth-family-removed", "birth family name removed",
     removing(f"{PATIENT}/h:name/h:family[@qualifier='BR']")),
    ("birth-family-empty", "birth family name emptied",
     writing(f"{PATIENT}/h:name/h:family[@qualifier='BR']", lambda _: "")),
    ("family-unqualified", "family name without qualifier",
     setting(f"{PATIENT}/h:name/h:family[@qualifier]", qualifier=None)),
    ("family-spouse", "family name qualified SP",
     setting(f"{PATIENT}/h:name/h:family[@qualifier='CL']", qualifier="SP")),
    ("birth-given-removed", "first birth given name removed, with an INS",
     removing(f"{PATIENT}{WITH_INS.replace('../../', '../')}/h:name/h:given[@qualifier='BR']")),
    ("givens-removed", "list of birth given names removed, with an INS",
     removing(f"{PATIENT}{WITH_INS.replace('../../', '../')}[count(h:name/h:given[not(@qualifier)])=1]"
              "/h:name/h:given[not(@qualifier)]")),
    ("birth-date-removed", "birthTime removed", removing(f"{PATIENT}/h:birthTime")),
    ("birth-date-null", "birthTime unknown", nulling(f"{PATIENT}/h:birthTime")),
    ("birth-date-impossible", "birthTime on 31 April",
     altering(f"{PATIENT}/h:birthTime", "value", lambda v: v[:4] + "0431")),
    ("birth-date-french", "birthTime as 15/01/1980",
     altering(f"{PATIENT}/h:birthTime", "value", lambda v: f"{v[6:8]}/{v[4:6]}/{v[:4]}")),
    ("birth-date-future", "birthTime after the document",
     setting(f"{PATIENT}/h:birthTime", value="20991231")),
    ("birth-year-other", "birthTime ten years from that of the INS",
     lambda root, rng: bool(found(root, INS)) and altering(
         f"{PATIENT}/h:birthTime", "value", lambda v: str(int(v[:4]) - 7) + v[4:])(root, rng)),
    ("birth-place-removed", "COG of birth removed, with an INS",
     removing(f"{PATIENT}{WITH_INS.replace('../../', '../')}/h:birthplace//h:county")),
    ("gender-removed", "administrativeGenderCode removed", removing(f"{PATIENT}/h:administrativeGenderCode")),
    ("gender-unknown", "administrativeGenderCode X",
     setting(f"{PATIENT}/h:administrativeGenderCode", code="X")),
    ("gender-french", "administrativeGenderCode H",
     setting(f"{PATIENT}/h:administrativeGenderCode", code="H")),
    ("gender-other-system", "administrativeGenderCode of another system",
     setting(f"{PATIENT}/h:administrativeGenderCode", codeSystem="2.16.840.1.113883.5.25")),
    ("telecom-without-scheme", "telecom without tel:",
     setting(f"{ROLE}/h:telecom[@value]", value="0102030405")),
    ("telecom-use-unknown", "telecom with use HOME", setting(f"{TOP}//h:telecom[@use]", use="HOME")),
    ("telecom-null-and-use", "telecom unknown with a use",
     setting(f"{ROLE}/h:telecom", value=None, nullFlavor="UNK", use="H")),
    ("address-mixed", "an address with both forms",
     adding(f"{ROLE}/h:addr[h:city]", "<streetAddressLine>1 rue</streetAddressLine>")),
    ("address-use-unknown", "addr with use HOME", setting(f"{ROLE}/h:addr", use="HOME")),
    ("city-doubled", "an address with two cities", doubling(f"{TOP}//h:addr/h:city")),
    ("author-removed", "every author removed",
     lambda root, rng: [one.getparent().remove(one) for one in found(root, f"{TOP}/h:author")] != []),
    ("author-time-removed", "author without time", removing(f"{AUTHOR}/h:time")),
    ("author-time-local", "author time without UTC offset",
     altering(f"{AUTHOR}/h:time", "value", lambda v: v[:14])),
    ("author-id-removed", "author without id", removing(f"{WRITER}[count(h:id)=1]/h:id")),
    ("author-id-key", "RPPS of the author with a wrong key",
     altering(f"{WRITER}/h:id[@root='1.2.250.1.71.4.2.1']", "extension", next_digit)),
    ("author-id-extension", "author id without extension", setting(f"{WRITER}/h:id", extension=None)),
    ("author-code-removed", "professional author without speciality", removing(f"{WRITER}/h:code")),
    ("author-code-unknown", "speciality outside JDV_J01", setting(f"{WRITER}/h:code", code="G15_10/SM99")),
    ("author-code-other-system", "speciality of another system",
     setting(f"{WRITER}/h:code", codeSystem="1.2.250.1.213.1.1.4.99")),
    ("author-code-without-label", "speciality without label", setting(f"{WRITER}/h:code", displayName=None)),
    ("author-family-removed", "author without family name",
     removing(f"{WRITER}/h:assignedPerson/h:name/h:family")),
    ("author-family-doubled", "author with two family names",
     doubling(f"{WRITER}/h:assignedPerson/h:name/h:family")),
    ("author-civility-unknown", "author with prefix Monsieur",
     writing(f"{WRITER}/h:assignedPerson/h:name/h:prefix", lambda _: "Monsieur")),
    ("author-title-unknown", "author with suffix Docteur",
     writing(f"{WRITER}/h:assignedPerson/h:name/h:suffix", lambda _: "Docteur")),
    ("author-organisation-removed", "professional author without organisation",
     removing(f"{WRITER}/h:representedOrganization")),
    ("author-role-unknown", "functionCode outside JDV_J47",
     setting(f"{TOP}/h:author/h:functionCode | {TOP}/h:participant/h:functionCode", code="BOSS")),
    ("organisation-id-key", "FINESS of an organisation with a wrong form",
     setting(f"{TOP}//h:representedOrganization/h:id[@root='1.2.250.1.71.4.2.2']", extension="9123")),
    ("signer-removed", "legalAuthenticator removed", removing(SIGNER)),
    ("signer-doubled", "two legalAuthenticator", doubling(SIGNER)),
    ("signer-time-removed", "legalAuthenticator without time", removing(f"{SIGNER}/h:time")),
    ("signer-time-local", "legalAuthenticator time without UTC offset",
     altering(f"{SIGNER}/h:time", "value", lambda v: v[:14])),
    ("signature-other", "signatureCode X", setting(f"{SIGNER}/h:signatureCode", code="X")),
    ("signature-removed", "signatureCode removed", removing(f"{SIGNER}/h:signatureCode")),
    ("signer-id-removed", "legalAuthenticator without id", removing(f"{SIGNER}/h:assignedEntity/h:id")),
    ("validator-signature-removed", "authenticator without signatureCode",
     removing(f"{VALIDATOR}/h:signatureCode")),
    ("validator-id-foreign", "authenticator under the OID of structures",
     setting(f"{VALIDATOR}/h:assignedEntity/h:id", root="1.2.250.1.71.4.2.2")),
    ("validator-time-removed", "authenticator without time", removing(f"{VALIDATOR}/h:time")),
    ("participant-role-unknown", "participant of a role outside JDV_J144",
     setting(f"{TOP}/h:participant", typeCode="DIST")),
    ("participant-time-removed", "participant without time", removing(f"{TOP}/h:participant/h:time")),
    ("participant-class-unknown", "associatedEntity of class NURSE",
     setting(f"{TOP}/h:participant/h:associatedEntity", classCode="NURSE")),
    ("informant-class-unknown", "relatedEntity of class FRIEND",
     setting(f"{TOP}/h:informant/h:relatedEntity", classCode="FRIEND")),
    ("recipient-id-foreign", "recipient under the OID of structures",
     setting(f"{TOP}/h:informationRecipient/h:intendedRecipient/h:id[@root='1.2.250.1.71.4.2.1']",
             root="1.2.250.1.71.4.2.2")),
    ("performer-name-doubled", "performer with two family names",
     doubling(f"{ACT}/h:performer//h:assignedPerson/h:name/h:family")),
    ("responsible-name-unknown-civility", "responsible of the encounter with prefix Docteur",
     writing(f"{VISIT}/h:responsibleParty//h:name/h:prefix", lambda _: "Docteur")),
])  # fmt: skip


@cda("ins-wrong-oid", "INS under an OID that is none of those of the INS", blind=True)
def ins_wrong_oid(root: Any, rng: random.Random) -> bool:
    """A neighbour of the four OIDs."""
    return bool(setting(INS, root="1.2.250.1.213.1.4.12")(root, rng))


@cda("ins-bad-key", "matricule with a wrong key", blind=True)
def ins_bad_key(root: Any, rng: random.Random) -> bool:
    """Only where the key was right before: children's matricules of the samples have none that is."""
    node = pick(root, INS, rng)
    text = (node.get("extension") or "") if node is not None else ""
    digits = text[:13].replace("2A", "19").replace("2B", "18")
    if len(text) != 15 or not digits.isdigit() or 97 - int(digits) % 97 != int(text[13:]):
        return False
    node.set("extension", wrong_key(text))
    return True


@cda("ins-second", "INS after the local id")
def ins_second(root: Any, rng: random.Random) -> bool:
    """The INS comes first when a document is shared."""
    node = pick(root, INS, rng)
    other = [one for one in found(root, f"{ROLE}/h:id") if one is not node]
    if node is None or not other or node.getnext() is not other[0]:
        return False
    other[-1].addnext(node)
    return True


@cda("gender-against-ins", "sex that the INS contradicts")
def gender_against_ins(root: Any, rng: random.Random) -> bool:
    """The first digit of a matricule is 1 for a man, 2 for a woman."""
    ins, node = pick(root, INS, rng), pick(root, f"{PATIENT}/h:administrativeGenderCode", rng)
    if ins is None or node is None or (ins.get("extension") or "")[:1] not in {"1", "2"}:
        return False
    node.set("code", "F" if ins.get("extension")[0] == "1" else "M")
    return True


@cda("author-id-foreign", "author under an OID that is not national")
def author_id_foreign(root: Any, rng: random.Random) -> bool:
    """Only the first id counts: a second one may be the N° AM."""
    for node in found(root, f"{WRITER}/h:id[1][@root='1.2.250.1.71.4.2.1']"):
        node.set("root", "1.2.250.1.999.55")
        return True
    return False


@cda("author-nobody", "author neither person nor device")
def author_nobody(root: Any, rng: random.Random) -> bool:
    """A professional without assignedPerson."""
    node = pick(root, f"{WRITER}/h:assignedPerson", rng)
    if node is None or node.getparent().find("h:assignedAuthoringDevice", NS) is not None:
        return False
    node.getparent().remove(node)
    return True
