"""The product's own client of the Annuaire Santé: calls, resources, offers, extraction files."""
