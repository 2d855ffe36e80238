"""What the status page says about each part, gathered without a call to the remote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter

import msgspec

from dashboard.brevo.budget import FamilyBudget
from dashboard.brevo.errors import NoAnswer
from dashboard.services import Services
from dashboard.store import intents
from dashboard.store.intents import Intent
from dashboard.web.errors import remote_trouble


class State(StrEnum):
    """How a part is doing, in one word."""

    OK = "OK"
    SLOW = "Slow"
    DOWN = "Down"
    UNKNOWN = "Not asked yet"


class Remote(msgspec.Struct, frozen=True):
    """The remote as the latest calls of this process met it."""

    state: State
    trouble: str
    answered_at: datetime | None
    failed_at: datetime | None
    failure: str
    families: Mapping[str, FamilyBudget]


class Local(msgspec.Struct, frozen=True):
    """The database and what waits in it."""

    query_ms: float
    unsettled: tuple[Intent, ...]


def remote(services: Services) -> Remote:
    """From memory: what was answered, what failed, how many requests are left."""
    condition = services.brevo.health.condition
    if condition.trouble is not None:
        state = State.SLOW if isinstance(condition.trouble, NoAnswer) else State.DOWN
    else:
        state = State.OK if condition.answered_at else State.UNKNOWN
    return Remote(
        state=state,
        trouble=" ".join(remote_trouble(condition.trouble)) if condition.trouble else "",
        answered_at=condition.answered_at,
        failed_at=condition.failed_at,
        failure=remote_trouble(condition.failure)[0] if condition.failure else "",
        families=services.brevo.budget.families,
    )


def local(services: Services) -> Local:
    """One small read, timed.

    :raises DatabaseUnavailable: then the error page is the status.
    """
    started = perf_counter()
    with services.database.read() as connection:
        unsettled = intents.unsettled(connection)
    return Local(query_ms=(perf_counter() - started) * 1000, unsettled=unsettled)


@cache
def product_version() -> str:
    """The installed version; for staff only, never in a header."""
    try:
        return version("loyalty-desk")
    except PackageNotFoundError:
        return "not installed, run from a checkout"
