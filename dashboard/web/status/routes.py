"""``/status/``."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from dashboard.permissions import Permission
from dashboard.web.access import requires, services
from dashboard.web.audit import standing
from dashboard.web.security import reports
from dashboard.web.status import report

blueprint = Blueprint("status", __name__, url_prefix="/status")


@blueprint.get("/")
@requires(Permission.STATUS_READ)
def show() -> ResponseReturnValue:
    """Each part in numbers and words."""
    parts = services()
    return render_template(
        "status/show.html",
        remote=report.remote(parts),
        local=report.local(parts),
        standing=standing.read(parts),
        settler_runs=parts.settler.is_running,
        csp_reports=reports().count,
        version=report.product_version(),
        now=parts.clock(),
    )
