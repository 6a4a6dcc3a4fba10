"""The FHIR API v2 of the directory (DOSSIER §2.1, §2.2, §2.6) and the draft write API (§2.3).

`simulators.annuaire.fhir.server.AnnuaireSante` serves it; `conduct` and `faults` say how it behaves. Nothing
is imported here, so that what only names a fault does not load an HTTP server.
"""
