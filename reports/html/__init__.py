"""The HTML report: one file that opens from a disk, needs neither network nor script, in two languages.

How the languages live in one file: each text is there twice, as `<span lang="fr">` and `<span lang="en">`,
what the product said only once. French shows. Each place that can be linked to has a second anchor whose id
begins with `en-`; while the page's target is such an anchor, the style sheet shows English instead, and the
English links lead to such anchors only. So a language is an address: it survives going back, mailing a link
to one failure, and the absence of script.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.exchange import gather
from reports.html.view import Page, build, limits_for
from reports.masking import Masker
from reports.record import LEVELS, VERDICTS, RunRecord
from reports.text import CUT_AT, clean, cut
from schemas.messages import message
from schemas.text import Bilingual

MAX_OCTETS = 5_000_000
"""A report that would be larger is rendered again with less of each case."""


class Shown(str):
    """A string that is already cleaned, cut and masked: only escaping is left."""

    __slots__ = ()


def render(record: RunRecord, *, out_folder: Path, clear: bool = False) -> bytes:
    """Return the HTML of `record`, its links to evidence relative to `out_folder`.

    The same record beside the same evidence gives the same octets.
    """
    journal = gather(record)
    html = b""
    for limits in limits_for(record):
        masker = Masker(clear=clear)
        page = build(record, journal, limits, masker, _linker(record, out_folder))
        html = _template(masker, page).encode("utf-8", "replace")
        if len(html) <= MAX_OCTETS:
            break
    return html


def _template(masker: Masker, page: Page) -> str:
    script, style = _asset("comfort.js"), _asset("style.css")
    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalizer(masker),
    )
    shown = _Shower(masker)
    environment.filters["cut"] = shown.cut
    environment.globals.update(
        t=translate,
        b=shown.both,
        sheet_text=shown.published,
        link=shown.link,
        script=Markup(script),  # noqa: S704 - our own file
        style=Markup(style),  # noqa: S704 - our own file
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("page.html").render(
        page=page,
        script_hash=digest,
        clear=page.clear,
        title=message("reports.title"),
        verdicts={verdict: message(f"reports.v_{verdict}") for verdict in VERDICTS},
        names={level: message(f"reports.level_{level}") for level in LEVELS},
        day=_day(page.record.started),
        duration=_duration(page.record.duration_s),
    )


def translate(key: str, **values: object) -> Markup:
    """Return our own text `reports.<key>` in both languages; `values` are escaped."""
    return _spans(message(f"reports.{key}"), values) if values else _fixed(key)


@cache
def _fixed(key: str) -> Markup:
    return _spans(message(f"reports.{key}"), {})


def _halves(content: Markup) -> tuple[Markup, Markup]:
    """Keep one language of a text that holds both, for each."""
    keep = [re.sub(rf'<span lang="{other}">.*?</span>', "", content, flags=re.S) for other in ("en", "fr")]
    return Markup(keep[0]), Markup(keep[1])  # noqa: S704 - pieces of markup that was safe


def _spans(text: Bilingual, values: dict[str, object]) -> Markup:
    spaced = text.en if text.fr == text.en else _spaced(text.fr)
    french, english = (Markup(escape(one)) for one in (spaced, text.en))  # noqa: S704
    french, english = french.format(**_in(values, 0)), english.format(**_in(values, 1))
    if french == english:
        return french
    return Markup('<span lang="fr">{}</span><span lang="en">{}</span>').format(french, english)


def _in(values: dict[str, object], index: int) -> dict[str, object]:
    return {
        key: (value.fr if index == 0 else value.en) if isinstance(value, Bilingual) else value
        for key, value in values.items()
    }


def _spaced(french: str) -> str:
    """Return French prose whose high punctuation never begins a line (narrow no-break spaces)."""
    return _BEFORE_MARK.sub("\u202f", french).replace("« ", "«\u202f")


_BEFORE_MARK = re.compile(r"(?<=\S) (?=[;:!?»](?:\s|$|[.,)]))")


class _Shower:
    """Shows strings of the record: masked, cleaned, cut, escaped."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker

    def cut(self, text: str, limit: int = CUT_AT) -> Shown:
        # Masked before it is cut, since half a token would not be recognised; bounded before it is masked,
        # since the text may be huge, and then without its last octets, which may be half a token.
        bound = limit * 4 + 4096
        if len(text) <= bound:
            return Shown(cut(self._masker(text), limit))
        masked = self._masker(text[:bound])[:-64]
        return Shown(f"{clean(masked[:limit])}… (+{len(text) - min(limit, len(masked))})")

    def both(self, text: Bilingual | None, limit: int = CUT_AT) -> Markup:
        if text is None:
            return Markup("")
        french, english = self.cut(text.fr, limit), self.cut(text.en, limit)
        if french == english:
            return escape(french)
        french = Shown(_spaced(french))
        return Markup('<span lang="fr">{}</span><span lang="en">{}</span>').format(str(french), str(english))

    def published(self, text: Bilingual, limit: int = CUT_AT) -> Markup:
        """Return a text of a published sheet: cleaned and cut; its invented names are nobody's to mask."""
        french, english = cut(text.fr, limit), cut(text.en, limit)
        if french == english:
            return escape(french)
        return Markup('<span lang="fr">{}</span><span lang="en">{}</span>').format(_spaced(french), english)

    def link(self, identifier: str, inner: Any) -> Markup:
        """Return a link within the page: one for each language, to that language's anchor."""
        content = inner if isinstance(inner, Markup) else escape(self.cut(str(inner), 120))
        french, english = _halves(content) if 'lang="fr"' in content else (content, content)
        return Markup('<a lang="fr" href="#{0}">{1}</a><a lang="en" href="#en-{0}">{2}</a>').format(
            identifier, french, english
        )


def _finalizer(masker: Masker) -> Callable[[Any], Any]:
    shower = _Shower(masker)

    def finalize(value: Any) -> Any:
        if isinstance(value, (Markup, Shown)) or not isinstance(value, str):
            return value
        return shower.cut(value)

    return finalize


def _linker(record: RunRecord, out_folder: Path) -> Callable[[str | None], str | None]:
    """Return the function that turns an evidence id into an address relative to the report."""
    try:
        base = Path(os.path.relpath(record.folder.resolve(), out_folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        base = record.folder.resolve().as_uri()

    def linker(identifier: str | None) -> str | None:
        piece = record.evidence.get(identifier) if identifier else None
        if piece is None or not _inside(piece.path):
            return None
        path = quote(piece.path.replace("\\", "/"), safe="/", errors="replace")
        return path if base == "." else f"{quote(base, safe='/:')}/{path}"

    return linker


def _inside(path: str) -> bool:
    """Tell whether `path` is relative and stays below its folder: a record must not lead elsewhere."""
    pieces = path.replace("\\", "/").split("/")
    return len(path) <= 300 and all(piece not in ("", "..") and ":" not in piece for piece in pieces)


@cache
def _asset(name: str) -> str:
    return files("reports.html").joinpath("templates", name).read_text(encoding="utf-8")


def _day(instant: str) -> Bilingual:
    """Return an ISO 8601 instant as a person writes it; what is not one is shown as it is."""
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        return Bilingual(instant, instant)
    zone = "UTC" if moment.utcoffset() == timedelta(0) else moment.strftime("%Z")
    return Bilingual(
        f"{moment.day} {_MONTHS_FR[moment.month - 1]} {moment.year}, {moment:%H h %M} {zone}".strip(),
        f"{moment.day} {_MONTHS_EN[moment.month - 1]} {moment.year}, {moment:%H:%M} {zone}".strip(),
    )


def _duration(seconds: float) -> Bilingual:
    """Return a duration in s below a minute, else in min and s."""
    if seconds < 60:
        text = f"{seconds:.1f}\u202fs"
        return Bilingual(text.replace(".", ","), text)
    text = f"{int(seconds // 60)}\u202fmin {int(seconds % 60):02d}\u202fs"
    return Bilingual(text, text)


_MONTHS_FR = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
