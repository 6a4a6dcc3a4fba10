"""A certificate with its chain and its private key, ready to be served or written to files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate

from simulators.pki.flavours import ClientFlavour, ServerFlavour


@dataclass(frozen=True, slots=True)
class Credential:
    """What a TLS end point presents.

    `chain` holds the intermediates from the issuer upwards, never the root. `authority` is the name of the
    issuing authority within the space (`aci-el-org`), empty for a self-signed certificate. `tenant` is the
    tenant whose revocation service the certificate points to.
    """

    certificate: Certificate
    chain: tuple[Certificate, ...]
    key: RSAPrivateKey
    flavour: ServerFlavour | ClientFlavour
    authority: str
    tenant: str

    @property
    def serial(self) -> int:
        """Return the serial number."""
        return self.certificate.serial_number

    @property
    def dn(self) -> str:
        """Return the subject as the white list writes it: `CN=…,OU=…,O=…,ST=…,C=FR` (RFC 4514)."""
        return self.certificate.subject.rfc4514_string()

    @property
    def certificate_pem(self) -> bytes:
        """Return the certificate alone, PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def chain_pem(self) -> bytes:
        """Return the certificate then its intermediates, PEM, in the order in which TLS sends them."""
        return b"".join(link.public_bytes(Encoding.PEM) for link in (self.certificate, *self.chain))

    @property
    def key_pem(self) -> bytes:
        """Return the private key, PKCS#8 PEM without passphrase."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write `<name>.pem` (with its chain) and `<name>.key.pem`; return the two paths."""
        folder.mkdir(parents=True, exist_ok=True)
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key.pem"
        certificate.write_bytes(self.chain_pem)
        key.touch(mode=0o600)
        key.write_bytes(self.key_pem)
        return certificate, key
