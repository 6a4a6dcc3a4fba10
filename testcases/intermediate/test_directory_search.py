"""ECO.3.1.4, SC.ANN/va1.05, MDV:SC.MSS/UX.41, X-ANN-06 to 08 — an address searched in the Annuaire Santé."""

from dataclasses import replace

from harness.bench import Bench
from harness.cases import case
from harness.checks.directory import (
    asked_at_all,
    in_order,
    is_offered,
    none_offered,
    only_offered,
    sent_to_chosen,
    told_apart,
    types_as_given,
)
from harness.directory import (
    SEARCH,
    Twin,
    add_mailboxes,
    alike,
    calls,
    change_structure,
    directory,
    entry_of,
    found,
    hide,
    holder,
    loading,
    organisation,
    rename,
    search,
    twins,
    with_directory,
)
from harness.scenes import send_one

SEARCHED = ["ECO.3.1.4", "SC.ANN/va1.05"]
CRITERIA = ["MDV:SC.MSS/UX.41"]
LOOK_ALIKE = "accueil@contact-structure.mssante.fr"
ELSEWHERE = "cardiologie@messagerie-hopital.example"
A_DAY = 86_400


@case(
    "ECO.3.1.4/chosen",
    level="intermediate",
    requirements=SEARCHED,
    needs=[*SEARCH, "send"],
    roles=["send"],
    fr="Adresse cherchée, choisie, employée",
    en="Address searched, chosen, used",
)
def test_chosen(bench: Bench) -> None:
    """A correspondent is searched by name and chosen.

    EXIGENCE : à la rédaction, l'utilisateur recherche l'adresse d'une personne dans l'Annuaire Santé.
    ATTENDU : l'annuaire est interrogé, l'adresse est proposée, et le courriel part à elle seule.
    REQUIREMENT: when composing, the user searches a person's address in the Annuaire Santé.
    EXPECTED: the directory is asked, the address is offered, and the mail goes to it alone.
    """
    with_directory(bench)
    entry = entry_of(bench)
    shown = search(bench, family=entry.family)
    bench.judge(asked_at_all(calls(bench)), is_offered(shown, entry.address))
    address = str(shown.of(entry.address)["address"])
    bench.judge(sent_to_chosen(send_one(bench, to=[address]), entry.address))


@case(
    "ECO.3.1.4/structure",
    level="intermediate",
    requirements=SEARCHED,
    needs=SEARCH,
    roles=["send"],
    fr="Adresse d'une structure",
    en="Address of a structure",
)
def test_structure(bench: Bench) -> None:
    """The structure of a correspondent is searched by its name.

    EXIGENCE : la recherche porte aussi sur l'adresse d'une structure.
    ATTENDU : la BAL organisationnelle de la structure est proposée.
    REQUIREMENT: the search is also for the address of a structure.
    EXPECTED: the organisational mailbox of the structure is offered.
    """
    with_directory(bench)
    wanted = organisation(bench)
    shown = search(bench, structure=wanted.name)
    bench.judge(asked_at_all(calls(bench)), is_offered(shown, wanted.address))


@case(
    "ECO.3.1.4/typed",
    level="intermediate",
    requirements=SEARCHED,
    needs=SEARCH,
    roles=["send"],
    fr="Recherche dans le champ des destinataires",
    en="Search in the recipients field",
)
def test_typed(bench: Bench) -> None:
    """The user types a family name in the address field.

    EXIGENCE : l'adresse se recherche à la rédaction du courriel.
    ATTENDU : l'adresse du correspondant est proposée.
    REQUIREMENT: the address is searched when composing the mail.
    EXPECTED: the correspondent's address is offered.
    """
    bench.need_parameter("search_directory", "text")
    with_directory(bench)
    entry = entry_of(bench)
    bench.judge(is_offered(search(bench, text=entry.family), entry.address))


@case(
    "ECO.3.1.4/accents",
    level="intermediate",
    requirements=["ECO.3.1.4"],
    needs=SEARCH,
    roles=["send"],
    fr="Nom tapé sans ses accents",
    en="Name typed without its accents",
)
def test_accents(bench: Bench) -> None:
    """LÉVÊQUE-BOËT is searched as LEVEQUE.

    EXIGENCE : la recherche trouve la personne que l'annuaire connaît.
    ATTENDU : l'adresse est proposée, accents ou non.
    REQUIREMENT: the search finds the person whom the directory knows.
    EXPECTED: the address is offered, with accents or without.
    """
    with_directory(bench)
    entry = entry_of(bench)
    rename(bench, entry, "LÉVÊQUE-BOËT", "Maëlys")
    found(bench, entry.address, family="LÉVÊQUE-BOËT")
    bench.judge(is_offered(search(bench, family="LEVEQUE"), entry.address, "ANN-004"))


@case(
    "ECO.3.1.4/case",
    level="intermediate",
    requirements=["ECO.3.1.4"],
    needs=SEARCH,
    roles=["send"],
    fr="Nom tapé en minuscules",
    en="Name typed in lower case",
)
def test_case(bench: Bench) -> None:
    """VASSEUR is searched as vasseur.

    EXIGENCE : la recherche trouve la personne que l'annuaire connaît.
    ATTENDU : l'adresse est proposée, quelle que soit la casse.
    REQUIREMENT: the search finds the person whom the directory knows.
    EXPECTED: the address is offered, whatever the case.
    """
    with_directory(bench)
    entry = entry_of(bench)
    rename(bench, entry, "VASSEUR", "Louis")
    found(bench, entry.address, family="VASSEUR")
    bench.judge(is_offered(search(bench, family="vasseur"), entry.address, "ANN-004"))


@case(
    "ECO.3.1.4/homonyms",
    level="intermediate",
    requirements=["ECO.3.1.4"],
    needs=SEARCH,
    roles=["send"],
    fr="Homonymes",
    en="Namesakes",
)
def test_homonyms(bench: Bench) -> None:
    """Three professionals bear one name.

    EXIGENCE : l'utilisateur choisit le correspondant parmi les réponses de l'annuaire.
    ATTENDU : les homonymes se distinguent autrement que par l'adresse.
    REQUIREMENT: the user chooses the correspondent among the answers of the directory.
    EXPECTED: namesakes can be told apart by more than the address.
    """
    with_directory(bench, homonyms=2)
    entry = entry_of(bench)
    shown = found(bench, entry.address, family=entry.family)
    bench.judge(told_apart(shown, alike(bench)))


@case(
    "MDV-SC.MSS-UX.41/rpps",
    level="intermediate",
    requirements=CRITERIA,
    needs=SEARCH,
    roles=["send"],
    fr="Recherche par RPPS",
    en="Search by RPPS",
)
def test_rpps(bench: Bench) -> None:
    """A correspondent is searched by RPPS.

    EXIGENCE : la recherche se fait par RPPS, nom, profession, spécialité et lieu.
    ATTENDU : la seule BAL de ce professionnel est proposée.
    REQUIREMENT: the search is by RPPS, name, profession, speciality and place.
    EXPECTED: the mailbox of that professional alone is offered.
    """
    bench.need_parameter("search_directory", "identifier")
    with_directory(bench)
    entry = entry_of(bench)
    shown = search(bench, identifier=entry.rpps)
    bench.judge(is_offered(shown, entry.address, "ANN-006"), only_offered(shown, [entry.address]))


@case(
    "MDV-SC.MSS-UX.41/profession",
    level="intermediate",
    requirements=CRITERIA,
    needs=SEARCH,
    roles=["send"],
    fr="Nom et profession",
    en="Name and profession",
)
def test_profession(bench: Bench) -> None:
    """Of two namesakes, a physician and a nurse, the user wants the physician.

    EXIGENCE : la recherche se fait par RPPS, nom, profession, spécialité et lieu.
    ATTENDU : seul le médecin est proposé.
    REQUIREMENT: the search is by RPPS, name, profession, speciality and place.
    EXPECTED: the physician alone is offered.
    """
    bench.need_parameter("search_directory", "profession")
    with_directory(bench)
    wanted, _ = twins(bench, Twin(profession="10"), Twin(profession="60", specialty=""))
    shown = search(bench, family="VASSEUR", profession="10")
    bench.judge(is_offered(shown, wanted, "ANN-006"), only_offered(shown, [wanted]))


@case(
    "MDV-SC.MSS-UX.41/specialty",
    level="intermediate",
    requirements=CRITERIA,
    needs=SEARCH,
    roles=["send"],
    fr="Nom et spécialité",
    en="Name and speciality",
)
def test_specialty(bench: Bench) -> None:
    """Of two namesakes, both physicians, the user wants the one of a speciality.

    EXIGENCE : la recherche se fait par RPPS, nom, profession, spécialité et lieu.
    ATTENDU : seul le médecin de cette spécialité est proposé.
    REQUIREMENT: the search is by RPPS, name, profession, speciality and place.
    EXPECTED: the physician of that speciality alone is offered.
    """
    bench.need_parameter("search_directory", "specialty")
    with_directory(bench)
    wanted, _ = twins(bench, Twin(specialty="SM54"), Twin(specialty="SM04"))
    shown = search(bench, family="VASSEUR", specialty="SM54")
    bench.judge(is_offered(shown, wanted, "ANN-006"), only_offered(shown, [wanted]))


@case(
    "MDV-SC.MSS-UX.41/place",
    level="intermediate",
    requirements=CRITERIA,
    needs=SEARCH,
    roles=["send"],
    fr="Nom et lieu",
    en="Name and place",
)
def test_place(bench: Bench) -> None:
    """Of two namesakes in two towns, the user wants the one of a postcode.

    EXIGENCE : la recherche se fait par RPPS, nom, profession, spécialité et lieu.
    ATTENDU : seul le professionnel de ce lieu est proposé.
    REQUIREMENT: the search is by RPPS, name, profession, speciality and place.
    EXPECTED: the professional of that place alone is offered.
    """
    bench.need_parameter("search_directory", "postcode")
    with_directory(bench)
    wanted, _ = twins(bench, Twin(postcode="45000"), Twin(city="Nîmes", postcode="30000"))
    shown = search(bench, family="VASSEUR", postcode="45000")
    bench.judge(is_offered(shown, wanted, "ANN-006"), only_offered(shown, [wanted]))


@case(
    "X-ANN-06/ordinary",
    level="intermediate",
    requirements=["X-ANN-06"],
    needs=SEARCH,
    roles=["send"],
    fr="Adresse ordinaire d'une structure",
    en="Ordinary address of a structure",
)
def test_ordinary(bench: Bench) -> None:
    """A structure has a BAL and an ordinary contact e-mail.

    EXIGENCE : seuls les telecom dont l'emailType est MSSANTE sont des BAL ; les autres adresses sont ignorées.
    ATTENDU : la BAL est proposée, l'adresse ordinaire ne l'est pas.
    REQUIREMENT: only telecom with emailType MSSANTE are mailboxes; other e-mails are ignored.
    EXPECTED: the mailbox is offered, the ordinary address is not.
    """
    with_directory(bench)
    wanted = organisation(bench)
    shown = found(bench, wanted.address, structure=wanted.name)
    bench.judge(none_offered(shown, directory(bench).ordinary_emails, "ANN-050"))


@case(
    "X-ANN-06/look-alike",
    level="intermediate",
    requirements=["X-ANN-06"],
    needs=SEARCH,
    roles=["send"],
    fr="Adresse ordinaire au domaine d'une BAL",
    en="Ordinary address with the domain of a mailbox",
)
def test_look_alike(bench: Bench) -> None:
    """The ordinary e-mail of a structure has a domain that ends in mssante.fr.

    EXIGENCE : seuls les telecom dont l'emailType est MSSANTE sont des BAL, quel que soit le domaine.
    ATTENDU : l'adresse sans le code MSSANTE n'est pas proposée.
    REQUIREMENT: only telecom with emailType MSSANTE are mailboxes, whatever the domain.
    EXPECTED: the address without the code MSSANTE is not offered.
    """
    with_directory(bench)
    wanted = organisation(bench)
    change_structure(bench, wanted.reference, lambda one: replace(one, email=LOOK_ALIKE))
    shown = found(bench, wanted.address, structure=wanted.name)
    bench.judge(none_offered(shown, [LOOK_ALIKE], "ANN-050"))


@case(
    "X-ANN-06/other-domain",
    level="intermediate",
    requirements=["X-ANN-06"],
    needs=SEARCH,
    roles=["send"],
    fr="BAL hors de mssante.fr",
    en="Mailbox outside mssante.fr",
)
def test_other_domain(bench: Bench) -> None:
    """A hospital's BAL has a domain of its own, coded MSSANTE.

    EXIGENCE : seuls les telecom dont l'emailType est MSSANTE sont des BAL, quel que soit le domaine.
    ATTENDU : la BAL est proposée.
    REQUIREMENT: only telecom with emailType MSSANTE are mailboxes, whatever the domain.
    EXPECTED: the mailbox is offered.
    """
    with_directory(bench)
    wanted = organisation(bench)
    add_mailboxes(bench, wanted.reference, [(ELSEWHERE, "ORG", None)])
    shown = found(bench, wanted.address, structure=wanted.name)
    bench.judge(is_offered(shown, ELSEWHERE, "ANN-051"))


@case(
    "X-ANN-07/types",
    level="intermediate",
    requirements=["X-ANN-07"],
    needs=SEARCH,
    roles=["send"],
    fr="BAL ORG et APP d'une structure",
    en="ORG and APP mailboxes of a structure",
)
def test_types(bench: Bench) -> None:
    """A structure has an organisational BAL and an applicative one.

    EXIGENCE : les types PER, ORG, APP et CAB sont compris.
    ATTENDU : les deux sont proposées, chacune avec son type.
    REQUIREMENT: the types PER, ORG, APP and CAB are understood.
    EXPECTED: both are offered, each with its type.
    """
    with_directory(bench)
    wanted = organisation(bench)
    machine = f"envois-noreply@{wanted.address.partition('@')[2]}"
    add_mailboxes(bench, wanted.reference, [(machine, "APP", None)])
    shown = found(bench, wanted.address, structure=wanted.name)
    bench.judge(types_as_given(shown, {wanted.address: "ORG", machine: "APP"}))


@case(
    "X-ANN-07/cabinet",
    level="intermediate",
    requirements=["X-ANN-07"],
    needs=SEARCH,
    roles=["send"],
    fr="BAL d'un cabinet",
    en="Mailbox of a practice",
)
def test_cabinet(bench: Bench) -> None:
    """A professional has a personal BAL and one of the practice (CAB).

    EXIGENCE : les types PER, ORG, APP et CAB sont compris.
    ATTENDU : les deux sont proposées, chacune avec son type.
    REQUIREMENT: the types PER, ORG, APP and CAB are understood.
    EXPECTED: both are offered, each with its type.
    """
    with_directory(bench)
    entry = entry_of(bench)
    practice = f"cabinet@{entry.address.partition('@')[2]}"
    add_mailboxes(bench, holder(bench, entry), [(practice, "CAB", None)])
    shown = found(bench, entry.address, identifier=entry.rpps)
    bench.judge(types_as_given(shown, {entry.address: "PER", practice: "CAB"}))


@case(
    "X-ANN-07/rank",
    level="intermediate",
    requirements=["X-ANN-07"],
    needs=SEARCH,
    roles=["send"],
    fr="BAL préférée d'abord",
    en="Preferred mailbox first",
)
def test_rank(bench: Bench) -> None:
    """A professional has two personal BAL; the second in the answer has rank 1.

    EXIGENCE : l'ordre de préférence (rank) est respecté.
    ATTENDU : la BAL de rank 1 est proposée avant celle de rank 2.
    REQUIREMENT: the order of preference (rank) is respected.
    EXPECTED: the mailbox of rank 1 is offered before that of rank 2.
    """
    with_directory(bench)
    entry = entry_of(bench)
    domain = entry.address.partition("@")[2]
    second, first = f"vieille.bal@{domain}", f"bal.preferee@{domain}"
    add_mailboxes(bench, holder(bench, entry), [(second, "PER", 2), (first, "PER", 1)])
    shown = found(bench, first, identifier=entry.rpps)
    bench.judge(in_order(shown, [first, second]))


@case(
    "X-ANN-08/hidden",
    level="intermediate",
    requirements=["X-ANN-08"],
    needs=SEARCH,
    roles=["send"],
    fr="BAL en liste rouge",
    en="Mailbox of the liste rouge",
)
def test_hidden(bench: Bench) -> None:
    """The user searches a professional whose BAL is on the liste rouge.

    EXIGENCE : une BAL en liste rouge n'est jamais montrée.
    ATTENDU : la BAL n'est pas proposée.
    REQUIREMENT: a mailbox of the liste rouge is never shown.
    EXPECTED: the mailbox is not offered.
    """
    with_directory(bench)
    entry = entry_of(bench)
    found(bench, entry.address, identifier=entry.rpps)
    hidden = next(one for one in directory(bench).entries if one.liste_rouge)
    shown = search(bench, family=hidden.family)
    bench.judge(none_offered(shown, [hidden.address], "ANN-070"))


@case(
    "X-ANN-08/old-extraction",
    level="intermediate",
    requirements=["X-ANN-08"],
    needs=[*SEARCH, "update_directory"],
    roles=["send"],
    fr="BAL passée en liste rouge après une extraction",
    en="Mailbox put on the liste rouge after an extraction",
)
def test_old_extraction(bench: Bench) -> None:
    """The product loads the extraction; then a BAL goes on the liste rouge; the next day the files are loaded anew.

    EXIGENCE : une BAL en liste rouge n'est jamais montrée.
    ATTENDU : la BAL, qu'une ancienne extraction portait, n'est pas proposée.
    REQUIREMENT: a mailbox of the liste rouge is never shown.
    EXPECTED: the mailbox, which an old extraction had, is not offered.
    """
    with_directory(bench)
    entry = entry_of(bench)
    loading(bench)
    hide(bench, entry)
    bench.pass_time(A_DAY)
    loading(bench)
    shown = search(bench, family=entry.family)
    bench.judge(none_offered(shown, [entry.address], "ANN-070"))
