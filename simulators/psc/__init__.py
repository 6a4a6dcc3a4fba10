"""A simulated Pro Santé Connect: OIDC provider, wallet and session keeper, one realm per tenant."""

from simulators.psc.model import Client, Lifetimes, Strictness, TokenVerdict, Wallet
from simulators.psc.provider import ProSanteConnect
from simulators.psc.realm import Realm

__all__ = ["Client", "Lifetimes", "ProSanteConnect", "Realm", "Strictness", "TokenVerdict", "Wallet"]
