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
    "spaces",
    "on-every-mail",
]
NewVersion = Literal["complete", "same-number", "other-set", "same-id", "no-parent", "replaces-itself"]
DraftKeeps = Literal["all", "no-attachments", "no-headers"]
Carries = Literal["all", "no-copies", "no-archive"]
InsHeader = Literal["qualified", "absent", "always-yes", "always-no", "english", "on-every-mail"]

EntryFault = Literal[
    "none",
    "media-type-octet-stream",
    "creation-time-local",
    "no-language",
    "no-author-person",
    "authenticator-without-identifier",
    "start-at-midnight",
    "stop-time-with-offset",
    "no-stop-time",
    "source-patient-bare",
    "patient-info-free-text",
    "patient-born-later",
    "title-constant",
    "patient-without-authority",
    "patient-ins-c",
    "unique-id-of-another",
    "class-label",
    "no-class",
    "confidentiality-raised",
    "event-without-scheme",
    "no-format",
    "facility-of-group",
    "practice-in-hospital",
    "type-of-another",
    "reference-free-text",
    "hash-of-another-file",
    "size-of-base64",
    "uri-with-original-name",
    "classified-by-the-set",
]
SetFault = Literal[
    "none",
    "leaf-registry-list",
    "two-sets",
    "last-entry-forgotten",
    "no-association",
    "time-with-offset",
    "no-author",
    "no-content-type",
    "other-patient",
    "patient-bare",
    "source-named",
    "unique-id-uuid",
    "unique-id-constant",
    "title-empty",
]
TreeFault = Literal[
    "none",
    "no-readme",
    "no-index",
    "no-subset",
    "long-names",
    "autorun",
    "readme-one-line",
    "readme-utf-16",
    "index-without-readme",
    "index-without-sender",
    "path-outside",
]
CdaFault = Literal[
    "none",
    "no-realm-code",
    "other-type-id",
    "no-template",
    "type-without-system",
    "title-out-of-order",
    "time-without-offset",
    "no-confidentiality",
    "no-set-id",
    "author-without-identifier",
    "no-custodian",
    "stay-reversed",
    "no-birth-place",
    "birth-name-unmarked",
    "ins-c",
    "ins-bad-key",
    "payload-not-pdf",
    "payload-damaged",
    "narratives-emptied",
    "references-lost",
    "schema-location",
    "latin-1",
]
CopyFault = Literal["none", "absent", "no-output-intent", "no-xmp", "printed-elsewhere", "header-only"]
CopyName = Literal["conforming", "identifier", "day-of-sending", "long-type", "no-given-name"]
Subject = Literal["conforming", "no-prefix", "no-patient", "other-patient", "birth-date-iso"]
ZipFault = Literal["none", "duplicate-entry", "bzip2"]


@dataclass(frozen=True)
class DocumentsBehaviour:
    """How documents are made and sent.

    - `code_header`, `ins_header`: X-MSS-CODECDA and X-MSS-INS.
    - `chosen_reply_to`: whether the return address that was chosen is written (SC.MSS/va1.18).
    - `ins_needs_qualified`: an INS leaves only when the identity is qualified (INS/va1.53).
    - `patient_needs_ins`: no mail to a patient whose identity is not qualified (SC.MSS/va1.01).
    - `new_version`, `change_slot`, `replacement_mention`: a version that replaces another (SC.MSS/va1.02).
    - `delete_slot`, `deletion_mention`: the request to delete (SGL.MSS/va1.37).
    - `sends_partial`, `partial_told`: a partial report may leave, and says so (SGL.MSS/va1.32).
    - `forces_n1`: name of the model that is sent as N1 whatever was asked.
    - `automatic_carries`, `manual_carries`: what joins a mail that leaves by itself (SC.MSS/va1.17, va1.21,
      RIS.MSS/va1.29) or by hand (LGC.MSS.02).
    - `copies_attending`, `max_recipients`, `draft_keeps`: who gets the mail, and what a saved draft keeps.
    - `cda_fault`, `copy_fault`, `entry_fault`, `set_fault`, `tree_fault`, `zip_fault`: what the product
      writes wrong, in the order in which things are made; what depends on it (hash, size) follows.
    - `archive_name`, `archives`, `copy_name`, `subject`: the mail around the archive (ECO.2.1.x, X-XDM-01).
    """

    code_header: CodeHeader = "every-code"
    ins_header: InsHeader = "qualified"
    chosen_reply_to: bool = True
    ins_needs_qualified: bool = True
    one_patient: bool = True
    patient_needs_ins: bool = True
    respects_patient_refusal: bool = True
    respects_professional_refusal: bool = True
    new_version: NewVersion = "complete"
    change_slot: bool = True
    replacement_mention: bool = True
    delete_slot: Literal["D", "C", "absent", "word"] = "D"
    deletion_mention: Literal["said", "absent", "vague"] = "said"
    sends_partial: bool = True
    partial_told: bool = True
    forces_n1: str | None = None
    manual_carries: Carries = "all"
    automatic_carries: Carries = "all"
    copies_attending: bool = True
    max_recipients: int | None = None
    draft_keeps: DraftKeeps = "all"
    cda_fault: CdaFault = "none"
    copy_fault: CopyFault = "none"
    entry_fault: EntryFault = "none"
    set_fault: SetFault = "none"
    tree_fault: TreeFault = "none"
    zip_fault: ZipFault = "none"
    archive_name: str = "IHE_XDM.ZIP"
    archive_type: str = "application/zip"
    archives: Literal["one", "one-each", "none"] = "one"
    copy_name: CopyName = "conforming"
    subject: Subject = "conforming"
