"""The liste blanche of the Espace de Confiance: making, signing, serving, reading and keeping it.

It lists, for each mail domain, the DN of the operator certificates that may speak for it. Source: DOSSIER
§3.2, drawn from the real signed list of 2025-02-28.
"""

from simulators.whitelist.entries import Domaine, WhiteList, same_dn
from simulators.whitelist.errors import Refusal, WhiteListError
from simulators.whitelist.keeper import Outcome, WhiteListKeeper
from simulators.whitelist.making import signed_list
from simulators.whitelist.publishing import (
    AlteredList,
    ForeignSigner,
    ListFault,
    ListUnreachable,
    RevokedSigner,
    TruncatedList,
    UnsignedList,
    WhiteListPublisher,
    WrappedList,
    white_list_routes,
)
from simulators.whitelist.reading import read_white_list
from simulators.whitelist.verifying import Trust, trust_in, verify_white_list

__all__ = [
    "AlteredList",
    "Domaine",
    "ForeignSigner",
    "ListFault",
    "ListUnreachable",
    "Outcome",
    "Refusal",
    "RevokedSigner",
    "TruncatedList",
    "Trust",
    "UnsignedList",
    "WhiteList",
    "WhiteListError",
    "WhiteListKeeper",
    "WhiteListPublisher",
    "WrappedList",
    "read_white_list",
    "same_dn",
    "signed_list",
    "trust_in",
    "verify_white_list",
    "white_list_routes",
]
