"""``/programmes/<programme>/``: finding a member, and the ones opened last. Asks the remote nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from dashboard.actions import giving, held
from dashboard.permissions import Permission
from dashboard.store import approvals, intents, orders, recents, spending
from dashboard.store.limits import Span
from dashboard.web.access import current_staff, requires, services
from dashboard.web.approvals import words
from dashboard.web.credits import limit_words
from dashboard.web.filters import formats
from dashboard.web.members.gather import member_url
from dashboard.web.programmes import require

LATELY = timedelta(days=7)
REQUESTS = 5
UNSETTLED = 5

blueprint = Blueprint("home", __name__, url_prefix="/programmes/<uuid:programme_id>")


@blueprint.get("/")
@requires(Permission.MEMBERS_READ)
def show(programme_id: UUID) -> ResponseReturnValue:
    """The search field, the reader's recent members, and what they may give and what waits."""
    programme, reader = require(programme_id), current_staff()
    now, zone = services().clock(), services().settings.timezone
    with services().database.read() as connection:
        recent = recents.list_for(connection, reader.id, programme)
        standing = spending.standing(connection, reader.id, reader.role, now, zone)
        most = giving.hard_cap(connection, standing)
        waiting = approvals.waiting_for(connection, reader.id, now)
        pending = orders.waiting(connection, programme, now)
        unsettled = intents.count_own_unsettled(connection, reader.id)
        requests = approvals.of_requester(connection, reader.id, now - LATELY, REQUESTS)
    single = standing.room(Span.ACT)
    return render_template(
        "home/show.html",
        recent=recent,
        limit=single.left if single else None,
        most=most,
        waiting=waiting if reader.role.may(Permission.APPROVALS_DECIDE) else None,
        pending=pending,
        requests=requests,
        unsettled_count=unsettled,
        unsettled=held.unsettled(services().database, staff_id=reader.id, limit=UNSETTLED)
        if unsettled
        else (),
        words=words,
        formats=formats(),
        gauges=tuple(limit_words.gauges(standing, formats())),
        role=reader.role,
        member_url=lambda contact_id: member_url(programme_id, contact_id),
    )
