"""``/programmes/<programme>/find``: the one search box.

A search is a POST, so that no e-mail or name stands in an address. It leads to the member, or to the results
at an address that can be reloaded for an hour.
"""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, redirect, render_template
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from dashboard.permissions import Permission
from dashboard.store import pace, recents, searches
from dashboard.web import pacing
from dashboard.web.access import current_staff, requires, services
from dashboard.web.errors import ErrorPage, Link, remote_trouble
from dashboard.web.find.findings import Findings
from dashboard.web.find.recognise import Hints, Kind, plan
from dashboard.web.find.search import Finding
from dashboard.web.forms import Field, takes, typed
from dashboard.web.members.gather import member_url, snapshots
from dashboard.web.pacing import TooFast
from dashboard.web.shell import home_url

EXTENSION = "loyalty-desk-findings"

blueprint = Blueprint("find", __name__, url_prefix="/programmes/<uuid:programme_id>/find")


@blueprint.record_once
def prepare(state: BlueprintSetupState) -> None:
    """Each application keeps its own findings."""
    parts = state.app.extensions["loyalty-desk"]
    state.app.extensions[EXTENSION] = Findings(parts.brevo, parts.clock)


@blueprint.get("")
@requires(Permission.MEMBERS_READ)
def start(programme_id: UUID) -> ResponseReturnValue:
    """The address of the search form, opened by hand: the page the form stands on."""
    return redirect(home_url(programme_id), 303)


@blueprint.post("")
@requires(Permission.MEMBERS_READ)
@takes(Field("query", "Search for"), Field("as"))
def find(programme_id: UUID) -> ResponseReturnValue:
    """Search, then go to the one member who matches, or to the results."""
    form = typed()
    if not form["query"]:
        return redirect(home_url(programme_id), 303)
    kind = _kind(form["as"])
    planned = plan(form["query"], _hints(programme_id), kind)
    if planned.problem:
        return _results(programme_id, form["query"], Finding(planned), status=422)
    try:
        pacing.admit(pace.SEARCHES)
    except TooFast as refused:
        raise ErrorPage(
            429, "Too many searches", f"{refused}.", searched=form["query"], retry_after=refused.wait
        ) from refused
    finding = _findings().search(programme_id, planned)
    if finding.only_hit is not None:
        return _open(programme_id, finding)
    search_id = _save(programme_id, form["query"], kind)
    _findings().keep(search_id, finding)
    return redirect(f"/programmes/{programme_id}/find/{search_id}", 303)


@blueprint.get("/<uuid:search_id>")
@requires(Permission.MEMBERS_READ)
def show(programme_id: UUID, search_id: UUID) -> ResponseReturnValue:
    """What a search found. Asks again where that is not kept any more, or was not answered."""
    query, kind = _saved(programme_id, search_id)
    finding = _findings().get(str(search_id))
    if finding is None:
        finding = _findings().search(programme_id, plan(query, _hints(programme_id), kind))
        _findings().keep(str(search_id), finding)
    return _results(programme_id, query, finding)


def _findings() -> Findings:
    return cast(Findings, current_app.extensions[EXTENSION])


def _kind(name: str) -> Kind | None:
    try:
        return Kind(name) if name else None
    except ValueError:
        raise ErrorPage(400, "There is no such search", "Search once more from the box above.") from None


def _hints(programme_id: UUID) -> Hints:
    parts = services()
    with parts.database.read() as connection:
        seen = recents.list_for(connection, current_staff().id, str(programme_id))
    numbers = tuple(each.subscription_id for each in seen if each.subscription_id)
    return Hints(parts.settings.phone_region, numbers)


def _open(programme_id: UUID, finding: Finding) -> Response:
    """To the member; what the search has read of them need not be read again there."""
    hit = finding.only_hit
    assert hit is not None  # noqa: S101 - the caller has looked
    for looked in finding.looked:
        if looked.hits:
            snapshots().seed(programme_id, hit.contact_id, contact=looked.contact, account=looked.account)
    return make_response(redirect(member_url(programme_id, hit.contact_id), 303))


def _save(programme_id: UUID, query: str, kind: Kind | None) -> str:
    parts = services()
    with parts.database.write() as connection:
        return searches.save(
            connection,
            staff_id=current_staff().id,
            programme_id=str(programme_id),
            query=f"{kind or ''}:{query}",
            now=parts.clock(),
        )


def _saved(programme_id: UUID, search_id: UUID) -> tuple[str, Kind | None]:
    parts = services()
    with parts.database.read() as connection:
        saved = searches.get(
            connection,
            str(search_id),
            staff_id=current_staff().id,
            programme_id=str(programme_id),
            now=parts.clock(),
        )
    if saved is None:
        raise ErrorPage(
            404,
            "This search has ended",
            "Results are kept for an hour, for the person who searched. Search again.",
            link=Link(home_url(programme_id), "Find a member"),
        )
    kind, _, query = saved.partition(":")
    return query, _kind(kind)


def _results(programme_id: UUID, query: str, finding: Finding, status: int = 200) -> Response:
    html = render_template(
        "find/results.html",
        query=query,
        finding=finding,
        member_url=lambda contact_id: member_url(programme_id, contact_id),
        find_url=f"/programmes/{programme_id}/find",
        trouble=remote_trouble,
    )
    return make_response(html, status)
