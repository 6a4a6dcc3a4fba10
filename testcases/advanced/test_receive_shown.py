"""BIO, SC.MSS/UX.18, SC.CDA — what the record shows of a document without opening it."""

from harness.bench import Bench
from harness.checks import filing
from harness.correspondence import CR_IMG, LDL_SES
from harness.findings import Bilingual
from harness.outcomes import NotConcerned
from harness.receiving import Reception
from harness.receiving_marks import receiving

NOT_OFFERED = Bilingual(
    "Le produit ne signale pas les résultats anormaux : c'est une possibilité.",
    "The product does not flag abnormal results: that is an option.",
)


@receiving(
    "BIO-va1.01/critical",
    requirements=["BIO/va1.01"],
    fr="Résultat critique",
    en="Critical result",
)
def test_critical(bench: Bench) -> None:
    """A result has the interpretation code HH.

    EXIGENCE : un code AA, HH ou LL est annoncé de façon particulière : à lire immédiatement.
    ATTENDU : le document est signalé comme critique.
    REQUIREMENT: a code AA, HH or LL is told specifically: to be read at once.
    EXPECTED: the document is told as critical.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.biology("6.9", code="HH"))
    reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.critical_told(held, mailed.documents[0], "HH"))


@receiving(
    "BIO-va1.05/interpretation",
    requirements=["BIO/va1.05"],
    fr="Code d'interprétation",
    en="Interpretation code",
)
def test_interpretation(bench: Bench) -> None:
    """A result within its interval has the interpretation code A.

    EXIGENCE : une analyse avec un code d'interprétation est rendue particulièrement visible dans la
      liste.
    ATTENDU : le document est signalé dans la liste.
    REQUIREMENT: an analysis with an interpretation code is made particularly visible in the list.
    EXPECTED: the document is marked in the list.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.biology("4.2", code="A"))
    reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.flagged(held, mailed.documents[0], "A"))


@receiving(
    "BIO-va1.06/out-of-range",
    requirements=["BIO/va1.06"],
    fr="Résultat hors de l'intervalle",
    en="Result out of its interval",
)
def test_out_of_range(bench: Bench) -> None:
    """A result is above its interval and has no interpretation code.

    EXIGENCE : une analyse en dehors de l'intervalle de référence est signalée hors du document.
    ATTENDU : le document est signalé dans la liste.
    REQUIREMENT: an analysis outside its reference interval is signalled outside the document.
    EXPECTED: the document is marked in the list.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.biology("6.4", code=""))
    reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.flagged(held, mailed.documents[0], "> 5.1"))


@receiving(
    "BIO-va1.06/within-range",
    requirements=["BIO/va1.06"],
    fr="Résultats dans leur intervalle",
    en="Results within their interval",
)
def test_within_range(bench: Bench) -> None:
    """All results are normal.

    EXIGENCE : seule une analyse en dehors de l'intervalle est signalée.
    ATTENDU : le document n'est pas signalé.
    REQUIREMENT: only an analysis outside its interval is signalled.
    EXPECTED: the document is not marked.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.biology("4.2"))
    reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.not_flagged(held, mailed.documents[0]))


@receiving(
    "SC.MSS-UX.18/abnormal",
    requirements=["SC.MSS/UX.18"],
    fr="Résultat anormal signalé",
    en="Abnormal result signalled",
)
def test_abnormal(bench: Bench) -> None:
    """A result has the code H.

    EXIGENCE : les résultats anormaux sont signalés selon interpretationCode, si le produit le fait.
    ATTENDU : le document est signalé dans la liste.
    REQUIREMENT: abnormal results are flagged by interpretationCode, if the product does so.
    EXPECTED: the document is marked in the list.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.biology("4.2", code="H"))
    reception.settled(mailed)
    held = reception.held()

    if all(line.get("abnormal") is None for line in held):
        raise NotConcerned(NOT_OFFERED)
    bench.judge(filing.flagged(held, mailed.documents[0], "H"))


@receiving(
    "SC.CDA-DD.15/one-line",
    requirements=["SC.CDA/DD.15"],
    fr="N3 avec son PDF : une ligne",
    en="N3 with its PDF: one line",
)
def test_one_line(bench: Bench) -> None:
    """A biology report in N3 has its PDF inside.

    EXIGENCE : un N3 qui contient son PDF est une seule ligne de la liste.
    ATTENDU : une ligne.
    REQUIREMENT: an N3 with an encapsulated PDF is one line of the list.
    EXPECTED: one line.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.cr_bio(reception.patient()))
    reception.need_held(mailed)
    bench.judge(filing.one_line(reception.held(), mailed.documents[0]))


@receiving(
    "SC.CDA-INT.08/origin",
    requirements=["SC.CDA/INT.08"],
    fr="Origine du document",
    en="Origin of the document",
)
def test_origin(bench: Bench) -> None:
    """A document came by MSSanté.

    EXIGENCE : l'utilisateur voit sans clic l'origine des documents intégrés, au moins DMP ou MSSanté.
    ATTENDU : la ligne dit MSSanté.
    REQUIREMENT: the user sees without a click the origin of integrated documents, at least DMP or
      MSSanté.
    EXPECTED: the line says MSSanté.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()))
    reception.need_held(mailed)
    bench.judge(filing.origin_shown(reception.held(), mailed.documents[0]))


@receiving(
    "SC.CDA-INT.17/from-the-document",
    requirements=["SC.CDA/INT.17"],
    fr="Type et date pris dans le CDA",
    en="Type and date taken from the CDA",
)
def test_from_the_document(bench: Bench) -> None:
    """A document written some days ago is received today.

    EXIGENCE : les données du tri viennent par défaut du CDA.
    ATTENDU : type et date de la ligne sont ceux du CDA.
    REQUIREMENT: data used for the sort come from the CDA by default.
    EXPECTED: type and date of the line are those of the CDA.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.dated(CR_IMG, reception.patient(), days_ago=9))
    reception.need_held(mailed)
    bench.judge(filing.taken_over(reception.held(), mailed.documents))


@receiving(
    "SC.CDA-INT.04/by-type",
    requirements=["SC.CDA/INT.04"],
    fr="Tri par type",
    en="Sort by type",
)
def test_by_type(bench: Bench) -> None:
    """Three documents of two types and three dates are in the record.

    EXIGENCE : l'utilisateur peut trier les documents importés par type et par date de création.
    ATTENDU : la liste est dans l'ordre choisi.
    REQUIREMENT: the user can sort imported documents by type code and creation date.
    EXPECTED: the list is in the order chosen.
    """
    reception = Reception(bench)
    bench.need_parameter("documents", "sort")
    older = reception.post(reception.dated(LDL_SES, reception.patient(), days_ago=9))
    newer = reception.post(reception.dated(CR_IMG, reception.patient(), days_ago=1))
    middle = reception.post(reception.dated(LDL_SES, reception.patient(), days_ago=4))
    for mailed in (older, newer, middle):
        reception.need_held(mailed)
    held = reception.held(sort="code")
    bench.judge(filing.grouped(held, (*older.documents, *middle.documents), newer.documents[0]))


@receiving(
    "SC.CDA-INT.04/by-date",
    requirements=["SC.CDA/INT.04"],
    fr="Tri par date",
    en="Sort by date",
)
def test_by_date(bench: Bench) -> None:
    """Three documents of two types and three dates are in the record.

    EXIGENCE : l'utilisateur peut trier les documents importés par type et par date de création.
    ATTENDU : la liste est dans l'ordre choisi.
    REQUIREMENT: the user can sort imported documents by type code and creation date.
    EXPECTED: the list is in the order chosen.
    """
    reception = Reception(bench)
    bench.need_parameter("documents", "sort")
    older = reception.post(reception.dated(LDL_SES, reception.patient(), days_ago=9))
    newer = reception.post(reception.dated(CR_IMG, reception.patient(), days_ago=1))
    middle = reception.post(reception.dated(LDL_SES, reception.patient(), days_ago=4))
    for mailed in (older, newer, middle):
        reception.need_held(mailed)
    held = reception.held(sort="date")
    wanted = (*newer.documents, *middle.documents, *older.documents)
    bench.judge(filing.sorted_by(held, wanted, "date"))
