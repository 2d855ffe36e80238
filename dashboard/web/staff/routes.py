"""``/staff/``: everybody who may sign in, one person, a new person, another name."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.permissions import Permission, Role
from dashboard.store import audit, links, staff
from dashboard.store.staff import StaffError
from dashboard.web import record
from dashboard.web.access import requires, services
from dashboard.web.account.devices import device_name
from dashboard.web.forms import Field, Problem, Typed, takes, typed
from dashboard.web.staff import people, words
from dashboard.web.staff.one_time import show_link

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.get("/")
@requires(Permission.STAFF_MANAGE)
def index() -> str:
    """Everybody, disabled people too."""
    return render_template("staff/index.html", people=people.everybody())


@blueprint.get("/add")
@requires(Permission.STAFF_MANAGE)
def add_show() -> ResponseReturnValue:
    """The form for a new person."""
    return _add_page(Typed({"email": "", "name": "", "role": ""}))


def _add_again(problem: Problem) -> Response:
    return _add_page(typed(), (problem,))


@blueprint.post("/add")
@requires(Permission.STAFF_MANAGE)
@takes(Field("email", "E-mail"), Field("name", "Name"), Field("role", "Role"), again=_add_again)
def add() -> ResponseReturnValue:
    """Add a person. The answer shows the link by which they set their password, this once."""
    form, parts = typed(), services()
    problems = tuple(_problems(form))
    if problems:
        return _add_page(form, problems, 422)
    now = parts.clock()
    try:
        with parts.database.write() as connection:
            member = staff.add(
                connection, email=form["email"], name=form["name"], role=Role(form["role"]), now=now
            )
            token = links.create(connection, member.id, now)
            after = {"staff_id": member.id, "name": member.name, "role": member.role.value}
            audit.append(connection, record.entry("staff.add", audit.Outcome.DONE, after=after))
    except StaffError as error:
        return _add_page(form, (Problem(error.field, str(error)),), 422)
    return show_link(member, token, f"{member.name} is added as {words.a(member.role)}")


@blueprint.get("/<uuid:staff_id>")
@requires(Permission.STAFF_MANAGE)
def show(staff_id: UUID) -> ResponseReturnValue:
    """One person: role, state, where they are signed in, and all that can be changed."""
    return page(staff_id)


def _rename_again(problem: Problem, staff_id: UUID) -> Response:
    return page(staff_id, name=typed()["name"], problems=(problem,))


@blueprint.post("/<uuid:staff_id>/name")
@requires(Permission.STAFF_MANAGE)
@takes(Field("name", "Name"), again=_rename_again)
def rename(staff_id: UUID) -> ResponseReturnValue:
    """Another name, from now on."""
    form = typed()
    try:
        with people.changing(staff_id) as change:
            member = staff.rename(change.connection, change.member.id, form["name"])
            seq = people.note(change, "staff.rename", {}, {"name": member.name})
    except StaffError as error:
        return page(staff_id, name=form["name"], problems=(Problem(error.field, str(error)),), status=422)
    return redirect(url_for("staff.show", staff_id=staff_id, receipt=seq), 303)


def page(
    staff_id: UUID,
    *,
    name: str | None = None,
    contact_id: str = "",
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response:
    """The page about a person.

    :param name: as it was typed, where it was.
    :param contact_id: the same for a contact to link.
    """
    person = people.one(staff_id)
    html = render_template(
        "staff/show.html",
        person=person,
        name=person.member.name if name is None else name,
        contact_id=contact_id,
        rights=words.rights(person.member.role.permissions),
        device_name=device_name,
        receipt=words.receipt(record.just_done(request.args.get("receipt", type=int)), str(staff_id)),
        problems=problems,
    )
    return make_response(html, status)


def _add_page(form: Typed, problems: tuple[Problem, ...] = (), status: int = 200) -> Response:
    html = render_template("staff/add.html", form=form, roles=words.role_options(), problems=problems)
    return make_response(html, status)


def _problems(form: Typed) -> list[Problem]:
    found = []
    for check, text in ((staff.tidy_email, form["email"]), (staff.tidy_name, form["name"])):
        try:
            check(text)
        except StaffError as error:
            found.append(Problem(error.field, str(error)))
    if form["role"] not in set(Role):
        found.append(Problem("role", "Choose a role"))
    return found
