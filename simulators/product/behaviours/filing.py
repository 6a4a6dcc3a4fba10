"""Documents received: found in the mail, opened, matched, filed, acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FilingBehaviour:
    """How documents received are treated; each field is one decision.

    - `archive_named`, `disposition_needed`, `subject_needed`, `copy_needed`, `forwarded_read`, `any_zip`,
      `archives_read`, `documents_read`, `encoding_followed`: what of a mail is taken for documents, and how
      it is read (SC.MSS/UX.01, UX.39).
    - `hash_compared`, `size_compared`, `damage_told`, `unpacking_bounded`, `leaves_temporary`,
      `writes_outside`, `external_entities`: an archive that is not what it says (X-XDM-16).
    - `patient_from`, `coherence_checked`, `ins_compared`, `traits_compared`, `qualified_needed`,
      `files_alone`, `proposes`, `stranger`: whose record (ECO.2.1.2, SC.MSS/UX.02, UX.07, SENTINELLE.20).
    - `duplicate`, `same_version`, `older_version`, `replacement`, `deletion`, `author_compared`: versions
      (SC.CDA/INT.18, LGC.MSS/UX.05).
    - `list_*`, `filing`, `rejecting`, `shown_*`, `sorting`, `abnormal`, `critical`: what the user sees and
      does.
    - `filing_traced`, `acknowledge…`, `answers_reports`, `error_mails_read`, `returned_read`: traces,
      the acknowledgement returned and those that come back.
    """

    archive_named: Literal["any-case", "exactly"] = "any-case"
    disposition_needed: bool = False
    subject_needed: bool = False
    copy_needed: bool = False
    forwarded_read: bool = True
    any_zip: bool = False
    archives_read: Literal["all", "first"] = "all"
    documents_read: Literal["all", "first"] = "all"
    n3_read: bool = True
    encoding_followed: bool = True
    hash_compared: bool = True
    size_compared: bool = True
    damage_told: bool = True
    unpacking_bounded: bool = True
    leaves_temporary: bool = False
    writes_outside: bool = False
    external_entities: bool = False
    survives_bad_mail: bool = True
    patient_from: Literal["metadata", "subject"] = "metadata"
    coherence_checked: bool = True
    ins_compared: bool = True
    traits_compared: bool = True
    qualified_needed: bool = True
    files_alone: bool = True
    proposes: bool = True
    found_by: Literal["ins", "used-name"] = "ins"
    stranger: Literal["waits", "first-record"] = "waits"
    duplicate: Literal["told", "integrated", "silent"] = "told"
    same_version: Literal["refused", "integrated"] = "refused"
    older_version: Literal["behind", "overwrites"] = "behind"
    replacement: Literal["replaces", "ignored", "beside"] = "replaces"
    deletion: Literal["marked", "ignored", "parent"] = "marked"
    author_compared: bool = True
    filing: Literal["done", "forgotten"] = "done"
    rejecting: Literal["done", "kept", "filed"] = "done"
    list_kept: bool = True
    list_complete: Literal["all", "no-author", "no-title", "no-version", "date-of-reception"] = "all"
    list_order: Literal["newest-first", "oldest-first"] = "newest-first"
    list_filters: bool = True
    list_scope: Literal["every-patient", "one-patient"] = "every-patient"
    list_integrated: bool = True
    statistics: Literal["counted", "together", "every-type", "whole-life"] = "counted"
    shown_origin: bool = True
    shown_lines: Literal["one", "one-each-form"] = "one"
    shown_type: Literal["cda", "class"] = "cda"
    shown_date: Literal["cda", "reception"] = "cda"
    sorting: bool = True
    abnormal: Literal["code-and-range", "code", "range", "never", "always"] = "code-and-range"
    critical: bool = True
    filing_traced: bool = True
    acknowledgement: Literal["asked", "always"] = "asked"
    acknowledgement_form: Literal["report", "mixed"] = "report"
    acknowledges_once: bool = True
    acknowledgement_path: Literal["null", "own"] = "null"
    acknowledges_elsewhere: bool = False
    answers_reports: bool = False
    error_mails_read: bool = False
    returned_read: Literal["tolerant", "strict", "ignored", "errors-as-success"] = "tolerant"
