"""The FHIR API v2 of the directory (DOSSIER §2.1, §2.2, §2.6) and the draft write API (§2.3)."""

from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.directory import Directory
from simulators.annuaire.fhir.rendering import render
from simulators.annuaire.fhir.server import AnnuaireSante

__all__ = ["AnnuaireSante", "Conduct", "Directory", "render"]
