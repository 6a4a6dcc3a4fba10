"""X-ANN-04 — the directory answers badly: the product says so and keeps working."""

from dataclasses import replace

from harness.bench import Bench
from harness.cases import case
from harness.checks.directory import (
    keeps_quiet,
    no_double,
    none_offered,
    trouble_told,
    whole_or_told,
    works_again,
)
from harness.directory import (
    SEARCH,
    Conduct,
    DirectoryFault,
    DuplicateEntry,
    KeyRefused,
    Refused,
    Slow,
    TooManyCalls,
    TruncatedJson,
    Unavailable,
    WrongResourceType,
    alike,
    calls,
    delete,
    directory,
    entry_of,
    found,
    need_calls,
    search,
    with_directory,
)

REQUIREMENTS = ["X-ANN-04"]
IMPATIENT = Conduct(timeout_s=0.05)
"""The gateway gives up after 30 s; here after a twentieth of a second."""


def _told_then_works(bench: Bench, fault: DirectoryFault, what: str) -> None:
    """Judge a search that meets the fault, and one when all is well again."""
    entry = entry_of(bench)
    found(bench, entry.address, identifier=entry.rpps)
    directory(bench).break_with(fault)
    bench.judge(trouble_told(search(bench, family=entry.family), what))
    directory(bench).repair()
    bench.judge(works_again(search(bench, family=entry.family), entry.address))


@case(
    "X-ANN-04/key-refused",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Clé refusée (401)",
    en="Key refused (401)",
)
def test_key_refused(bench: Bench) -> None:
    """The gateway refuses the key with 401.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'utilisateur est prévenu, et la recherche suivante réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the user is told, and the next search succeeds.
    """
    with_directory(bench)
    _told_then_works(bench, KeyRefused(), "401")


@case(
    "X-ANN-04/forbidden",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Accès refusé (403)",
    en="Access refused (403)",
)
def test_forbidden(bench: Bench) -> None:
    """The server refuses with 403 and an OperationOutcome.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'utilisateur est prévenu, et la recherche suivante réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the user is told, and the next search succeeds.
    """
    with_directory(bench)
    _told_then_works(bench, Refused(403), "403")


@case(
    "X-ANN-04/bad-request",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Demande refusée (400)",
    en="Request refused (400)",
)
def test_bad_request(bench: Bench) -> None:
    """The server refuses with 400 and an OperationOutcome.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'utilisateur est prévenu, et la recherche suivante réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the user is told, and the next search succeeds.
    """
    with_directory(bench)
    _told_then_works(bench, Refused(400, "Bad value for a parameter"), "400")


@case(
    "X-ANN-04/unavailable",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Annuaire indisponible (503)",
    en="Directory unavailable (503)",
)
def test_unavailable(bench: Bench) -> None:
    """The gateway answers 503 with a page of HTML.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'utilisateur est prévenu, et la recherche suivante réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the user is told, and the next search succeeds.
    """
    with_directory(bench)
    _told_then_works(bench, Unavailable(), "503")


@case(
    "X-ANN-04/server-error",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Erreur du serveur (500)",
    en="Server error (500)",
)
def test_server_error(bench: Bench) -> None:
    """The server answers 500 with an OperationOutcome.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'utilisateur est prévenu, et la recherche suivante réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the user is told, and the next search succeeds.
    """
    with_directory(bench)
    _told_then_works(bench, Unavailable(status=500), "500")


@case(
    "X-ANN-04/time-out",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Délai dépassé (504)",
    en="Time-out (504)",
)
def test_time_out(bench: Bench) -> None:
    """The search takes longer than the gateway waits.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'utilisateur est prévenu, et la recherche suivante réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the user is told, and the next search succeeds.
    """
    with_directory(bench, conduct=IMPATIENT)
    _told_then_works(bench, Slow(0.2), "504")


@case(
    "X-ANN-04/truncated",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Réponse coupée",
    en="Answer cut short",
)
def test_truncated(bench: Bench) -> None:
    """The Bundle is cut in the middle, under status 200.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'utilisateur est prévenu, et la recherche suivante réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the user is told, and the next search succeeds.
    """
    with_directory(bench)
    _told_then_works(bench, TruncatedJson(), "JSON")


@case(
    "X-ANN-04/wrong-type",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Ressource inattendue",
    en="Unexpected resource",
)
def test_wrong_type(bench: Bench) -> None:
    """Status 200 carries another resource than a Bundle.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'utilisateur est prévenu, et la recherche suivante réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the user is told, and the next search succeeds.
    """
    with_directory(bench)
    _told_then_works(bench, WrongResourceType(), "Bundle")


@case(
    "X-ANN-04/slow",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Annuaire lent",
    en="Slow directory",
)
def test_slow(bench: Bench) -> None:
    """Each answer takes a fifth of a second.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : le produit attend la réponse, ou dit qu'elle manque.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the product waits for the answer, or says that it is missing.
    """
    with_directory(bench, Slow(0.2, times=1))
    entry = entry_of(bench)
    shown = search(bench, identifier=entry.rpps)
    need_calls(bench)
    bench.judge(whole_or_told(shown, [entry.address], "ANN-030"))


@case(
    "X-ANN-04/too-many",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Trop d'appels (429)",
    en="Too many calls (429)",
)
def test_too_many(bench: Bench) -> None:
    """The gateway answers 429 with Retry-After and no FHIR body.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : le produit ne rappelle pas avant la fin du délai ; l'utilisateur est prévenu si la liste manque ; ensuite la recherche réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the product does not call again before the delay has passed; the user is told if the list is missing; then the search succeeds.
    """
    with_directory(bench)
    entry = entry_of(bench)
    found(bench, entry.address, identifier=entry.rpps)
    delay = int(bench.seconds(30, 2))
    directory(bench).behave(replace(Conduct(), gateway_body="empty"))
    directory(bench).break_with(TooManyCalls(retry_after_s=delay))
    mark = bench.mark
    shown = search(bench, family=entry.family)
    bench.judge(keeps_quiet(calls(bench, mark)), whole_or_told(shown, [entry.address], "ANN-030"))
    bench.pass_time(delay + 1)
    bench.judge(works_again(search(bench, family=entry.family), entry.address))


@case(
    "X-ANN-04/duplicate",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Réponse répétée",
    en="Answer repeated",
)
def test_duplicate(bench: Bench) -> None:
    """The first entry of a page comes again at its end.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : chaque adresse est proposée une fois.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: each address is offered once.
    """
    with_directory(bench, homonyms=2)
    entry = entry_of(bench)
    found(bench, entry.address, family=entry.family)
    directory(bench).break_with(DuplicateEntry())
    shown = found(bench, entry.address, family=entry.family)
    bench.judge(no_double(shown), whole_or_told(shown, alike(bench), "ANN-030"))


@case(
    "X-ANN-04/vanished",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Adresse retirée de l'annuaire",
    en="Address withdrawn from the directory",
)
def test_vanished(bench: Bench) -> None:
    """A BAL is found; its operator withdraws it; it is searched again.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'adresse n'est plus proposée.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the address is no longer offered.
    """
    with_directory(bench)
    entry = entry_of(bench)
    found(bench, entry.address, family=entry.family)
    directory(bench).withdraw(entry.address)
    bench.judge(none_offered(search(bench, family=entry.family), [entry.address], "ANN-034"))


@case(
    "X-ANN-04/deleted",
    level="intermediate",
    requirements=REQUIREMENTS,
    needs=SEARCH,
    roles=["send"],
    fr="Professionnel supprimé",
    en="Deleted professional",
)
def test_deleted(bench: Bench) -> None:
    """A professional is found, then deleted: the record stays, inactive, without name or BAL.

    EXIGENCE : les erreurs de l'annuaire (400 à 500, 429, délai de 30 s) sont traitées.
    ATTENDU : l'adresse n'est plus proposée, et la recherche d'un autre réussit.
    REQUIREMENT: the errors of the directory (400 to 500, 429, time-out of 30 s) are handled.
    EXPECTED: the address is no longer offered, and the search of another succeeds.
    """
    with_directory(bench)
    entry, other = entry_of(bench), entry_of(bench, bench.tenant.correspondents(2)[1])
    found(bench, entry.address, identifier=entry.rpps)
    delete(bench, entry)
    bench.judge(none_offered(search(bench, identifier=entry.rpps), [entry.address], "ANN-034"))
    bench.judge(works_again(search(bench, family=other.family), other.address))
