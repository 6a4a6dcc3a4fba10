"""The scenes that the cases of the sending side rest on, each with how a file shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.findings import Bilingual
from harness.outcomes import NotTested
from harness.specimens.facts import Facts
from harness.specimens.scene import PATIENT, Scene, Stage, Take
from simulators.records import RecordSpec

PATIENTS = "patient.mssante.fr"
CORRESPONDENTS_OF_A_RECORD = 10
"""SGL.MSS/va1.36: correspondents that the record of one examination must hold at least."""
BIOLOGY = "CR-BIO"
IMAGING = "IMG-CR-IMG"


def _one(form: str) -> Callable[[Stage], Iterator[Take]]:
    def play(stage: Stage) -> Iterator[Take]:
        if not stage.all_models:
            yield stage.send_first_known(Bilingual(f"document {form}", f"{form} document"), form)
            return
        unknown: NotTested | None = None
        made = False
        for model in stage.models:
            try:
                yield stage.send(
                    Bilingual(f"{form} {model}", f"{form} {model}"), {"model": model, "format": form}
                )
                made = True
            except NotTested as reason:  # a model that the product makes in the other form only
                unknown = reason
        if unknown is not None and not made:
            raise unknown

    return play


def _several(stage: Stage) -> Iterator[Take]:
    """Two documents of one patient in one mail, then two of one type: the second is forgotten nowhere."""
    yield from _two(stage)
    name = Bilingual("deux documents d'un même type", "two documents of one type")
    for model in stage.models:
        one, other = (
            {"model": model, "format": "N1", "title": title}
            for title in ("Compte rendu du matin", "Compte rendu du soir")
        )
        try:
            yield stage.send(name, one, other)
        except NotTested:  # beside the mail above, a product may do without
            continue
        return


def _two(stage: Stage) -> Iterator[Take]:
    name = Bilingual("deux documents dans un courriel", "two documents in one mail")
    problem: NotTested | None = None
    models = stage.models
    second = models[1:] + models[:1]
    for one, other in zip(models, second, strict=True):
        for forms in (("N3", "N1"), ("N1", "N1"), ("N3", "N3")):
            asked = ({"model": one, "format": forms[0]}, {"model": other, "format": forms[1]})
            try:
                yield stage.send(name, *asked)
            except NotTested as reason:
                problem = problem or reason
            else:
                return
    if problem is not None:
        raise problem


def _pair(stage: Stage) -> Iterator[Take]:
    """Send an N1 and an N3 of one document: two documents of the archive, one PDF copy."""
    name = Bilingual("N3 et N1 d'un même document", "N3 and N1 of one document")
    problem: NotTested | None = None
    for model in stage.models:
        other = {"model": model, "format": "N1", "same_document": True}
        try:
            yield stage.send(name, {"model": model, "format": "N3"}, other)
        except NotTested as reason:
            problem = problem or reason
        else:
            return
    if problem is not None:
        raise problem


def _draft(stage: Stage) -> Iterator[Take]:
    name = Bilingual("document envoyé par un brouillon", "document sent through a draft")
    yield _either_form(stage, name, **stage.way("draft"))


def _stylesheet(stage: Stage) -> Iterator[Take]:
    stage.bench.need_parameter("send_documents", "stylesheet")
    name = Bilingual("document autoprésentable", "self-presenting document")
    yield stage.send_first_known(name, "N3", stylesheet=True)


def _unqualified(stage: Stage) -> Iterator[Take]:
    name = Bilingual("document d'une identité non qualifiée", "document of an unqualified identity")
    yield _either_form(stage, name)


def _replacement(stage: Stage) -> Iterator[Take]:
    first = _either_form(stage, Bilingual("premier envoi", "first sending"))
    yield first
    yield stage.replace(Bilingual("nouvelle version", "new version"), first)


def _deletion(stage: Stage) -> Iterator[Take]:
    first = _either_form(stage, Bilingual("premier envoi", "first sending"))
    yield first
    yield stage.delete(Bilingual("suppression", "deletion"), first)


def _manual(model: str | None) -> Callable[[Stage], Iterator[Take]]:
    def play(stage: Stage) -> Iterator[Take]:
        name = Bilingual("envoi manuel", "manual sending")
        asked = stage.way("form") if stage.bench.capabilities.understands("send_documents", "way") else {}
        yield _of(stage, name, model, **asked)

    return play


def _automatic(model: str | None) -> Callable[[Stage], Iterator[Take]]:
    def play(stage: Stage) -> Iterator[Take]:
        name = Bilingual("envoi automatique", "automatic sending")
        yield _of(stage, name, model, **stage.way("automatic"))

    return play


def _attending(stage: Stage) -> Iterator[Take]:
    name = Bilingual("envoi automatique au médecin traitant", "automatic sending to the attending physician")
    # To somebody else: the rule of the record adds the attending physician by itself.
    other = stage.bench.tenant.correspondents(2)[1].address
    yield _either_form(stage, name, to=(other,), **stage.way("automatic"))


def _to_patient(model: str | None, way: str | None) -> Callable[[Stage], Iterator[Take]]:
    def play(stage: Stage) -> Iterator[Take]:
        name = Bilingual("envoi au patient", "sending to the patient")
        patient = stage.bench.tenant.record(PATIENT).patient
        asked = stage.way(way) if way == "automatic" else {}
        yield _of(stage, name, model, to=(f"{patient.matricule}@{PATIENTS}",), **asked)

    return play


def _ten(stage: Stage) -> Iterator[Take]:
    name = Bilingual("dix correspondants", "ten correspondents")
    people = stage.bench.tenant.correspondents(CORRESPONDENTS_OF_A_RECORD)
    yield _of(stage, name, BIOLOGY, to=tuple(one.address for one in people))


def _partial(stage: Stage) -> Iterator[Take]:
    name = Bilingual("compte rendu partiel", "partial report")
    first = stage.send(name, {"model": BIOLOGY, "format": "N3", "partial": True})
    yield first
    yield stage.replace(Bilingual("compte rendu complet", "complete report"), first)


def _of(stage: Stage, name: Bilingual, model: str | None, **more: object) -> Take:
    """Send one document: of the model asked, N3 first, or of whichever the product makes."""
    if model is None:
        return _either_form(stage, name, **more)
    try:
        return stage.send(name, {"model": model, "format": "N3"}, **more)  # type: ignore[arg-type]
    except NotTested:
        return stage.send(name, {"model": model, "format": "N1"}, **more)  # type: ignore[arg-type]


def _either_form(stage: Stage, name: Bilingual, **more: object) -> Take:
    try:
        return stage.send_first_known(name, "N3", **more)
    except NotTested:
        return stage.send_first_known(name, "N1", **more)


# --- how a file shows a scene --------------------------------------------------------------------------


def _documents(facts: Facts) -> bool:
    return facts.announced


def _in_form(form: str) -> Callable[[Facts], bool]:
    return lambda facts: any(one.form == form and not one.action for one in facts.documents)


def _changes(facts: Facts) -> bool:
    return any(
        one.action == "C" or (one.version or 1) > 1 or one.replaced
        for one in facts.documents
        if one.action != "D"
    )


def _for_patient(facts: Facts) -> bool:
    return facts.announced and any(address.lower().endswith(f"@{PATIENTS}") for address in facts.recipients)


def _plain_mail(stage: Stage) -> Iterator[Take]:
    yield stage.write(Bilingual("courriel sans document", "mail without a document"))


N1 = Scene(
    "n1",
    Bilingual("un document N1", "an N1 document"),
    _one("N1"),
    _in_form("N1"),
    Bilingual("un courriel qui porte un document N1", "a mail that carries an N1 document"),
)
N3 = Scene(
    "n3",
    Bilingual("un document N3", "an N3 document"),
    _one("N3"),
    _in_form("N3"),
    Bilingual("un courriel qui porte un document N3", "a mail that carries an N3 document"),
)
SEVERAL = Scene(
    "several",
    Bilingual("deux documents d'un patient", "two documents of one patient"),
    _several,
    lambda facts: len(facts.documents) > 1,
    Bilingual("un courriel qui porte deux documents", "a mail that carries two documents"),
)
PAIR = Scene("pair", Bilingual("les deux formes d'un document", "both forms of one document"), _pair)
DRAFT = Scene("draft", Bilingual("un brouillon rouvert puis envoyé", "a draft reopened and sent"), _draft)
STYLESHEET = Scene(
    "stylesheet",
    Bilingual("un document autoprésentable", "a self-presenting document"),
    _stylesheet,
    lambda facts: any(one.wrapped for one in facts.documents),
    Bilingual(
        "un courriel qui porte un document autoprésentable", "a mail that carries a self-presenting document"
    ),
)
UNQUALIFIED = Scene(
    "unqualified",
    Bilingual("une identité non qualifiée", "an unqualified identity"),
    _unqualified,
    lambda facts: facts.announced and facts.ins.upper() == "N",
    Bilingual(
        "un courriel de documents d'un patient dont l'identité n'est pas qualifiée (X-MSS-INS: N)",
        "a mail with documents of a patient whose identity is not qualified (X-MSS-INS: N)",
    ),
    records=(RecordSpec(PATIENT, ins_status="retrieved"),),
)
REPLACEMENT = Scene(
    "replacement",
    Bilingual("un document remplacé", "a replaced document"),
    _replacement,
    _changes,
    Bilingual(
        "un courriel qui remplace un document (version 2 ou plus)",
        "a mail that replaces a document (version 2 or later)",
    ),
    action="replace_documents",
)
DELETION = Scene(
    "deletion",
    Bilingual("un document supprimé", "a deleted document"),
    _deletion,
    lambda facts: any(one.action == "D" for one in facts.documents),
    Bilingual("un courriel qui supprime un document (slot D)", "a mail that deletes a document (slot D)"),
    action="delete_documents",
)
MANUAL = Scene("manual", Bilingual("un envoi manuel", "a manual sending"), _manual(None), _documents)
MANUAL_BIOLOGY = Scene(
    "manual-biology",
    Bilingual("un compte rendu de biologie envoyé à la main", "a biology report sent by hand"),
    _manual(BIOLOGY),
)
MANUAL_IMAGING = Scene(
    "manual-imaging",
    Bilingual("un compte rendu d'imagerie envoyé à la main", "an imaging report sent by hand"),
    _manual(IMAGING),
)
AUTOMATIC_BIOLOGY = Scene(
    "automatic-biology",
    Bilingual("un compte rendu de biologie envoyé sans personne", "a biology report sent by nobody's hand"),
    _automatic(BIOLOGY),
)
AUTOMATIC_IMAGING = Scene(
    "automatic-imaging",
    Bilingual(
        "un compte rendu d'imagerie envoyé par la BAL APP", "an imaging report sent by the APP mailbox"
    ),
    _automatic(IMAGING),
    mailboxes=frozenset({"APP"}),
)
AUTOMATIC_PERSONAL = Scene(
    "automatic-personal",
    Bilingual(
        "un compte rendu d'imagerie envoyé sans personne par une BAL nominative",
        "an imaging report sent by nobody's hand through a nominative mailbox",
    ),
    _automatic(IMAGING),
    mailboxes=frozenset({"PER"}),
)
ATTENDING = Scene(
    "attending",
    Bilingual("l'envoi au médecin traitant", "the sending to the attending physician"),
    _attending,
    records=(RecordSpec(PATIENT, attended=True),),
)
TO_PATIENT = Scene(
    "patient",
    Bilingual("un document envoyé au patient", "a document sent to the patient"),
    _to_patient(None, None),
    _for_patient,
    Bilingual(
        f"un courriel de documents adressé à {PATIENTS}", f"a mail with documents addressed to {PATIENTS}"
    ),
)
TO_UNQUALIFIED_PATIENT = Scene(
    "patient-unqualified",
    Bilingual(
        "un document pour un patient d'identité non qualifiée",
        "a document for a patient of unqualified identity",
    ),
    _to_patient(None, None),
    records=(RecordSpec(PATIENT, ins_status="retrieved"),),
)
TO_PATIENT_BIOLOGY = Scene(
    "patient-biology",
    Bilingual("un compte rendu de biologie envoyé au patient", "a biology report sent to the patient"),
    _to_patient(BIOLOGY, None),
)
TO_PATIENT_AUTOMATIC = Scene(
    "patient-automatic",
    Bilingual(
        "un document envoyé au patient par la BAL APP", "a document sent to the patient by the APP mailbox"
    ),
    _to_patient(None, "automatic"),
    mailboxes=frozenset({"APP"}),
)
TEN = Scene(
    "ten",
    Bilingual("dix correspondants", "ten correspondents"),
    _ten,
    lambda facts: facts.announced and len(facts.recipients) >= CORRESPONDENTS_OF_A_RECORD,
    Bilingual("un courriel de documents adressé à dix personnes", "a mail with documents addressed to ten"),
    correspondents=CORRESPONDENTS_OF_A_RECORD,
)
PARTIAL = Scene(
    "partial",
    Bilingual("un compte rendu partiel, puis le complet", "a partial report, then the complete one"),
    _partial,
    action="replace_documents",
)
WITHOUT_DOCUMENT = Scene(
    "without-document",
    Bilingual("un courriel sans document", "a mail without a document"),
    _plain_mail,
    lambda facts: not facts.announced,
    Bilingual("un courriel sans document", "a mail without a document"),
    records=(),
    action="send",
)
EVERY_MAIL = Scene(
    "every-mail",
    Bilingual("chaque courriel", "every mail"),
    None,
    lambda facts: facts.kind == "mail",
    Bilingual("les courriels du produit", "the product's mails"),
)
"""Among files: every mail. With a live product the cases on the form of mail send their own."""

ANY = Scene(
    "documents",
    Bilingual("les documents envoyés", "the documents sent"),
    None,
    _documents,
    Bilingual("les courriels de documents du produit", "the product's mails with documents"),
)
"""Among files: whatever carries a document, also what does not read. Nothing is played for it."""

ORDINARY = (ANY, N1, N3, SEVERAL)
"""What every document mail is judged on: in files, every one that there is."""
