"""What a sandbox is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dashboard.sandbox.people import MOST_MEMBERS
from dashboard.sandbox.ratelimits import PLANS
from dashboard.sandbox.switches import check

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class BadOption(ValueError):  # noqa: N818 -- says what it is
    """An option out of range; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """Defaults are those of ``loyalty-desk sandbox``.

    :raises BadOption: for a value out of range.
    """

    host: str = "127.0.0.1"
    """Loopback only: the control path has no key."""
    port: int = 0
    """0 takes any free port."""
    key: str = "sandbox"
    seed: int = 1
    members: int = 2_000
    plan: str = "general"
    """``general``, ``advanced``, ``extended`` or ``off``."""
    switches: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None
    """The clock stands still there (aware); the wall clock when not given."""

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK:
            raise BadOption(f"host must be one of {', '.join(sorted(LOOPBACK))}")
        if not 0 <= self.port <= 65_535:
            raise BadOption("port must be from 0 to 65535")
        if not self.key or not self.key.isascii() or not self.key.isprintable():
            raise BadOption("key must be printable ASCII")
        if not 0 <= self.members <= MOST_MEMBERS:
            raise BadOption(f"members must be from 0 to {MOST_MEMBERS}")
        if self.plan not in PLANS:
            raise BadOption(f"plan must be one of {', '.join(PLANS)}")
        for name, value in self.switches.items():
            check(name, value)
