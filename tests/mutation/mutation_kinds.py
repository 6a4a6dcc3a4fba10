"""Imports every module that registers kinds of mutations."""

import mutation_archive
import mutation_body
import mutation_coherence
import mutation_entries
import mutation_header
import mutation_mail
import mutation_metadata
import mutation_pdf
import mutation_people

__all__ = [
    "mutation_archive",
    "mutation_body",
    "mutation_coherence",
    "mutation_entries",
    "mutation_header",
    "mutation_mail",
    "mutation_metadata",
    "mutation_pdf",
    "mutation_people",
]
