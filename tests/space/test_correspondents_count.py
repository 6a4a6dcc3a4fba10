"""How many correspondents a tenant has, and that each has a mailbox of its own."""

from __future__ import annotations

import pytest

from simulators.tenant import TenantSpec


@pytest.mark.parametrize("count", [1, 3, 10, 25])
def test_a_tenant_has_the_correspondents_asked_for(space, count):
    tenant = space.open_tenant("dix", TenantSpec(correspondents=count))
    addresses = [one.address for one in tenant.correspondents(count)]
    assert len(set(addresses)) == count
    assert all(tenant.mails_of(address) == [] for address in addresses)
    with pytest.raises(ValueError, match="correspondents"):
        tenant.correspondents(count + 1)
