"""What the product of a tenant is told: `configure` of driver/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.pki.oids import POLICY_ELEMENTAIRE_ORGANISATIONS

if TYPE_CHECKING:
    from simulators.autoconfig import Autoconfig
    from simulators.correspondents import Correspondent
    from simulators.tenancy import OpenTenant
    from simulators.tenant import Bal


def configuration(opened: OpenTenant, nil: str) -> dict[str, Any]:
    """Return what the product of a tenant is told; `nil` is the reference that its mails must bear."""
    tenant, space, spec = opened.tenant, opened.space, opened.spec
    direct = not spec.autoconfig
    client_id, secret, redirect = tenant.psc_client
    psc = {
        "issuer": space.psc.issuer(opened.id),
        "discovery": space.psc.discovery_url(opened.id),
        "client_id": client_id,
        "client_secret": secret,
        "redirect_uri": redirect,
        "ps_idnat": opened.professional.ps_idnat,
        "mode": spec.psc_mode,
    }
    return {
        "space": opened.id,
        "smtp": tenant.smtp.to_json() if direct else None,
        "imap": tenant.imap.to_json() if direct else None,
        "mailboxes": [_mailbox(bal) for bal in tenant.mailboxes],
        "trust": {
            "igc_sante_root": str(space.igc_sante_root),
            "public_root": str(space.public_root),
            "accepted_policy": POLICY_ELEMENTAIRE_ORGANISATIONS.dotted_string,
        },
        "psc": psc if any(bal.type != "APP" for bal in tenant.mailboxes) else None,
        "autoconfig": _autoconfig(opened.autoconfig),
        "dns": {"address": space.network.address, "port": space.dns.port},
        "directory": tenant.directory.to_json() if tenant.directory else None,
        "hl7": opened.hl7.to_json() if opened.hl7 else None,
        "nil": nil,
        "patients": [record.to_json() for record in opened.records if record.spec.known],
        "professionals": [_professional(one) for one in (*opened.correspondents, *opened.parties.values())],
    }


def _autoconfig(served: Autoconfig | None) -> dict[str, Any] | None:
    if served is None:
        return None
    return {"url": served.url, "host": served.host, "address": served.address, "port": served.port}


def _professional(one: Correspondent) -> dict[str, Any]:
    person = one.person
    return {
        "address": one.address,
        "ps_idnat": person.ps_idnat,
        "family": person.family,
        "given": person.given,
        "title": "Docteur" if person.exercise_title == "DR" else "",
        "profession": person.profession,
        "entity": person.structure.name,
    }


def _mailbox(bal: Bal) -> dict[str, Any]:
    holder = bal.holder
    return {
        "address": bal.address,
        "type": bal.type,
        "label": bal.label,
        "holder": {
            "ps_idnat": holder.ps_idnat,
            "family": holder.family,
            "given": holder.given,
            "title": "Docteur" if holder.exercise_title == "DR" else "",
            "entity": holder.structure.name,
        }
        if holder
        else None,
        "contact": bal.contact,
        "certificate": str(bal.certificate) if bal.certificate else None,
        "key": str(bal.key) if bal.key else None,
    }
