"""What a correspondent of the receiving cases sends with: builders of documents, whole or damaged, of mails.

Cases import the harness alone; this is the door to the builders of `simulators.documents`.
"""

from __future__ import annotations

from schemas.identifiers import InsOid
from simulators.correspondents.integration import About, Integration, build_integration
from simulators.documents import (
    CR_BIO,
    CR_IMG,
    LDL_SES,
    Action,
    BuiltCda,
    build_n1,
    hostile,
    n1_with_copy,
)
from simulators.documents.hostile import truncated, with_mark, written_in, zipped
from simulators.documents.parcels import ZIP, Joined, Wrapped
from simulators.records import RecordSpec

__all__ = [
    "CR_BIO",
    "CR_IMG",
    "LDL_SES",
    "ZIP",
    "About",
    "Action",
    "BuiltCda",
    "InsOid",
    "Integration",
    "Joined",
    "RecordSpec",
    "Wrapped",
    "build_integration",
    "build_n1",
    "hostile",
    "n1_with_copy",
    "truncated",
    "with_mark",
    "written_in",
    "zipped",
]
