"""SC.CDA/INT.18, LGC.MDV.06, LGC.MSS/UX.05 — the same document again, its versions, its deletion."""

from dataclasses import replace

from harness.bench import Bench
from harness.checks import filing
from harness.correspondence import CR_IMG, Action, n1_with_copy
from harness.receiving import Reception
from harness.receiving_marks import receiving


@receiving(
    "SC.CDA-INT.18/duplicate",
    requirements=["SC.CDA/INT.18"],
    fr="Document reçu deux fois",
    en="Document received twice",
)
def test_duplicate(bench: Bench) -> None:
    """The same document comes in two mails.

    EXIGENCE : le système contrôle la cohérence de chaque CDA reçu : doublons et versions.
    ATTENDU : le dossier n'en a qu'un.
    REQUIREMENT: the system checks the consistency of every received CDA: duplicates and versions.
    EXPECTED: the record has one.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    before = reception.post(first)
    reception.need_held(before)

    again = reception.post(first)
    reception.settled_or_refused(again)
    bench.judge(filing.once(reception.held(), again.documents[0]))


@receiving(
    "SC.CDA-INT.18/same-version",
    requirements=["SC.CDA/INT.18"],
    fr="Autre document de même version",
    en="Another document of the same version",
)
def test_same_version(bench: Bench) -> None:
    """A document of another id has the setId and the version of the first.

    EXIGENCE : le système contrôle la cohérence de chaque CDA reçu : doublons et versions.
    ATTENDU : le second n'est pas pris.
    REQUIREMENT: the system checks the consistency of every received CDA: duplicates and versions.
    EXPECTED: the second one is not taken.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    before = reception.post(first)
    reception.need_held(before)

    twin = reception.post(n1_with_copy(replace(first.header, id=make.n1(CR_IMG).header.id), "Autre texte"))
    reception.collect()
    bench.judge(filing.same_version_refused(reception.held(), twin.documents[0]))


@receiving(
    "SC.CDA-INT.18/older-version",
    requirements=["SC.CDA/INT.18"],
    fr="Version antérieure reçue après",
    en="Older version received later",
)
def test_older_version(bench: Bench) -> None:
    """Version 2 comes first, then version 1.

    EXIGENCE : le système contrôle la cohérence de chaque CDA reçu : doublons et versions.
    ATTENDU : la version 2 reste celle en vigueur.
    REQUIREMENT: the system checks the consistency of every received CDA: duplicates and versions.
    EXPECTED: version 2 stays the one in force.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    second = make.n1(CR_IMG, replacing=first)
    newer = reception.post(second)
    reception.need_held(newer)
    older = reception.post(first)
    reception.collect()
    bench.judge(filing.highest_current(reception.held(), older.documents[0], newer.documents[0]))


@receiving(
    "LGC.MDV.06/told",
    requirements=["LGC.MDV.06"],
    fr="Document déjà intégré, annoncé",
    en="Document already integrated, told",
)
def test_told(bench: Bench) -> None:
    """The same document comes again.

    EXIGENCE : l'utilisateur est prévenu que le document est déjà intégré.
    ATTENDU : le produit le dit : motif, alerte ou ligne de la liste.
    REQUIREMENT: the user is told that the document was already integrated.
    EXPECTED: the product says so: reason, alert or line of the list.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    before = reception.post(first)
    reception.need_held(before)

    reception.alerts.clear()
    again = reception.post(first)
    reception.collect()
    bench.judge(filing.duplicate_told(reception.treated(again), reception.informed(again)))


@receiving(
    "LGC.MSS-UX.05/replacement",
    requirements=["LGC.MSS/UX.05"],
    fr="Nouvelle version reçue",
    en="New version received",
)
def test_replacement(bench: Bench) -> None:
    """The author sends version 2 with the action C.

    EXIGENCE : pour un document déjà intégré, le système informe d'une version mise à jour ou d'une
      suppression, et permet de les valider.
    ATTENDU : après l'accord de l'utilisateur la version 2 est en vigueur, et la 1 ne l'est plus.
    REQUIREMENT: for a document already integrated the system tells of a newer version or a deletion, and
      lets the user confirm it.
    EXPECTED: after the user agreed version 2 is in force, and 1 is not.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    before = reception.post(first)
    reception.need_held(before)

    after = reception.post(make.n1(CR_IMG, replacing=first))
    reception.settled(after)
    bench.judge(filing.replaced(reception.held(), before.documents[0], after.documents[0]))


@receiving(
    "LGC.MSS-UX.05/deletion",
    requirements=["LGC.MSS/UX.05"],
    fr="Suppression demandée",
    en="Deletion asked",
)
def test_deletion(bench: Bench) -> None:
    """The author sends the same document with the action D.

    EXIGENCE : pour un document déjà intégré, le système informe d'une version mise à jour ou d'une
      suppression, et permet de les valider.
    ATTENDU : le document est montré comme supprimé, ou l'utilisateur est prévenu.
    REQUIREMENT: for a document already integrated the system tells of a newer version or a deletion, and
      lets the user confirm it.
    EXPECTED: the document is shown as deleted, or the user is told.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    before = reception.post(first)
    reception.need_held(before)

    reception.alerts.clear()
    deletion = reception.post(first, action=Action.DELETE)
    reception.collect()
    said = reception.treated(deletion)
    held = reception.held()
    bench.judge(
        filing.deletion_seen(held, deletion.documents[0], said, informed=reception.informed(deletion))
    )


@receiving(
    "LGC.MSS-UX.05/deletion-of-a-version",
    requirements=["LGC.MSS/UX.05"],
    fr="Suppression d'une version",
    en="Deletion of one version",
)
def test_deletion_of_a_version(bench: Bench) -> None:
    """Version 2 is to be deleted; it names version 1 as the one that it replaced.

    EXIGENCE : pour un document déjà intégré, le système informe d'une version mise à jour ou d'une
      suppression, et permet de les valider.
    ATTENDU : la version 1 n'est pas supprimée.
    REQUIREMENT: for a document already integrated the system tells of a newer version or a deletion, and
      lets the user confirm it.
    EXPECTED: version 1 is not deleted.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    before = reception.post(first)
    reception.need_held(before)

    second = make.n1(CR_IMG, replacing=first)
    after = reception.post(second)
    reception.need_held(after)
    deletion = reception.post(second, action=Action.DELETE)
    reception.settled(deletion)
    bench.judge(filing.spared(reception.held(), before.documents[0]))


@receiving(
    "LGC.MSS-UX.05/deletion-of-another",
    requirements=["LGC.MSS/UX.05"],
    fr="Suppression d'un document jamais reçu",
    en="Deletion of a document never received",
)
def test_deletion_of_another(bench: Bench) -> None:
    """A document that the product does not hold is to be deleted.

    EXIGENCE : pour un document déjà intégré, le système informe d'une version mise à jour ou d'une
      suppression, et permet de les valider.
    ATTENDU : les documents du dossier restent.
    REQUIREMENT: for a document already integrated the system tells of a newer version or a deletion, and
      lets the user confirm it.
    EXPECTED: the documents of the record stay.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    before = reception.post(first)
    reception.need_held(before)

    stranger = make.n1(CR_IMG, reception.patient())
    deletion = reception.post(stranger, action=Action.DELETE)
    reception.settled_or_refused(deletion)
    bench.judge(filing.spared(reception.held(), before.documents[0]))


@receiving(
    "LGC.MSS-UX.05/other-author",
    requirements=["LGC.MSS/UX.05"],
    fr="Remplacement par un autre auteur",
    en="Replacement by another author",
)
def test_other_author(bench: Bench) -> None:
    """Another author of another structure sends version 2.

    EXIGENCE : pour un document déjà intégré, le système informe d'une version mise à jour ou d'une
      suppression, et permet de les valider.
    ATTENDU : rien n'est remplacé sans que quelqu'un décide.
    REQUIREMENT: for a document already integrated the system tells of a newer version or a deletion, and
      lets the user confirm it.
    EXPECTED: nothing is replaced without somebody deciding.
    """
    reception = Reception(bench)
    make = reception.make
    first = make.n1(CR_IMG, reception.patient())
    before = reception.post(first)
    reception.need_held(before)

    reception.alerts.clear()
    other = make.n1(CR_IMG, reception.patient())
    header = replace(other.header, set_id=first.header.set_id, version=2, replaces=first.header.id)
    after = reception.post(n1_with_copy(header, "Version d'un autre auteur"))
    reception.collect()
    said = reception.treated(after)
    bench.judge(filing.not_replaced_alone(said, reception.alerts, reception.held(), before.documents[0]))
