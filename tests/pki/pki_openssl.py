"""The openssl program as a judge that is not ours."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulators.pki import Credential, Pki

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="the openssl program is not installed")


@dataclass(frozen=True)
class Answer:
    code: int
    text: str


def openssl(*arguments: str | Path, data: bytes | None = None) -> Answer:
    assert OPENSSL is not None
    done = subprocess.run(
        [OPENSSL, *map(str, arguments)], input=data, capture_output=True, timeout=20, check=False
    )
    return Answer(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))


class Verifier:
    """`openssl verify` of credentials against one trust anchor, in one folder."""

    def __init__(self, folder: Path, pki: Pki) -> None:
        self.folder = folder
        self.pki = pki
        (folder / "root.pem").write_bytes(pki.igc_sante_root_pem)
        (folder / "public.pem").write_bytes(pki.public_root_pem)

    def verify(self, credential: Credential, *options: str | Path, anchor: str = "root.pem") -> Answer:
        leaf, chain = self.folder / "leaf.pem", self.folder / "chain.pem"
        leaf.write_bytes(credential.certificate_pem)
        chain.write_bytes(credential.chain_pem)
        return openssl(
            "verify", "-CAfile", self.folder / anchor, "-untrusted", chain, "-no-CApath", *options, leaf
        )
