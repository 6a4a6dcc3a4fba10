"""What a patient's messaging is: whose it is, whether it is open, with whom the patient may exchange.

The sources settle little (DOSSIER §4). What they leave open is a named switch of `Habits` with its inferred
default, so that a case can say which behaviour it assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from simulators.documents.patients import Patient

State = Literal["open", "closed", "absent"]
"""`closed`: the patient opposed or shut the messaging (X-ENS-04). `absent`: nobody of that matricule has one
(X-ENS-05)."""
AUTOMATIC_ANSWER = "reponse.automatique-test@patient.mssante.fr"
"""Test address that answers by itself, named in a real white list (DOSSIER §4)."""
SIZE_LIMIT = 25_000_000
"""Octets of a whole mail (X-ENS-03: « 25 Mo au total »; megabyte of 10⁶ octets, inferred)."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What the sources do not settle, each with its inferred default.

    - `starts`: whether a patient may write to a professional who never wrote to them. Default no: opening the
      exchange is the professional's choice.
    - `acknowledges`: when the MDN that a professional asked for is returned: on `delivery`, or on `reading`
      (`MonEspaceSante.read`). Default reading: an MDN says what became of the mail, RFC 8098.
    - `end_covers`: whether FIN closes the exchange with that sender altogether, or the `thread` of the mail
      alone. Default the sender.
    - `reopened_by_writing`: whether a later mail without FIN opens the exchange again. Default yes.
    - `size_limit`: octets of a whole mail. Default that of Mon espace santé; less for a test that does not
      carry 25 MB for nothing.
    - `closed_status`, `unknown_status`, `invalid_status`: enhanced codes of the three other bounces; the
      exact texts are not known.
    """

    starts: bool = False
    acknowledges: Literal["reading", "delivery", "never"] = "reading"
    end_covers: Literal["sender", "thread"] = "sender"
    reopened_by_writing: bool = True
    size_limit: int = SIZE_LIMIT
    closed_status: str = "5.2.1"
    unknown_status: str = "5.1.1"
    invalid_status: str = "5.1.3"


@dataclass(frozen=True, slots=True)
class PatientAccount:
    """A patient's messaging; the address is built on the patient's own matricule, minor or not (X-ENS-02)."""

    patient: Patient
    state: State = "open"

    @property
    def address(self) -> str:
        """Return the address."""
        return self.patient.mss_address

    @property
    def label(self) -> str:
        """Return the From label that Mon espace santé writes: first given name, birth name (X-ENS-10).

        That the traits are in the label is official, their order is inferred.
        """
        return f"{self.patient.first_given} {self.patient.birth_family}"


@dataclass(frozen=True, slots=True)
class PatientMail:
    """A mail in a patient's messaging, as delivered, with what was read of it."""

    content: bytes
    message_id: str | None
    sender: str
    reply_to: str | None
    ends: bool
    arrived: datetime


@dataclass(slots=True)
class Exchange:
    """What a patient exchanges with one professional address: mails received, and whether it was ended."""

    address: str
    mails: list[PatientMail] = field(default_factory=list)
    ended: bool = False
    ended_threads: set[str] = field(default_factory=set)
