"""Executes compiled Schematron with SaxonC (extra `official`); stylesheets are compiled once a process.

What our compiler wrote is kept beside the pack, by content; SaxonC itself compiles it at the first document.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from harness.errors import EnvironmentFault
from harness.packs.schematron import Assertion, Compiled, compile_schematron
from schemas.messages import message


class EngineError(RuntimeError):
    """A schematron could not be executed on a document; the text is SaxonC's."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One assertion that a document does not hold; `xpath` selects the node."""

    assertion: Assertion
    xpath: str
    text: str


def available() -> bool:
    """Tell whether the extra `official` is installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("saxonche") is not None


def need() -> None:
    """Raise `EnvironmentFault`, with what to install, when the extra `official` is missing."""
    if not available():
        raise EnvironmentFault(
            message("cli.pack-no-saxon"), message("cli.pack-no-saxon-why"), message("cli.pack-no-saxon-fix")
        )


@cache
def _processor() -> Any:
    need()
    import saxonche  # noqa: PLC0415  (loads a native library of 100 MB)

    processor = saxonche.PySaxonProcessor(license=False)
    # A schematron reads files beside it, and nothing from a network.
    processor.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
    return processor


@dataclass(slots=True)
class Engine:
    """The schematrons of one folder, compiled when they are first needed; `cached` keeps what is compiled."""

    root: Path
    cached: Path | None = None
    _ready: dict[str, tuple[Any, Compiled]] = field(default_factory=dict)

    def run(self, schematron: str, document: str) -> tuple[Failure, ...]:
        """Return what a document fails, in its order. Raises `SchematronError` or `EngineError`."""
        sheet, compiled = self._sheet(schematron)
        processor = _processor()
        try:
            node = processor.parse_xml(xml_text=document)
            sheet.set_global_context_item(xdm_item=node)
            text = sheet.transform_to_string(xdm_node=node)
        except Exception as error:  # SaxonC has one class of errors, which its stubs do not name
            raise EngineError(" ".join(str(error).split())) from error
        result = etree.fromstring(text.encode("utf-8"), etree.XMLParser(huge_tree=True))
        return tuple(
            Failure(
                compiled.assertions[int(each.get("a", "0"))],
                each.get("path", ""),
                " ".join("".join(map(str, each.itertext())).split()),
            )
            for each in result
        )

    def _sheet(self, schematron: str) -> tuple[Any, Compiled]:
        if schematron not in self._ready:
            compiled = self._compiled(schematron)
            try:
                sheet = (
                    _processor()
                    .new_xslt30_processor()
                    .compile_stylesheet(stylesheet_text=compiled.stylesheet)
                )
            except Exception as error:  # as above
                raise EngineError(" ".join(str(error).split())) from error
            self._ready[schematron] = (sheet, compiled)
        return self._ready[schematron]

    def _compiled(self, schematron: str) -> Compiled:
        kept = self.cached / f"{schematron.replace('/', '_')}.json" if self.cached else None
        if kept is not None and kept.is_file():
            raw = json.loads(kept.read_text(encoding="utf-8"))
            return Compiled(raw["stylesheet"], tuple(Assertion(**each) for each in raw["assertions"]))
        compiled = compile_schematron(self.root / schematron, self.root)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            passing = kept.with_suffix(f".{id(compiled):x}.tmp")
            passing.write_text(json.dumps(asdict(compiled)), encoding="utf-8")
            passing.replace(kept)
        return compiled
