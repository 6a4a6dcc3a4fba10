"""One walk of the document: each element is given to the tests of its name and of its templateIds.

What costs in a rule engine is not the number of assertions but one walk of the tree for each of them; here
the tree is read once and a test runs only where its element or its template is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.artefacts.cda import HL7, CdaDocument
from harness.checks.cda.faults import Faults

if TYPE_CHECKING:
    from lxml.etree import _Element

TEMPLATE_ID = f"{{{HL7}}}templateId"


@dataclass(slots=True)
class Reading:
    """What the tests of one document share: faults, and what must be compared when the walk is over."""

    document: CdaDocument
    faults: Faults
    model: str | None
    """Root of the model's templateId."""
    version: str | None
    unstructured: bool
    ids: dict[str, _Element] = field(default_factory=dict)
    idrefs: list[tuple[_Element, str]] = field(default_factory=list)
    references: list[_Element] = field(default_factory=list)
    judged: set[str] = field(default_factory=set)
    """National ids, and elements that `templates` keeps alive (by `id`), already judged: reported once."""
    templates: dict[str, list[_Element]] = field(default_factory=dict)
    """templateId root -> the elements that bear it, in document order."""

    def is_new(self, key: str | None) -> bool:
        """Tell whether a national id (or an element) is met for the first time."""
        if not key or key in self.judged:
            return False
        self.judged.add(key)
        return True

    def fault(
        self, rule_id: str, element: _Element, expected: str, found: str, attribute: str | None = None
    ) -> None:
        """Note a fault."""
        self.faults.add(rule_id, element, expected, found, attribute)


Test = Callable[[Reading, "_Element"], None]
End = Callable[[Reading], None]


class Book:
    """The tests, by element name, by templateId, and those for the end of the walk."""

    __slots__ = ("at_end", "by_element", "by_template")

    def __init__(self) -> None:
        self.by_element: dict[str, list[Test]] = {}
        self.by_template: dict[str, list[Test]] = {}
        self.at_end: list[End] = []

    def element(self, *names: str, namespace: str = HL7) -> Callable[[Test], Test]:
        """Register a test for all elements of these local names."""

        def register(test: Test) -> Test:
            for name in names:
                self.by_element.setdefault(f"{{{namespace}}}{name}", []).append(test)
            return test

        return register

    def template(self, *roots: str) -> Callable[[Test], Test]:
        """Register a test for the elements that bear one of these templateIds."""

        def register(test: Test) -> Test:
            for root in roots:
                self.by_template.setdefault(root, []).append(test)
            return test

        return register

    def end(self, test: End) -> End:
        """Register a test for the end of the walk."""
        self.at_end.append(test)
        return test


def merged(books: Iterable[Book]) -> Book:
    """Return one book with the tests of all."""
    whole = Book()
    for book in books:
        for name, tests in book.by_element.items():
            whole.by_element.setdefault(name, []).extend(tests)
        for root, tests in book.by_template.items():
            whole.by_template.setdefault(root, []).extend(tests)
        whole.at_end.extend(book.at_end)
    return whole


def walk(reading: Reading, book: Book) -> None:
    """Read the whole document once."""
    by_element, by_template = book.by_element, book.by_template
    bearer, borne = None, set[str]()
    for element in reading.document.root.iter("*"):
        tag = element.tag
        if tag == TEMPLATE_ID:
            root, parent = element.get("root"), element.getparent()
            if parent is not bearer:
                bearer, borne = parent, set()
            # Once for each root of an element: a thousand equal templateIds must not cost a million steps.
            if root is not None and parent is not None and root not in borne:
                borne.add(root)
                reading.templates.setdefault(root, []).append(parent)
                for test in by_template.get(root, ()):
                    test(reading, parent)
        for test in by_element.get(tag, ()):
            test(reading, element)
    for at_end in book.at_end:
        at_end(reading)
