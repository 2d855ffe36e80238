"""Where a demo keeps what outlives it: ``var/demo-<port>``, a folder a port, so that two never meet."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from dashboard.cli.common import Problem

DEFAULT_PORT = 8000

SANDBOX_KEY = "sandbox"
"""The API key of the demo's sandbox: public, and good for nothing else."""

_NEVER_FROM_OUTSIDE = frozenset(
    {
        "AUDIT_ANCHORS",
        "BREVO_API_KEY",
        "BREVO_API_URL",
        "BREVO_CA",
        "BREVO_PROGRAM_ID",
        "DATABASE_URL",
        "SECRET_KEY",
    }
)


class DemoState(msgspec.Struct, frozen=True):
    """One demo's folder: its database, its secret key and where its sandbox answers."""

    folder: Path

    @classmethod
    def of_port(cls, port: int) -> DemoState:
        """The state of the demo on this port, below the working directory."""
        return cls(Path("var") / f"demo-{port}")

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> DemoState:
        """The state of the demo on ``PORT``."""
        return cls(Path("var") / f"demo-{environment.get('PORT') or DEFAULT_PORT}")

    def prepare(self, sandbox_url: str, programme_id: str) -> None:
        """Make the folder and the secret key when they are missing, and note where the sandbox answers and
        which of its programmes to open first.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.folder / "secret-key").exists():
            self._keep("secret-key", secrets.token_urlsafe(48))
        self._keep("sandbox-url", sandbox_url)
        self._keep("programme-id", programme_id)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """``base`` with the demo's own settings: never a real key, address or database that it may hold.

        :raises Problem: no demo has run here.
        """
        kept = {
            name: text for name, text in base.items() if name.removesuffix("_FILE") not in _NEVER_FROM_OUTSIDE
        }
        try:
            return {
                **kept,
                "BREVO_API_URL": self._kept("sandbox-url"),
                "BREVO_API_KEY": SANDBOX_KEY,
                "BREVO_PROGRAM_ID": self._kept("programme-id"),
                "SECRET_KEY": self._kept("secret-key"),
                "DATABASE_URL": f"sqlite:///{self.folder / 'desk.db'}",
                "AUDIT_ANCHORS": str(self.folder / "audit-anchors.jsonl"),
            }
        except FileNotFoundError as error:
            raise Problem(f"No demo has run here: {self.folder} is missing. Start one: make run") from error

    def _kept(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="ascii")

    def _keep(self, name: str, value: str) -> None:
        """Readable by the owner alone from its first moment on."""
        new = self.folder / f"{name}.new"
        new.unlink(missing_ok=True)
        with os.fdopen(
            os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(value)
        new.replace(self.folder / name)
