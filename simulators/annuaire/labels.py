"""Labels of the codes that extraction files print beside them (from the NOS).

Those of professions and know-how are restated from the published snapshots; what the population does not use
is left out, and a code without label is printed alone.
"""

from __future__ import annotations

from collections.abc import Mapping

PROFESSIONS: Mapping[str, str] = {
    "10": "Médecin",
    "21": "Pharmacien",
    "26": "Audioprothésiste",
    "28": "Opticien-Lunetier",
    "31": "Assistant dentaire",
    "32": "Physicien médical",
    "35": "Aide-soignant",
    "36": "Ambulancier",
    "37": "Auxiliaire de puériculture",
    "38": "Préparateur en pharmacie hospitalière",
    "39": "Préparateur en pharmacie",
    "40": "Chirurgien-Dentiste",
    "50": "Sage-Femme",
    "60": "Infirmier",
    "69": "Infirmier psychiatrique",
    "70": "Masseur-Kinésithérapeute",
    "80": "Pédicure-Podologue",
    "81": "Orthoprothésiste",
    "82": "Podo-Orthésiste",
    "83": "Orthopédiste-Orthésiste",
    "84": "Oculariste",
    "85": "Epithésiste",
    "86": "Technicien de labo médical",
    "91": "Orthophoniste",
    "92": "Orthoptiste",
    "93": "Psychologue",
    "94": "Ergothérapeute",
    "95": "Diététicien",
    "96": "Psychomotricien",
    "98": "Manipulateur ERM",
}
CATEGORIES: Mapping[str, str] = {"C": "Civil", "M": "Militaire", "E": "Etudiant"}
KNOW_HOW_KINDS: Mapping[str, str] = {"S": "Spécialité ordinale", "C": "Compétence"}
KNOW_HOW: Mapping[str, str] = {
    "SCD01": "Orthopédie dento-faciale (SCD)",
    "SCD02": "Chirurgie orale (SCD)",
    "SM02": "Anesthésie-réanimation (SM)",
    "SM03": "Biologie médicale (SM)",
    "SM04": "Cardiologie et Maladies vasculaires (SM)",
    "SM08": "Chirurgie orthopédique et Traumatologie (SM)",
    "SM14": "Chirurgie viscérale et digestive (SM)",
    "SM15": "Dermatologie et vénéréologie (SM)",
    "SM18": "Gériatrie (SM)",
    "SM20": "Gynécologie-obstétrique (SM)",
    "SM24": "Gastro-entérologie et Hépatologie (SM)",
    "SM26": "Qualifié en Médecine générale (SM)",
    "SM30": "Néphrologie (SM)",
    "SM32": "Neurologie (SM)",
    "SM36": "Oncologie, option médicale (SM)",
    "SM38": "Ophtalmologie (SM)",
    "SM40": "Pédiatrie (SM)",
    "SM41": "Pneumologie (SM)",
    "SM42": "Psychiatrie (SM)",
    "SM44": "Radio-diagnostic (SM)",
    "SM48": "Rhumatologie (SM)",
    "SM53": "Spécialiste en Médecine générale (SM)",
    "SM54": "Médecine générale (SM)",
    "SM59": "Médecine d'urgence (SM)",
}
CIVILITIES: Mapping[str, str] = {"M": "Monsieur", "MME": "Madame", "MLLE": "Mademoiselle"}
TITLES: Mapping[str, str] = {
    "DR": "Docteur",
    "MC": "Médecin chef",
    "MG": "Médecin général",
    "PC": "Pharmacien chef",
    "PG": "Pharmacien général",
    "PR": "Professeur",
}
MODES: Mapping[str, str] = {"L": "Libéral", "S": "Salarié", "B": "Bénévole"}
ACTIVITIES: Mapping[str, str] = {"GENR01": "Activité standard de soin ou de pharmacien"}
FUNCTIONS: Mapping[str, str] = {"FON-AU": "Autre fonction"}
SECTORS: Mapping[str, str] = {
    "SA01": "Etablissement public de santé",
    "SA05": "Centre de santé",
    "SA07": "Cabinet individuel",
    "SA17": "Etablissement pour personnes âgées",
    "SA25": "Laboratoire de biologie médicale",
    "SA33": "Pharmacie d'officine",
}
AUTHORITIES: Mapping[str, str] = {
    "10": "CNOM",
    "21": "CNOP",
    "40": "ONCD",
    "50": "CNOSF",
    "60": "ONI",
    "70": "CNOMK",
    "80": "ONPP",
}
"""Registration authority of a profession; the ARS register the others [inferred codes]."""
OTHER_AUTHORITY = "ARS"
