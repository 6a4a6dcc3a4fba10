"""The Annuaire Santé: searched from the composer, loaded from its extraction files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Key = Literal["header", "url", "first-page-only"]
Paging = Literal["to-the-end", "first-page", "until-empty", "by-total"]
NextLink = Literal["as-given", "built"]
Writing = Literal["never", "create", "replace", "delete"]
Trouble = Literal["refused", "unavailable", "too-many", "unreadable", "page"]
MailboxTest = Literal["coded", "any-email", "by-domain"]
TypesShown = Literal["as-given", "app-as-per", "no-cab"]
Comparison = Literal["folded", "case-sensitive", "accent-sensitive"]
Criterion = Literal["identifier", "profession", "specialty", "place"]


@dataclass(frozen=True)
class DirectoryBehaviour:
    """How the directory is asked, and what of it is offered.

    - `directory_searched`: the directory is asked at all, not only the product's own address book.
    - `directory_key`, `directory_writing`, `directory_paging`, `directory_next_link`, `directory_throttled`:
      how it is called (X-ANN-01, 02, 03, 05).
    - `directory_swallows`: troubles shown as if nothing were missing; `directory_waits` after a 429,
      `directory_survives` what cannot be read, `directory_repeats` entries (X-ANN-04).
    - `directory_mailboxes`, `directory_types`, `directory_ranked`: which e-mails are offered, as what, in
      which order (X-ANN-06, 07); `directory_old_extraction`, `directory_remembers`: and what was known before
      (X-ANN-08, X-ANN-04).
    - `directory_compares`, `directory_tells_apart`, `directory_ignores`: what the user types and reads.
    - `extraction_loaded`, `extraction_users`, `extraction_correspondents`: SC.ANN/va1.01 to va1.04.
    """

    directory_searched: bool = True
    directory_key: Key = "header"
    directory_writing: Writing = "never"
    directory_paging: Paging = "to-the-end"
    directory_next_link: NextLink = "as-given"
    directory_throttled: bool = True
    directory_swallows: Trouble | None = None
    directory_waits: bool = True
    directory_survives: bool = True
    directory_repeats: bool = False
    directory_mailboxes: MailboxTest = "coded"
    directory_types: TypesShown = "as-given"
    directory_ranked: bool = True
    directory_old_extraction: bool = False
    directory_remembers: bool = False
    directory_compares: Comparison = "folded"
    directory_tells_apart: bool = True
    directory_ignores: Criterion | None = None
    extraction_loaded: Literal["each-period", "once", "never", "hourly"] = "each-period"
    extraction_users: bool = True
    extraction_correspondents: bool = True
