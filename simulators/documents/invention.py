"""Invented clinical content, from a seed: plausible figures, no real person's.

LOINC and ATC codes, UCUM units and usual reference ranges are public facts; the values are drawn around the
range, one in four outside it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from simulators.documents.codes import ATC, LOINC, Code
from simulators.documents.cr_bio import (
    BIOCHEMISTRY,
    HAEMATOLOGY,
    MICROBIOLOGY,
    Battery,
    Chapter,
    Examination,
    LaboratoryReport,
    Result,
    blood,
    urine,
)
from simulators.documents.cr_img import (
    CHEST,
    CT,
    CT_CHEST,
    ULTRASOUND,
    ULTRASOUND_CHEST,
    Imaging,
    ImagingReport,
)
from simulators.documents.ep_med_dm import (
    BED_RENTAL,
    MEDICAL_BED,
    Coverage,
    PrescribedDevice,
    PrescribedDrug,
    Prescription,
)
from simulators.documents.ldl_ses import (
    EMERGENCY_ADMISSION,
    OTHER_HOSPITAL,
    PLANNED_ADMISSION,
    RETURN_HOME,
    DischargeLetter,
    Treatment,
)
from simulators.documents.patients import oid_from


@dataclass(frozen=True, slots=True)
class _Assay:
    code: str
    label: str
    unit: str
    low: str
    high: str


_BIOCHEMISTRY = (
    _Assay("2951-2", "Sodium [Moles/Volume] Sérum/Plasma ; Numérique", "mmol/L", "136", "145"),
    _Assay("2823-3", "Potassium [Moles/Volume] Sérum/Plasma ; Numérique", "mmol/L", "3.5", "5.1"),
    _Assay("14682-9", "Créatinine [Moles/Volume] Sérum/Plasma ; Numérique", "umol/L", "45", "105"),
    _Assay("1988-5", "Protéine C réactive [Masse/Volume] Sérum/Plasma ; Numérique", "mg/L", "0", "5"),
    _Assay(
        "3016-3", "Thyréostimuline [Arbitraire/Volume] Sérum/Plasma ; Numérique", "m[IU]/L", "0.27", "4.20"
    ),
)
_BLOOD_COUNT = (
    _Assay("718-7", "Hémoglobine [Masse/Volume] Sang ; Numérique", "g/dL", "12.0", "16.0"),
    _Assay("6690-2", "Leucocytes [Nombre/Volume] Sang ; Numérique", "10*3/uL", "4.0", "10.0"),
    _Assay("777-3", "Plaquettes [Nombre/Volume] Sang ; Numérique", "10*3/uL", "150", "400"),
)
DRUGS = (
    Code("N02BE01", ATC, "paracétamol"),
    Code("J01CA04", ATC, "amoxicilline"),
    Code("A10BA02", ATC, "metformine"),
    Code("C08CA01", ATC, "amlodipine"),
    Code("C10AA05", ATC, "atorvastatine"),
)
_COMMENTS = (None, "Résultats à confronter à la clinique.", "Contrôle conseillé dans un mois.")


def laboratory_report(rng: random.Random, received: datetime, time: datetime) -> LaboratoryReport:
    """Invent one to three chapters: biochemistry always, blood count and urine now and then.

    `received` is when the laboratory had the specimens, `time` when it gave the results.
    """
    taken = received - timedelta(minutes=rng.randrange(20, 120))
    chosen = rng.sample(_BIOCHEMISTRY, rng.randrange(2, len(_BIOCHEMISTRY) + 1))
    half = max(1, len(chosen) // 2)
    groups = [chosen] if rng.random() < 0.5 else [chosen[:half], chosen[half:]]
    tubes = blood(taken, received)
    chapters = [
        Chapter(
            BIOCHEMISTRY,
            tuple(
                Examination(
                    title, tuple(_result(rng, assay) for assay in group), tubes, rng.choice(_COMMENTS)
                )
                for title, group in zip(("Biochimie sanguine", "Autres dosages"), groups, strict=False)
            ),
        )
    ]
    if rng.random() < 0.6:
        count = Battery("Numération", tuple(_result(rng, assay) for assay in _BLOOD_COUNT))
        chapters.append(Chapter(HAEMATOLOGY, (Examination("Hémogramme", (count,), tubes),)))
    if rng.random() < 0.4:
        colour = Result(Code("5778-6", LOINC, "Couleur [Type] Urine ; Résultat nominal"), "Jaune pâle")
        examination = Examination("Examen des urines", (colour,), urine(taken, received))
        chapters.append(Chapter(MICROBIOLOGY, (examination,)))
    return LaboratoryReport(tuple(chapters), time)


def discharge_letter(rng: random.Random, day: date) -> DischargeLetter:
    """Invent a letter of a stay that ends on a day."""
    return DischargeLetter(
        reason=rng.choice(("Pneumopathie aigüe communautaire", "Décompensation cardiaque")),
        admission=rng.choice((PLANNED_ADMISSION, EMERGENCY_ADMISSION)),
        discharge=rng.choice((RETURN_HOME, OTHER_HOSPITAL)),
        synthesis="Évolution favorable sous traitement, apyrexie à la sortie.",
        resistant_germs_sought=rng.random() < 0.5,
        transfused=rng.random() < 0.1,
        treatments=tuple(
            Treatment(drug, rng.randrange(1, 3), rng.choice((6, 8, 12, 24)), day, day + timedelta(days=7))
            for drug in rng.sample(DRUGS, rng.randrange(0, 4))
        ),
    )


def prescription(rng: random.Random, day: date) -> Prescription:
    """Invent one to three drugs, and now and then a device."""
    drugs = tuple(
        PrescribedDrug(
            drug=drug,
            dosage=f"{rng.randrange(1, 3)} comprimé(s) {rng.randrange(1, 4)} fois par jour",
            start=day,
            days=rng.choice((5, 7, 30)),
            renewals=rng.randrange(0, 4),
            advice=rng.choice((None, "À prendre au cours d'un repas.")),
            coverage=Coverage(long_disease=rng.random() < 0.3),
        )
        for drug in rng.sample(DRUGS, rng.randrange(1, 4))
    )
    bed = PrescribedDevice(MEDICAL_BED, BED_RENTAL, day, 60)
    return Prescription(drugs, (bed,) if rng.random() < 0.4 else ())


def imaging_report(rng: random.Random, time: datetime) -> ImagingReport:
    """Invent one or two acts on the chest, with where to see the images."""
    kinds = rng.sample([(CT_CHEST, CT), (ULTRASOUND_CHEST, ULTRASOUND)], rng.randrange(1, 3))
    return ImagingReport(
        reason="Toux persistante depuis un mois",
        purpose="Recherche d'un foyer infectieux",
        medical_history="Aucun antécédent médical notable",
        surgical_history="Appendicectomie dans l'enfance",
        acts=tuple(_imaging(rng, act, modality, time) for act, modality in kinds),
        findings="Pas d'épanchement pleural. Parenchyme pulmonaire sans anomalie focale.",
        conclusion=rng.choice(("Examen normal.", "Discret épaississement bronchique, sans foyer constitué.")),
    )


def _imaging(rng: random.Random, act: Code, modality: Code, time: datetime) -> Imaging:
    study = oid_from(rng)
    viewer = f"https://images.exemple.mssante.fr/wado?requestType=WADO&studyUID={study}"
    return Imaging(act, modality, CHEST, "Acquisition sans injection", time, study, viewer)


def _result(rng: random.Random, assay: _Assay) -> Result:
    places = len(assay.low.partition(".")[2])
    low, high = float(assay.low), float(assay.high)
    value = rng.uniform(low, high)
    if rng.random() < 0.25:
        value = (
            high * rng.uniform(1.05, 2) if low == 0 or rng.random() < 0.5 else low * rng.uniform(0.6, 0.95)
        )
    return Result(
        Code(assay.code, LOINC, assay.label), f"{value:.{places}f}", assay.unit, assay.low, assay.high
    )
