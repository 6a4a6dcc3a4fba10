"""Texts that a user sees, always in French and in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in the two languages, French first."""

    fr: str
    en: str

    def in_(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.fr if language == "fr" else self.en

    def filled(self, **values: object) -> Bilingual:
        """Return the text with its `{name}` places filled."""
        return Bilingual(self.fr.format(**values), self.en.format(**values))
