"""X-ANN-01, 02, 03, 05 — how the product calls the FHIR API of the Annuaire Santé."""

from typing import Literal

from harness.bench import Bench
from harness.cases import case
from harness.checks.directory import (
    key_in_header,
    links_as_given,
    pages_read,
    reads_only,
    whole_or_told,
    within_rate,
)
from harness.directory import (
    SEARCH,
    Conduct,
    EmptyPage,
    StalePage,
    WrongTotal,
    alike,
    calls,
    directory,
    entry_of,
    found,
    need_calls,
    search,
    with_directory,
)

NAMESAKES = 7
A_PAGE = Conduct(max_count=3)
"""Eight namesakes on pages of three: three pages."""
UNLIMITED = Conduct(calls_per_second=None)
ENOUGH_CALLS = 19
MOST_SEARCHES = 25


@case(
    "X-ANN-01/key",
    level="intermediate",
    requirements=["X-ANN-01"],
    needs=SEARCH,
    roles=["send"],
    fr="Clé à chaque appel",
    en="Key on each call",
)
def test_key(bench: Bench) -> None:
    """One search.

    EXIGENCE : chaque appel porte l'en-tête ESANTE-API-KEY.
    ATTENDU : la clé est dans l'en-tête de chaque appel, jamais dans l'URL.
    REQUIREMENT: each call carries the header ESANTE-API-KEY.
    EXPECTED: the key is in the header of each call, never in the URL.
    """
    with_directory(bench)
    entry = entry_of(bench)
    search(bench, family=entry.family)
    need_calls(bench)
    bench.judge(key_in_header(calls(bench), directory(bench).api_key))


@case(
    "X-ANN-01/next-pages",
    level="intermediate",
    requirements=["X-ANN-01"],
    needs=SEARCH,
    roles=["send"],
    fr="Clé aux pages suivantes",
    en="Key on the next pages",
)
def test_next_pages(bench: Bench) -> None:
    """A search of three pages.

    EXIGENCE : chaque appel porte l'en-tête ESANTE-API-KEY.
    ATTENDU : la clé est aussi dans l'en-tête des appels aux pages suivantes.
    REQUIREMENT: each call carries the header ESANTE-API-KEY.
    EXPECTED: the key is in the header of the calls to next pages as well.
    """
    with_directory(bench, homonyms=NAMESAKES, conduct=A_PAGE)
    search(bench, family=entry_of(bench).family)
    need_calls(bench)
    bench.judge(key_in_header(calls(bench), directory(bench).api_key))


@case(
    "X-ANN-02/methods",
    level="intermediate",
    requirements=["X-ANN-02"],
    needs=SEARCH,
    roles=["send"],
    fr="GET et POST _search seulement",
    en="GET and POST _search only",
)
def test_methods(bench: Bench) -> None:
    """Searches of a person and of a structure.

    EXIGENCE : seuls GET et POST _search sont admis.
    ATTENDU : aucun appel n'est un POST de création, un PUT, un PATCH ni un DELETE.
    REQUIREMENT: only GET and POST _search are allowed.
    EXPECTED: no call is a creating POST, a PUT, a PATCH or a DELETE.
    """
    with_directory(bench)
    entry = entry_of(bench)
    search(bench, family=entry.family)
    search(bench, structure="fictif")
    need_calls(bench)
    bench.judge(reads_only(calls(bench)))


@case(
    "X-ANN-03/next",
    level="intermediate",
    requirements=["X-ANN-03"],
    needs=SEARCH,
    roles=["send"],
    fr="Liens next suivis",
    en="Next links followed",
)
def test_next_links(bench: Bench) -> None:
    """A search of three pages.

    EXIGENCE : la page suivante est le lien next, suivi tel quel ; 50 réponses par page par défaut.
    ATTENDU : chaque lien est suivi tel quel jusqu'à la dernière page, ou l'utilisateur apprend que la liste est incomplète.
    REQUIREMENT: the next page is the link next, followed as it is; 50 answers a page by default.
    EXPECTED: each link is followed as it is to the last page, or the user learns that the list is not whole.
    """
    with_directory(bench, homonyms=NAMESAKES, conduct=A_PAGE)
    shown = search(bench, family=entry_of(bench).family)
    need_calls(bench)
    made = calls(bench)
    bench.judge(links_as_given(made), pages_read(made, shown), whole_or_told(shown, alike(bench)))


@case(
    "X-ANN-03/empty-page",
    level="intermediate",
    requirements=["X-ANN-03"],
    needs=SEARCH,
    roles=["send"],
    fr="Page vide au milieu",
    en="Empty page in the middle",
)
def test_empty_page(bench: Bench) -> None:
    """The second page is empty, with a next link.

    EXIGENCE : la page suivante est le lien next, suivi tel quel ; 50 réponses par page par défaut.
    ATTENDU : chaque lien est suivi tel quel jusqu'à la dernière page, ou l'utilisateur apprend que la liste est incomplète.
    REQUIREMENT: the next page is the link next, followed as it is; 50 answers a page by default.
    EXPECTED: each link is followed as it is to the last page, or the user learns that the list is not whole.
    """
    with_directory(bench, EmptyPage(page=2), homonyms=NAMESAKES, conduct=A_PAGE)
    shown = search(bench, family=entry_of(bench).family)
    need_calls(bench)
    made = calls(bench)
    bench.judge(links_as_given(made), pages_read(made, shown), whole_or_told(shown, alike(bench)))


@case(
    "X-ANN-03/wrong-total",
    level="intermediate",
    requirements=["X-ANN-03"],
    needs=SEARCH,
    roles=["send"],
    fr="Total faux",
    en="Wrong total",
)
def test_wrong_total(bench: Bench) -> None:
    """The directory announces fewer answers than it has.

    EXIGENCE : la page suivante est le lien next, suivi tel quel ; 50 réponses par page par défaut.
    ATTENDU : chaque lien est suivi tel quel jusqu'à la dernière page, ou l'utilisateur apprend que la liste est incomplète.
    REQUIREMENT: the next page is the link next, followed as it is; 50 answers a page by default.
    EXPECTED: each link is followed as it is to the last page, or the user learns that the list is not whole.
    """
    with_directory(bench, WrongTotal(by=-6), homonyms=NAMESAKES, conduct=A_PAGE)
    shown = search(bench, family=entry_of(bench).family)
    need_calls(bench)
    made = calls(bench)
    bench.judge(links_as_given(made), pages_read(made, shown), whole_or_told(shown, alike(bench)))


def _dead_page(bench: Bench, status: Literal[400, 410, 500]) -> None:
    with_directory(bench, homonyms=NAMESAKES, conduct=A_PAGE)
    entry = entry_of(bench)
    found(bench, entry.address, identifier=entry.rpps)
    directory(bench).break_with(StalePage(status=status))
    mark = bench.mark
    shown = search(bench, family=entry.family)
    bench.judge(links_as_given(calls(bench, mark)), whole_or_told(shown, alike(bench)))


@case(
    "X-ANN-03/dead-page-400",
    level="intermediate",
    requirements=["X-ANN-03"],
    needs=SEARCH,
    roles=["send"],
    fr="Lien de page périmé (400)",
    en="Stale page link (400)",
)
def test_dead_page_400(bench: Bench) -> None:
    """The link to the second page is dead: 400.

    EXIGENCE : un lien périmé (400, 410, 500) n'arrête pas le produit.
    ATTENDU : l'utilisateur apprend que la liste est incomplète.
    REQUIREMENT: a dead link (400, 410, 500) does not stop the product.
    EXPECTED: the user learns that the list is not whole.
    """
    _dead_page(bench, 400)


@case(
    "X-ANN-03/dead-page-410",
    level="intermediate",
    requirements=["X-ANN-03"],
    needs=SEARCH,
    roles=["send"],
    fr="Lien de page périmé (410)",
    en="Stale page link (410)",
)
def test_dead_page_410(bench: Bench) -> None:
    """The link to the second page is dead: 410.

    EXIGENCE : un lien périmé (400, 410, 500) n'arrête pas le produit.
    ATTENDU : l'utilisateur apprend que la liste est incomplète.
    REQUIREMENT: a dead link (400, 410, 500) does not stop the product.
    EXPECTED: the user learns that the list is not whole.
    """
    _dead_page(bench, 410)


@case(
    "X-ANN-03/dead-page-500",
    level="intermediate",
    requirements=["X-ANN-03"],
    needs=SEARCH,
    roles=["send"],
    fr="Lien de page périmé (500)",
    en="Stale page link (500)",
)
def test_dead_page_500(bench: Bench) -> None:
    """The link to the second page is dead: 500.

    EXIGENCE : un lien périmé (400, 410, 500) n'arrête pas le produit.
    ATTENDU : l'utilisateur apprend que la liste est incomplète.
    REQUIREMENT: a dead link (400, 410, 500) does not stop the product.
    EXPECTED: the user learns that the list is not whole.
    """
    _dead_page(bench, 500)


@case(
    "X-ANN-05/rate",
    level="intermediate",
    requirements=["X-ANN-05"],
    needs=SEARCH,
    roles=["send"],
    fr="Recherches rapprochées",
    en="Searches one after another",
)
def test_rate(bench: Bench) -> None:
    """The user types fast: search upon search.

    EXIGENCE : pas plus de 17 appels par seconde.
    ATTENDU : jamais plus de 17 appels en une seconde.
    REQUIREMENT: not more than 17 calls per second.
    EXPECTED: never more than 17 calls in one second.
    """
    with_directory(bench, conduct=UNLIMITED)
    entry = entry_of(bench)
    found(bench, entry.address, identifier=entry.rpps)
    for _ in range(MOST_SEARCHES):
        if len(calls(bench)) >= ENOUGH_CALLS:
            break
        bench.product.search_directory(identifier=entry.rpps)
    bench.judge(within_rate(calls(bench)))
