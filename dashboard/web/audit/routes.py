"""The audit record for those who check: read, filter, export. Nothing here changes a member."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from structlog import get_logger

from dashboard.permissions import Permission
from dashboard.store import audit, reasons, staff
from dashboard.web import record
from dashboard.web.access import requires, services
from dashboard.web.audit import csv_file, related, standing, told, words
from dashboard.web.audit.filters import NAMES, Choice, choose
from dashboard.web.errors import ErrorPage
from dashboard.web.forms import Field, takes, typed

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

PAGE = 50
_log = get_logger("web.audit")

EXPORT_LIMIT = 50_000
"""Rows in one file; what a worker's memory bears."""


@blueprint.get("/")
@requires(Permission.AUDIT_READ)
def index() -> str:
    """One page of rows, newest first, narrowed by the filters in the address."""
    choice = _choice(request.args)
    before = request.args.get("before", type=int)
    with services().database.read() as connection:
        rows = audit.page(connection, choice.filters, before_seq=before, limit=PAGE + 1)
        people = staff.list_all(connection)
        codes = reasons.list_all(connection)
    shown = rows[:PAGE]
    names = told.Names(
        people={each.id: each.name for each in people}, reasons={each.code: each.label for each in codes}
    )
    return render_template(
        "audit/index.html",
        choice=choice,
        problems=choice.problems,
        rows=shown,
        older_url=_older(choice, shown[-1].seq) if len(rows) > PAGE else None,
        spans=choice.spans(url_for("audit.index")),
        nothing=told.nothing(choice, names),
        standing=standing.read(services()),
        people_options=[{"value": each.id, "label": each.name} for each in people],
        action_options=[{"value": name, "label": label} for name, label in words.ACTIONS.items()],
        outcome_options=[{"value": one.value, "label": label} for one, (label, _) in words.OUTCOMES.items()],
        reason_options=[{"value": each.code, "label": each.label} for each in codes],
        words=words,
    )


@blueprint.get("/<int:seq>")
@requires(Permission.AUDIT_READ)
def show(seq: int) -> str:
    """One row with all it holds and the rows of the same change."""
    with services().database.read() as connection:
        found = audit.page(connection, audit.Filters(), before_seq=seq + 1, limit=1)
        if not found or found[0].seq != seq:
            raise ErrorPage(404, "No such entry", "Check the number, or look for it in the audit log.")
        entry = found[0].entry
        reason = {each.code: each.label for each in reasons.list_all(connection)}.get(entry.reason or "")
    return render_template(
        "audit/show.html",
        row=found[0],
        groups=related.groups(services(), entry),
        reason=reason or entry.reason,
        words=words,
    )


@blueprint.get("/check")
@requires(Permission.AUDIT_READ)
def check() -> str:
    """The last check, and how far the record is anchored."""
    return _check_page()


@blueprint.post("/check")
@requires(Permission.AUDIT_READ)
@takes()
def check_now() -> ResponseReturnValue:
    """Verify the whole chain and record what was found. Reads every row; about a second for a million."""
    settings = services().settings
    try:
        with services().database.read() as connection:
            kept = audit.kept_anchors(settings.audit_anchors)
            report = audit.verify(connection, settings.secret_keys, kept)
    except OSError as error:
        return _check_page(f"{settings.audit_anchors} cannot be read: {error.strerror}."), 500
    if not report.is_intact:
        _log.error("audit.not_intact", findings=[finding.text for finding in report.findings])
    if not audit.may_be_kept(report):
        return _check_page(report=report)
    outcome = audit.Outcome.DONE if report.is_intact else audit.Outcome.FAILED
    record.write("audit.verify", outcome, after=audit.told(report))
    return redirect(url_for("audit.check"), 303)


def _check_page(problem: str = "", report: audit.VerifyReport | None = None) -> str:
    """:param report: of a check that could not be recorded; it is shown this once."""
    return render_template(
        "audit/check.html", standing=standing.read(services()), problem=problem, report=report
    )


@blueprint.post("/export")
@requires(Permission.AUDIT_EXPORT)
@takes(*(Field(name) for name in NAMES))
def export() -> ResponseReturnValue:
    """The rows of the current filters as a file. The export is itself recorded, with its number of rows."""
    choice = _choice(typed())
    if choice.problems:
        return redirect(url_for("audit.index") + f"?{choice.query}", 303)
    with services().database.read() as connection:
        rows = audit.page(connection, choice.filters, limit=EXPORT_LIMIT)
    narrowed = {name: text for name, text in choice.typed.items() if text}
    record.write("audit.export", audit.Outcome.DONE, after={"rows": len(rows), **narrowed})
    name = f"audit-{services().clock():%Y%m%d-%H%M%S}.csv"
    return Response(
        csv_file.write(rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _choice(arguments: Mapping[str, str]) -> Choice:
    return choose(arguments, services().settings.timezone, services().clock())


def _older(choice: Choice, last_seq: int) -> str:
    query = f"{choice.query}&" if choice.query else ""
    return f"{url_for('audit.index')}?{query}before={last_seq}"
