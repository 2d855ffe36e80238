"""``/settings/``: all that is settled, at a glance."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from dashboard.permissions import Permission
from dashboard.store import limits, presets, reasons
from dashboard.store.limits import Span
from dashboard.web import record
from dashboard.web.access import requires, services
from dashboard.web.settings import words
from dashboard.web.settings.limit_words import plural
from dashboard.web.settings.limits import ROLES

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("/")
@requires(Permission.SETTINGS_MANAGE)
def index() -> str:
    """Reasons in their order, retired ones, the limits of the roles, and the usual amounts."""
    with services().database.read() as connection:
        all_reasons = reasons.list_all(connection)
        amounts = presets.list_all(connection)
        at_once = [(plural(role), limits.of(connection, role)[Span.ACT].value) for role in ROLES]
    return render_template(
        "settings/index.html",
        offered=[reason for reason in all_reasons if not reason.is_retired],
        retired=[reason for reason in all_reasons if reason.is_retired],
        amounts=amounts,
        at_once=at_once,
        asks_for=words.asks_for,
        receipt=words.receipt(record.just_done(request.args.get("receipt", type=int))),
    )
