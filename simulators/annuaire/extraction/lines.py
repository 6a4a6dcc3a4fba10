"""What each line of an extraction says, put into the staging tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulators.annuaire.extraction.columns import ACTIVITY, DIPLOMAS, KNOW_HOW, MSSANTE
from simulators.annuaire.extraction.reading import Line
from simulators.annuaire.extraction.staging import Staging

POOR, RICH = 1, 2
"""Weights: the MSSanté extraction knows less of a person than PS_LibreAcces."""
_TECHNICAL = {"F": "1", "C": "3", "R": "4"}
LONGEST_ADDRESS = 254


class LineError(ValueError):
    """A line cannot be used; says why."""


def take(kind: str, line: Line, staging: Staging) -> None:
    """Put a line into the staging tables; raises `LineError`."""
    _TAKERS[kind](line, staging)


def _identity(line: Line) -> str:
    national = line["identification nationale pp"]
    if not national and line["identifiant pp"]:
        national = line["type d'identifiant pp"] + line["identifiant pp"]
    if not national:
        return ""
    if not (national.isascii() and 9 <= len(national) <= 80):
        raise LineError(f"identification nationale PP {national[:30]!r}")
    return national


def _mssante(line: Line, staging: Staging) -> None:
    address, kind = line["adresse bal"], line["type de bal"].upper()
    local, at, domain = address.rpartition("@")
    if not (local and at and "." in domain) or " " in address or len(address) > LONGEST_ADDRESS:
        raise LineError(f"adresse BAL {address[:60]!r}")
    if kind not in {"PER", "ORG", "APP", "CAB"}:
        raise LineError(f"type de BAL {kind[:20]!r}")
    who = _identity(line)
    number = line["identification structure"]
    where = f"{line['type identifiant structure'][:1]}{number}" if number else ""
    if not (who or where):
        raise LineError("neither a professional nor a structure holds this BAL")
    if kind in {"PER", "CAB"} and not who:
        raise LineError(f"a BAL {kind} without a professional")
    if where:
        staging.place(where, POOR, _mssante_place(line), "")
    if who and kind in {"PER", "CAB"}:
        title = _title(line["civilite d'exercice"])
        staging.person(who, POOR, (line["nom d'exercice"], line["prenom d'exercice"], "", title, ""))
        category = (line["categorie profession"], line["libelle de categorie profession"])
        _practice(line, who, staging, category)
    else:
        who = ""
    staging.bal(address, kind, who, where, (line["service de rattachement"], line["dematerialisation"]))


def _title(text: str) -> str:
    """Return the code of a civilité d'exercice, printed as its label or as its code."""
    known = {"docteur": "DR", "professeur": "PR"}
    return known.get(text.casefold(), text if len(text) <= 3 else "")


def _practice(line: Line, who: str, staging: Staging, category: tuple[str, str]) -> None:
    if line["code profession"]:
        told = (*category, line["code profession"], line["libelle profession"])
        staging.practice(who, ("practice", *told))
    if line["code savoir-faire"]:
        kind = line["code type savoir-faire"], line["libelle type savoir-faire"]
        staging.practice(who, ("skill", *kind, line["code savoir-faire"], line["libelle savoir-faire"]))


def _mssante_place(line: Line) -> tuple[str, ...]:
    def of(name: str) -> str:
        return line[f"{name} structure bal"]

    city = of("l6ligneacheminement")
    postcode = of("code postal")
    return (
        *(of("raison sociale"), of("enseigne commerciale"), "", "", "", "", ""),
        *(of("l2complementlocalisation"), of("l3complementdistribution"), of("l4numerovoie")),
        *(of("l4complementnumerovoie"), of("nl4typevoie"), of("l4libellevoie"), of("l5lieuditmention")),
        *(city, postcode, city.removeprefix(postcode).strip(), "", of("pays"), "", "", "", "", ""),
    )


def _activity(line: Line, staging: Staging) -> None:
    who = _identity(line)
    if not who:
        raise LineError("no identification nationale PP")
    authority = line["autorite d'enregistrement"]
    staging.person(
        who,
        RICH,
        (
            *(line["nom d'exercice"], line["prenom d'exercice"], line["code civilite"]),
            *(line["code civilite d'exercice"], authority),
        ),
    )
    _practice(line, who, staging, _category(line))
    where = _place(line, staging)
    coded = [
        line[f"{word} {name}"]
        for name in ("mode exercice", "fonction", "genre d'activite", "section tableau pharmaciens")
        for word in ("code", "libelle")
    ]
    if where or any(coded):
        staging.activity(who, where, coded)


def _category(line: Line) -> tuple[str, str]:
    return line["code categorie professionnelle"], line["libelle categorie professionnelle"]


def _place(line: Line, staging: Staging) -> str:
    technical = line["identifiant technique de la structure"]
    legal = line["numero finess etablissement juridique"]
    kind = _TECHNICAL.get(technical[:1], "")
    where = f"{kind}{technical[1:]}" if kind else technical
    if not where:
        return ""
    parent = f"1{legal}" if legal and f"1{legal}" != where else ""
    entity = ""
    if kind == "1":
        entity = "EG" if parent or not legal else "EJ"
    address = (
        "complement destinataire",
        "complement point geographique",
        "numero voie",
        "indice repetition voie",
        "code type de voie",
        "libelle voie",
        "mention distribution",
        "bureau cedex",
        "code postal",
        "libelle commune",
        "code commune",
        "libelle pays",
        "telephone",
        "telecopie",
        "adresse e-mail",
        "code secteur d'activite",
        "libelle secteur d'activite",
    )
    numbers = (line["numero siren site"], line["numero siret site"], line["numero finess site"])
    body = (line["raison sociale site"], line["enseigne commerciale site"], entity, *numbers)
    rang = technical[1:] if kind == "4" else ""
    staging.place(where, RICH, (*body, rang, *(line[name] for name in address)), parent)
    return where


def _know_how(line: Line, staging: Staging) -> None:
    who = _identity(line)
    if not who:
        raise LineError("no identification nationale PP")
    staging.person(who, POOR, (line["nom d'exercice"], line["prenom d'exercice"], "", "", ""))
    _practice(line, who, staging, _category(line))


def _diploma(line: Line, staging: Staging) -> None:
    who = _identity(line)
    if not who:
        raise LineError("no identification nationale PP")
    staging.person(who, POOR, (line["nom d'exercice"], line["prenom d'exercice"], "", "", ""))
    if line["code diplome obtenu"]:
        told = (line["code type diplome obtenu"], line["libelle type diplome obtenu"])
        staging.practice(who, ("diploma", *told, line["code diplome obtenu"], line["libelle diplome obtenu"]))


_TAKERS: Mapping[str, Callable[[Line, Staging], None]] = {
    MSSANTE.name: _mssante,
    ACTIVITY.name: _activity,
    KNOW_HOW.name: _know_how,
    DIPLOMAS.name: _diploma,
}
