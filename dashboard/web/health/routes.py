"""``/healthz``."""

from __future__ import annotations

from flask import Blueprint

from dashboard.store.database import DatabaseUnavailable
from dashboard.web.access import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def show() -> tuple[str, int, dict[str, str]]:
    """``ok`` while this process and its database work. A restart does not heal the remote."""
    plain = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        with services().database.read():
            return "ok\n", 200, plain
    except DatabaseUnavailable:
        return "database unavailable\n", 503, plain
