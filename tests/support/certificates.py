"""Certificates for tests over real TLS, made with the ``openssl`` command, each for this run alone."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = of a test
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
subjectAltName = {server}
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True)
class Certificate:
    """Of a server: the files of its certificate and of its key."""

    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """What the server speaks TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


class Authority:
    """A private certificate authority; ``file`` is its certificate."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.file = folder / "authority.pem"
        self._key = folder / "authority.key"
        self._openssl(
            "req", "-x509", "-extensions", "authority", *_KEY, "-keyout", self._key, "-out", self.file
        )

    @property
    def pem(self) -> str:
        """Its certificate as text."""
        return self.file.read_text(encoding="ascii")

    def certify(self, name: str = "IP:127.0.0.1", *, days: int = 1) -> Certificate:
        """A certificate for a server of this ``name``; one of no days has expired when it is made."""
        certificate = Certificate(self._folder / "server.pem", self._folder / "server.key")
        request = self._folder / "server.csr"
        self._openssl("req", "-new", *_KEY, "-keyout", certificate.key, "-out", request)
        self._openssl(
            *("x509", "-req", "-in", request, "-days", str(days), "-out", certificate.file),
            *("-CA", self.file, "-CAkey", self._key, "-extensions", "server"),
            server=name,
        )
        return certificate

    def _openssl(self, command: str, *options: str | Path, server: str = "IP:127.0.0.1") -> None:
        config = self._folder / "openssl.cnf"
        config.write_text(_CONFIG.format(server=server), encoding="ascii")
        where = "-extfile" if command == "x509" else "-config"
        subprocess.run(
            ["openssl", command, *options, where, config], check=True, capture_output=True, timeout=30
        )


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A private authority for the whole run."""
    return Authority(tmp_path_factory.mktemp("authority"))
