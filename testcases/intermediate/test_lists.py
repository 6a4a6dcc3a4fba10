"""ECO.3.1.3, ECO.3.2.3 — the list of messages: subjects, several mailboxes."""

from harness.bench import Bench
from harness.cases import case
from harness.checks.delivery import listed
from harness.checks.screen import PREFIX, own_mailbox, prefix_hidden
from harness.findings import Bilingual
from harness.letters import Post, receive_letter, second_mailbox
from harness.outcomes import NotTested

PEOPLE = ("PER", "ORG")
PLAIN = "CR-BIO ESSAI LOUISE 15/01/1980"
ACCENTED = "Résultats d'examens ESSAI Zoé 15/01/1980"


@case(
    "ECO.3.1.3/list",
    requirements=["ECO.3.1.3"],
    level="intermediate",
    needs=["list"],
    roles=["receive"],
    mailboxes=PEOPLE,
    fr="Préfixe d'objet masqué",
    en="Subject prefix hidden",
)
def test_prefix(bench: Bench) -> None:
    """A mail of documents arrives.

    EXIGENCE : le préfixe XDM/1.0/DDM+ est masqué dans la liste.
    ATTENDU : l'objet est montré sans lui, et entier par ailleurs.
    REQUIREMENT: the prefix XDM/1.0/DDM+ is hidden in the list.
    EXPECTED: the subject is shown without it, and otherwise whole.
    """
    _judge_subject(bench, PLAIN)


@case(
    "ECO.3.1.3/encoded",
    requirements=["ECO.3.1.3"],
    level="intermediate",
    needs=["list"],
    roles=["receive"],
    mailboxes=PEOPLE,
    fr="Préfixe masqué dans un objet accentué",
    en="Prefix hidden in an accented subject",
)
def test_prefix_encoded(bench: Bench) -> None:
    """The subject has accents: it travels as encoded words (RFC 2047), its prefix with it.

    EXIGENCE : le préfixe XDM/1.0/DDM+ est masqué dans la liste.
    ATTENDU : l'objet décodé est montré sans le préfixe.
    REQUIREMENT: the prefix XDM/1.0/DDM+ is hidden in the list.
    EXPECTED: the decoded subject is shown without the prefix.
    """
    _judge_subject(bench, ACCENTED)


@case(
    "ECO.3.2.3/two-mailboxes",
    requirements=["ECO.3.2.3"],
    level="intermediate",
    needs=["list"],
    roles=["receive"],
    mailboxes=PEOPLE,
    fr="Deux BAL à la fois",
    en="Two mailboxes at once",
)
def test_two_mailboxes(bench: Bench) -> None:
    """The professional has a personal mailbox and one of the structure; each has one mail.

    EXIGENCE : le client peut gérer plusieurs BAL simultanément.
    ATTENDU : chaque BAL montre son message, et pas celui de l'autre.
    REQUIREMENT: the client may handle several mailboxes at once.
    EXPECTED: each mailbox shows its mail, and not the other's.
    """
    second = second_mailbox(bench)
    first = bench.bal.address
    mails = {
        first: receive_letter(bench, Post(subject="Pour le praticien")),
        second: receive_letter(bench, Post(subject="Pour la structure"), mailbox=second),
    }
    shown = {}
    for address in mails:
        answer = bench.need(
            bench.product.list(mailbox=address), Bilingual("lister la BAL", "list the mailbox")
        )
        shown[address] = answer.result.get("messages") or ()
    bench.judge(
        own_mailbox(shown[first], mails[first], mails[second]),
        own_mailbox(shown[second], mails[second], mails[first]),
    )


def _judge_subject(bench: Bench, rest: str) -> None:
    received = receive_letter(bench, Post(subject=f"{PREFIX}{rest}"))
    line = listed(bench.product.messages(), received)
    if line is None:
        raise NotTested(
            Bilingual("Le message n'est pas dans la liste montrée.", "The mail is not in the list shown.")
        )
    bench.judge(prefix_hidden(str(line.get("subject", "")), received, rest))
