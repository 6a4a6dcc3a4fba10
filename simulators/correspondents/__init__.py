"""Correspondents: professionals with a mailbox at another operator of the Espace de Confiance."""

from simulators.correspondents.correspondent import Correspondent, Habit, Sent
from simulators.correspondents.letter import Attachment, Letter
from simulators.correspondents.reading import Unanswerable

__all__ = ["Attachment", "Correspondent", "Habit", "Letter", "Sent", "Unanswerable"]
