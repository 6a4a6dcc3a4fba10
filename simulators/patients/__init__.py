"""Mon espace santé: the patients' mailboxes, in the domain `patient.mssante.fr` of every tenant."""

from __future__ import annotations

from simulators.patients.messaging import MonEspaceSante, Refused
from simulators.patients.model import Exchange, Habits, PatientAccount, PatientMail

__all__ = ["Exchange", "Habits", "MonEspaceSante", "PatientAccount", "PatientMail", "Refused"]
