"""Makes the published Schematron files from the XPath of each rule and its texts.

An area becomes at most two files: `<area>.sch` (query binding xslt, XPath 1.0) and `<area>-xpath2.sch`
(xslt2) for what needs regular expressions, dates or quantifiers. Each rule is a pattern of its id; its first
assertion bears the id, the next ones `<id>.2`, `<id>.3`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from schemas.nos import xds_lists
from schemas.rules import Rule, rules
from schemas.schematron.by_model import model_tests
from schemas.valuesets import value_set

_HERE = Path(__file__).parent
_MACRO = re.compile(r"\{([a-z][a-z0-9_]*)(?::((?:[^{}])*))?\}")
_XPATH_2 = re.compile(
    r"\b(?:matches|tokenize|replace|distinct-values|lower-case|upper-case|string-join)\(|\bcastable as\b|"
    r"\bevery \$|\bfor \$|\)/string\(|= \('"
)
_VARIABLE = re.compile(r"\$([A-Za-z_][\w]*)")
_AREAS = {
    "CDA": "cda-datatypes",
    "CDA-H": "cda-header",
    "CDA-B": "cda-body",
    "CDA-BIO": "cda-cr-bio",
    "CDA-M": "cda-models",
    "META": "xdm-metadata",
}
_NOT_WRITTEN = "pas encore écrite en XPath · not written in XPath yet"
_NAMESPACES = {
    "h": "urn:hl7-org:v3",
    "lab": "urn:oid:1.3.6.1.4.1.19376.1.3.2",
    "sdtc": "urn:hl7-org:sdtc",
    "ps3-20": "urn:dicom-org:ps3-20",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "lcm": "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
}
_BOUND = {"id", "e", "t"}
"""Variables that an expression binds itself."""
_TEMPLATE = (
    "(//h:ClinicalDocument)[1]/h:templateId[(starts-with(@root, '1.2.250.1.213.1.1.1.') and "
    "@root != '1.2.250.1.213.1.1.1.1') or @root = '1.3.6.1.4.1.19376.1.2.20'][last()]"
)
_LETS = {
    "model": f"string({_TEMPLATE}/@root)",
    "version": f"string({_TEMPLATE}/@extension)",
    "unstructured": "boolean((//h:ClinicalDocument)[1]/h:component/h:nonXMLBody)",
    "laboratory": f"{_TEMPLATE}/@root = '1.2.250.1.213.1.1.1.55'",
    "report": "$laboratory and not($unstructured)",
    "year": "number(substring-before(concat($version, '.'), '.'))",
}


@dataclass(frozen=True, slots=True)
class Assertion:
    """One test of a rule on the nodes of a context."""

    rule: Rule
    context: str
    test: str

    @property
    def binding(self) -> str:
        """Return the query binding that both expressions need."""
        needs = _XPATH_2.search(self.context) or _XPATH_2.search(self.test)
        return "xslt2" if needs else "xslt"


@cache
def assertions() -> tuple[Assertion, ...]:
    """Return every published assertion, by rule."""
    found = [
        *_written("cda.toml"),
        *_written("metadata.toml"),
        *(Assertion(rules()[rule], context, test) for rule, context, test in model_tests()),
    ]
    order = {rule.id: rank for rank, rule in enumerate(rules())}
    return tuple(sorted(found, key=lambda one: order[one.rule.id]))


def published() -> frozenset[str]:
    """Return the ids of the rules that the files hold."""
    return frozenset(one.rule.id for one in assertions())


def unpublished() -> dict[str, str]:
    """Return, for each rule on XML that the files do not hold, the reason in French and English."""
    raw = tomllib.loads((_HERE / "unpublished.toml").read_text(encoding="utf-8"))
    told = {rule: text for text, group in raw.items() for rule in group}
    others = {one.id for one in rules() if one.id.startswith(("CDA-", "META-"))} - published()
    return {rule: told.get(rule, _NOT_WRITTEN) for rule in others}


def made() -> dict[str, str]:
    """Return the text of each file by its name."""
    files: dict[str, list[Assertion]] = {}
    for one in assertions():
        area = _AREAS[one.rule.id.rpartition("-")[0]]
        # A rule stays whole: one assertion in XPath 2 takes the others with it.
        needs = any(each.binding == "xslt2" for each in assertions() if each.rule.id == one.rule.id)
        files.setdefault(f"{area}-xpath2.sch" if needs else f"{area}.sch", []).append(one)
    return {name: _schema(name, found) for name, found in files.items()} | {"README.md": _readme(files)}


def _written(name: str) -> list[Assertion]:
    raw = tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
    macros: dict[str, str] = raw.pop("macros")
    found = []
    for rule_id, table in raw.items():
        when = table.get("when", "").strip()
        for context, test in table["asserts"]:
            whole = _filled(test.strip(), macros)
            if when:
                whole = f"not({when}) or ({whole})"
            found.append(Assertion(rules()[rule_id], _filled(context, macros), whole))
    return found


def _filled(text: str, macros: dict[str, str]) -> str:
    """Return a text with its macros put in, the innermost first."""

    def put(match: re.Match[str]) -> str:
        name, argument = match[1], match[2] or ""
        if name == "in":
            return f"contains(${argument}, concat('|', @codeSystem, '#', @code, '|'))"
        if name in ("word", "code"):
            known, _, expression = argument.partition(":")
            prefix = "" if name == "word" else "NOS_"
            return f"contains(${prefix}{known}, concat('#', {expression}, '|'))"
        if name == "pair":
            known, system, code = argument.split("~")
            return f"contains($NOS_{known}, concat('|', {system}, '#', {code}, '|'))"
        return macros[name].replace("ARG", argument)

    while (found := _MACRO.sub(put, text)) != text:
        text = found
    return text


def _schema(name: str, found: list[Assertion]) -> str:
    binding = "xslt2" if name.endswith("-xpath2.sch") else "xslt"
    used = _used(found)
    prefixes = [
        each
        for each in _NAMESPACES
        if any(re.search(rf"(?<![\w-]){re.escape(each)}:", f"{one.context} {one.test}") for one in found)
    ]
    if any(variable in _LETS for variable in used) and "h" not in prefixes:
        prefixes.insert(0, "h")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!-- Fichier produit par tools/generate_docs.py · made by tools/generate_docs.py -->",
        f'<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="{binding}" xml:lang="fr">',
        f"  <title>mssante-conformance · {name.removesuffix('.sch')}</title>",
        *(f"  <ns prefix={quoteattr(each)} uri={quoteattr(_NAMESPACES[each])}/>" for each in prefixes),
        *(f"  <let name={quoteattr(each)} value={_attribute(text)}/>" for each, text in used.items()),
    ]
    by_rule: dict[str, list[Assertion]] = {}
    for one in found:
        by_rule.setdefault(one.rule.id, []).append(one)
    for rule_id, group in by_rule.items():
        lines += _patterns(rule_id, group)
    lines.append("  <diagnostics>")
    for group in by_rule.values():
        rule = group[0].rule
        for language, title, fix in (("fr", rule.title.fr, rule.fix.fr), ("en", rule.title.en, rule.fix.en)):
            text = escape(f"{title}. {fix}")
            lines.append(
                f'    <diagnostic id="{rule.id}-{language}" xml:lang="{language}">{text}</diagnostic>'
            )
    return "\n".join([*lines, "  </diagnostics>", "</schema>", ""])


def _patterns(rule_id: str, group: list[Assertion]) -> list[str]:
    """Return one pattern per context of a rule: within a pattern only the first rule of a node fires."""
    contexts: dict[str, list[str]] = {}
    for one in group:
        contexts.setdefault(one.context, []).append(one.test)
    rule = group[0].rule
    lines, number = [], 0
    for rank, (context, tests) in enumerate(contexts.items(), 1):
        identity = f"p-{rule_id}" if rank == 1 else f"p-{rule_id}.{rank}"
        lines += [f'  <pattern id="{identity}">', f"    <rule context={_attribute(context)}>"]
        for test in tests:
            number += 1
            own = rule_id if number == 1 else f"{rule_id}.{number}"
            lines += [
                f'      <assert id="{own}" role="{rule.effective_severity.value}" '
                f'diagnostics="{rule_id}-fr {rule_id}-en"',
                f"        test={_attribute(test)}>{escape(rule.title.fr)}</assert>",
            ]
        lines += ["    </rule>", "  </pattern>"]
    return lines


def _used(found: list[Assertion]) -> dict[str, str]:
    """Return the variables that the assertions use, each after those that it uses itself."""
    used: dict[str, str] = {}

    def need(text: str) -> None:
        for name in _VARIABLE.findall(text):
            if name in used or name in _BOUND:
                continue
            value = _value(name)
            need(value if name in _LETS else "")
            used[name] = value

    for one in found:
        need(f"{one.context} {one.test}")
    return used


def _value(name: str) -> str:
    if name in _LETS:
        return _LETS[name]
    if name.startswith("NOS_"):
        systems = xds_lists()[name.removeprefix("NOS_")].systems
        pairs = [f"{system}#{code}" for code, known in systems.items() for system in known]
    else:
        pairs = [f"{system}#{code}" for system, codes in value_set(name).codes.items() for code in codes]
    return "'|" + "|".join(pairs) + "|'"


def _attribute(text: str) -> str:
    return quoteattr(" ".join(text.split()), {'"': "&quot;"})


def _readme(files: dict[str, list[Assertion]]) -> str:
    lines = [
        "# Règles sur le XML en Schematron ISO · XML rules as ISO Schematron",
        "",
        "<!-- Fichier produit par tools/generate_docs.py · made by tools/generate_docs.py -->",
        "",
        f"{len(published())} règles, {len(assertions())} assertions. Les identifiants sont ceux de "
        "[docs/regles.md](../../docs/regles.md) ; `role` est la gravité, les diagnostics sont en français et "
        "en anglais. Les fichiers `-xpath2` demandent un moteur XSLT 2 (Saxon), les autres se chargent "
        "partout.",
        "",
        "*Ids are those of docs/regles.md; `role` is the severity, diagnostics are in French and in English. "
        "Files `-xpath2` need an XSLT 2 engine (Saxon), the others load anywhere.*",
        "",
        "| Fichier · file | Liaison · binding | Règles · rules | Assertions |",
        "|---|---|---|---|",
    ]
    for name, found in sorted(files.items()):
        binding = "xslt2" if name.endswith("-xpath2.sch") else "xslt"
        count = len({one.rule.id for one in found})
        lines.append(f"| [{name}]({name}) | {binding} | {count} | {len(found)} |")
    lines += [
        "",
        "## Ce qui n'y est pas · What is not in them",
        "",
        "| Règle · rule | Titre · title | Raison · reason |",
        "|---|---|---|",
    ]
    known = rules()
    for rule_id, reason in sorted(unpublished().items()):
        lines.append(f"| {rule_id} | {known[rule_id].title.fr} | {reason} |".replace("\n", " "))
    return "\n".join(lines) + "\n"
