"""ECO.2.1.2, SC.MSS/UX.02, UX.07, LGC.MSS.01, SENTINELLE.20 — whose record."""

from dataclasses import replace
from datetime import timedelta

from harness.bench import Bench
from harness.checks import filing
from harness.correspondence import CR_IMG, InsOid, RecordSpec, build_n1
from harness.receiving import (
    FIRST,
    SECOND,
    TWO,
    Reception,
    other_identity,
    other_matricule,
    without_birth_date,
)
from harness.receiving_marks import receiving


@receiving(
    "ECO.2.1.2/subject-names-another",
    requirements=["ECO.2.1.2"],
    fr="Objet qui nomme un autre patient",
    en="Subject that names another patient",
)
def test_subject_names_another(bench: Bench) -> None:
    """The archive is of one patient, the subject of the mail names another known one.

    EXIGENCE : le destinataire identifie l'usager par le patientId de METADATA.XML.
    ATTENDU : rien n'entre au dossier du patient de l'objet.
    REQUIREMENT: the receiver identifies the patient by the patientId of METADATA.XML.
    EXPECTED: nothing enters the record of the patient of the subject.
    """
    reception = Reception(bench, TWO)
    document = reception.make.n1(CR_IMG, reception.patient(FIRST))
    other = reception.make.n1(CR_IMG, reception.patient(SECOND))
    archive = reception.archive(document).content
    mailed = reception.zip_parcel(archive, document, subject=reception.subject(other))
    said = reception.settled(mailed, FIRST)
    bench.judge(
        filing.not_in(reception.held(SECOND), mailed.documents, SECOND),
        filing.identified(said, reception.items(), mailed.message_id, FIRST),
    )


@receiving(
    "ECO.2.1.2/document-of-another",
    requirements=["ECO.2.1.2"],
    fr="Document d'un autre patient que METADATA.XML",
    en="Document of another patient than METADATA.XML",
)
def test_document_of_another(bench: Bench) -> None:
    """METADATA.XML says one known patient, the CDA another.

    EXIGENCE : le destinataire identifie l'usager par le patientId de METADATA.XML.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: the receiver identifies the patient by the patientId of METADATA.XML.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench, TWO)
    document = reception.make.n1(CR_IMG, reception.patient(FIRST))
    inside = build_n1(replace(document.header, patient=reception.patient(SECOND)), document.copy)
    mailed = reception.post_archive(replace(document, content=inside.content))
    reception.collect()
    said = reception.treated(mailed)
    held = [*reception.held(FIRST), *reception.held(SECOND)]
    bench.judge(filing.not_alone(said, held, mailed.documents, "patientId ≠ CDA"))


@receiving(
    "ECO.2.1.2/unknown-patient",
    requirements=["ECO.2.1.2"],
    fr="Document d'un patient inconnu",
    en="Unknown patient",
)
def test_unknown_patient(bench: Bench) -> None:
    """The document is of a patient whom the product does not know.

    EXIGENCE : le destinataire identifie l'usager par le patientId de METADATA.XML.
    ATTENDU : le document attend ou est refusé ; il n'entre dans aucun dossier.
    REQUIREMENT: the receiver identifies the patient by the patientId of METADATA.XML.
    EXPECTED: the document waits or is refused; it enters no record.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG))
    reception.collect()
    bench.judge(filing.not_in(reception.held(), mailed.documents, "patient inconnu"))


@receiving(
    "SC.MSS-UX.02/same-traits",
    requirements=["SC.MSS/UX.02"],
    fr="Document sans INS, traits d'un patient connu",
    en="Document without INS, traits of a known patient",
)
def test_02_same_traits(bench: Bench) -> None:
    """The document has no INS; its traits are those of one of two known patients.

    EXIGENCE : le système propose le rattachement aux patients connus en comparant les traits du document
      et ceux du système.
    ATTENDU : le bon dossier est proposé.
    REQUIREMENT: the system proposes the attachment to known patients by comparing the traits of the
      document and its own.
    EXPECTED: the right record is proposed.
    """
    reception = Reception(bench, TWO)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient(SECOND).unqualified()))
    reception.collect()
    said = reception.treated(mailed)
    bench.judge(filing.proposed(said, reception.items(), mailed.message_id, SECOND))


@receiving(
    "LGC.MSS.01/same-traits",
    requirements=["LGC.MSS.01", "MSS/va1.27"],
    fr="Document sans INS, traits d'un patient connu (LGC)",
    en="Document without INS, traits of a known patient (LGC)",
)
def test_01_same_traits(bench: Bench) -> None:
    """The document has no INS; its traits are those of one of two known patients.

    EXIGENCE : le document reçu est rattaché par comparaison de ses traits avec ceux du dossier.
    ATTENDU : le bon dossier est proposé, et l'utilisateur y classe le document.
    REQUIREMENT: the received document is attached by comparing its traits with those of the record.
    EXPECTED: the right record is proposed, and the user files the document there.
    """
    reception = Reception(bench, TWO)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient(SECOND).unqualified()))
    reception.collect()
    said = reception.treated(mailed)
    bench.judge(filing.proposed(said, reception.items(), mailed.message_id, SECOND))
    reception.filed(mailed, SECOND)
    bench.judge(
        filing.taken(said, reception.held(SECOND), mailed.documents),
        filing.not_in(reception.held(FIRST), mailed.documents, FIRST),
    )


@receiving(
    "LGC.MSS.01/other-traits",
    requirements=["LGC.MSS.01", "MSS/va1.27"],
    fr="Document d'un homonyme né un autre jour",
    en="Document of a namesake born another day",
)
def test_other_traits(bench: Bench) -> None:
    """The document has no INS; its birth date is not that of the record with the same names.

    EXIGENCE : le document reçu est rattaché au bon dossier par comparaison des traits.
    ATTENDU : rien n'est intégré sans que quelqu'un compare et décide.
    REQUIREMENT: the received document is attached to the right record by comparing traits.
    EXPECTED: nothing is filed without somebody comparing and deciding.
    """
    reception = Reception(bench)
    patient = reception.patient()
    namesake = other_identity(patient, birth_date=patient.birth_date - timedelta(days=400), qualified=False)
    mailed = reception.post(reception.make.n1(CR_IMG, namesake))
    reception.collect()
    bench.judge(
        filing.not_alone(reception.treated(mailed), reception.held(), mailed.documents, "date de naissance")
    )


@receiving(
    "SC.MSS-UX.07/equal",
    requirements=["SC.MSS/UX.07"],
    fr="INS qualifiée strictement égale",
    en="Qualified INS strictly equal",
)
def test_equal(bench: Bench) -> None:
    """Matricule, OID and traits are those of a record with a qualified identity.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : le document est intégré sans que personne n'agisse.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: the document is filed with nobody acting.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()))
    reception.collect()
    bench.judge(filing.filed_alone(reception.treated(mailed), reception.held(), mailed.documents))


@receiving(
    "SC.MSS-UX.07/other-birth-date",
    requirements=["SC.MSS/UX.07"],
    fr="Date de naissance différente",
    en="Different birth date",
)
def test_other_birth_date(bench: Bench) -> None:
    """The matricule is the record's, the birth date is not.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench)
    known = reception.patient()
    mailed = reception.post(
        reception.make.n1(CR_IMG, other_identity(known, birth_date=known.birth_date - timedelta(days=31)))
    )
    reception.collect()
    bench.judge(
        filing.not_alone(reception.treated(mailed), reception.held(), mailed.documents, "date de naissance")
    )


@receiving(
    "SC.MSS-UX.07/other-sex",
    requirements=["SC.MSS/UX.07"],
    fr="Sexe différent",
    en="Different sex",
)
def test_other_sex(bench: Bench) -> None:
    """The matricule is the record's, the sex is not.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench)
    known = reception.patient()
    mailed = reception.post(
        reception.make.n1(CR_IMG, other_identity(known, sex="M" if known.sex == "F" else "F"))
    )
    reception.collect()
    bench.judge(filing.not_alone(reception.treated(mailed), reception.held(), mailed.documents, "sexe"))


@receiving(
    "SC.MSS-UX.07/other-birth-name",
    requirements=["SC.MSS/UX.07"],
    fr="Nom de naissance différent",
    en="Different birth name",
)
def test_other_birth_name(bench: Bench) -> None:
    """The matricule is the record's, the birth name is not.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench)
    known = reception.patient()
    mailed = reception.post(
        reception.make.n1(CR_IMG, other_identity(known, birth_family=f"{known.birth_family}-AUTRE"))
    )
    reception.collect()
    bench.judge(
        filing.not_alone(reception.treated(mailed), reception.held(), mailed.documents, "nom de naissance")
    )


@receiving(
    "SC.MSS-UX.07/other-ins",
    requirements=["SC.MSS/UX.07"],
    fr="Matricule différent",
    en="Different matricule",
)
def test_other_ins(bench: Bench) -> None:
    """The traits are the record's, the matricule is not.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench)
    known = reception.patient()
    mailed = reception.post(
        reception.make.n1(CR_IMG, other_identity(known, matricule=other_matricule(known)))
    )
    reception.collect()
    bench.judge(filing.not_alone(reception.treated(mailed), reception.held(), mailed.documents, "matricule"))


@receiving(
    "SC.MSS-UX.07/other-authority",
    requirements=["SC.MSS/UX.07"],
    fr="OID de matricule différent",
    en="Different OID of the matricule",
)
def test_other_authority(bench: Bench) -> None:
    """Matricule and traits are the record's, the OID is not.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench)
    known = reception.patient()
    mailed = reception.post(reception.make.n1(CR_IMG, other_identity(known, ins_oid=InsOid.NIR_DEMO)))
    reception.collect()
    bench.judge(filing.not_alone(reception.treated(mailed), reception.held(), mailed.documents, "OID"))


@receiving(
    "SC.MSS-UX.07/without-ins",
    requirements=["SC.MSS/UX.07"],
    fr="Document sans INS",
    en="Document without INS",
)
def test_without_ins(bench: Bench) -> None:
    """The traits are the record's, there is no INS.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench)
    known = reception.patient()
    mailed = reception.post(reception.make.n1(CR_IMG, known.unqualified()))
    reception.collect()
    bench.judge(
        filing.not_alone(reception.treated(mailed), reception.held(), mailed.documents, "INS absente")
    )


@receiving(
    "SC.MSS-UX.07/incomplete",
    requirements=["SC.MSS/UX.07"],
    fr="INS incomplète",
    en="Incomplete INS",
)
def test_incomplete(bench: Bench) -> None:
    """The document has the matricule of the record, and no birth date.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench)
    mailed = reception.post_archive(without_birth_date(reception.make.n1(CR_IMG, reception.patient())))
    reception.collect()
    bench.judge(
        filing.not_alone(reception.treated(mailed), reception.held(), mailed.documents, "INS incomplète")
    )


@receiving(
    "SC.MSS-UX.07/record-not-qualified",
    requirements=["SC.MSS/UX.07"],
    fr="Dossier dont l'identité n'est pas qualifiée",
    en="Record whose identity is not qualified",
)
def test_record_not_qualified(bench: Bench) -> None:
    """The record has the same matricule, retrieved and not qualified.

    EXIGENCE : intégration automatique paramétrable lorsque l'INS qualifiée du document est strictement
      égale à celle du système.
    ATTENDU : rien n'est intégré sans que quelqu'un décide.
    REQUIREMENT: configurable automatic filing when the document's qualified INS strictly equals the
      system's.
    EXPECTED: nothing is filed without somebody deciding.
    """
    reception = Reception(bench, (RecordSpec(FIRST, "retrieved"),))
    qualified = other_identity(reception.patient(), qualified=True)
    mailed = reception.post(reception.make.n1(CR_IMG, qualified))
    reception.collect()
    bench.judge(
        filing.not_alone(
            reception.treated(mailed), reception.held(), mailed.documents, "dossier non qualifié"
        )
    )


@receiving(
    "SENTINELLE.20/married-since",
    requirements=["SENTINELLE.20"],
    fr="Nom utilisé changé depuis",
    en="Used name changed since",
)
def test_married_since(bench: Bench) -> None:
    """INS and birth traits are the record's; the used name is another.

    EXIGENCE : à la réception d'un document d'INS qualifiée, l'identité connue est recherchée.
    ATTENDU : le dossier est retrouvé.
    REQUIREMENT: on receiving a document with a qualified INS, the known identity is searched.
    EXPECTED: the record is found.
    """
    reception = Reception(bench, TWO)
    married = other_identity(reception.patient(SECOND), used_family="NOUVEAU-NOM")
    mailed = reception.post(reception.make.n1(CR_IMG, married))
    reception.collect()
    said = reception.treated(mailed)
    bench.judge(filing.found_known(said, reception.items(), mailed.message_id, SECOND))
