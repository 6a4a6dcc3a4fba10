"""The vocabulary with which a case describes its world, gathered so that cases import `harness` alone."""

from simulators.imap.faults import Bye
from simulators.patients import Habits
from simulators.pki.faults import ForgedCrl, OcspForged, RevocationBehaviour, Unreachable
from simulators.pki.flavours import ServerFlavour
from simulators.records import RecordSpec
from simulators.smtp.faults import AuthenticationRefused, MessageRefused, ServiceUnavailable
from simulators.tenant import PscSpec
from simulators.wire.faults import (
    Close,
    InjectedPlaintext,
    Silence,
    StarttlsNotOffered,
    StarttlsRefused,
)
from simulators.wire.profile import (
    API_LPS,
    DH_1024,
    FORBIDDEN_SUITE,
    SINGLE_SUITE,
    SMALL_CURVE,
    TLS_1_1_ONLY,
    TLS_1_2_ONLY,
)

__all__ = [
    "API_LPS",
    "DH_1024",
    "FORBIDDEN_SUITE",
    "SINGLE_SUITE",
    "SMALL_CURVE",
    "TLS_1_1_ONLY",
    "TLS_1_2_ONLY",
    "AuthenticationRefused",
    "Bye",
    "Close",
    "ForgedCrl",
    "Habits",
    "InjectedPlaintext",
    "MessageRefused",
    "OcspForged",
    "PscSpec",
    "RecordSpec",
    "RevocationBehaviour",
    "ServerFlavour",
    "ServiceUnavailable",
    "Silence",
    "StarttlsNotOffered",
    "StarttlsRefused",
    "Unreachable",
]
