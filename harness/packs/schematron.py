"""ISO Schematron (query bindings xslt, xslt2, xslt3) compiled to one XSLT 3.0 stylesheet.

Done here rather than by the skeleton stylesheets that a pack carries: every assertion keeps its test and gets
a stable id, positions are XPaths that select the node, and a pattern visits each node once without recursion.

Understood: include, phases, abstract patterns and rules, let, key, functions, value-of, name, report, roles.
A relative path given to `doc()` is looked for beside the schema, then beside the file that writes it.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from harness.packs.sources import SchematronError, Sources

if TYPE_CHECKING:
    from lxml.etree import _Element

SCH = "http://purl.oclc.org/dsdl/schematron"
XSL = "http://www.w3.org/1999/XSL/Transform"
OWN = "urn:mssante:schematron"
_WARNING = {"warning", "warn", "avertissement"}
_INFO = {"info", "information", "hint"}
_TEXTS = ("context", "test", "select", "value", "path")
_NODES = re.compile(r"(?:@|\btext\(\)|\bcomment\(\)|\bnode\(\)|processing-instruction\()")
_PREDICATES = re.compile(r"\[[^\[\]]*\]")

__all__ = ["Assertion", "Compiled", "SchematronError", "compile_schematron"]


@dataclass(frozen=True, slots=True)
class Assertion:
    """One assert or report; `severity` is `error`, `warning` or `info`."""

    id: str
    severity: str
    test: str
    context: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A stylesheet that writes `<r><f a="rank" path="XPath">text</f>…</r>`, and what each rank is."""

    stylesheet: str
    assertions: tuple[Assertion, ...]


def compile_schematron(path: Path, root: Path, phase: str | None = None) -> Compiled:
    """Compile the schema at `path`; nothing outside `root` is included. Raises `SchematronError`."""
    schema = Sources(path, root).schema()
    return _Compilation(schema, path, root.resolve().as_uri() + "/", phase).compiled()


@dataclass(slots=True)
class _Compilation:
    schema: _Element
    path: Path
    base: str
    """URI of the pack, left out of ids and texts: a copy elsewhere says the same."""
    phase: str | None
    assertions: list[Assertion] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def compiled(self) -> Compiled:
        sheet = self._sheet()
        for child in self.schema:
            if isinstance(child.tag, str) and child.tag.startswith(f"{{{XSL}}}"):
                sheet.append(copy.deepcopy(child))
            elif child.tag == _sch("key"):
                _xsl(sheet, "key", name=child.get("name"), match=child.get("match"), use=child.get("use"))
            elif child.tag == _sch("let"):
                _let(sheet, child)
        active = self._active()
        for phase in self.schema.findall(_sch("phase")):
            if phase.get("id") == self._phase():
                for let in phase.findall(_sch("let")):
                    _let(sheet, let)
        patterns = [
            self._instance(pattern)
            for pattern in self.schema.iter(_sch("pattern"))
            if pattern.get("abstract") != "true" and (active is None or pattern.get("id") in active)
        ]
        start = _xsl(sheet, "template", name="xsl:initial-template", match="/")
        result = etree.SubElement(start, "r")
        # Patterns of one rule share a walk: each template gives its node on to the next one. Where a node
        # could match twice (several rules, alternatives) the pattern walks alone.
        shared = [each for each in patterns if _may_share(each)]
        self._walk(sheet, result, "shared", shared)
        for rank, pattern in enumerate(each for each in patterns if not _may_share(each)):
            self._walk(sheet, result, f"m{rank}", [pattern])
        etree.cleanup_namespaces(sheet, keep_ns_prefixes=[each for each in sheet.nsmap if each])
        return Compiled(etree.tostring(sheet, encoding="unicode"), tuple(self.assertions))

    def _sheet(self) -> _Element:
        prefixes = {prefix: uri for prefix, uri in self.schema.nsmap.items() if prefix and uri != SCH}
        for each in self.schema.iter(_sch("ns")):
            prefixes[each.get("prefix", "")] = each.get("uri", "")
        prefixes = {prefix: uri for prefix, uri in prefixes.items() if prefix and uri}
        prefixes |= {"xsl": XSL, "mssante": OWN}
        sheet = etree.Element(f"{{{XSL}}}stylesheet", nsmap=prefixes)
        sheet.set("version", "3.0")
        sheet.set("exclude-result-prefixes", "#all")
        sheet.set("{http://www.w3.org/XML/1998/namespace}base", self.path.parent.as_uri() + "/")
        _xsl(sheet, "output", method="xml", encoding="UTF-8", **{"omit-xml-declaration": "yes"})
        place = _xsl(sheet, "function", name="mssante:path")
        _xsl(place, "param", name="node")
        _xsl(place, "sequence", select=_PATH)
        return sheet

    def _phase(self) -> str:
        return self.phase or self.schema.get("defaultPhase") or "#ALL"

    def _active(self) -> set[str] | None:
        wanted = self._phase()
        if wanted in ("#ALL", "#DEFAULT"):
            return None
        for phase in self.schema.findall(_sch("phase")):
            if phase.get("id") == wanted:
                return {each.get("pattern", "") for each in phase.findall(_sch("active"))}
        raise SchematronError(f"phase {wanted!r} : absente / absent", self.path)

    def _walk(self, sheet: _Element, result: _Element, mode: str, patterns: list[_Element]) -> None:
        """Write the templates of patterns that share a walk, and the walk."""
        found = [(pattern, rule) for pattern in patterns for rule in _rules(pattern)]
        if not found:
            return
        _xsl(sheet, "mode", name=mode, **{"on-no-match": "deep-skip"})
        # A deep skip of the document itself would still visit its children, a second time.
        _xsl(sheet, "template", match="/", mode=mode, priority="-1")
        for rank, (pattern, rule) in enumerate(found):
            context = rule.get("context")
            if not context:
                raise SchematronError("rule sans / without @context", self.path)
            template = _xsl(sheet, "template", match=context, mode=mode, priority=str(len(found) - rank))
            for let in pattern.findall(_sch("let")):
                _let(template, let, at_root=True)
            abstract = {
                each.get("id", ""): each
                for each in (*self.schema.iter(_sch("rule")), *pattern.iter(_sch("rule")))
                if each.get("abstract") == "true"
            }
            self._content(template, rule, rule, abstract, 0)
            if len(patterns) > 1:
                _xsl(template, "next-match")
        nodes = _visited(rule.get("context", "") for _, rule in found)
        _xsl(result, "apply-templates", select=nodes, mode=mode)

    def _content(
        self,
        template: _Element,
        rule: _Element,
        holder: _Element,
        abstract: dict[str, _Element],
        depth: int,
    ) -> None:
        for child in holder:
            if child.tag == _sch("let"):
                _let(template, child)
            elif child.tag == _sch("extends"):
                base = abstract.get(child.get("rule", ""))
                if base is None or depth > _MAX_DEPTH:
                    raise SchematronError(f"extends rule={child.get('rule')!r}", self.path)
                self._content(template, rule, base, abstract, depth + 1)
            elif child.tag in (_sch("assert"), _sch("report")):
                self._assertion(template, rule, child)

    def _assertion(self, template: _Element, rule: _Element, one: _Element) -> None:
        test, report = one.get("test", ""), one.tag == _sch("report")
        severity = _severity(one.get("role") or one.get("flag") or rule.get("role") or "", report)
        context, shown = rule.get("context", ""), test.replace(self.base, "")
        given = one.get("id") or rule.get("id")
        identity = given or "a" + _digest(context, shown, "".join(map(str, one.itertext())))
        self.seen[identity] = self.seen.get(identity, 0) + 1
        if self.seen[identity] > 1 and not one.get("id"):
            identity = f"{identity}-{self.seen[identity]}"
        when = _xsl(template, "if", test=test if report else f"not({test})")
        failed = etree.SubElement(when, "f", a=str(len(self.assertions)))
        _xsl(failed, "attribute", name="path", select="mssante:path(.)")
        _message(failed, one)
        self.assertions.append(Assertion(identity, severity, shown, context))

    def _instance(self, pattern: _Element) -> _Element:
        """Return a pattern, an instance of an abstract one with its parameters put in."""
        wanted = pattern.get("is-a")
        if wanted is None:
            return pattern
        for each in self.schema.iter(_sch("pattern")):
            if each.get("abstract") == "true" and each.get("id") == wanted:
                return _filled(copy.deepcopy(each), pattern)
        raise SchematronError(f"is-a={wanted!r} : absent", self.path)


_MAX_DEPTH = 20
_PATH = (
    'string-join((for $e in $node/ancestor-or-self::* return concat("/*[local-name()=\'", local-name($e), '
    "\"']\", if (count($e/../*[local-name() = local-name($e)]) > 1) then concat('[', "
    "1 + count($e/preceding-sibling::*[local-name() = local-name($e)]), ']') else ''), "
    'if ($node instance of attribute()) then concat("/@*[local-name()=\'", local-name($node), "\']") '
    "else ()), '')"
)


def _sch(name: str) -> str:
    return f"{{{SCH}}}{name}"


def _xsl(parent: _Element, name: str, /, **attributes: str | None) -> _Element:
    made = etree.SubElement(parent, f"{{{XSL}}}{name}")
    for key, value in attributes.items():
        if value is not None:
            made.set(key, value)
    return made


def _rules(pattern: _Element) -> list[_Element]:
    return [each for each in pattern.findall(_sch("rule")) if each.get("abstract") != "true"]


def _may_share(pattern: _Element) -> bool:
    """Tell whether no node can match the pattern twice: one rule, no alternative."""
    rules = _rules(pattern)
    return len(rules) == 1 and "|" not in _bare(rules[0].get("context", ""))


def _bare(context: str) -> str:
    """Return a context without its predicates."""
    while (shorter := _PREDICATES.sub("", context)) != context:
        context = shorter
    return context


def _let(parent: _Element, let: _Element, *, at_root: bool = False) -> None:
    value = let.get("value")
    if value is None:
        variable = _xsl(parent, "variable", name=let.get("name"))
        variable.extend(copy.deepcopy(child) for child in let)
        return
    _xsl(parent, "variable", name=let.get("name"), select=f"(/)/({value})" if at_root else value)


def _visited(contexts: Iterable[str]) -> str:
    """Return the nodes among which the contexts of a pattern are."""
    select = "//*"
    for context in contexts:
        bare = _bare(context)
        if _NODES.search(bare) or any(each.strip() == "/" for each in bare.split("|")):
            return "/ | //node() | //@*"
    return select


def _message(parent: _Element, one: _Element) -> None:
    """Write the text of an assertion, with the values that it names."""
    if one.text:
        _xsl(parent, "text").text = one.text
    for child in one:
        if child.tag == _sch("value-of"):
            separated = f"string-join(for $v in ({child.get('select', '.')}) return string($v), ' ')"
            _xsl(parent, "value-of", select=separated)
        elif child.tag == _sch("name"):
            path = child.get("path")
            _xsl(parent, "value-of", select=f"name({path})" if path else "name()")
        elif isinstance(child.tag, str):
            _message(parent, child)
        if child.tail:
            _xsl(parent, "text").text = child.tail


def _severity(role: str, report: bool) -> str:
    word = role.strip().lower()
    if word in _WARNING:
        return "warning"
    if word in _INFO or (report and not word):
        return "info"
    return "error"


def _digest(*texts: str) -> str:
    joined = "\0".join(" ".join(each.split()) for each in texts)
    return hashlib.sha256(joined.encode()).hexdigest()[:10]


def _filled(abstract: _Element, instance: _Element) -> _Element:
    params = {each.get("name", ""): each.get("value", "") for each in instance.findall(_sch("param"))}
    names = "|".join(re.escape(each) for each in sorted(params, key=len, reverse=True))
    place = re.compile(rf"\$({names})(?![\w.-])") if names else None
    for element in abstract.iter("*"):
        for name in _TEXTS:
            value = element.get(name)
            if value is not None and place is not None:
                element.set(name, place.sub(lambda match: params[match[1]], value))
        if place is not None:
            element.text = place.sub(lambda match: params[match[1]], element.text or "")
            element.tail = place.sub(lambda match: params[match[1]], element.tail or "")
    return abstract
