"""Variants of writing to patients, and of what the list shows of them."""

from __future__ import annotations

from simulators.product.variant import Variant, variant

CLIENTS = "REAL-DEFECTS, MSSanté clients"
ISSUE = "Issue: real defects named for the intermediate level"
SAMPLES = "An official HL7 sample has the form with 20 digits (DOSSIER §4)"

PATIENT_VARIANTS: tuple[Variant, ...] = (
    variant(
        "ecrit-au-parent",
        "",
        "Écrit à la messagerie du parent d'un mineur",
        "Writes to the messaging of a minor's parent",
        warns="X-ENS-02",
        origin=f"{CLIENTS}: minor's mail sent to a parent",
        patient_address="guardian",
    ),
    variant(
        "adresse-du-premier-dossier",
        "ECO.3.1.5",
        "Écrit au patient du premier dossier, quel que soit celui choisi",
        "Writes to the patient of the first record, whichever was chosen",
        patient_address="first-record",
    ),
    variant(
        "matricule-sans-cle",
        "ECO.2.2.6 ECO.3.1.5 X-ENS-01",
        "Bâtit l'adresse sur les 13 premiers caractères du matricule, sans la clé",
        "Builds the address on the first 13 characters of the matricule, without the key",
        warns="X-ENS-02",
        patient_address="no-key",
    ),
    variant(
        "matricule-avec-oid",
        "ECO.2.2.6 ECO.3.1.5 X-ENS-01",
        "Met la fin de l'OID devant le matricule : 20 chiffres",
        "Puts the end of the OID before the matricule: 20 digits",
        warns="X-ENS-02",
        origin=SAMPLES,
        patient_address="with-oid",
    ),
    variant(
        "ecrit-sans-ins-qualifiee",
        "ECO.3.1.5",
        "Écrit à un patient dont l'INS est récupérée, pas qualifiée",
        "Writes to a patient whose INS was retrieved, not qualified",
        warns="ECO.2.2.6",
        origin=ISSUE,
        write_needs_qualified=False,
    ),
    variant(
        "fin-perdue",
        "ECO.2.2.8",
        "Oublie X-MSS-MES: FIN que l'utilisateur a demandé",
        "Forgets X-MSS-MES: FIN that the user asked for",
        origin=ISSUE,
        end_mark="absent",
    ),
    variant(
        "fin-toujours",
        "ECO.2.2.8",
        "Écrit X-MSS-MES: FIN dans tout courriel à un patient",
        "Writes X-MSS-MES: FIN in every mail to a patient",
        end_mark="always",
    ),
    variant(
        "fin-autrement-dite",
        "ECO.2.2.8",
        "Écrit X-MSS-MES avec un autre mot que FIN",
        "Writes X-MSS-MES with another word than FIN",
        end_mark="other-word",
    ),
    variant(
        "fin-qui-reste",
        "ECO.2.2.8",
        "Garde l'option FIN pour les courriels suivants, même aux professionnels",
        "Keeps the option FIN for the mails that follow, even to professionals",
        end_sticks=True,
    ),
    variant(
        "objet-sans-crochets",
        "",
        "Retire de l'objet ce qui est entre crochets : [FIN] se perd",
        "Removes from the subject what is in brackets: [FIN] is lost",
        warns="X-ENS-07",
        subject_marks=False,
    ),
    variant(
        "patient-montre-comme-professionnel",
        "ECO.3.1.1",
        "Montre comme un professionnel le patient qui écrit",
        "Shows the patient who writes as a professional",
        origin=ISSUE,
        patients_told_apart=False,
    ),
    variant(
        "patient-par-son-adresse",
        "ECO.3.1.2",
        "Ne montre que l'adresse du patient qui écrit",
        "Shows only the address of the patient who writes",
        patient_shown="address",
    ),
    variant(
        "patient-par-son-nom-d-usage",
        "ECO.3.1.2",
        "Montre le nom utilisé du patient à la place du nom de naissance",
        "Shows the patient's used name in the place of the birth name",
        patient_shown="used-name",
    ),
    variant(
        "homonyme-montre",
        "ECO.3.1.2",
        "Retrouve le dossier par le nom : montre l'homonyme",
        "Finds the record by the name: shows the namesake",
        patient_shown="namesake",
    ),
    variant(
        "patient-sans-dossier-par-son-adresse",
        "X-ENS-10",
        "Ne montre que l'adresse d'un patient qui n'a pas de dossier",
        "Shows only the address of a patient who has no record",
        unknown_patient_named=False,
    ),
    variant(
        "rejet-de-patient-avale",
        "",
        "Ne dit rien d'un courriel que la messagerie du patient a renvoyé",
        "Says nothing of a mail that the patient's messaging returned",
        warns="X-ENS-03 X-ENS-04 X-ENS-05 X-ENS-06",
        origin=ISSUE,
        patient_bounces="swallowed",
    ),
    variant(
        "rejet-de-patient-sans-motif",
        "",
        "Dit que le courriel au patient n'est pas arrivé, sans dire pourquoi",
        "Says that the mail to the patient did not arrive, without saying why",
        warns="X-ENS-03 X-ENS-04 X-ENS-05 X-ENS-06",
        patient_bounces="without-reason",
    ),
    variant(
        "rejet-de-patient-montre-comme-remis",
        "",
        "Montre comme remis le courriel que la messagerie fermée a renvoyé",
        "Shows as delivered the mail that the closed messaging returned",
        warns="X-ENS-03 X-ENS-04 X-ENS-05 X-ENS-06",
        patient_bounces="as-delivered",
    ),
)
