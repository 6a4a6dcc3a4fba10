"""ECO.2.1.x and ECO.2.4.x — the mail that carries documents: content, subject, PDF copies, X-MSS headers."""

from harness.bench import Bench
from harness.specimens.catalogue import DRAFT, ORDINARY, PAIR, UNQUALIFIED, WITHOUT_DOCUMENT
from harness.specimens.judging import judge_if_offered, judge_specimens
from harness.specimens.marks import document_case


@document_case(
    "ECO.2.1.1/content",
    requirements=["ECO.2.1.1"],
    scenes=ORDINARY,
    fr="Contenu du courriel de documents",
    en="Content of the mail with documents",
)
def test_content(bench: Bench) -> None:
    """Documents are sent: an N1, an N3, two in one mail.

    EXIGENCE : un courriel porteur de documents ne concerne qu'un patient et contient une archive
      IHE_XDM avec un ou plusieurs CDA R2, et les mêmes documents en PDF/A-1.
    ATTENDU : une archive, un patient, une copie PDF/A-1 par document, jointe au courriel.
    REQUIREMENT: a mail with documents is about one patient and holds one IHE_XDM archive with one or
      more CDA R2, and the same documents as PDF/A-1.
    EXPECTED: one archive, one patient, one PDF/A-1 copy per document, attached to the mail.
    """
    judge_specimens(bench, *ORDINARY)


@document_case(
    "ECO.2.1.1/draft",
    requirements=["ECO.2.1.1"],
    scenes=(DRAFT,),
    fr="Documents envoyés par un brouillon",
    en="Documents sent through a draft",
)
def test_content_draft(bench: Bench) -> None:
    """The mail with documents is kept as a draft, opened again and sent.

    EXIGENCE : le courriel porteur de documents est complet quel que soit le chemin de l'envoi.
    ATTENDU : l'archive et les copies sont là comme par l'écran d'envoi.
    REQUIREMENT: the mail with documents is complete whichever way it is sent.
    EXPECTED: archive and copies are there as by the sending screen.
    """
    judge_if_offered(bench, DRAFT)


@document_case(
    "ECO.2.1.1/pair",
    requirements=["ECO.2.1.1"],
    scenes=(PAIR,),
    fr="N1 et N3 d'un même document",
    en="N1 and N3 of one document",
)
def test_content_pair(bench: Bench) -> None:
    """A document is sent in its two forms in one mail.

    EXIGENCE : l'archive contient un ou plusieurs CDA R2 (N1 ou N3), et le courriel les mêmes documents en
      PDF/A-1.
    ATTENDU : deux documents dans l'archive, et leur copie jointe une fois.
    REQUIREMENT: the archive holds one or more CDA R2 (N1 or N3), and the mail the same documents as PDF/A-1.
    EXPECTED: two documents in the archive, and their copy attached once.
    """
    judge_if_offered(bench, PAIR)


@document_case(
    "ECO.2.1.3/subject",
    requirements=["ECO.2.1.3"],
    scenes=ORDINARY,
    fr="Objet du courriel de documents",
    en="Subject of the mail with documents",
)
def test_subject(bench: Bench) -> None:
    """Documents are sent.

    EXIGENCE : l'objet est XDM/1.0/DDM+<libellé> <NOM> <prénom> <date de naissance>, la date étant
      facultative.
    ATTENDU : le préfixe, un libellé, le nom et le prénom du patient, et sa date de naissance si elle y
      est.
    REQUIREMENT: the subject is XDM/1.0/DDM+<label> <NAME> <first name> <birth date>, the date being
      optional.
    EXPECTED: the prefix, a label, name and first name of the patient, and the birth date if it is
      there.
    """
    judge_specimens(bench, *ORDINARY)


@document_case(
    "ECO.2.1.5/copy",
    requirements=["ECO.2.1.5"],
    scenes=ORDINARY,
    fr="Copie PDF faite à partir du CDA",
    en="PDF copy made from the CDA",
)
def test_copy(bench: Bench) -> None:
    """Documents are sent.

    EXIGENCE : la copie est issue du CDA : d'un N1, le PDF qu'il contient ; d'un N3, cinq données
      d'en-tête et le texte de chaque section.
    ATTENDU : les mêmes octets (N1), ou les données d'en-tête et les parties narratives (N3).
    REQUIREMENT: the copy is made from the CDA: of an N1, the PDF that it holds; of an N3, five data of
      the header and the text of each section.
    EXPECTED: the same octets (N1), or the header data and the narrative parts (N3).
    """
    judge_specimens(bench, *ORDINARY)


@document_case(
    "ECO.2.1.6/name",
    requirements=["ECO.2.1.6"],
    scenes=ORDINARY,
    fr="Nom de la copie PDF",
    en="Name of the PDF copy",
)
def test_name(bench: Bench) -> None:
    """Documents are sent.

    EXIGENCE : la copie s'appelle <date de l'acte>_<type>_<NOM>_<prénom>[_<numéro de dossier>].pdf.
    ATTENDU : la date de l'acte, le libellé du code (40 caractères au plus), le nom et le prénom du
      patient.
    REQUIREMENT: the copy is called <date of the act>_<type>_<NAME>_<first name>[_<file number>].pdf.
    EXPECTED: the date of the act, the display name of the code (40 characters at most), name and first
      name of the patient.
    """
    judge_specimens(bench, *ORDINARY)


@document_case(
    "ECO.2.4.1/codes",
    requirements=["ECO.2.4.1"],
    scenes=ORDINARY,
    fr="X-MSS-CODECDA d'un courriel de documents",
    en="X-MSS-CODECDA of a mail with documents",
)
def test_codes(bench: Bench) -> None:
    """Documents are sent: one, then two in one mail.

    EXIGENCE : X-MSS-CODECDA porte le code de chaque CDA.
    ATTENDU : un en-tête, un code par document, dans l'ordre, séparés par des virgules.
    REQUIREMENT: X-MSS-CODECDA has the code of every CDA.
    EXPECTED: one header, one code per document, in order, separated by commas.
    """
    judge_specimens(bench, *ORDINARY)


@document_case(
    "ECO.2.4.1/without-document",
    requirements=["ECO.2.4.1"],
    scenes=(WITHOUT_DOCUMENT,),
    fr="X-MSS-CODECDA absent sans document",
    en="X-MSS-CODECDA absent without a document",
)
def test_codes_without_document(bench: Bench) -> None:
    """An ordinary mail is sent.

    EXIGENCE : sans CDA dans une archive IHE_XDM, X-MSS-CODECDA est absent.
    ATTENDU : l'en-tête n'est pas là.
    REQUIREMENT: without a CDA in an IHE_XDM archive, X-MSS-CODECDA is absent.
    EXPECTED: the header is not there.
    """
    judge_specimens(bench, WITHOUT_DOCUMENT)


@document_case(
    "ECO.2.4.1/draft",
    requirements=["ECO.2.4.1"],
    scenes=(DRAFT,),
    fr="X-MSS-CODECDA d'un courriel passé par un brouillon",
    en="X-MSS-CODECDA of a mail sent through a draft",
)
def test_codes_draft(bench: Bench) -> None:
    """The mail with documents is kept as a draft, opened again and sent.

    EXIGENCE : X-MSS-CODECDA porte le code de chaque CDA, quel que soit le chemin de l'envoi.
    ATTENDU : le même en-tête que par l'écran d'envoi.
    REQUIREMENT: X-MSS-CODECDA has the code of every CDA, whichever way the mail is sent.
    EXPECTED: the same header as by the sending screen.
    """
    judge_if_offered(bench, DRAFT)


@document_case(
    "ECO.2.4.2/qualified",
    requirements=["ECO.2.4.2"],
    scenes=ORDINARY,
    fr="X-MSS-INS d'une identité qualifiée",
    en="X-MSS-INS of a qualified identity",
)
def test_qualified(bench: Bench) -> None:
    """Documents of a patient of qualified identity are sent.

    EXIGENCE : X-MSS-INS vaut O si un CDA de l'archive porte une INS qualifiée (matricule, OID et quatre
      traits), N sinon.
    ATTENDU : la valeur que l'en-tête des CDA donne.
    REQUIREMENT: X-MSS-INS is O when a CDA of the archive has a qualified INS (matricule, OID and four
      traits), N otherwise.
    EXPECTED: the value that the headers of the CDA give.
    """
    judge_specimens(bench, *ORDINARY)


@document_case(
    "ECO.2.4.2/not-qualified",
    requirements=["ECO.2.4.2"],
    scenes=(UNQUALIFIED,),
    fr="X-MSS-INS d'une identité non qualifiée",
    en="X-MSS-INS of an unqualified identity",
)
def test_not_qualified(bench: Bench) -> None:
    """Documents of a patient whose identity is not qualified are sent.

    EXIGENCE : X-MSS-INS vaut N quand aucun CDA ne porte d'INS qualifiée.
    ATTENDU : N, une fois.
    REQUIREMENT: X-MSS-INS is N when no CDA has a qualified INS.
    EXPECTED: N, once.
    """
    judge_specimens(bench, UNQUALIFIED)


@document_case(
    "ECO.2.4.2/without-document",
    requirements=["ECO.2.4.2"],
    scenes=(WITHOUT_DOCUMENT,),
    fr="X-MSS-INS absent sans document",
    en="X-MSS-INS absent without a document",
)
def test_ins_without_document(bench: Bench) -> None:
    """An ordinary mail is sent.

    EXIGENCE : sans CDA dans une archive IHE_XDM, X-MSS-INS est absent.
    ATTENDU : l'en-tête n'est pas là.
    REQUIREMENT: without a CDA in an IHE_XDM archive, X-MSS-INS is absent.
    EXPECTED: the header is not there.
    """
    judge_specimens(bench, WITHOUT_DOCUMENT)


@document_case(
    "ECO.2.4.2/draft",
    requirements=["ECO.2.4.2"],
    scenes=(DRAFT,),
    fr="X-MSS-INS d'un courriel passé par un brouillon",
    en="X-MSS-INS of a mail sent through a draft",
)
def test_ins_draft(bench: Bench) -> None:
    """The mail with documents is kept as a draft, opened again and sent.

    EXIGENCE : X-MSS-INS est présent et juste quel que soit le chemin de l'envoi.
    ATTENDU : le même en-tête que par l'écran d'envoi.
    REQUIREMENT: X-MSS-INS is there and right whichever way the mail is sent.
    EXPECTED: the same header as by the sending screen.
    """
    judge_if_offered(bench, DRAFT)
