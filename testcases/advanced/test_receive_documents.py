"""SC.MSS/UX.39, SC.MSS/UX.01, X-XDM-64 — mails of documents recognised, and their documents integrated."""

from harness.bench import Bench
from harness.checks import filing
from harness.receiving import Reception
from harness.receiving_marks import receiving
from simulators.documents import CR_IMG


@receiving(
    "SC.MSS-UX.39/n1",
    requirements=["SC.MSS/UX.39"],
    fr="Document N1 intégré",
    en="N1 document integrated",
)
def test_n1(bench: Bench) -> None:
    """A correspondent sends an N1 of a known patient.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : le document est dans le dossier du patient, le même qu'à l'envoi, à l'octet près.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: the document is in the patient's record, the same as sent, to the octet.
    """
    reception = Reception(bench)
    mailed = reception.post(reception.make.n1(CR_IMG, reception.patient()))
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))


@receiving(
    "SC.MSS-UX.39/several-documents",
    requirements=["SC.MSS/UX.39"],
    fr="Plusieurs documents dans une archive",
    en="Several documents in one archive",
)
def test_several_documents(bench: Bench) -> None:
    """A correspondent sends three documents of one patient in one archive.

    EXIGENCE : les documents CDA d'une pièce jointe IHE_XDM peuvent être intégrés.
    ATTENDU : les trois documents sont dans le dossier.
    REQUIREMENT: CDA documents of an IHE_XDM attachment can be integrated.
    EXPECTED: all three documents are in the record.
    """
    reception = Reception(bench)
    make, patient = reception.make, reception.patient()
    documents = (make.cr_bio(patient), make.cr_img(patient), make.ldl_ses(patient))
    mailed = reception.post(*documents)
    said = reception.settled(mailed)
    held = reception.held()
    bench.judge(filing.taken(said, held, mailed.documents), filing.faithful(held, mailed.documents))
