"""One line of TOML to copy for each key of the profile; error texts and `mssante init` show them."""

from __future__ import annotations

from harness.profile.lines import KeyPath

_EXAMPLES = {
    "schema": 'schema = "vendor-profile/1"',
    "product": '[product]\nname = "MonLogiciel"',
    "product.name": 'name = "MonLogiciel"',
    "product.version": 'version = "4.2.0"',
    "product.vendor": 'vendor = "Éditeur SAS"',
    "product.nil": 'nil = "1234"',
    "product.corridor": 'corridor = "LGC"',
    "claims": '[claims]\nlevel = "basic"',
    "claims.level": 'level = "basic"',
    "claims.roles": 'roles = ["send", "receive"]',
    "claims.mailboxes": 'mailboxes = ["PER", "ORG"]',
    "claims.integration": 'integration = "client"',
    "claims.documents": 'documents = ["BIO-CR-BIO"]',
    "claims.mdn_edition": 'mdn_edition = "1.1.3"',
    "driver": '[driver]\nkind = "http"\nurl = "http://127.0.0.1:9000"',
    "driver.kind": 'kind = "http"',
    "driver.url": 'url = "http://127.0.0.1:9000"',
    "driver.command": 'command = ["python", "pilote.py"]',
    "driver.cwd": 'cwd = "."',
    "driver.env": 'env = { MON_MODE = "test" }',
    "driver.path": 'path = "messages"',
    "driver.timeout_s": "timeout_s = 30",
    "driver.allow_remote": "allow_remote = true",
    "driver.parallel": "parallel = true",
    "limits.connect_s": "connect_s = 30",
    "limits.session_end_s": "session_end_s = 10",
    "limits.reopen_s": "reopen_s = 30",
    "limits.delivery_s": "delivery_s = 30",
    "network.address": 'address = "127.0.0.1"',
    "network.domain": 'domain = "banc.mssante.fr"',
    "network.smtp_port": "smtp_port = 1587",
    "network.imap_port": "imap_port = 1143",
    "network.psc_port": "psc_port = 1443",
    "network.autoconfig_port": "autoconfig_port = 1444",
    "network.pki_port": "pki_port = 1080",
    "network.dns_port": "dns_port = 1053",
    "network.directory_port": "directory_port = 1445",
    "declarations": '[declarations."ECO.3.1.1"]\nstatement = "Oui : …"\nproof = "captures/liste.png"',
    "declarations.*": '[declarations."ECO.3.1.1"]\nstatement = "Oui : …"\nproof = "captures/liste.png"',
    "declarations.*.statement": 'statement = "Oui : la liste affiche expéditeur, objet et date."',
    "declarations.*.proof": 'proof = "captures/liste.png"',
    "waivers": "[[waivers]]",
    "waivers.*": '[[waivers]]\nrequirement = "ECO.3.2.1"\nowner = "A. Martin"\n'
    'reason = "corrigé en 4.3"\nuntil = 2027-03-31',
    "waivers.*.requirement": 'requirement = "ECO.3.2.1"',
    "waivers.*.owner": 'owner = "A. Martin"',
    "waivers.*.reason": 'reason = "corrigé en 4.3"',
    "waivers.*.until": "until = 2027-03-31",
}


def example_for(path: KeyPath) -> str:
    """Return TOML to copy for a key, or for the nearest table above it; empty for an unknown one."""
    for length in range(len(path), 0, -1):
        parts = [str(part) for part in path[:length]]
        if len(parts) > 1 and parts[0] in {"declarations", "waivers"}:
            parts[1] = "*"
        if example := _EXAMPLES.get(".".join(parts)):
            return example
    return ""
