"""Code systems of the directory (NOS, mos.esante.gouv.fr) and identifier systems of DOSSIER §2.1."""

from __future__ import annotations


def _nos(name: str) -> str:
    return f"https://mos.esante.gouv.fr/NOS/{name}/FHIR/{name.replace('_', '-')}"


PROFESSION = _nos("TRE_G15-ProfessionSante")
CATEGORY = _nos("TRE_R09-CategorieProfessionnelle")
DIPLOMA_KIND = _nos("TRE_R14-TypeDiplome")
DIPLOMA = _nos("TRE_R48-DiplomeEtatFrancais")
KNOW_HOW_KIND = _nos("TRE_R04-TypeSavoirFaire")
SPECIALITY = _nos("TRE_R38-SpecialiteOrdinale")
COMPETENCE = _nos("TRE_R39-Competence")
OTHER_KNOW_HOW = _nos("TRE_R01-EnsembleSavoirFaire-CISIS")
"""Any know-how that is no ordinary speciality nor competence, as read from a file [inferred]."""
ACTIVITY_KIND = _nos("TRE_R22-GenreActivite")
EXERCISE_MODE = _nos("TRE_R23-ModeExercice")
FUNCTION = _nos("TRE_R21-Fonction")
PHARMACY_SECTION = _nos("TRE_G05-SousSectionTableauCNOP")
SECTOR = _nos("TRE_R02-SecteurActivite")
STRUCTURE_CATEGORY = _nos("TRE_R66-CategorieEtablissement")
LEGAL_STATUS = _nos("TRE_R72-FinessStatutJuridique")
SPH = _nos("TRE_R73-ESPIC")
AUTHORITY = _nos("TRE_R08-AutoriteEnregistrement")
COMMUNE = _nos("TRE_R13-CommuneOM")
CARD_TYPE = _nos("TRE_R87-TypeCarte")
MESSAGING_TYPE = _nos("TRE_R256-TypeMessagerie")
BAL_TYPE = _nos("TRE_R257-TypeBAL")
EQUIPMENT_TYPE = _nos("TRE_R272-TypeEquipementMaterielLourd")
CARE_ACTIVITY = _nos("TRE_R277-ModaliteActivite")
CARE_MODALITY = _nos("TRE_R276-ActiviteSanitaireRegulee")
CARE_FORM = _nos("TRE_R275-FormeActivite")
SOCIAL_DISCIPLINE = _nos("TRE_R280-DisciplineEquipementSocial")
SOCIAL_CLIENTELE = _nos("TRE_R239-PublicPrisEnCharge")
SOCIAL_MODE = _nos("TRE_R209-TypeActivite")
ENTITY_KIND = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-3307"
IDENTIFIER_TYPE = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"

IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
RPPS = "https://rpps.esante.gouv.fr"
IDNST = "urn:oid:1.2.250.1.71.4.2.2"
FINESS = "https://finess.esante.gouv.fr"
RPPS_RANG = "https://rppsrang.esante.gouv.fr"
SIREN = "https://sirene.fr"
SIRET = "https://sirene.fr"
ARHGOS = "https://arhgos.ars.sante.fr"

ORGANIZATION_TYPE = "organizationType"
SECTOR_TYPE = "secteurActiviteRASS"
LEGAL_TYPE = "statutJuridiqueINSEE"
SPH_TYPE = "sphParticipation"
ESTABLISHMENT_TYPE = "typeEtablissement"
