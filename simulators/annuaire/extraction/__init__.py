"""Extraction files of the directory, written from a store and read into one (DOSSIER §2.4).

`mssante_zip(store, at)` and `ps_libre_acces_zip(store, at)` stream the archives named and filled as by the
public service; `load(paths, store, …)` reads ours and the real public ones.
"""

from __future__ import annotations

from simulators.annuaire.extraction.archives import Archive, mssante_zip, ps_libre_acces_zip
from simulators.annuaire.extraction.loading import load
from simulators.annuaire.extraction.reading import FileReport, UnknownFileError

__all__ = ["Archive", "FileReport", "UnknownFileError", "load", "mssante_zip", "ps_libre_acces_zip"]
