"""All that knows HTTP-in: pages, forms, who may open what."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from dashboard.services import Services
from dashboard.web import (
    access,
    assets,
    bulkhead,
    compress,
    csrf,
    filters,
    forms,
    handlers,
    security,
    sessions,
    shell,
    trace,
)
from dashboard.web.account.routes import blueprint as account
from dashboard.web.approvals.in_place import blueprint as approve_here
from dashboard.web.approvals.routes import blueprint as approvals
from dashboard.web.audit.routes import blueprint as audit
from dashboard.web.changes.receipts import blueprint as intents
from dashboard.web.credits.routes import blueprint as credit_forms
from dashboard.web.find.routes import blueprint as find
from dashboard.web.health.routes import blueprint as health
from dashboard.web.home.routes import blueprint as home
from dashboard.web.members.routes import blueprint as members
from dashboard.web.membership.add_sharers import blueprint as add_sharers
from dashboard.web.membership.create import blueprint as new_contact
from dashboard.web.membership.end import blueprint as membership_end
from dashboard.web.membership.enrol import blueprint as enrolment
from dashboard.web.membership.remove_sharer import blueprint as remove_sharer
from dashboard.web.membership.tier import blueprint as tier_change
from dashboard.web.notes.routes import blueprint as notes
from dashboard.web.orders.closing import blueprint as order_closing
from dashboard.web.orders.desk import blueprint as order_queue
from dashboard.web.orders.making import blueprint as order_making
from dashboard.web.orders.many import blueprint as order_batches
from dashboard.web.orders.routes import blueprint as orders
from dashboard.web.reports.routes import blueprint as reports
from dashboard.web.settings.limits import blueprint as limits
from dashboard.web.settings.presets import blueprint as presets
from dashboard.web.settings.rates import blueprint as rates
from dashboard.web.settings.reasons import blueprint as reasons
from dashboard.web.settings.routes import blueprint as settings_pages
from dashboard.web.sign_in.routes import blueprint as sign_in
from dashboard.web.staff.changes import blueprint as staff_changes
from dashboard.web.staff.contacts import blueprint as staff_contacts
from dashboard.web.staff.routes import blueprint as staff
from dashboard.web.start.routes import blueprint as start
from dashboard.web.status.routes import blueprint as status
from dashboard.web.undo.routes import blueprint as undo
from dashboard.web.unsettled.routes import blueprint as unsettled
from dashboard.web.vouchers.routes import blueprint as vouchers

PAGES = (
    account,
    add_sharers,
    approvals,
    approve_here,
    audit,
    credit_forms,
    enrolment,
    find,
    health,
    home,
    intents,
    members,
    membership_end,
    new_contact,
    notes,
    order_batches,
    order_closing,
    order_making,
    order_queue,
    orders,
    remove_sharer,
    reports,
    limits,
    rates,
    presets,
    reasons,
    settings_pages,
    sign_in,
    staff,
    staff_changes,
    staff_contacts,
    start,
    status,
    tier_change,
    undo,
    unsettled,
    vouchers,
)
"""One blueprint a noun."""


def init_app(app: Flask, services: Services, static: Path) -> None:
    """Put the pages in, and around them what every request passes.

    The order is that of the guards: number and log, shape of the request, its origin, room for it, its
    fields, who sends it, the form's token. Answers pass the other way: compressed, given their headers,
    logged.
    """
    settings = services.settings
    trace.init_app(app)
    security.init_app(app)
    bulkhead.init_app(app, lambda: services.brevo.health.condition.answered_at, members, find)
    forms.init_app(app)
    sessions.init_app(app)
    access.init_app(app)
    csrf.init_app(app)
    compress.init_app(app)
    assets.init_app(app, static)
    filters.init_app(app, filters.Formats(settings.locale, settings.timezone, services.clock))
    shell.init_app(app)
    handlers.init_app(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
