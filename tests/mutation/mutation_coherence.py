"""Documents changed after METADATA.XML was made, hash and size put right: only the coherence can tell."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from typing import Any

from mutation_archive import Zip
from mutation_core import Edit, Kind, altering, found, octets, parse, register, setting, spoiled_tree, writing
from mutation_header import ACT, TOP
from mutation_metadata import ENTRY, value
from mutation_people import INS, PATIENT, ROLE, SIGNER, WRITER


def coherence(name: str, what: str) -> Callable[[Edit], Edit]:
    """Register an edit of the document in an archive as a kind."""

    def keep(edit: Edit) -> Edit:
        def spoil(content: bytes, rng: random.Random) -> bytes | None:
            made = Zip.read(content)
            changed = spoiled_tree(made.files[made.document], edit, rng)
            return None if changed is None else _written(made, changed)

        register(f"coherence-{name}", Kind.XDM, what, spoil)
        return edit

    return keep


def _written(made: Zip, document: bytes) -> bytes | None:
    """Put a document in place of the first one, with its hash and its size."""
    short = made.document.rpartition("/")[2]
    tree = parse(made.files[made.metadata])
    for entry in found(tree, ENTRY):
        if any((one.text or "").strip() == short for one in found(entry, value("URI").replace(ENTRY, "."))):
            facts = {"hash": hashlib.sha1(document).hexdigest(), "size": str(len(document))}
            for name, text in facts.items():
                found(entry, value(name).replace(ENTRY, "."))[0].text = text
            made.files[made.document] = document
            made.files[made.metadata] = octets(tree)
            return made.written()
    return None


def _hours(text: str) -> str:
    """Move a time by two hours, its offset kept."""
    hour = (int(text[8:10]) + 2) % 24
    return f"{text[:8]}{hour:02d}{text[10:]}"


def _digit(text: str) -> str:
    return text[:-1] + ("8" if text[-1:] == "9" else "9")


def _stop(root: Any, rng: random.Random) -> bool:
    return bool(
        altering(f"{ACT}/h:effectiveTime/h:high[string-length(@value) > 10]", "value", _hours)(root, rng)
    )


TABLE: list[tuple[str, str, Edit]] = [
    ("patient", "document of another matricule",
     altering(INS, "extension", lambda v: ("2" if v[0] == "1" else "1") + v[1:])),
    ("patient-system", "document whose INS is of another OID",
     lambda root, rng: _other_ins_oid(root)),
    ("id", "document of another id",
     altering(f"{TOP}/h:id", "root", lambda v: v + "7" if "-" not in v else _digit(v))),
    ("title", "document of another title", writing(f"{TOP}/h:title", lambda _: "Un autre titre")),
    ("type", "document of another type", setting(f"{TOP}/h:code", code="11488-4")),
    ("type-label", "document whose type has another label",
     setting(f"{TOP}/h:code", displayName="Autre libellé")),
    ("date", "document made two hours later", altering(f"{TOP}/h:effectiveTime", "value", _hours)),
    ("start", "act begun two hours later",
     altering(f"{ACT}/h:effectiveTime/h:low[string-length(@value) > 10]", "value", _hours)),
    ("stop", "act ended two hours later", _stop),
    ("author", "document of another author", altering(f"{WRITER}/h:id", "extension", _digit)),
    ("author-name", "author of another name",
     writing(f"{WRITER}/h:assignedPerson/h:name/h:family", lambda _: "AUTREMENT")),
    ("author-speciality", "author of another speciality",
     setting(f"{WRITER}/h:code[@code!='G15_10/SM40']", code="G15_10/SM40")),
    ("signer", "document signed by another",
     altering(f"{SIGNER}/h:assignedEntity/h:id", "extension", _digit)),
    ("language", "document in another language", setting(f"{TOP}/h:languageCode", code="en-GB")),
    ("confidentiality", "document of another confidentiality",
     setting(f"{TOP}/h:confidentialityCode", code="V")),
    ("facility", "document made in another sector",
     setting("//h:healthCareFacility/h:code[@code!='SA17']", code="SA17")),
    ("practice", "act in another setting",
     setting(f"{ACT}//h:standardIndustryClassCode[@code!='MAD']", code="MAD")),
    ("act", "act of another code", altering(f"{ACT}/h:code[@code]", "code", lambda v: v + "9")),
    ("name", "patient of another birth name",
     writing(f"{PATIENT}/h:name/h:family[@qualifier='BR']", lambda _: "AUTREMENT")),
    ("birth-date", "patient of another birth date",
     altering(f"{PATIENT}/h:birthTime", "value", lambda v: v[:6] + ("02" if v[6:8] != "02" else "03"))),
    ("gender", "patient of the other sex",
     altering(f"{PATIENT}/h:administrativeGenderCode", "code", lambda v: "F" if v == "M" else "M")),
    ("birth-place", "patient born elsewhere",
     writing(f"{PATIENT}/h:birthplace//h:county", lambda _: "99999")),
    ("local-id", "patient of another local id",
     lambda root, rng: _local_id(root)),
    ("version", "document at version 7", setting(f"{TOP}/h:versionNumber[@value='1']", value="7")),
]  # fmt: skip


def _other_ins_oid(root: Any) -> bool:
    for node in found(root, INS):
        node.set(
            "root", "1.2.250.1.213.1.4.9" if not node.get("root").endswith(".9") else "1.2.250.1.213.1.4.8"
        )
        return True
    return False


def _local_id(root: Any) -> bool:
    nodes = [one for one in found(root, f"{ROLE}/h:id[@extension]") if one not in found(root, INS)]
    for one in nodes:
        one.set("extension", re.sub(r".$", lambda m: "8" if m[0] == "9" else "9", one.get("extension")))
    return bool(nodes)


for _name, _what, _edit in TABLE:
    coherence(_name, _what)(_edit)
