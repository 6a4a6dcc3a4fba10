"""X-LPS-01 to X-LPS-09, PFI.MSS/UX.01 and UX.02 — documents that come by mail, given to the software by HL7 v2."""

from harness.bench import Bench
from harness.checks import gateway
from harness.checks.acknowledgement import check_against, check_error_mail
from harness.gateways import (
    CR_IMG,
    Action,
    Hospital,
    Reply,
    gateway_case,
    need_messages,
    need_notifications,
    notifications,
    ordinary,
    profiled,
    returned_mdn,
)


@gateway_case(
    "X-LPS-01/first",
    requirements=["X-LPS-01"],
    fr="Premier envoi : MDM^T02",
    en="First sending: MDM^T02",
    role="receive",
)
def test_message_first(bench: Bench) -> None:
    """A mail brings a document.

    EXIGENCE : un message par document : T02 au premier envoi, T10 au remplacement, T04 à la
      suppression, ORC-1 et OBX-11 en accord.
    ATTENDU : un MDM par document, conforme au profil.
    REQUIREMENT: one message a document: T02 at first sending, T10 at replacement, T04 at deletion,
      ORC-1 and OBX-11 in agreement.
    EXPECTED: one MDM a document, conforming to the profile.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n1())
    bench.judge(gateway.transferred(messages, brought), profiled(messages))


@gateway_case(
    "X-LPS-01/replacement",
    requirements=["X-LPS-01"],
    fr="Remplacement : MDM^T10",
    en="Replacement: MDM^T10",
    role="receive",
)
def test_message_replacement(bench: Bench) -> None:
    """A mail brings a document.

    EXIGENCE : un message par document : T02 au premier envoi, T10 au remplacement, T04 à la
      suppression, ORC-1 et OBX-11 en accord.
    ATTENDU : un MDM par document, conforme au profil.
    REQUIREMENT: one message a document: T02 at first sending, T10 at replacement, T04 at deletion,
      ORC-1 and OBX-11 in agreement.
    EXPECTED: one MDM a document, conforming to the profile.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n1(replacing=hospital.n1()), action=Action.CHANGE)
    bench.judge(gateway.transferred(messages, brought), profiled(messages))


@gateway_case(
    "X-LPS-01/deletion",
    requirements=["X-LPS-01"],
    fr="Suppression : MDM^T04",
    en="Deletion: MDM^T04",
    role="receive",
)
def test_message_deletion(bench: Bench) -> None:
    """A mail brings a document.

    EXIGENCE : un message par document : T02 au premier envoi, T10 au remplacement, T04 à la
      suppression, ORC-1 et OBX-11 en accord.
    ATTENDU : un MDM par document, conforme au profil.
    REQUIREMENT: one message a document: T02 at first sending, T10 at replacement, T04 at deletion,
      ORC-1 and OBX-11 in agreement.
    EXPECTED: one MDM a document, conforming to the profile.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n1(), action=Action.DELETE)
    bench.judge(gateway.transferred(messages, brought), profiled(messages))


@gateway_case(
    "X-LPS-01/two-documents",
    requirements=["X-LPS-01"],
    fr="Deux documents : deux MDM",
    en="Two documents: two MDM",
    role="receive",
)
def test_message_two_documents(bench: Bench) -> None:
    """A mail brings two documents.

    EXIGENCE : un message par document : T02 au premier envoi, T10 au remplacement, T04 à la
      suppression, ORC-1 et OBX-11 en accord.
    ATTENDU : un MDM par document, conforme au profil.
    REQUIREMENT: one message a document: T02 at first sending, T10 at replacement, T04 at deletion,
      ORC-1 and OBX-11 in agreement.
    EXPECTED: one MDM a document, conforming to the profile.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n1(), hospital.n1(CR_IMG))
    bench.judge(gateway.transferred(messages, brought), profiled(messages))


@gateway_case(
    "PFI.MSS-UX.01/documents",
    requirements=["PFI.MSS/UX.01"],
    fr="Courriel porteur de documents : HL7",
    en="Mail with documents: HL7",
    role="receive",
)
def test_forwards(bench: Bench) -> None:
    """A mail brings two documents.

    EXIGENCE : à la réception d'un courriel avec IHE_XDM, la PFI transmet les documents par le volet
      HL7.
    ATTENDU : un MDM par document.
    REQUIREMENT: on a mail with IHE_XDM the PFI forwards the documents by the HL7 volet.
    EXPECTED: one MDM a document.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n1(), hospital.n1(CR_IMG))
    bench.judge(gateway.one_each(messages, brought))


@gateway_case(
    "X-LPS-08/addresses",
    requirements=["X-LPS-08"],
    fr="Adresses du courriel dans les PRT",
    en="Addresses of the mail in the PRT",
    role="receive",
)
def test_prt(bench: Bench) -> None:
    """A mail brings a document.

    EXIGENCE : expéditeur (SB) obligatoire, destinataire (RCT) s'il est connu, réponse (REPLY)
      facultative ; PRT-15.3 X.400, adresse en PRT-15.4.
    ATTENDU : les adresses du courriel.
    REQUIREMENT: sender (SB) required, recipient (RCT) if known, reply (REPLY) optional; PRT-15.3 X.400,
      address in PRT-15.4.
    EXPECTED: the addresses of the mail.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n1())
    bench.judge(gateway.transferred(need_messages(messages), brought), profiled(messages))


@gateway_case(
    "X-LPS-09/first",
    requirements=["X-LPS-09"],
    fr="Contenu du MDM",
    en="Content of the MDM",
    role="receive",
)
def test_content_first(bench: Bench) -> None:
    """A mail brings a document.

    EXIGENCE : le message vient du courriel et du CDA : identifiants du patient, code, id, Message-ID,
      objet et corps, quatre métadonnées.
    ATTENDU : les mêmes valeurs, et les octets du document.
    REQUIREMENT: the message comes from the mail and the CDA: identifiers of the patient, code, id,
      Message-ID, subject and body, four metadata.
    EXPECTED: the same values, and the octets of the document.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n1())
    bench.judge(gateway.transferred(need_messages(messages), brought), profiled(messages))


@gateway_case(
    "X-LPS-09/replacement",
    requirements=["X-LPS-09"],
    fr="Contenu du MDM de remplacement",
    en="Content of the MDM of a replacement",
    role="receive",
)
def test_content_replacement(bench: Bench) -> None:
    """A mail brings a document.

    EXIGENCE : le message vient du courriel et du CDA : identifiants du patient, code, id, Message-ID,
      objet et corps, quatre métadonnées.
    ATTENDU : les mêmes valeurs, et les octets du document.
    REQUIREMENT: the message comes from the mail and the CDA: identifiers of the patient, code, id,
      Message-ID, subject and body, four metadata.
    EXPECTED: the same values, and the octets of the document.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n1(replacing=hospital.n1()), action=Action.CHANGE)
    bench.judge(gateway.transferred(need_messages(messages), brought), profiled(messages))


@gateway_case(
    "X-LPS-09/n3",
    requirements=["X-LPS-09"],
    fr="Contenu du MDM d'un N3",
    en="Content of the MDM of an N3",
    role="receive",
)
def test_content_n3(bench: Bench) -> None:
    """A mail brings a document.

    EXIGENCE : le message vient du courriel et du CDA : identifiants du patient, code, id, Message-ID,
      objet et corps, quatre métadonnées.
    ATTENDU : les mêmes valeurs, et les octets du document.
    REQUIREMENT: the message comes from the mail and the CDA: identifiers of the patient, code, id,
      Message-ID, subject and body, four metadata.
    EXPECTED: the same values, and the octets of the document.
    """
    hospital = Hospital(bench)
    brought, messages = hospital.transfers(hospital.n3())
    bench.judge(gateway.transferred(need_messages(messages), brought), profiled(messages))


@gateway_case(
    "PFI.MSS-UX.02/taken",
    requirements=["PFI.MSS/UX.02"],
    fr="ACK AA : MDN de succès",
    en="ACK AA: MDN of success",
    role="receive",
)
def test_mdn_taken(bench: Bench) -> None:
    """A mail that asks for a receipt brings a document; the software answers.

    EXIGENCE : à l'acquittement HL7, la PFI rend un MDN (ou un courriel) à l'expéditeur.
    ATTENDU : un MDN à l'adresse qui le demande.
    REQUIREMENT: on the HL7 acknowledgement the PFI returns an MDN (or mail) to the sender.
    EXPECTED: an MDN to the address that asks for it.
    """
    hospital = Hospital(bench)
    _, sent = hospital.answers(Reply())
    bench.judge(gateway.answered(notifications(sent), None))


@gateway_case(
    "PFI.MSS-UX.02/refused",
    requirements=["PFI.MSS/UX.02"],
    fr="ACK AE 902 : MDN en erreur",
    en="ACK AE 902: MDN in error",
    role="receive",
)
def test_mdn_refused(bench: Bench) -> None:
    """A mail that asks for a receipt brings a document; the software answers.

    EXIGENCE : à l'acquittement HL7, la PFI rend un MDN (ou un courriel) à l'expéditeur.
    ATTENDU : un MDN à l'adresse qui le demande.
    REQUIREMENT: on the HL7 acknowledgement the PFI returns an MDN (or mail) to the sender.
    EXPECTED: an MDN to the address that asks for it.
    """
    hospital = Hospital(bench)
    _, sent = hospital.answers(Reply("AE", application="902"))
    bench.judge(gateway.answered(notifications(sent), "902"))


@gateway_case(
    "X-LPS-03/not-asked",
    requirements=["X-LPS-03"],
    fr="Accusé non demandé",
    en="Receipt not asked for",
    role="receive",
)
def test_mdn_not_asked(bench: Bench) -> None:
    """A mail without Disposition-Notification-To; the software answers AA.

    EXIGENCE : le MDN n'est rendu que demandé par Disposition-Notification-To ; pas d'office quand cette
      adresse diffère de Return-Path.
    ATTENDU : aucun MDN non demandé ; un MDN d'office ailleurs : avertissement.
    REQUIREMENT: the MDN is returned only when Disposition-Notification-To asks for it; not
      automatically when that address differs from Return-Path.
    EXPECTED: no MDN unasked; an automatic one elsewhere: warning.
    """
    hospital = Hospital(bench)
    brought, sent = hospital.answers(Reply(), asks=False)
    bench.judge(*(check_against(one.mail, brought.mail, one.mail_from) for one in sent))


@gateway_case(
    "X-LPS-03/elsewhere",
    requirements=["X-LPS-03"],
    fr="MDN de la PFI demandé pour une autre adresse",
    en="MDN of the PFI asked for another address",
    role="receive",
)
def test_mdn_elsewhere(bench: Bench) -> None:
    """Disposition-Notification-To differs from Return-Path; the software answers AA.

    EXIGENCE : le MDN n'est rendu que demandé par Disposition-Notification-To ; pas d'office quand cette
      adresse diffère de Return-Path.
    ATTENDU : aucun MDN non demandé ; un MDN d'office ailleurs : avertissement.
    REQUIREMENT: the MDN is returned only when Disposition-Notification-To asks for it; not
      automatically when that address differs from Return-Path.
    EXPECTED: no MDN unasked; an automatic one elsewhere: warning.
    """
    hospital = Hospital(bench)
    brought, sent = hospital.answers(Reply(), return_path=hospital.other)
    bench.judge(*(check_against(one.mail, brought.mail, one.mail_from) for one in sent))


@gateway_case(
    "X-LPS-04/taken",
    requirements=["X-LPS-04"],
    fr="Structure du MDN de succès",
    en="Structure of the MDN of success",
    role="receive",
)
def test_x_lps_04_taken(bench: Bench) -> None:
    """A mail that asks for a receipt brings a document; the software answers.

    EXIGENCE : multipart/report en trois parties ; l'archive d'origine y est une fois, à la place de
      l'édition annoncée.
    ATTENDU : cette structure, la même archive.
    REQUIREMENT: multipart/report in three parts; the original archive is in it once, at the place of
      the claimed edition.
    EXPECTED: that structure, the same archive.
    """
    hospital = Hospital(bench)
    brought, sent = hospital.answers(Reply())
    found = need_notifications(sent)
    bench.judge(returned_mdn(bench, found, brought))


@gateway_case(
    "X-LPS-04/refused",
    requirements=["X-LPS-04"],
    fr="Structure du MDN en erreur",
    en="Structure of the MDN in error",
    role="receive",
)
def test_x_lps_04_refused(bench: Bench) -> None:
    """A mail that asks for a receipt brings a document; the software answers.

    EXIGENCE : multipart/report en trois parties ; l'archive d'origine y est une fois, à la place de
      l'édition annoncée.
    ATTENDU : cette structure, la même archive.
    REQUIREMENT: multipart/report in three parts; the original archive is in it once, at the place of
      the claimed edition.
    EXPECTED: that structure, the same archive.
    """
    hospital = Hospital(bench)
    brought, sent = hospital.answers(Reply("AE", application="902"))
    found = need_notifications(sent)
    bench.judge(returned_mdn(bench, found, brought))


@gateway_case(
    "X-LPS-05/taken",
    requirements=["X-LPS-05"],
    fr="Disposition du MDN de succès",
    en="Disposition of the MDN of success",
    role="receive",
)
def test_x_lps_05_taken(bench: Bench) -> None:
    """A mail that asks for a receipt brings a document; the software answers.

    EXIGENCE : processed en cas de succès ; en erreur, la forme de l'édition annoncée et le code du
      logiciel.
    ATTENDU : cette forme, ce code.
    REQUIREMENT: processed on success; on error the form of the claimed edition and the code of the
      software.
    EXPECTED: that form, that code.
    """
    hospital = Hospital(bench)
    brought, sent = hospital.answers(Reply())
    found = need_notifications(sent)
    bench.judge(returned_mdn(bench, found, brought), gateway.answered(found, None))


@gateway_case(
    "X-LPS-05/refused",
    requirements=["X-LPS-05"],
    fr="Disposition du MDN en erreur",
    en="Disposition of the MDN in error",
    role="receive",
)
def test_x_lps_05_refused(bench: Bench) -> None:
    """A mail that asks for a receipt brings a document; the software answers.

    EXIGENCE : processed en cas de succès ; en erreur, la forme de l'édition annoncée et le code du
      logiciel.
    ATTENDU : cette forme, ce code.
    REQUIREMENT: processed on success; on error the form of the claimed edition and the code of the
      software.
    EXPECTED: that form, that code.
    """
    hospital = Hospital(bench)
    brought, sent = hospital.answers(Reply("AE", application="902"))
    found = need_notifications(sent)
    bench.judge(returned_mdn(bench, found, brought), gateway.answered(found, "902"))


@gateway_case(
    "X-LPS-06/taken",
    requirements=["X-LPS-06"],
    fr="Objet du MDN de succès",
    en="Subject of the MDN of success",
    role="receive",
)
def test_x_lps_06_taken(bench: Bench) -> None:
    """A mail that asks for a receipt brings a document; the software answers.

    EXIGENCE : en succès l'objet XDM seul ; en erreur [KO Intégration système !][<code>] devant.
    ATTENDU : cet objet.
    REQUIREMENT: on success the XDM subject alone; on error [KO Intégration système !][<code>] before
      it.
    EXPECTED: that subject.
    """
    hospital = Hospital(bench)
    brought, sent = hospital.answers(Reply())
    found = need_notifications(sent)
    bench.judge(returned_mdn(bench, found, brought))


@gateway_case(
    "X-LPS-06/refused",
    requirements=["X-LPS-06"],
    fr="Objet du MDN en erreur",
    en="Subject of the MDN in error",
    role="receive",
)
def test_x_lps_06_refused(bench: Bench) -> None:
    """A mail that asks for a receipt brings a document; the software answers.

    EXIGENCE : en succès l'objet XDM seul ; en erreur [KO Intégration système !][<code>] devant.
    ATTENDU : cet objet.
    REQUIREMENT: on success the XDM subject alone; on error [KO Intégration système !][<code>] before
      it.
    EXPECTED: that subject.
    """
    hospital = Hospital(bench)
    brought, sent = hospital.answers(Reply("AE", application="902"))
    found = need_notifications(sent)
    bench.judge(returned_mdn(bench, found, brought))


@gateway_case(
    "X-LPS-07/error",
    requirements=["X-LPS-07"],
    fr="Courriel d'erreur ordinaire",
    en="Ordinary error mail",
    role="receive",
)
def test_error_mail(bench: Bench) -> None:
    """A mail without Disposition-Notification-To; the software answers AE 902.

    EXIGENCE : sans demande d'accusé, un courriel ordinaire peut dire une erreur, jamais un succès :
      multipart/mixed, objet d'erreur, code, original.
    ATTENDU : rien, ou un courriel de cette forme.
    REQUIREMENT: when no receipt was asked for, an ordinary mail may tell an error, never a success:
      multipart/mixed, error subject, code, original.
    EXPECTED: nothing, or a mail of that form.
    """
    hospital = Hospital(bench)
    _, sent = hospital.answers(Reply("AE", application="902"), asks=False)
    bench.judge(*(check_error_mail(one.mail) for one in sent), gateway.error_subject(ordinary(sent)))


@gateway_case(
    "X-LPS-07/success",
    requirements=["X-LPS-07"],
    fr="Aucun courriel de succès",
    en="No mail of success",
    role="receive",
)
def test_no_success_mail(bench: Bench) -> None:
    """A mail without Disposition-Notification-To; the software answers AA.

    EXIGENCE : sans demande d'accusé, un courriel ordinaire peut dire une erreur, jamais un succès :
      multipart/mixed, objet d'erreur, code, original.
    ATTENDU : rien, ou un courriel de cette forme.
    REQUIREMENT: when no receipt was asked for, an ordinary mail may tell an error, never a success:
      multipart/mixed, error subject, code, original.
    EXPECTED: nothing, or a mail of that form.
    """
    hospital = Hospital(bench)
    _, sent = hospital.answers(Reply(), asks=False)
    bench.judge(gateway.success_by_mail(ordinary(sent)))
