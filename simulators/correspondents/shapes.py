"""Letters of the usual shapes, drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import replace

from simulators.correspondents.letter import Attachment, Letter

_SUBJECTS = (
    "Avis sur un patient commun",
    "Résultats de biologie",
    "Compte rendu de consultation",
    "Demande de rendez-vous",
    "Point sur le traitement",
)
_SENTENCES = (
    "Je vous remercie de m'avoir adressé ce patient.",
    "L'examen clinique est sans particularité.",
    "La surveillance biologique est prévue dans trois mois.",
    "Le traitement est poursuivi à l'identique.",
    "Je reste à votre disposition pour tout complément.",
)
ACCENTS = "Élève où l'œdème naît : çà et là, à Ægne, « 37,5 °C », 12 € – İstanbul ✓ 漢字"


def plain(rng: random.Random) -> Letter:
    """Return a text of a few French sentences."""
    count = rng.randrange(2, len(_SENTENCES) + 1)
    body = "\r\n".join(["Cher confrère,", "", *rng.sample(_SENTENCES, count), "", "Bien confraternellement"])
    return Letter(subject=rng.choice(_SUBJECTS), text=f"{body}\r\n")


def accented(rng: random.Random) -> Letter:
    """Return a subject and a text full of letters beyond ASCII, in 8bit."""
    return replace(
        plain(rng), subject=f"{ACCENTS} {rng.randrange(1000)}", text=f"{ACCENTS}\r\n", coding="8bit"
    )


def alternative(rng: random.Random) -> Letter:
    """Return text/plain then text/html of the same wording (ECO.2.2.4)."""
    letter = plain(rng)
    paragraphs = "".join(f"<p>{line}</p>" for line in letter.text.splitlines() if line)
    return replace(letter, html=f'<html lang="fr"><body>{paragraphs}</body></html>\r\n')


def in_thread(rng: random.Random, length: int = 3, domain: str = "ailleurs.mssante.fr") -> Letter:
    """Return an answer in a thread whose `length` former mails nobody here has."""
    ancestors = tuple(f"<{rng.getrandbits(64):016x}@{domain}>" for _ in range(length))
    letter = plain(rng)
    return replace(letter, subject=f"Re: {letter.subject}", ancestors=ancestors)


def with_attachments(rng: random.Random) -> Letter:
    """Return a letter with a PDF, an accented name and a long name."""
    pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + rng.randbytes(600) + b"\n%%EOF\n"
    return replace(
        plain(rng),
        attachments=(
            Attachment("compte-rendu.pdf", pdf, "application/pdf"),
            Attachment("Échographie d'été n° 1.txt", "température\r\n".encode(), "text/plain"),
            Attachment(f"{'a' * 120}.bin", rng.randbytes(64)),
        ),
    )


def asking_mdn(rng: random.Random) -> Letter:
    """Return a letter that asks for a read receipt (ECO.3.1.6 is about answering it)."""
    return replace(plain(rng), ask_mdn=True)


def big(rng: random.Random, octets: int = 5_000_000) -> Letter:
    """Return a letter with one attachment of `octets` before encoding."""
    image = Attachment("image.dcm", rng.randbytes(octets), "application/dicom")
    return replace(plain(rng), attachments=(image,))
