"""``/programmes/<programme>/pending``: everything pending that the console knows. Asks the remote nothing."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from dashboard.brevo.errors import BrevoError
from dashboard.permissions import Permission
from dashboard.store import orders
from dashboard.web.access import current_staff, requires, services
from dashboard.web.members.gather import member_url
from dashboard.web.orders.queue import Chip, Waiting, queue, under
from dashboard.web.programmes import require
from dashboard.web.shell import show_age

blueprint = Blueprint("order_queue", __name__, url_prefix="/programmes/<uuid:programme_id>/pending")

PAGE = 50
"""Rows of a page, and of what is done with many at once."""


@blueprint.get("")
@requires(Permission.MEMBERS_READ)
def show(programme_id: UUID) -> str:
    """The queue, oldest first."""
    programme, reader, now = require(programme_id), current_staff(), services().clock()
    rows = queue(services().database, programme, reader.id, now)
    with services().database.read() as connection:
        last = orders.last_completed(connection, programme)
    chip, start = _chip(), _start()
    listed = under(chip, rows)
    shown = listed[start : start + PAGE]
    oldest = min((each.seen_at for each in rows if each.seen_at), default=None)
    if oldest is not None:
        show_age(oldest)
    return render_template(
        "orders/queue.html",
        rows=shown,
        shown=min(start + PAGE, len(listed)),
        total=len(listed),
        later_url=_url(programme_id, chip, start + PAGE) if len(listed) > start + PAGE else None,
        chips=[
            {
                "label": f"{each.label} {len(under(each, rows))}",
                "url": _url(programme_id, each),
                "current": each is chip,
                "id": f"chip-{each.value}",
            }
            for each in Chip
        ],
        chip=chip,
        here=_url(programme_id, chip, start),
        all_url=_url(programme_id, Chip.ALL),
        select_url=f"{_url(programme_id, chip, start, select='all')}#queue",
        is_selected=request.args.get("select") == "all",
        may_end=reader.role.may(Permission.ORDERS_WRITE),
        now=now,
        last=last,
        units=units(programme_id),
        member_url=lambda row: _member(programme_id, row),
        ending_url=lambda row, in_drawer: ending_url(programme_id, row, in_drawer=in_drawer),
        programme_id=programme_id,
    )


def units(programme_id: UUID) -> dict[str, str]:
    """The unit of each balance, as far as the console read them."""
    try:
        definitions = services().configuration.of(programme_id).definitions
    except BrevoError:
        return {}
    return {each.id: each.unit for each in definitions}


def ending_url(programme_id: UUID, row: Waiting, *, in_drawer: bool) -> str:
    """The form that completes a draft."""
    return url_for(
        "orders.complete",
        programme_id=programme_id,
        contact_id=row.contact_id,
        transaction_id=row.transaction_id,
        definition=row.definition_id,
        in_drawer=in_drawer,
    )


def _member(programme_id: UUID, row: Waiting) -> str | None:
    return member_url(programme_id, row.contact_id) if row.contact_id else None


def _chip() -> Chip:
    try:
        return Chip(request.args.get("show", Chip.ALL))
    except ValueError:
        return Chip.ALL


def _start() -> int:
    text = request.args.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _url(programme_id: UUID, chip: Chip, start: int = 0, **more: str) -> str:
    query = {"show": "" if chip is Chip.ALL else chip.value, "from": str(start or ""), **more}
    told = urlencode({name: value for name, value in query.items() if value})
    return url_for("order_queue.show", programme_id=programme_id) + (f"?{told}" if told else "")
