"""The professionals who take care of a patient (LABEL.06): the attending physician, and those associated."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.product.annuaire.offers import Offer
from simulators.product.errors import Failed
from simulators.product.records import PatientRecord


class CareTeams:
    """The list of each record, kept as long as the space."""

    def __init__(self) -> None:
        self._members: dict[str, dict[str, Offer]] = {}

    def of(self, record: PatientRecord, known: Mapping[str, Offer]) -> dict[str, Offer]:
        """Return the list of a record by address; it begins with the attending physician."""
        if record.key not in self._members:
            attending = (record.attending or "").casefold()
            self._members[record.key] = {attending: known[attending]} if attending in known else {}
        return self._members[record.key]

    def associate(self, record: PatientRecord, address: str, known: Mapping[str, Offer]) -> None:
        """Add a professional; raises `Failed` for one who was not found in the directory before."""
        if address.casefold() not in known:
            raise Failed("Cherchez d'abord ce professionnel dans l'annuaire, puis associez-le au patient.")
        self.of(record, known)[address.casefold()] = known[address.casefold()]

    def dissociate(self, record: PatientRecord, address: str, known: Mapping[str, Offer]) -> None:
        """Take a professional off the list; one who is not on it is no error."""
        self.of(record, known).pop(address.casefold(), None)
