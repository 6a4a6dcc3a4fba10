"""SC.ANN/va1.01 to va1.04 — the extraction files of the directory, loaded; users and correspondents updated."""

from dataclasses import replace

from harness.bench import Bench
from harness.cases import case
from harness.checks.directory import change_taken, loaded, not_loaded
from harness.directory import (
    calls,
    change_structure,
    directory,
    entry_of,
    loading,
    structure_of,
    with_directory,
)

UPDATE = ("update_directory",)
HOUR = 3_600
SELDOM = 1_000.0
"""Hours between two automatic loadings, where only those that are asked for are looked at."""
NEW_NAME = "MAISON DE SANTE DU BANC D'ESSAI"


@case(
    "SC.ANN-va1.01/loaded",
    level="intermediate",
    requirements=["SC.ANN/va1.01"],
    needs=UPDATE,
    roles=["send"],
    fr="Extraction chargée",
    en="Extraction loaded",
)
def test_loaded(bench: Bench) -> None:
    """The user asks for the directory's data.

    EXIGENCE : le logiciel charge automatiquement l'extraction publique (ou l'API FHIR).
    ATTENDU : le produit charge un fichier d'extraction ou interroge l'API.
    REQUIREMENT: the system loads the public extraction (or the FHIR API) automatically.
    EXPECTED: the product loads an extraction file or asks the API.
    """
    with_directory(bench)
    loading(bench)
    bench.judge(loaded(calls(bench), "ANN-080", "GET PS_LibreAcces"))


@case(
    "SC.ANN-va1.01/automatic",
    level="intermediate",
    requirements=["SC.ANN/va1.01"],
    needs=[*UPDATE, "status"],
    roles=["send"],
    fr="Chargement sans demande",
    en="Loading without being asked",
)
def test_automatic(bench: Bench) -> None:
    """A day and an hour pass; nobody asks for anything.

    EXIGENCE : le logiciel charge automatiquement l'extraction publique (ou l'API FHIR).
    ATTENDU : le produit charge de lui-même.
    REQUIREMENT: the system loads the public extraction (or the FHIR API) automatically.
    EXPECTED: the product loads by itself.
    """
    with_directory(bench)
    bench.product.status()
    mark = bench.mark
    bench.pass_time(25 * HOUR)
    bench.judge(loaded(calls(bench, mark), "ANN-080", "GET PS_LibreAcces"))


@case(
    "SC.ANN-va1.02/users",
    level="intermediate",
    requirements=["SC.ANN/va1.02"],
    needs=UPDATE,
    roles=["send"],
    mailboxes=["PER"],
    fr="Utilisateur mis à jour",
    en="User updated",
)
def test_users(bench: Bench) -> None:
    """The structure of the user changes its name in the directory; the files of the next day say so.

    EXIGENCE : les utilisateurs sont créés et mis à jour d'après l'annuaire.
    ATTENDU : le chargement dit le changement, avec le nouveau nom.
    REQUIREMENT: users are created and updated from the directory's data.
    EXPECTED: the loading tells the change, with the new name.
    """
    with_directory(bench, extraction_every_h=SELDOM)
    entry = directory(bench).entry(bench.bal.address)
    loading(bench)
    change_structure(bench, structure_of(bench, entry), lambda one: replace(one, name=NEW_NAME))
    bench.pass_time(25 * HOUR)
    bench.judge(change_taken(loading(bench), "user", entry.rpps, NEW_NAME))


@case(
    "SC.ANN-va1.03/correspondents",
    level="intermediate",
    requirements=["SC.ANN/va1.03"],
    needs=UPDATE,
    roles=["send"],
    fr="Correspondant mis à jour",
    en="Correspondent updated",
)
def test_correspondents(bench: Bench) -> None:
    """The structure of a correspondent changes its name in the directory; the files of the next day say so.

    EXIGENCE : les correspondants sont créés et mis à jour d'après l'annuaire.
    ATTENDU : le chargement dit le changement, avec le nouveau nom.
    REQUIREMENT: correspondents are created and updated from the directory's data.
    EXPECTED: the loading tells the change, with the new name.
    """
    with_directory(bench, extraction_every_h=SELDOM)
    entry = entry_of(bench)
    loading(bench)
    change_structure(bench, structure_of(bench, entry), lambda one: replace(one, name=NEW_NAME))
    bench.pass_time(25 * HOUR)
    bench.judge(change_taken(loading(bench), "correspondent", entry.rpps, NEW_NAME))


@case(
    "SC.ANN-va1.04/within",
    level="intermediate",
    requirements=["SC.ANN/va1.04"],
    needs=UPDATE,
    roles=["send"],
    fr="Pas de chargement avant l'heure",
    en="No loading before its time",
)
def test_within(bench: Bench) -> None:
    """The product is set to load every 24 hours; 23 pass.

    EXIGENCE : la fréquence du chargement automatique est paramétrable.
    ATTENDU : aucun chargement.
    REQUIREMENT: the frequency of the automatic load is configurable.
    EXPECTED: no loading.
    """
    with_directory(bench)
    loading(bench)
    mark = bench.mark
    bench.pass_time(23 * HOUR)
    bench.judge(not_loaded(calls(bench, mark)))


@case(
    "SC.ANN-va1.04/beyond",
    level="intermediate",
    requirements=["SC.ANN/va1.04"],
    needs=UPDATE,
    roles=["send"],
    fr="Chargement à l'heure",
    en="Loading at its time",
)
def test_beyond(bench: Bench) -> None:
    """The product is set to load every 24 hours; 25 pass.

    EXIGENCE : la fréquence du chargement automatique est paramétrable.
    ATTENDU : un chargement.
    REQUIREMENT: the frequency of the automatic load is configurable.
    EXPECTED: a loading.
    """
    with_directory(bench)
    loading(bench)
    mark = bench.mark
    bench.pass_time(25 * HOUR)
    bench.judge(loaded(calls(bench, mark), "ANN-083", "GET PS_LibreAcces"))


@case(
    "SC.ANN-va1.04/other-period",
    level="intermediate",
    requirements=["SC.ANN/va1.04"],
    needs=UPDATE,
    roles=["send"],
    fr="Autre fréquence",
    en="Another frequency",
)
def test_other_period(bench: Bench) -> None:
    """The product is set to load every 6 hours; 7 pass.

    EXIGENCE : la fréquence du chargement automatique est paramétrable.
    ATTENDU : un chargement.
    REQUIREMENT: the frequency of the automatic load is configurable.
    EXPECTED: a loading.
    """
    with_directory(bench, extraction_every_h=6.0)
    loading(bench)
    mark = bench.mark
    bench.pass_time(7 * HOUR)
    bench.judge(loaded(calls(bench, mark), "ANN-083", "GET PS_LibreAcces"))
