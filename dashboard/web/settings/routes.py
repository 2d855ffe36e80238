"""``/settings/``: all that is settled, at a glance."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from dashboard.permissions import Permission
from dashboard.store import presets, reasons
from dashboard.web import record
from dashboard.web.access import requires, services
from dashboard.web.settings import words

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("/")
@requires(Permission.SETTINGS_MANAGE)
def index() -> str:
    """Reasons in their order, retired ones, and the usual amounts."""
    with services().database.read() as connection:
        all_reasons = reasons.list_all(connection)
        amounts = presets.list_all(connection)
    return render_template(
        "settings/index.html",
        offered=[reason for reason in all_reasons if not reason.is_retired],
        retired=[reason for reason in all_reasons if reason.is_retired],
        amounts=amounts,
        asks_for=words.asks_for,
        receipt=words.receipt(record.just_done(request.args.get("receipt", type=int))),
    )
