"""Mailboxes (BAL) of an operator: whose they are and whether they are open.

Types: PER (one professional), ORG (shared by the professionals of a structure), APP (an application of a
structure), CAB (a practice), and the patients' mailboxes of Mon espace santé.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

AccountType = Literal["PER", "ORG", "APP", "CAB", "PATIENT"]


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox.

    `holders` are the national identifiers (PS_IdNat) of those who may open it: the owner of a PER, the
    members of an ORG or CAB; empty for APP. `structure` is the national identifier of the structure (`1` +
    FINESS or `3` + SIRET) that the client certificate of an APP must bear as OU. A mailbox that is not
    `open` takes no mail and no session.
    """

    address: str
    type: AccountType
    label: str = ""
    holders: frozenset[str] = frozenset()
    structure: str | None = None
    open: bool = True


class Accounts:
    """Lookup by address, without regard to case (addresses are ASCII.

    The local part's case is never meant).
    """

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_address: dict[str, Account] = {}
        self._domains: dict[str, int] = {}
        for account in accounts:
            self.put(account)

    def put(self, account: Account) -> None:
        """Add a mailbox, or replace the one with its address."""
        self.remove(account.address)
        self._by_address[account.address.lower()] = account
        domain = domain_of(account.address)
        self._domains[domain] = self._domains.get(domain, 0) + 1

    def remove(self, address: str) -> None:
        """Forget a mailbox; an unknown address is no error."""
        if self._by_address.pop(address.lower(), None) is not None:
            domain = domain_of(address)
            self._domains[domain] -= 1
            if not self._domains[domain]:
                del self._domains[domain]

    def get(self, address: str) -> Account | None:
        """Return the mailbox of this address, or None."""
        return self._by_address.get(address.lower())

    def has_domain(self, domain: str) -> bool:
        """Say whether this operator has a mailbox in `domain`."""
        return domain.lower() in self._domains

    def __iter__(self) -> Iterator[Account]:
        return iter(tuple(self._by_address.values()))


def domain_of(address: str) -> str:
    """Return the domain of an address in lower case, empty when it has none."""
    return address.rpartition("@")[2].lower() if "@" in address else ""
