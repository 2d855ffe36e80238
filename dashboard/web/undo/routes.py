"""``/programmes/<programme>/intents/<intent>/undo``: taking back what was done."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from dashboard.actions import undo as deeds
from dashboard.permissions import Permission
from dashboard.store import reasons
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, why
from dashboard.web.changes.asking import actor, programme
from dashboard.web.changes.receipts import find
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.errors import ErrorPage
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.undo.form import UndoPage
from dashboard.web.undo.reading import Reading, read

blueprint = Blueprint("undo", __name__, url_prefix="/programmes/<uuid:programme_id>/intents/<uuid:intent_id>")

FIELDS = (Field("intent"), *why.WHY)


@blueprint.get("/undo", defaults=PAGE)
@blueprint.get("/undo/form", defaults=DRAWER)
@requires(Permission.CREDITS_WRITE)
def show(programme_id: UUID, intent_id: UUID, in_drawer: bool) -> Response:
    """What would be taken back and what it would do, or why that is not possible."""
    original = _original(programme_id, intent_id)
    page = _page(original, read(original), {"case_reference": original.case_reference or ""})
    return sending.shown(page, in_drawer=in_drawer)


def _again(problem: Problem, programme_id: UUID, intent_id: UUID, in_drawer: bool) -> ResponseReturnValue:
    original = _original(programme_id, intent_id)
    return sending.again(_page(original, read(original), typed(), (problem,)), in_drawer=False)


@blueprint.post("/undo", defaults=PAGE)
@blueprint.post("/undo/form", defaults=DRAWER)
@requires(Permission.CREDITS_WRITE)
@takes(*FIELDS, again=_again)
def send(programme_id: UUID, intent_id: UUID, in_drawer: bool) -> ResponseReturnValue:
    """Take it back."""
    original = _original(programme_id, intent_id)
    reading = read(original)
    return sending.sent(
        lambda: _carry_out(original, reading),
        lambda problems: _page(original, reading, typed(), problems),
        in_drawer=in_drawer,
    )


def _carry_out(original: Intent, reading: Reading) -> Intent:
    parts, form = services(), typed()
    return deeds.undo(
        parts.database,
        parts.engine,
        actor(),
        deeds.UndoForm(
            intent_id=form["intent"],
            programme_id=original.programme_id,
            contact_id=original.contact_id,
            reason=form["reason"],
            case_reference=form["case_reference"],
            note=form["note"],
            original_id=original.id,
            facts=reading.facts,
        ),
    )


def _original(programme_id: UUID, intent_id: UUID) -> Intent:
    """What is to be taken back.

    :raises ErrorPage: there is no such change, or it is not about a member yet.
    """
    original = find(programme_id, intent_id)
    if not original.contact_id:
        raise ErrorPage(404, "This cannot be taken back", "The contact it is about does not exist yet.")
    return original


def _page(
    original: Intent, reading: Reading, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> UndoPage:
    parts = services()
    links = deeds.links_of(parts.database, original)
    with parts.database.read() as connection:
        offered_reasons = reasons.offered(connection)
    return UndoPage(
        subject=reading.subject,
        intent_id=values.get("intent") or str(uuid4()),
        typed={"reason": "", "case_reference": "", "note": "", **values},
        problems=problems,
        original=original,
        reversal=links.reversal,
        reading=reading,
        offer=deeds.offer(actor(), original, links, reading.facts, parts.clock()),
        configuration=programme(reading.subject.programme_id),
        offered_reasons=offered_reasons,
        formats=formats(),
    )
