"""SC.MSS/UX.09, UX.16, UX.37, UX.40, LGC.MSS/va1.25, va1.28, ERGO — what the user decides, and what is counted and traced."""

from datetime import timedelta

from harness.bench import Bench
from harness.checks import filing
from harness.checks.traces import read_traces
from harness.correspondence import CR_BIO, CR_IMG, LDL_SES
from harness.findings import Bilingual
from harness.outcomes import NotTested
from harness.receiving import FIRST, SECOND, TWO, Reception
from harness.receiving_marks import receiving

NOT_ALONE = Bilingual(
    "Le document n'a pas été intégré automatiquement : rien à lister ici (voir SC.MSS/UX.07).",
    "The document was not filed by itself: there is nothing to list here (see SC.MSS/UX.07).",
)


@receiving(
    "SC.MSS-UX.09/waits",
    requirements=["SC.MSS/UX.09"],
    needs=("collect", "documents", "worklist"),
    fr="Document à traiter dans la liste",
    en="Document to treat in the list",
)
def test_waits(bench: Bench) -> None:
    """A document without INS is not filed by itself.

    EXIGENCE : une liste de travail permet de traiter (intégrer, remplacer, supprimer) les documents reçus
      et non traités automatiquement.
    ATTENDU : il est dans la liste de travail.
    REQUIREMENT: a work list lets the user treat (integrate, replace, delete) documents received and not
      treated automatically.
    EXPECTED: it is in the work list.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient().unqualified()))
    reception.collect()

    reception.need_undecided(mailed)
    bench.judge(filing.waits(reception.items(), mailed.message_id))


@receiving(
    "SC.MSS-UX.09/filed",
    requirements=["SC.MSS/UX.09"],
    needs=("collect", "documents", "worklist", "file_document"),
    fr="Document classé depuis la liste",
    en="Document filed from the list",
)
def test_filed(bench: Bench) -> None:
    """The user files the waiting document in the record.

    EXIGENCE : une liste de travail permet de traiter (intégrer, remplacer, supprimer) les documents reçus
      et non traités automatiquement.
    ATTENDU : il est dans le dossier, et n'attend plus.
    REQUIREMENT: a work list lets the user treat (integrate, replace, delete) documents received and not
      treated automatically.
    EXPECTED: it is in the record, and waits no more.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient().unqualified()))
    reception.collect()

    reception.need_waiting(mailed)
    answer = bench.product.file_document(mailed.message_id, FIRST)
    bench.judge(
        filing.filed_by_hand(answer, reception.held(), mailed.documents),
        filing.done_waiting(reception.items(), mailed.message_id),
    )


@receiving(
    "SC.MSS-UX.09/refused",
    requirements=["SC.MSS/UX.09"],
    needs=("collect", "documents", "worklist", "reject_document"),
    fr="Document refusé depuis la liste",
    en="Document refused from the list",
)
def test_refused(bench: Bench) -> None:
    """The user refuses the waiting document.

    EXIGENCE : une liste de travail permet de traiter (intégrer, remplacer, supprimer) les documents reçus
      et non traités automatiquement.
    ATTENDU : il n'attend plus, et n'est dans aucun dossier.
    REQUIREMENT: a work list lets the user treat (integrate, replace, delete) documents received and not
      treated automatically.
    EXPECTED: it waits no more, and is in no record.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient().unqualified()))
    reception.collect()

    reception.need_waiting(mailed)
    bench.product.reject_document(mailed.message_id, "wrong-recipient", "Ce patient n'est pas suivi ici.")
    bench.judge(
        filing.done_waiting(reception.items(), mailed.message_id),
        filing.kept_out(reception.held(), mailed.documents),
    )


@receiving(
    "LGC.MSS-va1.25/columns",
    requirements=["LGC.MSS/va1.25", "MSS/va1.25"],
    needs=("collect", "documents", "worklist"),
    fr="Données du document dans la liste",
    en="Data of the document in the list",
)
def test_columns(bench: Bench) -> None:
    """A document without INS waits.

    EXIGENCE : la liste de travail montre titre, date et heure de création, patient, auteur et son
      organisation, numéro de version.
    ATTENDU : chaque donnée est celle du CDA.
    REQUIREMENT: the work list shows title, creation date and time, patient, author with organisation,
      version number.
    EXPECTED: each of them is that of the CDA.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient().unqualified()))
    reception.collect()

    family = reception.patient().birth_family
    bench.judge(filing.listed_well(reception.items(), mailed.message_id, mailed.documents[0], family))


@receiving(
    "LGC.MSS-va1.28/one-click",
    requirements=["LGC.MSS/va1.28", "MSS/va1.28"],
    fr="Classement en un clic",
    en="Filing in one click",
)
def test_one_click(bench: Bench) -> None:
    """A document with the qualified INS of a known patient.

    EXIGENCE : un document d'INS qualifiée est classé en un clic au bon dossier, avec son type, son
      patient et sa date.
    ATTENDU : il est au dossier, de type et de date du CDA.
    REQUIREMENT: a document with a qualified INS is filed in one click in the right record, with its type,
      patient and date.
    EXPECTED: it is in the record, with type and date of the CDA.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.dated(LDL_SES, reception.patient(), days_ago=4))
    answer = reception.collect()
    reception.filed(mailed)
    held = reception.held()
    bench.judge(
        filing.filed_by_hand(answer, held, mailed.documents), filing.taken_over(held, mailed.documents)
    )


@receiving(
    "SC.MSS-UX.40/unread",
    requirements=["SC.MSS/UX.40"],
    needs=("collect", "documents", "worklist"),
    fr="Document intégré automatiquement et non lu",
    en="Document integrated automatically and not read",
)
def test_unread(bench: Bench) -> None:
    """A document is filed with nobody acting.

    EXIGENCE : une liste montre les documents intégrés automatiquement et non encore lus, sur une période
      paramétrable.
    ATTENDU : il y est.
    REQUIREMENT: a list shows the documents integrated automatically and not yet read, over a configurable
      period.
    EXPECTED: it is there.
    """
    reception = Reception(bench)
    bench.need_parameter("worklist", "unread")
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()))
    reception.collect()
    if reception.treated(mailed).get("outcome") != "integrated":
        raise NotTested(NOT_ALONE)
    bench.judge(filing.listed_unread(reception.items(unread=True), mailed.message_id))


@receiving(
    "SC.MSS-UX.16/by-type",
    requirements=["SC.MSS/UX.16"],
    needs=("collect", "documents", "statistics"),
    fr="Statistiques par type de document",
    en="Statistics by document type",
)
def test_16_by_type(bench: Bench) -> None:
    """One document is filed by itself, one by hand, one waits; three types.

    EXIGENCE : statistiques par type de document sur une période : intégrés automatiquement, manuellement,
      non intégrés.
    ATTENDU : chaque document est compté une fois, dans son type et selon son sort.
    REQUIREMENT: statistics by document type over a period: integrated automatically, manually, not
      integrated.
    EXPECTED: each document is counted once, in its type and by what became of it.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    alone = reception.post(make.cr_bio(patient))
    by_hand = reception.post(make.n1(CR_IMG, patient.unqualified()))
    waiting = reception.post(make.n1(LDL_SES, patient.unqualified()))
    reception.collect()
    wanted = [(CR_BIO, reception.count(alone))]
    reception.filed(by_hand)
    wanted += [(CR_IMG, reception.count(by_hand, filed=True)), (LDL_SES, reception.count(waiting))]
    rows = bench.product.statistics()
    bench.judge(*(filing.counted(rows, model.code.code, counts) for model, counts in wanted))


@receiving(
    "SC.MSS-UX.16/period",
    requirements=["SC.MSS/UX.16"],
    needs=("collect", "documents", "statistics"),
    fr="Statistiques d'une période",
    en="Statistics of a period",
)
def test_period(bench: Bench) -> None:
    """A document is received today.

    EXIGENCE : statistiques par type de document sur une période : intégrés automatiquement,
      manuellement, non intégrés.
    ATTENDU : la période qui commence hier le compte, celle qui commence demain ne le compte pas.
    REQUIREMENT: statistics by document type over a period: integrated automatically, manually, not
      integrated.
    EXPECTED: the period that begins yesterday counts it, the one that begins tomorrow does not.
    """
    reception = Reception(bench)
    bench.need_parameter("statistics", "since")
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()))
    reception.collect()
    counts, now = reception.count(mailed), bench.tenant.clock.now()
    nothing = dict.fromkeys(counts, 0)
    yesterday = bench.product.statistics((now - timedelta(days=1)).isoformat())
    tomorrow = bench.product.statistics((now + timedelta(days=1)).isoformat())
    bench.judge(
        filing.counted(yesterday, CR_IMG.code.code, counts),
        filing.counted(tomorrow, CR_IMG.code.code, nothing),
    )


@receiving(
    "SC.MSS-UX.37/integration",
    requirements=["SC.MSS/UX.37"],
    needs=("collect", "documents", "traces"),
    fr="Trace de l'intégration",
    en="Trace of the integration",
)
def test_integration(bench: Bench) -> None:
    """A document is received and filed.

    EXIGENCE : les flux et les actions sur les documents reçus sont tracés, jusqu'à leur intégration.
    ATTENDU : l'intégration a laissé une trace qui nomme le courriel ou le document.
    REQUIREMENT: flows and actions on received documents are traced, until their integration.
    EXPECTED: the filing left a trace that names the mail or the document.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()))
    reception.need_held(mailed)
    answer = bench.product.call("traces")
    bench.judge(filing.traced(read_traces(answer.result), (mailed.message_id, mailed.documents[0].id)))


@receiving(
    "ERGO-va1.05/newest-first",
    requirements=["ERGO/va1.05"],
    needs=("collect", "documents", "worklist"),
    fr="Documents récents d'abord",
    en="Newest documents first",
)
def test_newest_first(bench: Bench) -> None:
    """Two documents wait, one older and received before.

    EXIGENCE : la liste de travail montre les plus récents d'abord, se filtre et se trie par date, patient
      et type.
    ATTENDU : le plus récent vient d'abord.
    REQUIREMENT: the work list shows the most recent documents first and can be filtered and sorted by
      date, patient, type.
    EXPECTED: the newest comes first.
    """
    reception = Reception(bench)
    older = reception.post(reception.dated(CR_IMG, reception.patient().unqualified(), days_ago=9))
    newer = reception.post(reception.dated(LDL_SES, reception.patient().unqualified(), days_ago=1))
    reception.collect()
    reception.need_waiting(older)
    reception.need_waiting(newer)

    bench.judge(filing.newest_first(reception.items(), newer.message_id, older.message_id))


@receiving(
    "ERGO-va1.05/by-patient",
    requirements=["ERGO/va1.05"],
    needs=("collect", "documents", "worklist"),
    fr="Filtre par patient",
    en="Filter by patient",
)
def test_by_patient(bench: Bench) -> None:
    """Two documents wait, of two patients and two types.

    EXIGENCE : la liste de travail montre les plus récents d'abord, se filtre et se trie par date, patient
      et type.
    ATTENDU : le filtre garde l'un et écarte l'autre.
    REQUIREMENT: the work list shows the most recent documents first and can be filtered and sorted by
      date, patient, type.
    EXPECTED: the filter keeps one and leaves the other.
    """
    reception = Reception(bench, TWO)
    bench.need_parameter("worklist", "patient")
    older = reception.post(reception.dated(CR_IMG, reception.patient(FIRST).unqualified(), days_ago=9))
    newer = reception.post(reception.dated(LDL_SES, reception.patient(SECOND).unqualified(), days_ago=1))
    reception.collect()
    reception.need_waiting(older)
    reception.need_waiting(newer)
    reception.need_proposed(newer, SECOND)

    items = reception.items(patient=SECOND)
    bench.judge(filing.filtered(items, newer.message_id, older.message_id, "patient"))


@receiving(
    "ERGO-va1.05/by-type",
    requirements=["ERGO/va1.05"],
    needs=("collect", "documents", "worklist"),
    fr="Filtre par type de document",
    en="Filter by document type",
)
def test_05_by_type(bench: Bench) -> None:
    """Two documents wait, of two types.

    EXIGENCE : la liste de travail montre les plus récents d'abord, se filtre et se trie par date, patient
      et type.
    ATTENDU : le filtre garde l'un et écarte l'autre.
    REQUIREMENT: the work list shows the most recent documents first and can be filtered and sorted by
      date, patient, type.
    EXPECTED: the filter keeps one and leaves the other.
    """
    reception = Reception(bench)
    bench.need_parameter("worklist", "code")
    older = reception.post(reception.dated(CR_IMG, reception.patient().unqualified(), days_ago=9))
    newer = reception.post(reception.dated(LDL_SES, reception.patient().unqualified(), days_ago=1))
    reception.collect()
    reception.need_waiting(older)
    reception.need_waiting(newer)

    items = reception.items(code=CR_IMG.code.code)
    bench.judge(filing.filtered(items, older.message_id, newer.message_id, "code"))


@receiving(
    "ERGO-va1.05/by-date",
    requirements=["ERGO/va1.05"],
    needs=("collect", "documents", "worklist"),
    fr="Filtre par date",
    en="Filter by date",
)
def test_by_date(bench: Bench) -> None:
    """Two documents wait, of two dates.

    EXIGENCE : la liste de travail montre les plus récents d'abord, se filtre et se trie par date, patient
      et type.
    ATTENDU : le filtre garde le plus récent et écarte l'autre.
    REQUIREMENT: the work list shows the most recent documents first and can be filtered and sorted by
      date, patient, type.
    EXPECTED: the filter keeps the newer and leaves the other.
    """
    reception = Reception(bench)
    bench.need_parameter("worklist", "since")
    older = reception.post(reception.dated(CR_IMG, reception.patient().unqualified(), days_ago=9))
    newer = reception.post(reception.dated(LDL_SES, reception.patient().unqualified(), days_ago=1))
    reception.collect()
    reception.need_waiting(older)
    reception.need_waiting(newer)

    since = (bench.tenant.clock.now() - timedelta(days=5)).date().isoformat()
    bench.judge(filing.filtered(reception.items(since=since), newer.message_id, older.message_id, "since"))


@receiving(
    "ERGO-va1.08/every-patient",
    requirements=["ERGO/va1.08"],
    needs=("collect", "documents", "worklist"),
    fr="Liste de travail de tous les patients",
    en="Work list of all patients",
)
def test_every_patient(bench: Bench) -> None:
    """Two documents wait, of two patients.

    EXIGENCE : une liste de travail transversale se fait depuis la messagerie.
    ATTENDU : une même liste montre les deux.
    REQUIREMENT: a transversal work list can be made from the messaging.
    EXPECTED: one list shows both.
    """
    reception = Reception(bench, TWO)
    older = reception.post(reception.dated(CR_IMG, reception.patient(FIRST).unqualified(), days_ago=9))
    newer = reception.post(reception.dated(LDL_SES, reception.patient(SECOND).unqualified(), days_ago=1))
    reception.collect()
    reception.need_waiting(older)
    reception.need_waiting(newer)

    bench.judge(filing.transversal(reception.items(), (older.message_id, newer.message_id)))
