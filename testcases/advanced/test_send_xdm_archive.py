"""X-XDM-01 to 08 — the IHE_XDM archive as a file: its name, its tree, its names, README and INDEX."""

from harness.bench import Bench
from harness.specimens.catalogue import ORDINARY
from harness.specimens.judging import ARCHIVE, MAIL, judge_specimens
from harness.specimens.marks import document_case


@document_case(
    "X-XDM-01/attachment",
    requirements=["X-XDM-01"],
    scenes=ORDINARY,
    fr="Nom et type de la pièce jointe",
    en="Attachment name and type",
)
def test_attachment(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : l'archive est jointe sous le nom IHE_XDM.ZIP, en application/zip.
    ATTENDU : une seule pièce jointe de ce nom et de ce type, qui est bien un ZIP.
    REQUIREMENT: the archive is attached as IHE_XDM.ZIP, application/zip.
    EXPECTED: exactly one attachment of this name and type, which is a zip.
    """
    judge_specimens(bench, *ORDINARY, kinds=MAIL)


@document_case(
    "X-XDM-02/root-files",
    requirements=["X-XDM-02"],
    scenes=ORDINARY,
    fr="Fichiers de la racine",
    en="Root files",
)
def test_root_files(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : la racine de l'archive contient README.TXT, INDEX.HTM et le répertoire IHE_XDM.
    ATTENDU : les trois sont à la racine, et rien n'est rangé ailleurs.
    REQUIREMENT: the root of the archive holds README.TXT, INDEX.HTM and the directory IHE_XDM.
    EXPECTED: the three are at the root, and nothing lies elsewhere.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-03/subsets",
    requirements=["X-XDM-03"],
    scenes=ORDINARY,
    fr="Sous-répertoire par lot",
    en="Subset",
)
def test_subsets(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : chaque lot de soumission a un sous-répertoire d'IHE_XDM avec son METADATA.XML.
    ATTENDU : au moins un sous-répertoire, et METADATA.XML dans chacun.
    REQUIREMENT: each submission set has a sub-directory of IHE_XDM with its METADATA.XML.
    EXPECTED: at least one sub-directory, with METADATA.XML in each.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-04/names",
    requirements=["X-XDM-04"],
    scenes=ORDINARY,
    fr="Noms 8.3 en majuscules",
    en="8.3 upper-case names",
)
def test_names(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : les noms suivent ISO 9660 niveau 1 : 8.3, A-Z, 0-9 et _, en majuscules.
    ATTENDU : chaque répertoire et chaque fichier de l'archive a un tel nom.
    REQUIREMENT: names follow ISO 9660 level 1: 8.3, A-Z, 0-9 and _, upper case.
    EXPECTED: every directory and file of the archive has such a name.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-05/safe",
    requirements=["X-XDM-05"],
    scenes=ORDINARY,
    fr="ZIP sain",
    en="Safe zip",
)
def test_safe(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : le ZIP se lit partout et sans risque : ni chiffrement, ni chemin absolu, ni doublon, ni
      bombe.
    ATTENDU : l'archive s'ouvre, chaque entrée se lit et aucune ne sort de l'archive.
    REQUIREMENT: the zip opens everywhere and safely: no encryption, absolute path, duplicate entry nor
      bomb.
    EXPECTED: the archive opens, every entry reads and none leaves the archive.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-06/readme",
    requirements=["X-XDM-06"],
    scenes=ORDINARY,
    fr="Contenu de README.TXT",
    en="README content",
)
def test_readme(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : README.TXT nomme l'émetteur, l'application, son éditeur et l'arborescence ; ASCII, fins
      de ligne CRLF.
    ATTENDU : les quatre rubriques sont présentes, en ASCII et CRLF.
    REQUIREMENT: README.TXT names the sender, the application, its vendor and the tree; ASCII, CRLF line
      ends.
    EXPECTED: the four blocks are there, in ASCII and CRLF.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-07/index",
    requirements=["X-XDM-07"],
    scenes=ORDINARY,
    fr="Contenu de INDEX.HTM",
    en="INDEX content",
)
def test_index(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : INDEX.HTM est du XHTML qui nomme l'émetteur et renvoie à README.TXT.
    ATTENDU : le fichier se lit, nomme la structure et a un lien vers README.TXT.
    REQUIREMENT: INDEX.HTM is XHTML that names the sender and links to README.TXT.
    EXPECTED: the file reads, names the structure and has a link to README.TXT.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)


@document_case(
    "X-XDM-08/no-autorun",
    requirements=["X-XDM-08"],
    scenes=ORDINARY,
    fr="Pas d'exécution automatique",
    en="No autorun",
)
def test_no_autorun(bench: Bench) -> None:
    """What the product sends is judged on this point.

    EXIGENCE : l'archive ne contient rien qui s'exécute de lui-même.
    ATTENDU : ni autorun, ni programme, ni script.
    REQUIREMENT: the archive holds nothing that runs by itself.
    EXPECTED: no autorun, no program, no script.
    """
    judge_specimens(bench, *ORDINARY, kinds=ARCHIVE)
