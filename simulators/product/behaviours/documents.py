"""Documents sent: CDA, archive, metadata, PDF copies, and the mail that carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CodeHeader = Literal[
    "every-code",
    "absent",
    "first-only",
    "no-repetition",
    "loinc-prefixed",
    "constant",
    "one-header-each",
    "reversed",
    "spaces",
    "on-every-mail",
]
NewVersion = Literal["complete", "same-number", "other-set", "same-id", "no-parent", "replaces-itself"]
DraftKeeps = Literal["all", "no-attachments", "no-headers", "no-receipts"]
InsHeader = Literal["qualified", "absent", "always-yes", "always-no", "english", "on-every-mail"]


@dataclass(frozen=True)
class DocumentsBehaviour:
    """How documents are made and sent.

    - `code_header`, `ins_header`: X-MSS-CODECDA and X-MSS-INS.
    - `chosen_reply_to`: whether the return address that was chosen is written (SC.MSS/va1.18).
    - `ins_needs_qualified`: an INS leaves only when the identity is qualified (INS/va1.53).
    - `patient_needs_ins`: no mail to a patient whose identity is not qualified (SC.MSS/va1.01).
    - `new_version`, `change_slot`, `replacement_mention`: a version that replaces another (SC.MSS/va1.02).
    - `delete_slot`, `deletion_mention`: the request to delete (SGL.MSS/va1.37).
    - `copies_attending`, `max_recipients`, `draft_keeps`: who gets the mail, and what a saved draft keeps.
    """

    code_header: CodeHeader = "every-code"
    ins_header: InsHeader = "qualified"
    chosen_reply_to: bool = True
    ins_needs_qualified: bool = True
    patient_needs_ins: bool = True
    respects_patient_refusal: bool = True
    respects_professional_refusal: bool = True
    new_version: NewVersion = "complete"
    change_slot: bool = True
    replacement_mention: bool = True
    delete_slot: Literal["D", "C", "absent"] = "D"
    deletion_mention: bool = True
    copies_attending: bool = True
    max_recipients: int | None = None
    draft_keeps: DraftKeeps = "all"
