"""Why a white list is refused.

WhiteListError(ValueError)   one class, told apart by its `refusal`
"""

from __future__ import annotations

from enum import StrEnum

from schemas.text import Bilingual


class Refusal(StrEnum):
    """The check that a list failed, in the order in which the checks are made."""

    TOO_LARGE = "too_large"
    DOCTYPE = "doctype"
    NOT_XML = "not_xml"
    SCHEMA = "schema"
    UNSIGNED = "unsigned"
    SIGNATURE_FORM = "signature_form"
    DIGEST = "digest"
    SIGNATURE_VALUE = "signature_value"
    SIGNER_CHAIN = "signer_chain"
    SIGNER_DATES = "signer_dates"
    SIGNER_REVOKED = "signer_revoked"
    OLDER = "older"


class WhiteListError(ValueError):
    """A list that must not be used.

    `message` says what was found and what was expected; `line` is where, counted from 1, when it is known.
    """

    def __init__(self, refusal: Refusal, french: str, english: str, *, line: int | None = None) -> None:
        self.refusal = refusal
        self.message = Bilingual(french, english)
        self.line = line
        where = f" (line {line})" if line is not None else ""
        super().__init__(f"{english}{where}")
