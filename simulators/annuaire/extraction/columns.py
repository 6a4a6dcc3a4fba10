"""Names and columns of the extraction files, in their order (DOSSIER §2.4, X-ANN-10, X-ANN-11).

Header names are compared without case, accents, apostrophe form and suffix such as `(coord. structure)`: they
have changed over the years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulators.annuaire.query import fold

SEPARATOR = "|"
_PLACE = " (coord. structure)"
_SUFFIX = re.compile(r"\s*\((?:coord\. )?structure\)\s*$")


@dataclass(frozen=True, slots=True)
class FileKind:
    """A file of an extraction: the beginning of its name, its columns, whether lines end with a separator."""

    name: str
    columns: tuple[str, ...]
    closed: bool


def plain(name: str) -> str:
    """Return a header name as it is compared."""
    return " ".join(_SUFFIX.sub("", fold(name).replace("’", "'")).split())


def _coded(*names: str) -> tuple[str, ...]:
    return tuple(f"{word} {name}" for name in names for word in ("Code", "Libellé"))


_PERSON = ("Type d'identifiant PP", "Identifiant PP", "Identification nationale PP")
_NAMED = ("Nom d'exercice", "Prénom d'exercice")
MSSANTE = FileKind(
    "Extraction_Correspondance_MSSante",
    (
        "Type de BAL",
        "Adresse BAL",
        "Type Identifiant PP",
        "Identifiant PP",
        "Identification nationale PP",
        "Type identifiant structure",
        "Identification Structure",
        "Service de rattachement",
        "Civilité d'exercice",
        "Nom d'exercice",
        "Prénom d'exercice",
        "Catégorie profession",
        "Libellé de catégorie profession",
        "Code Profession",
        "Libellé Profession",
        "Code savoir-faire",
        "Libellé savoir-faire",
        "Dématérialisation",
        "Raison Sociale structure BAL",
        "Enseigne commerciale structure BAL",
        "L2COMPLEMENTLOCALISATION structure BAL",
        "L3COMPLEMENTDISTRIBUTION structure BAL",
        "L4NUMEROVOIE structure BAL",
        "L4COMPLEMENTNUMEROVOIE structure BAL",
        "NL4TYPEVOIE structure BAL",
        "L4LIBELLEVOIE structure BAL",
        "L5LIEUDITMENTION structure BAL",
        "L6LIGNEACHEMINEMENT structure BAL",
        "Code postal structure BAL",
        "Département structure BAL",
        "Pays structure BAL",
    ),
    closed=False,
)
ACTIVITY = FileKind(
    "PS_LibreAcces_Personne_activite",
    (
        *_PERSON,
        *_coded("civilité d'exercice", "civilité"),
        *_NAMED,
        *_coded("profession", "catégorie professionnelle", "type savoir-faire", "savoir-faire"),
        *_coded("mode exercice"),
        "Numéro SIRET site",
        "Numéro SIREN site",
        "Numéro FINESS site",
        "Numéro FINESS établissement juridique",
        "Identifiant technique de la structure",
        "Raison sociale site",
        "Enseigne commerciale site",
        f"Complément destinataire{_PLACE}",
        f"Complément point géographique{_PLACE}",
        f"Numéro Voie{_PLACE}",
        f"Indice répétition voie{_PLACE}",
        f"Code type de voie{_PLACE}",
        f"Libellé type de voie{_PLACE}",
        f"Libellé Voie{_PLACE}",
        f"Mention distribution{_PLACE}",
        f"Bureau cedex{_PLACE}",
        f"Code postal{_PLACE}",
        f"Code commune{_PLACE}",
        f"Libellé commune{_PLACE}",
        f"Code pays{_PLACE}",
        f"Libellé pays{_PLACE}",
        f"Téléphone{_PLACE}",
        f"Téléphone 2{_PLACE}",
        f"Télécopie{_PLACE}",
        f"Adresse e-mail{_PLACE}",
        f"Code Département{_PLACE}",
        f"Libellé Département{_PLACE}",
        "Ancien identifiant de la structure",
        "Autorité d'enregistrement",
        *_coded("secteur d'activité", "section tableau pharmaciens", "fonction", "genre d'activité"),
    ),
    closed=True,
)
KNOW_HOW = FileKind(
    "PS_LibreAcces_SavoirFaire",
    (
        *_PERSON,
        *_NAMED,
        *_coded("profession", "catégorie professionnelle", "type savoir-faire", "savoir-faire"),
    ),
    closed=True,
)
"""Columns of this one and of the next are not printed in the sources seen [inferred]."""
DIPLOMAS = FileKind(
    "PS_LibreAcces_Dipl_AutExerc",
    (
        *_PERSON,
        *_NAMED,
        *_coded("type diplôme obtenu", "diplôme obtenu", "type autorisation", "discipline autorisation"),
    ),
    closed=True,
)
KINDS = (MSSANTE, ACTIVITY, KNOW_HOW, DIPLOMAS)
PS_FILES = (ACTIVITY, KNOW_HOW, DIPLOMAS)
_TELLING = {
    MSSANTE.name: ("adresse bal", "type de bal"),
    ACTIVITY.name: ("identifiant technique de la structure", "identification nationale pp"),
    DIPLOMAS.name: ("code diplome obtenu",),
    KNOW_HOW.name: ("code savoir-faire", "identification nationale pp"),
}
"""Columns by which a header is recognised, the more telling first."""


def kind_of(header: str) -> FileKind | None:
    """Return the kind of file that has this header line, None for none of them."""
    names = {plain(name) for name in header.split(SEPARATOR)}
    by_name = {kind.name: kind for kind in KINDS}
    return next((by_name[name] for name, wanted in _TELLING.items() if names.issuperset(wanted)), None)
