"""Masking of tokens, INS and names in everything that a report shows.

What is masked gets a number (`‹INS 1›`, `‹nom 2›`): equal values get equal numbers, so that a reader still
sees that a token came twice or that two identities differ, and there is nothing to guess back from, as there
would be with a hash of a 15-digit INS.

Tokens and INS are found by their form. A name is found by its place: CDA and FHIR name elements, `PID` and
XCN fields of HL7, claims of Pro Santé Connect, display names and `prenom.nom` addresses of mail headers; a
name once found is masked wherever it comes again. A name in free text that stands nowhere else cannot be told
from another word: the report says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

MAX_NAMES: Final = 2_000
"""Bound on the names that are remembered, so that hostile evidence cannot slow a report down."""

_JWT = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*){0,4}")
_SASL = re.compile(
    r"(?i)(\bAUTH(?:ENTICATE)?\s+(?:XOAUTH2|OAUTHBEARER|PLAIN|LOGIN|EXTERNAL)\s+)([A-Za-z0-9+/=]{8,})"
)
_BEARER = re.compile(r"(?i)(\bbearer[ \t]+)([\w.~+/=-]{8,})")
_SECRET = re.compile(
    r"(?i)(\b(?:access_token|refresh_token|id_token|client_secret|password|passwd|code_verifier|auth_req_id)"
    r"[\"']?\s*[=:]\s*[\"']?)([\w.~+/=-]{6,})"
)
_CODE = re.compile(r"((?<!\w)code=)([^&\s\"'<>]{6,})")
_KEY = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)([\s\S]*?)(?=-----END|\Z)")
_BASE64_ONLY = re.compile(
    r"(?<![\w+/])(?:dXNlcj[A-Za-z0-9+/=]{20,})"
)  # «user=…», an XOAUTH2 answer by itself
_INS = re.compile(
    r"(?<![\w.])[1-478][ \xa0]?\d{2}[ \xa0]?(?:0[1-9]|[1-9]\d)[ \xa0]?(?:\d{2}|2[AaBb])"
    r"[ \xa0]?\d{3}[ \xa0]?\d{3}(?:[ \xa0]?\d{2})?(?!\w)"
)
_NAME_WORD = r"[^\W\d_][\w'’.\- ]{1,60}"
_NAME_PLACES = (  # what such a place must hold, which is quick to look for; then the place itself
    ("</", re.compile(rf"<(?:\w+:)?(?:family|given)\b[^<>]{{0,200}}>\s*({_NAME_WORD}?)\s*</")),
    (
        ":",
        re.compile(
            r"[\"'](?:family_name|given_name|family|given|usual_name|preferred_name)[\"']"
            rf"\s*:\s*\[?\s*[\"']({_NAME_WORD})[\"']"
        ),
    ),
    ("PID|", re.compile(rf"(?m)(?:^|[\n>\"])PID(?:\|[^|\r\n]{{0,300}}){{4}}\|({_NAME_WORD}\^{_NAME_WORD})")),
    ("PID-5|", re.compile(rf"PID-5\|({_NAME_WORD}\^{_NAME_WORD})")),
    ("^", re.compile(rf"\b\d{{9,12}}\^({_NAME_WORD}\^{_NAME_WORD})\^")),
    (
        "@",
        re.compile(
            rf"(?im)^(?:From|To|Cc|Reply-To|Sender):[ \t]*\"?({_NAME_WORD}?)\"?[ \t]*<[^<>\s]{{1,300}}@"
        ),
    ),
    ("@", re.compile(rf"\"({_NAME_WORD})\"\s*<[^<>\s]{{1,300}}@")),
)
_ADDRESS = re.compile(r"(?<![\w.+-])([^\W\d_][\w-]{1,40}\.[^\W\d_][\w-]{1,40})(?=@[\w-]+\.)")
_HINT = re.compile(r"eyJ|@|\d{3}|(?i:auth|bearer|token|secret|passw|code|private key|dXNlcj)")


class Masker:
    """Masks strings one after the other and remembers what it has numbered; one for each report written."""

    def __init__(self, *, clear: bool = False) -> None:
        self.clear = clear
        self._numbers: dict[tuple[str, str], int] = {}
        self._names: dict[str, int] = {}
        self._known: re.Pattern[str] | None = None

    def learn(self, texts: Iterable[str]) -> None:
        """Remember the names that stand in a known place of `texts`; `__call__` then masks them anywhere."""
        if self.clear:
            return
        for text in texts:
            for needle, place in _NAME_PLACES:
                if needle in text:
                    for found in place.finditer(text):
                        self._remember(found.group(1))
            if "@" in text:
                for found in _ADDRESS.finditer(text):
                    self._remember(found.group(1))
        words = sorted(
            {form for name in self._names for form in (name, name.upper(), name.title())},
            key=lambda word: (-len(word), word),
        )
        self._known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None

    def __call__(self, text: str) -> str:
        """Return `text` with its tokens, INS and known names masked."""
        if self.clear or len(text) < 3:
            return text
        if _HINT.search(text):
            text = self._secrets(text)
        if self._known is not None:
            text = self._known.sub(lambda found: self._name(found.group()), text)
        return text

    def _secrets(self, text: str) -> str:
        for pattern in (_KEY, _SASL, _BEARER, _SECRET, _CODE):
            text = pattern.sub(self._after_prefix, text)
        text = _JWT.sub(self._whole("jeton"), text)
        text = _BASE64_ONLY.sub(self._whole("jeton"), text)
        text = _INS.sub(lambda found: self._mask("INS", re.sub(r"\s", "", found.group())), text)
        return _ADDRESS.sub(lambda found: self._name(found.group(1)), text)

    def _after_prefix(self, found: re.Match[str]) -> str:
        return found.group(1) + self._mask("jeton", found.group(2))

    def _whole(self, kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: self._mask(kind, found.group())

    def _mask(self, kind: str, value: str) -> str:
        number = self._numbers.setdefault((kind, value), 1 + sum(known == kind for known, _ in self._numbers))
        return f"‹{kind} {number}›"

    def _remember(self, name: str) -> None:
        """Give a number to a name and to each of its words."""
        for piece in (name, *re.split(r"[\^.\s]+", name)):
            word = piece.strip(" ^.-")
            if len(word) >= 3 and len(self._names) < MAX_NAMES:
                self._names.setdefault(word.casefold(), len(self._names) + 1)

    def _name(self, name: str) -> str:
        number = self._names.setdefault(name.casefold(), len(self._names) + 1)
        return f"‹nom {number}›"
