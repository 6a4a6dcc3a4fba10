"""Annuaire Santé of the space: its data, its FHIR API, its extraction files."""
