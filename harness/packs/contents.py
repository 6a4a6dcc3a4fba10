"""What a copy of the official test content holds, as its folders are laid out, and who judges which document.

    infrastructure/cda/CDA_extended.xsd            schema
    schematrons/profils/…, schematrons/CI-SIS_<model>_<version>.sch
    jeuxDeValeurs/*.xml                            value sets (IHE SVS)
    ExemplesCDA/*.xml                              samples, which name the schematrons that judge them

Letter case of the folders is not looked at. The four generic profiles and the terminology judge every
structured document; an unstructured one (N1) gets Structuration minimale and terminology only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from schemas.models import ROOT, models

GENERIC = (
    "profils/structurationMinimale/ASIP-STRUCT-MIN-StrucMin.sch",
    "profils/IHE.sch",
    "profils/CI-SIS_ModelesDeContenusCDA.sch",
    "profils/CI-SIS_Modeles_ANS.sch",
    "profils/terminologies/schematron/terminologie.sch",
)
FOR_N1 = (GENERIC[0], GENERIC[4])
SCHEMA = "CDA_extended.xsd"
KEPT = (".xsd", ".sch", ".xsl", ".xslt", ".xml", ".rdf")
"""Suffixes of the files that take part in a verdict; the rest of a copy (documents, tools) is left out."""
_INSTRUCTION = re.compile(rb"""<\?oxygen\s[^>]*?SCHSchema\s*=\s*["']([^"']+)["']""")
_MODEL_FILE = re.compile(r"^CI-SIS_(.+)_([0-9][0-9A-Za-z.\-]*)\.sch$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ModelRoute:
    """The schematron of one version of a model; `root` None when only its file name tells what it judges."""

    schematron: str
    root: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """Paths, in the copy, of what was recognised."""

    schema: str | None
    generic: tuple[str, ...]
    for_n1: tuple[str, ...]
    models: tuple[ModelRoute, ...]
    value_sets: int
    samples: int

    @property
    def useful(self) -> bool:
        """Tell whether anything can be judged with it."""
        return bool(self.schema or self.generic or self.models)


def recognise(files: Iterable[str], read: Callable[[str], bytes]) -> Contents:
    """Recognise the files of a copy, given by their paths with `/`; `read` returns the octets of one."""
    names = sorted(files)
    folded = {each.lower(): each for each in names}
    generic = tuple(found for each in GENERIC if (found := _ending(folded, each)))
    for_n1 = tuple(found for each in FOR_N1 if (found := _ending(folded, each)))
    schemas = [each for each in names if each.rpartition("/")[2].lower() == SCHEMA.lower()]
    samples = [each for each in names if "exemplescda/" in each.lower() and each.lower().endswith(".xml")]
    schematrons = [each for each in names if _MODEL_FILE.match(each.rpartition("/")[2])]
    # The profiles bear the same prefix and no version.
    schematrons = [each for each in schematrons if each not in generic and "/profils/" not in each.lower()]
    return Contents(
        schema=min(schemas, key=len) if schemas else None,
        generic=generic,
        for_n1=for_n1,
        models=tuple(_routes(schematrons, samples, read)),
        value_sets=sum("jeuxdevaleurs/" in each.lower() for each in names),
        samples=len(samples),
    )


def _ending(folded: dict[str, str], path: str) -> str | None:
    found = [each for each in folded if f"/{each}".endswith(f"/{path.lower()}")]
    return folded[min(found, key=len)] if found else None


def _routes(schematrons: list[str], samples: list[str], read: Callable[[str], bytes]) -> Iterator[ModelRoute]:
    told = _told_by_samples(schematrons, samples, read)
    names = {_folded(model.name): root for root, model in models().items()}
    for path in schematrons:
        match = _MODEL_FILE.match(path.rpartition("/")[2])
        if match is None:
            continue
        root = told.get(path) or names.get(_folded(match[1]))
        yield ModelRoute(path, root, match[2])


def _told_by_samples(
    schematrons: list[str], samples: list[str], read: Callable[[str], bytes]
) -> dict[str, str]:
    """Return schematron -> root of the model, as the samples announce both."""
    by_name = {each.rpartition("/")[2].lower(): each for each in schematrons}
    told: dict[str, str] = {}
    for sample in samples:
        content = read(sample)
        named = [each.decode("utf-8", "replace") for each in _INSTRUCTION.findall(content)]
        roots = _announced(content)
        for each in named:
            path = by_name.get(each.replace("\\", "/").rpartition("/")[2].lower())
            if path is not None and roots:
                told.setdefault(path, roots[-1])
    return told


def _announced(content: bytes) -> list[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        top = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if top is None:
        return []
    root = next(top.iter("{urn:hl7-org:v3}ClinicalDocument"), None)
    if root is None:
        return []
    given = [each.get("root", "") for each in root.iterchildren("{urn:hl7-org:v3}templateId")]
    return [each for each in given if each.startswith(ROOT) and each != ROOT + "1"]


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(char for char in plain.lower() if char.isascii() and char.isalnum())


@dataclass(frozen=True, slots=True)
class Choice:
    """The schematrons that judge a document; `note` says what had to be guessed or is missing."""

    schematrons: tuple[str, ...]
    note: str | None = None


def choose(contents: Contents, root: str | None, version: str | None, *, unstructured: bool) -> Choice:
    """Choose by the announced model; without a version, or with one that the pack lacks, the newest."""
    if unstructured:
        return Choice(contents.for_n1)
    known = [each for each in contents.models if each.root is not None and each.root == root]
    if not known:
        return Choice(contents.generic, f"{root or '∅'} : sans schématron / no schematron")
    exact = [each for each in known if each.version == version]
    chosen = exact[0] if exact else max(known, key=lambda each: _ordered(each.version))
    note = None if exact else f"version {version or '∅'} → {chosen.version}"
    return Choice((*contents.generic, chosen.schematron), note)


def _ordered(version: str | None) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version or ""))
