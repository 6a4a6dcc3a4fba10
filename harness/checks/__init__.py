"""Pure functions `artefact -> Iterable[Finding]`: no network, and no word on levels."""
