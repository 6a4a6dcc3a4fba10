"""Seeded plain documents: VSM, LDL-EES, DLU-EHPAD-FLUDT, eDISP-MED, CSE-CS8, BIO-TROD."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from simulators.documents.cda import BuiltCda
from simulators.documents.certificate import EXAMINATION, MOTHER, Birth, build_cse_cs8
from simulators.documents.clinical import Allergy, Problem, VitalSign
from simulators.documents.codes import (
    ATC,
    CSE_CS8,
    EDISP_MED,
    FLUDT,
    FUNCTION,
    ICD_10,
    INPATIENT,
    LDL_EES,
    LOINC,
    SCREENING,
    TROD,
    VSM,
    Code,
)
from simulators.documents.dispensation import (
    NEGATIVE,
    POSITIVE,
    Dispensed,
    RapidTest,
    build_edisp_med,
    build_trod,
)
from simulators.documents.header import Header, Participant, Relative
from simulators.documents.invention import DRUGS
from simulators.documents.ldl_ses import Treatment
from simulators.documents.letters import Record, build_fludt, build_ldl_ees, build_vsm

PCP = Code("PCP", FUNCTION, "Médecin Traitant")
_HISTORY = Code("34117-2", LOINC, "Historique et clinique")
_TRANSFER = Code("28651-8", LOINC, "Transfert du patient au service des urgences")
_COVID = Code("U07.1", ICD_10, "COVID-19")
_PROBLEMS = (
    Code("I10", ICD_10, "Hypertension essentielle (primitive)"),
    Code("E11.9", ICD_10, "Diabète sucré de type 2, sans complication"),
    Code("J45.9", ICD_10, "Asthme, sans précision"),
)
_SIGNS = (
    VitalSign(Code("8867-4", LOINC, "Fréquence cardiaque"), "80", "/min"),
    VitalSign(Code("8310-5", LOINC, "Température corporelle"), "37", "Cel"),
)


def _record(rng: random.Random, day: date) -> Record:
    known = [
        Problem(code, day - timedelta(days=rng.randrange(400, 4000))) for code in rng.sample(_PROBLEMS, 2)
    ]
    return Record(
        reason=rng.choice(("Chute avec impotence fonctionnelle", "Dyspnée fébrile")),
        problems=(known[0],),
        past=(known[1],),
        allergies=(Allergy(rng.choice(("Pénicilline", "Iode")), day - timedelta(days=3000)),),
        treatments=tuple(
            Treatment(drug, 1, rng.choice((8, 12, 24)), day - timedelta(days=90), day)
            for drug in rng.sample(DRUGS, 2)
        ),
        signs=_SIGNS,
        lifestyle="Travail de bureau",
        comment="Autonomie conservée.",
    )


def _coded(header: Header, code: Code) -> Header:
    return replace(header, acts=(replace(header.main_act, code=code),))


def _vsm(header: Header, rng: random.Random) -> BuiltCda:
    author = header.authors[0].professional
    regular = Participant("INF", author, header.time, PCP)
    return build_vsm(
        replace(_coded(header, _HISTORY), participants=(regular,)), _record(rng, header.time.date())
    )


def _ldl_ees(header: Header, rng: random.Random) -> BuiltCda:
    return build_ldl_ees(_coded(header, INPATIENT), _record(rng, header.time.date()))


def _fludt(header: Header, rng: random.Random) -> BuiltCda:
    return build_fludt(_coded(header, _TRANSFER), _record(rng, header.time.date()))


def _edisp_med(header: Header, rng: random.Random) -> BuiltCda:
    drugs = tuple(Dispensed(drug, rng.randrange(1, 4)) for drug in rng.sample(DRUGS, rng.randrange(1, 4)))
    return build_edisp_med(_coded(header, EDISP_MED.code), drugs)


def _cse_cs8(header: Header, rng: random.Random) -> BuiltCda:
    patient = header.patient
    mother = Relative(MOTHER, patient.birth_family, "MARIE", patient.phone)
    return build_cse_cs8(
        replace(_coded(header, EXAMINATION), informants=(mother,)),
        Birth(
            mother_work="Mère en activité",
            coverage="Assurance maladie",
            pregnancies=rng.randrange(1, 4),
            antenatal="Sept examens, trois échographies",
            onset=rng.choice(("Spontané", "Déclenché")),
            analgesia=rng.random() < 0.7,
            method="Voie basse non instrumentale",
            delivery="Présentation céphalique, à terme",
            vaccine=Code("J07AN", ATC, "vaccins de la tuberculose"),
            plan="Surveillance habituelle par le médecin choisi par la famille",
        ),
    )


def _trod(header: Header, rng: random.Random) -> BuiltCda:
    label = "Coronavirus SARS-CoV-2 Ag [Présence/Seuil] Respiratoire ; Qualitatif ; Immunoanalyse rapide"
    test = RapidTest(
        Code("94558-4", LOINC, label),
        rng.choice((NEGATIVE, POSITIVE)),
        f"(01)0000000{rng.randrange(10**7):07d}(10)LOT1",
        "Fabricant fictif | REF-1 | LOT1",
        header.main_act.start,
    )
    return build_trod(replace(_coded(header, _COVID), practice=SCREENING), test)


MAKERS: dict[str, Callable[[Header, random.Random], BuiltCda]] = {
    VSM.root: _vsm,
    LDL_EES.root: _ldl_ees,
    FLUDT.root: _fludt,
    EDISP_MED.root: _edisp_med,
    CSE_CS8.root: _cse_cs8,
    TROD.root: _trod,
}
"""Root of a model's templateId -> what invents its content around a header."""
