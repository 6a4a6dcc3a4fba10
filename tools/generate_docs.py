"""Write the files that are made from the published data, or say which are out of step.

    python tools/generate_docs.py            write them
    python tools/generate_docs.py --check    write nothing; exit 1 and name those that are out of step

Made: `schemas/openapi/driver-1.json` (from `schemas/json/driver-1.json`), `docs/exigences.md` and
`docs/regles.md` (from the catalogue and the rules), the Schematron files of `schemas/schematron/` (from their
XPath and the rules), and the locked ids in `schemas/locks/` (new ids are added, none is ever removed).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from schemas.openapi import driver_description, driver_description_text  # noqa: E402
from schemas.requirements import Catalogue, Requirement, catalogue  # noqa: E402
from schemas.rules import Rule, RuleSet, rules  # noqa: E402
from schemas.schematron import making  # noqa: E402
from schemas.text import Bilingual  # noqa: E402

LEVELS = {"basic": "base", "intermediate": "intermédiaire", "advanced": "avancé", "operator": "opérateur"}
STRENGTHS = {
    "MUST": "DOIT",
    "SHOULD": "DEVRAIT",
    "MAY": "PEUT",
    "SUPERSEDED": "retirée",
    "UNKNOWN": "texte inconnu",
}
VERIFIED = {"full": "automatique", "partial": "en partie", "declaration": "déclaration"}
CERTAINTIES = {"official": "officiel", "example": "exemple", "secondary": "secondaire", "inferred": "déduit"}
SEVERITIES = {"error": "erreur", "warning": "avertissement", "info": "information"}


def main(arguments: list[str]) -> int:
    """Write or check all files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 when a file is out of step"
    )
    check = parser.parse_args(arguments).check
    stale = [path for path, text in made_files().items() if read(path) != text]
    for path in stale:
        if check:
            print(f"out of step: {path.relative_to(ROOT).as_posix()} (run: python tools/generate_docs.py)")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made_files()[path], encoding="utf-8", newline="\n")
            print(f"written: {path.relative_to(ROOT).as_posix()}")
    return 1 if check and stale else 0


def made_files() -> dict[Path, str]:
    """Return path and text of every file made from published data."""
    locks = ROOT / "schemas" / "locks"
    folder = ROOT / "schemas" / "schematron"
    return {
        **{folder / name: text for name, text in making.made().items()},
        ROOT / "schemas" / "openapi" / "driver-1.json": driver_description_text(driver_description()),
        ROOT / "docs" / "exigences.md": requirements_page(catalogue(), rules()),
        ROOT / "docs" / "regles.md": rules_page(rules()),
        locks / "requirements.txt": locked(locks / "requirements.txt", [r.id for r in catalogue()]),
        locks / "rules.txt": locked(locks / "rules.txt", [rule.id for rule in rules()]),
    }


def read(path: Path) -> str | None:
    """Return a file's text with LF line ends, None when there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else None


def locked(path: Path, ids: list[str]) -> str:
    """Return the lock file with the new ids; what was locked stays, even if gone (a test fails then)."""
    return "".join(f"{each}\n" for each in sorted({*(read(path) or "").split(), *ids}))


def requirements_page(known: Catalogue, published: RuleSet) -> str:
    """Return the requirement catalogue as Markdown, one table per theme."""
    lines = [
        "# Catalogue des exigences · Requirement catalogue",
        "",
        "<!-- Fichier produit par tools/generate_docs.py · made by tools/generate_docs.py -->",
        "",
        f"Version {known.version}, {len(known)} exigences. Les textes complets : `mssante explain ID`.",
        "",
        "Une exigence de certitude « secondaire » ou « déduit » ne donne que des avertissements. Une "
        "exigence retirée ou de texte inconnu reste listée et ne bloque aucun niveau. Les numéros en `X-` "
        "sont les nôtres, non ceux d'un référentiel.",
        "",
        "*A requirement of certainty 'secondaire' or 'déduit' gives warnings only. One that is withdrawn or "
        "whose text is unknown stays listed and blocks no level. Numbers in `X-` are ours, not those of a "
        "référentiel.*",
    ]
    for theme in known.themes:
        lines += ["", f"## {theme.name.fr} · {theme.name.en}", ""]
        lines += ["| Id | Exigence | *Requirement* | Niveau | Force | Vérification | Certitude | Règles |"]
        lines += ["|---|---|---|---|---|---|---|---|"]
        lines += [requirement_row(r, published) for r in known.of_theme(theme.id)]
    return "\n".join(lines) + "\n"


def requirement_row(r: Requirement, published: RuleSet) -> str:
    """Return one row of the table."""
    serving = ", ".join(f"[{rule.id}](regles.md#{rule.id.lower()})" for rule in published.serving(r.id))
    cells = (
        f"`{r.id}`",
        r.title.fr,
        f"*{r.title.en}*",
        LEVELS[r.level],
        STRENGTHS[r.strength],
        VERIFIED[r.verified],
        CERTAINTIES[r.certainty],
        serving,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def rules_page(published: RuleSet) -> str:
    """Return the rule catalogue as Markdown, one section per rule."""
    lines = [
        "# Catalogue des règles · Rule catalogue",
        "",
        "<!-- Fichier produit par tools/generate_docs.py · made by tools/generate_docs.py -->",
        "",
        f"Version {published.version}, {len(published)} règles. Une erreur qui ne repose que sur un texte "
        "secondaire ou déduit est ramenée à un avertissement.",
        "",
        "*An error that rests on a second-hand or inferred text only is reduced to a warning.*",
    ]
    for rule in published:
        lines += rule_section(rule)
    return "\n".join(lines) + "\n"


def rule_section(rule: Rule) -> list[str]:
    """Return the lines of one rule."""
    requirements = ", ".join(f"`{each}`" for each in rule.requirements)
    severity = SEVERITIES[rule.effective_severity]
    return [
        "",
        f"## {rule.id}",
        "",
        f"**{rule.title.fr}** · *{rule.title.en}*",
        "",
        f"{severity.capitalize()} · {CERTAINTIES[rule.certainty]} · {requirements}",
        "",
        *both("Pourquoi", "Why", rule.why),
        *both("Corriger", "Fix", rule.fix),
        *example("Conforme · passes", rule.passing),
        *example("Non conforme · fails", rule.failing),
    ]


def both(french: str, english: str, text: Bilingual) -> list[str]:
    """Return a paragraph in each language."""
    return [f"{french} : {text.fr}", "", f"*{english}: {text.en}*", ""]


def example(label: str, text: str) -> list[str]:
    """Return a fenced example; the fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return [f"{label} :", "", f"{fence}text", *text.strip("\n").split("\n"), fence, ""]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
