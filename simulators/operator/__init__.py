"""What the SMTP and IMAP servers of one operator share: its mailboxes and who may open them."""

from simulators.operator.accounts import Account, Accounts, AccountType
from simulators.operator.gate import BEARER, Decision, Gate, TokenChecker, TokenVerdict
from simulators.operator.sasl import SaslForm, decode_response, read_sasl

__all__ = [
    "BEARER",
    "Account",
    "AccountType",
    "Accounts",
    "Decision",
    "Gate",
    "SaslForm",
    "TokenChecker",
    "TokenVerdict",
    "decode_response",
    "read_sasl",
]
