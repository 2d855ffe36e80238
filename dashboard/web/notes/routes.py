"""``/programmes/<programme>/members/<contact>/notes``: what staff write about a member for other staff."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from dashboard.permissions import Permission
from dashboard.store import audit, notes
from dashboard.store.notes import NoteError
from dashboard.web import record
from dashboard.web.access import current_staff, requires, services
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.members.present import page_of_member

blueprint = Blueprint(
    "notes", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>/notes"
)


def _again(problem: Problem, programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    return page_of_member(programme_id, contact_id, problems=(problem,), note=typed()["note"])


@blueprint.post("")
@requires(Permission.NOTES_WRITE)
@takes(Field("note", "Note"), again=_again)
def add(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """Keep a note. The audit record says that one was written, never what it says."""
    parts, text = services(), typed()["note"]
    try:
        with parts.database.write() as connection:
            note = notes.add(
                connection,
                programme_id=str(programme_id),
                contact_id=contact_id,
                staff_id=current_staff().id,
                text=text,
                now=parts.clock(),
            )
            audit.append(
                connection,
                record.entry(
                    "note.add",
                    audit.Outcome.DONE,
                    programme_id=str(programme_id),
                    contact_id=contact_id,
                    after={"note": note.id},
                ),
            )
    except NoteError as error:
        return page_of_member(programme_id, contact_id, problems=(Problem("note", str(error)),), note=text)
    return redirect(f"{member_url(programme_id, contact_id)}#staff-actions", 303)
