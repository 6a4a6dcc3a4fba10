"""The claims that Pro Santé Connect gives of a professional, shaped as in published samples (DOSSIER §5)."""

from __future__ import annotations

from typing import Any

from simulators.people import Professional
from simulators.psc.model import Session

SCOPE = "openid profile scope_all identity"
ACR_GIVEN = "eidas3"
"""Level of the card, whatever was asked (sample of 2023: `eidas3` with `CARD` although eidas1 was asked)."""
AUTH_MODE = "CARD"

JsonObject = dict[str, Any]


def subject(provider_id: str, ps_idnat: str) -> str:
    """Return `sub`: `f:<uuid of the user storage>:<PS_IdNat>`."""
    return f"f:{provider_id}:{ps_idnat}"


def other_ids(ps_idnat: str) -> list[JsonObject]:
    """Return `otherIds`: the national number and where it comes from."""
    origin = "RPPS" if ps_idnat.startswith("8") else "EDIT"
    return [{"identifiant": ps_idnat, "origine": origin, "qualite": 1}]


def access_claims(session: Session, sub: str, jti: str) -> JsonObject:
    """Return the access token's claims but `iss`, `iat` and `exp`.

    There is no `aud` and no mail address: an operator links the person to the mailbox by
    `preferred_username` only.
    """
    claims: JsonObject = {
        "auth_time": int(session.started.timestamp()),
        "jti": jti,
        "sub": sub,
        "typ": "Bearer",
        "azp": session.client_id,
        "session_state": session.sid,
        "acr": ACR_GIVEN,
        "scope": SCOPE,
        "sid": session.sid,
        "authMode": AUTH_MODE,
        "otherIds": other_ids(session.ps_idnat),
        "preferred_username": session.ps_idnat,
    }
    if session.nonce is not None:
        claims["nonce"] = session.nonce
    return claims


def id_claims(session: Session, person: Professional, sub: str, jti: str, at_hash: str) -> JsonObject:
    """Return the id_token's claims but `iss`, `iat` and `exp`."""
    claims: JsonObject = {
        "auth_time": int(session.started.timestamp()),
        "jti": jti,
        "aud": session.client_id,
        "sub": sub,
        "typ": "ID",
        "azp": session.client_id,
        "session_state": session.sid,
        "at_hash": at_hash,
        "acr": ACR_GIVEN,
        "sid": session.sid,
        "email_verified": False,
        "preferred_username": session.ps_idnat,
        "given_name": person.given,
        "family_name": person.family,
    }
    if session.nonce is not None:
        claims["nonce"] = session.nonce
    return claims


def userinfo(person: Professional, sub: str) -> JsonObject:
    """Return the answer of the userinfo endpoint."""
    place = person.structure
    return {
        "Secteur_Activite": f"{place.sector}^1.2.250.1.71.4.2.4",
        "sub": sub,
        "email_verified": False,
        "SubjectOrganization": place.name,
        "Mode_Acces_Raison": "",
        "preferred_username": person.ps_idnat,
        "given_name": person.given,
        "family_name": person.family,
        "Acces_Regulation_Medicale": "FAUX",
        "UITVersion": "1.0",
        "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
        "SubjectRefPro": {
            "codeCivilite": person.civility,
            "exercices": [_exercise(person)],
        },
        "SubjectOrganizationID": place.struct_idnat,
        "SubjectRole": [f"{person.profession}^1.2.250.1.213.1.1.5.5"],
        "PSI_Locale": "1.2.250.1.213.1.3.1.1",
        "otherIds": other_ids(person.ps_idnat),
        "SubjectNameID": person.ps_idnat,
    }


def _exercise(person: Professional) -> JsonObject:
    return {
        "codeProfession": person.profession,
        "codeCategorieProfessionnelle": "C",
        "codeCiviliteDexercice": person.exercise_title,
        "nomDexercice": person.family,
        "prenomDexercice": person.given,
        "codeTypeSavoirFaire": "S" if person.skill else "",
        "codeSavoirFaire": person.skill,
        "activities": [_activity(person)],
    }


def _activity(person: Professional) -> JsonObject:
    place = person.structure
    return {
        "codeModeExercice": "S" if place.sector in ("SA01", "SA17") else "L",
        "codeSecteurDactivite": place.sector,
        "codeSectionPharmacien": "",
        "codeRole": "",
        "codeGenreActivite": "GENR01",
        "numeroSiretSite": "",
        "numeroSirenSite": "",
        "numeroFinessSite": place.finess,
        "numeroFinessetablissementJuridique": "",
        "identifiantTechniqueDeLaStructure": "",
        "raisonSocialeSite": place.name,
        "enseigneCommercialeSite": "",
        "complementDestinataire": "",
        "complementPointGeographique": "",
        "numeroVoie": place.street_number,
        "indiceRepetitionVoie": "",
        "codeTypeDeVoie": "R",
        "libelleVoie": place.street.upper(),
        "mentionDistribution": "",
        "bureauCedex": "",
        "codePostal": place.postcode,
        "codeCommune": place.commune,
        "codePays": "",
        "telephone": "",
        "telephone2": "",
        "telecopie": "",
        "adresseEMail": "",
        "codeDepartement": place.department,
        "ancienIdentifiantDeLaStructure": "",
        "autoriteDenregistrement": "",
    }
