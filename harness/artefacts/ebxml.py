"""METADATA.XML of an XDM archive: `Metadata`, with `SubmissionSet`, `DocumentEntry` and `Association`.

Read by namespace, comments skipped, no entity resolved and nothing loaded from elsewhere. Every value keeps
the element that it was read from: `Place` gives its line and an XPath with the prefixes of `NAMESPACES`.
Source: OASIS ebRIM 3.0 and IHE ITI TF-3 §4.2.3 for the identifiers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
NAMESPACES = {"lcm": LCM, "rim": RIM}
_STRING = etree.XPath("string()")
"""Text of an element without that of its comments."""
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
MAX_METADATA = 16 * 1024 * 1024
"""Octets of METADATA.XML that are read: official ones have 20 to 66 thousand."""

SUBMISSION_SET_NODE = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
STABLE_DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
ARCHIVED = "urn:asip:ci-sis:2010:StatusType:Archived"
ACTION_SLOT = "urn:action:extraMetadataSlot"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is: its element, and the attribute that holds it when it is one."""

    element: Any
    attribute: str | None = None

    @property
    def line(self) -> int | None:
        """Return the line of the element, from 1."""
        line = self.element.sourceline
        return int(line) if line else None

    @property
    def xpath(self) -> str:
        """Return an XPath 1.0 that selects the node, prefixes as in `NAMESPACES`."""
        steps = [_step(self.element), *(_step(one) for one in self.element.iterancestors())]
        path = "/" + "/".join(reversed(steps))
        return f"{path}/@{self.attribute}" if self.attribute else path

    def at(self, attribute: str) -> Place:
        """Return the place of an attribute, of the element itself when it has no such attribute."""
        return Place(self.element, attribute if self.element.get(attribute) is not None else None)


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot: its name and its values, each stripped."""

    name: str
    values: tuple[str, ...]
    place: Place
    value_places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Classification:
    """One classification of an object: a code (`code`, `coding_scheme`, `display`) or an author (`slots`)."""

    scheme: str | None
    node: str | None
    classified_object: str | None
    code: str | None
    slots: tuple[Slot, ...]
    display: str | None
    place: Place

    def slot(self, name: str) -> Slot | None:
        """Return the first slot of this name."""
        return next((slot for slot in self.slots if slot.name == name), None)

    @property
    def coding_scheme(self) -> str | None:
        """Return the value of the slot `codingScheme`."""
        slot = self.slot("codingScheme")
        return slot.values[0] if slot and slot.values else None


@dataclass(frozen=True, slots=True)
class Identifier:
    """One ExternalIdentifier."""

    scheme: str | None
    value: str
    registry_object: str | None
    name: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class RegistryObject:
    """What a SubmissionSet and a DocumentEntry share; None where an attribute is absent."""

    id: str | None
    status: str | None
    object_type: str | None
    mime_type: str | None
    slots: tuple[Slot, ...]
    name: str | None
    name_place: Place
    description: str | None
    classifications: tuple[Classification, ...]
    identifiers: tuple[Identifier, ...]
    place: Place

    def slots_named(self, name: str) -> tuple[Slot, ...]:
        """Return every slot of this name."""
        return tuple(slot for slot in self.slots if slot.name == name)

    def value(self, name: str) -> str | None:
        """Return the first value of the first slot of this name."""
        slot = next(iter(self.slots_named(name)), None)
        return slot.values[0] if slot and slot.values else None

    def classified(self, scheme: str) -> tuple[Classification, ...]:
        """Return the classifications of this scheme, in order."""
        return tuple(one for one in self.classifications if one.scheme == scheme)

    def identified(self, scheme: str) -> tuple[Identifier, ...]:
        """Return the ExternalIdentifiers of this scheme."""
        return tuple(one for one in self.identifiers if one.scheme == scheme)


class SubmissionSet(RegistryObject):
    """The RegistryPackage that is classified as a submission set (lot de soumission)."""

    __slots__ = ()


class DocumentEntry(RegistryObject):
    """An ExtrinsicObject (fiche)."""

    __slots__ = ()

    @property
    def action(self) -> str | None:
        """Return `C` for a replacement, `D` for a deletion, whatever else is written, None without a slot."""
        return self.value(ACTION_SLOT)


@dataclass(frozen=True, slots=True)
class Association:
    """One association between two objects."""

    type: str | None
    source: str | None
    target: str | None
    object_type: str | None
    status: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Metadata:
    """A METADATA.XML that is well-formed and has the right root."""

    root: Any
    submission_sets: tuple[SubmissionSet, ...]
    packages: tuple[RegistryObject, ...]
    entries: tuple[DocumentEntry, ...]
    associations: tuple[Association, ...]


class MetadataError(Exception):
    """METADATA.XML cannot be read: `well_formed` tells whether it is XML at all."""

    def __init__(self, text: str, *, line: int | None = None, well_formed: bool = False) -> None:
        super().__init__(text)
        self.line = line
        self.well_formed = well_formed


def read_metadata(raw: bytes) -> Metadata:
    """Read METADATA.XML.

    Raises `MetadataError` when it is not well-formed XML, has a DOCTYPE, is too large or has another root.
    """
    root = parse_xml(raw, MAX_METADATA)
    if root.tag != f"{{{LCM}}}SubmitObjectsRequest":
        raise MetadataError(_shown(root), line=root.sourceline, well_formed=True)
    lists = [one for one in root if one.tag == f"{{{RIM}}}RegistryObjectList"]
    if len(lists) != 1:
        found = ", ".join(_shown(one) for one in root if isinstance(one.tag, str))[:200] or "–"
        raise MetadataError(found, line=root.sourceline, well_formed=True)
    children = [one for one in lists[0] if isinstance(one.tag, str)]
    packages = tuple(_object(SubmissionSet, one) for one in children if _is(one, "RegistryPackage"))
    return Metadata(
        root=root,
        submission_sets=tuple(one for one in packages if _is_submission_set(one)),
        packages=packages,
        entries=tuple(_object(DocumentEntry, one) for one in children if _is(one, "ExtrinsicObject")),
        associations=tuple(_association(one) for one in children if _is(one, "Association")),
    )


def parse_xml(raw: bytes, maximum: int) -> Any:
    """Return the root of an XML document read without entities, network or DTD.

    Raises `MetadataError`.
    """
    if len(raw) > maximum:
        raise MetadataError(f"{len(raw)} octets > {maximum}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MetadataError(str(error), line=getattr(error, "lineno", None) or None) from error
    doctype: Any = root.getroottree().docinfo
    if doctype.doctype:
        raise MetadataError(str(doctype.doctype), line=1)
    return root


def is_document(entry: RegistryObject) -> bool:
    """Tell whether an ExtrinsicObject is a stable document."""
    return entry.object_type == STABLE_DOCUMENT


def _is_submission_set(package: RegistryObject) -> bool:
    return any(one.node == SUBMISSION_SET_NODE for one in package.classifications)


def _is(element: Any, name: str) -> bool:
    return bool(element.tag == f"{{{RIM}}}{name}")


def _children(element: Any, name: str) -> Iterator[Any]:
    return (one for one in element if one.tag == f"{{{RIM}}}{name}")


def _object(kind: type[Any], element: Any) -> Any:
    names = list(_children(element, "Name"))
    descriptions = list(_children(element, "Description"))
    return kind(
        id=element.get("id"),
        status=element.get("status"),
        object_type=element.get("objectType"),
        mime_type=element.get("mimeType"),
        slots=_slots(element),
        name=_localized(names[0]) if names else None,
        name_place=_name_place(names[0]) if names else Place(element),
        description=_localized(descriptions[0]) if descriptions else None,
        classifications=tuple(_classification(one) for one in _children(element, "Classification")),
        identifiers=tuple(_identifier(one) for one in _children(element, "ExternalIdentifier")),
        place=Place(element),
    )


def _slots(element: Any) -> tuple[Slot, ...]:
    found = []
    for slot in _children(element, "Slot"):
        values = [value for each in _children(slot, "ValueList") for value in _children(each, "Value")]
        texts = tuple(_text(value).strip() for value in values)
        places = tuple(Place(value) for value in values)
        found.append(Slot((slot.get("name") or "").strip(), texts, Place(slot), places))
    return tuple(found)


def _text(element: Any) -> str:
    return str(_STRING(element))


def _classification(element: Any) -> Classification:
    names = list(_children(element, "Name"))
    return Classification(
        scheme=element.get("classificationScheme"),
        node=element.get("classificationNode"),
        classified_object=element.get("classifiedObject"),
        code=element.get("nodeRepresentation"),
        slots=_slots(element),
        display=_localized(names[0]) if names else None,
        place=Place(element),
    )


def _identifier(element: Any) -> Identifier:
    names = list(_children(element, "Name"))
    return Identifier(
        scheme=element.get("identificationScheme"),
        value=element.get("value") or "",
        registry_object=element.get("registryObject"),
        name=_localized(names[0]) if names else None,
        place=Place(element),
    )


def _association(element: Any) -> Association:
    status = next((slot for slot in _slots(element) if slot.name == "SubmissionSetStatus"), None)
    return Association(
        type=element.get("associationType"),
        source=element.get("sourceObject"),
        target=element.get("targetObject"),
        object_type=element.get("objectType"),
        status=status.values[0] if status and status.values else None,
        place=Place(element),
    )


def _localized(name: Any) -> str | None:
    strings = list(_children(name, "LocalizedString"))
    value = strings[0].get("value") if strings else None
    return None if value is None else str(value)


def _name_place(name: Any) -> Place:
    strings = list(_children(name, "LocalizedString"))
    return Place(strings[0], "value") if strings and strings[0].get("value") is not None else Place(name)


def _step(element: Any) -> str:
    name = etree.QName(element)
    prefix = _PREFIXES.get(name.namespace or "")
    if prefix:
        test = f"{prefix}:{name.localname}"
    else:
        test = f"*[local-name()='{name.localname}' and namespace-uri()='{name.namespace or ''}']"
    if element.getparent() is None:
        return test
    before = sum(1 for one in element.itersiblings(preceding=True) if one.tag == element.tag)
    return f"{test}[{before + 1}]"


def _shown(element: Any) -> str:
    return str(element.tag)[:200]
