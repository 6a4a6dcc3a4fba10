"""One writer per format; each writes as the lines come and keeps none of them.

JUnit needs its counts in its first element: its cases wait in a temporary file.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from typing import Any, Protocol, TextIO
from xml.sax.saxutils import escape, quoteattr

from harness.checking.running import Totals
from schemas.text import Language


class Writer(Protocol):
    """Writes the lines of a run."""

    def add(self, line: dict[str, Any]) -> None:
        """Write one artefact."""

    def close(self, totals: Totals) -> None:
        """Write what ends the output."""


class JsonLines:
    """One JSON object per line (`INTERFACES`)."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def add(self, line: dict[str, Any]) -> None:
        """Write one line."""
        self.out.write(_json(line) + "\n")
        self.out.flush()

    def close(self, totals: Totals) -> None:
        """Write nothing more."""


class Json:
    """One JSON document: the artefacts and the totals."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.count = 0
        out.write('{"artefacts": [')

    def add(self, line: dict[str, Any]) -> None:
        """Write one artefact."""
        self.out.write(("," if self.count else "") + "\n" + _json(line))
        self.count += 1

    def close(self, totals: Totals) -> None:
        """Write the totals."""
        counts = {**totals.verdicts, "resumed": totals.resumed, "unread": totals.unread}
        self.out.write(f'\n], "totals": {json.dumps(counts)}}}\n')
        self.out.flush()


class Text:
    """What a person reads: each finding with its place, what was expected, what was found."""

    def __init__(
        self,
        say: Callable[[str], None],
        sign: Callable[[str], str],
        word: Callable[..., str],
        language: Language,
    ) -> None:
        self.say = say
        self.sign = sign
        self.word = word
        self.language = language

    def add(self, line: dict[str, Any]) -> None:
        """Write one artefact."""
        mark = {"passed": "ok", "warning": "warning", "failed": "error"}[line["verdict"]]
        name = f"{line['path']}#{line['member']}" if line["member"] else line["path"]
        model = f" {line['model']} ({line['depth']})" if line["model"] else ""
        counts = self.word("check-counts", errors=line["errors"], warnings=line["warnings"])
        self.say(f"{self.sign(mark)} {name} · {line['kind']}{model} · {counts}")
        for one in line["findings"]:
            self._finding(one)
        for each in line.get("official", ()):
            self._official(each)

    def _official(self, one: dict[str, Any]) -> None:
        mark = {"passed": "ok", "warning": "warning", "failed": "error", "not-judged": "info"}[one["verdict"]]
        part = f"{one['part']} · " if one["part"] else ""
        words = self.word(f"check-official-{one['verdict']}", pack=one["pack"], errors=one["errors"])
        self.say(f"    {self.sign(mark)} {part}{words}")
        for note in one["notes"]:
            self.say(f"      {note}")
        for failed in one["failed"]:
            mark = {"error": "error", "warning": "warning", "info": "info"}[failed["severity"]]
            name = failed["schematron"].rpartition("/")[2]
            self.say(f"      {self.sign(mark)} {name}#{failed['id']} {failed['text']}")
            place = failed["location"]
            line = f"{self.word('check-line', line=place['line'])} · " if "line" in place else ""
            self.say(f"        {line}{place['xpath']}")
        if one["more"]:
            self.say(f"      … (+ {one['more']})")

    def _finding(self, one: dict[str, Any]) -> None:
        mark = {"error": "error", "warning": "warning", "info": "info"}[one["severity"]]
        self.say(f"    {self.sign(mark)} {one['rule']} {one['message'][self.language]}")
        place = one["location"]
        pieces = [str(place[name]) for name in ("part", "header") if name in place]
        if "line" in place:
            pieces.append(self.word("check-line", line=place["line"]))
        if "xpath" in place:
            pieces.append(place["xpath"])
        if pieces:
            self.say(f"      {' · '.join(pieces)}")
        self.say(f"      {self.word('check-expected', expected=one['expected'])}")
        self.say(f"      {self.word('run-found', found=one['found'])}")
        self.say(f"      {self.word('check-fix', fix=one['fix'][self.language])}")

    def close(self, totals: Totals) -> None:
        """Write the totals."""
        self.say("")
        self.say(self.word("check-totals", judged=totals.judged, **totals.verdicts))


class Junit:
    """JUnit XML: one case per artefact; an error makes a failure, warnings go to `system-out`."""

    def __init__(self, out: TextIO, language: Language) -> None:
        self.out = out
        self.language = language
        self.cases = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self.count = 0
        self.failed = 0

    def add(self, line: dict[str, Any]) -> None:
        """Keep one case."""
        self.count += 1
        self.failed += line["verdict"] == "failed"
        name = f"{line['path']}#{line['member']}" if line["member"] else line["path"]
        time = f"{line['duration_ms'] / 1000:.3f}"
        head = f'<testcase classname="mssante.{line["kind"]}" name={_attribute(name)} time="{time}">'
        errors = [one for one in line["findings"] if one["severity"] == "error"]
        others = [one for one in line["findings"] if one["severity"] != "error"]
        body = ""
        if errors:
            text = escape(_clean("\n".join(map(self._told, errors))))
            message = _attribute(f"{errors[0]['rule']} {errors[0]['message'][self.language]}")
            body += f'<failure type="{errors[0]["rule"]}" message={message}>{text}</failure>'
        told = [*map(self._told, others), *_official(line)]
        if told:
            body += f"<system-out>{escape(_clean(chr(10).join(told)))}</system-out>"
        self.cases.write(f"    {head}{body}</testcase>\n")

    def _told(self, one: dict[str, Any]) -> str:
        place = " ".join(f"{name}={value}" for name, value in one["location"].items())
        return f"{one['rule']} {one['message'][self.language]} [{place}] {one['expected']} ≠ {one['found']}"

    def close(self, totals: Totals) -> None:
        """Write the document."""
        counts = f'tests="{self.count}" failures="{self.failed}" errors="0"'
        self.out.write(f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites {counts}>\n')
        self.out.write(f'  <testsuite name="mssante.check" {counts} skipped="0">\n')
        self.cases.seek(0)
        shutil.copyfileobj(self.cases, self.out)
        self.cases.close()
        self.out.write("  </testsuite>\n</testsuites>\n")
        self.out.flush()


def _official(line: dict[str, Any]) -> list[str]:
    """Return the official verdicts as lines; they are told, and make no case fail."""
    told = []
    for one in line.get("official", ()):
        part = f" {one['part']}" if one["part"] else ""
        told.append(f"official:{one['pack']}{part} {one['verdict']}")
        told += [f"  {note}" for note in one["notes"]]
        for failed in one["failed"]:
            place = " ".join(f"{name}={value}" for name, value in failed["location"].items())
            told.append(
                f"  {failed['severity']} {failed['schematron']}#{failed['id']} {failed['text']} [{place}]"
            )
    return told


def _json(line: dict[str, Any]) -> str:
    """Return a line as JSON; octets that are no UTF-8 (a file name, a header) stay as escapes."""
    text = json.dumps(line, ensure_ascii=False)
    return text if _encodable(text) else json.dumps(line)


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """Return a text without what XML 1.0 cannot hold."""
    return "".join(
        char
        if char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char > "\uffff"
        else "�"
        for char in text
    )
