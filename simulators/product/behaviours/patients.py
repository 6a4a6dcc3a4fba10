"""Patients: who is written to from the record, the end of an exchange, what the list shows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PatientAddress = Literal["own", "guardian", "no-key", "with-oid", "first-record"]
EndMark = Literal["on-demand", "absent", "always", "other-word"]
PatientShown = Literal["identity", "address", "used-name", "namesake"]
PatientBounce = Literal["told", "swallowed", "without-reason", "as-delivered"]


@dataclass(frozen=True)
class PatientsBehaviour:
    """How patients are written to and told apart.

    - `patient_address`: what the address is built from (ECO.2.2.6, ECO.3.1.5, X-ENS-01, X-ENS-02).
    - `write_needs_qualified`: nothing is written to a patient whose identity is not qualified (ECO.3.1.5).
    - `end_mark`, `end_sticks`: X-MSS-MES (ECO.2.2.8); whether the choice of one mail stays for the next ones.
    - `subject_marks`: whether `[FIN]` typed in the subject leaves as typed (X-ENS-07).
    - `patients_told_apart`, `patient_shown`: what the list says of a mail from a patient (ECO.3.1.1,
      ECO.3.1.2); `unknown_patient_named` of one who has no record here (X-ENS-10).
    - `patient_bounces`: what is told of a mail that a patient's messaging returned (X-ENS-03 to 06);
      `patient_receipts`: whether a patient's read receipt is matched (X-ENS-08).
    """

    patient_address: PatientAddress = "own"
    write_needs_qualified: bool = True
    end_mark: EndMark = "on-demand"
    end_sticks: bool = False
    subject_marks: bool = True
    patients_told_apart: bool = True
    patient_shown: PatientShown = "identity"
    unknown_patient_named: bool = True
    patient_bounces: PatientBounce = "told"
    patient_receipts: bool = True
