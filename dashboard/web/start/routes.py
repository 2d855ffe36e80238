"""``/``: on to the search of a programme; where none is known a page that keeps what is typed."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dashboard.permissions import Permission
from dashboard.web.access import requires, services
from dashboard.web.errors import remote_trouble
from dashboard.web.forms import Field, takes, typed
from dashboard.web.programmes import first

blueprint = Blueprint("start", __name__)


@blueprint.get("/")
@requires(Permission.MEMBERS_READ)
def show() -> ResponseReturnValue:
    """On to the first programme's search."""
    programme = first()
    return _no_programme("") if programme is None else redirect(f"/programmes/{programme.id}/", 303)


@blueprint.post("/find")
@requires(Permission.MEMBERS_READ)
@takes(Field("query", "Search for"))
def find() -> ResponseReturnValue:
    """A search typed while no programme was known: carried out if one is known by now."""
    programme = first()
    if programme is None:
        return _no_programme(typed()["query"]), 503
    return redirect(url_for("find.find", programme_id=programme.id), 307)


def _no_programme(query: str) -> str:
    trouble = services().brevo.health.condition.trouble
    why = remote_trouble(trouble) if trouble else ("No programme is published", "Publish one in Brevo.")
    return render_template("start/no_programme.html", why=why, typed_query=query)
