"""The rules: what each check says, why, how to put it right, and an example of each side.

Files `schemas/rules/<family>.toml`, one table per rule, and `pack.toml` with the version of the pack. The id
of a rule begins with the name of its family and never changes (`schemas/locks/rules.txt`). `rule(id)` reads
that family alone; `rules()` reads them all.

Errors::

    RuleError               a rule file is missing or wrong
    └── UnknownRuleError    no rule has this id (also a KeyError)
"""

from __future__ import annotations

from schemas.rules.loading import RuleError, UnknownRuleError, load, pack_identity, rule, rules
from schemas.rules.model import Artefact, PackIdentity, Rule, RuleSet, Severity

__all__ = [
    "Artefact",
    "PackIdentity",
    "Rule",
    "RuleError",
    "RuleSet",
    "Severity",
    "UnknownRuleError",
    "load",
    "pack_identity",
    "rule",
    "rules",
]
