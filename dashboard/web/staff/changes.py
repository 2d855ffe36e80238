"""``/staff/<id>/…``: another role, disable and enable, end sessions, a link for a new password.

What gives more rights or shuts somebody out is a page of its own first; nothing happens by opening it.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.permissions import Permission, Role
from dashboard.store import links, sessions, staff
from dashboard.store.colleagues import Change
from dashboard.store.staff import StaffMember
from dashboard.web.access import requires, services
from dashboard.web.errors import ErrorPage
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.staff import people, words
from dashboard.web.staff.one_time import show_link

blueprint = Blueprint("staff_changes", __name__, url_prefix="/staff/<uuid:staff_id>")

_ROLES = {role.value: role for role in Role}
_CHOOSE = Problem("role", "Choose a role")


@blueprint.get("/role")
@requires(Permission.STAFF_MANAGE)
def role_show(staff_id: UUID) -> ResponseReturnValue:
    """Choose another role; once it is chosen, what it would change."""
    wanted = request.args.get("role", "")
    problems = (_CHOOSE,) if wanted not in _ROLES and "role" in request.args else ()
    return _role_page(staff_id, _ROLES.get(wanted), problems)


@blueprint.post("/role")
@requires(Permission.STAFF_MANAGE)
@takes(Field("role"), Field("was"), Field("confirmed"))
def role_set(staff_id: UUID) -> ResponseReturnValue:
    """Give the role whose difference was shown; more rights only when that was confirmed."""
    form = typed()
    role = _ROLES.get(form["role"])
    if role is None:
        return _role_page(staff_id, None, (_CHOOSE,), 422)
    with people.changing(staff_id) as change:
        member = change.member
        _require_seen(member, form["was"])
        gains = words.difference(member.role, role).gains
        if role is not member.role and (form["confirmed"] == "1" or not gains):
            return _told(staff_id, _give(change, role))
    return _role_page(
        staff_id, role, (Problem("confirmed", f"Confirm that {member.name} gets more rights"),), 422
    )


@blueprint.get("/disable")
@requires(Permission.STAFF_MANAGE)
def disable_show(staff_id: UUID) -> ResponseReturnValue:
    """What disabling does, before it is done."""
    person = people.other(staff_id)
    if person.member.disabled_at is not None:
        return redirect(url_for("staff.show", staff_id=staff_id), 303)
    return render_template("staff/disable.html", person=person)


@blueprint.post("/disable")
@requires(Permission.STAFF_MANAGE)
@takes()
def disable(staff_id: UUID) -> ResponseReturnValue:
    """Let the person in no more; their sessions end now."""
    with people.changing(staff_id) as change:
        if change.member.disabled_at is not None:
            return redirect(url_for("staff.show", staff_id=staff_id), 303)
        open_now = _count(change)
        staff.disable(change.connection, change.member.id, services().clock())
        after = {"state": "disabled", "sessions_ended": open_now}
        seq = people.note(change, "staff.disable", {"state": "enabled"}, after)
    return _told(staff_id, seq)


@blueprint.post("/enable")
@requires(Permission.STAFF_MANAGE)
@takes()
def enable(staff_id: UUID) -> ResponseReturnValue:
    """Let a disabled person in again."""
    with people.changing(staff_id) as change:
        if change.member.disabled_at is None:
            return redirect(url_for("staff.show", staff_id=staff_id), 303)
        staff.enable(change.connection, change.member.id, services().clock())
        seq = people.note(change, "staff.enable", {"state": "disabled"}, {"state": "enabled"})
    return _told(staff_id, seq)


@blueprint.post("/sessions/end")
@requires(Permission.STAFF_MANAGE)
@takes()
def end_sessions(staff_id: UUID) -> ResponseReturnValue:
    """Sign the person out everywhere; it counts from their next request."""
    with people.changing(staff_id) as change:
        open_now = _count(change)
        sessions.revoke_all(change.connection, change.member.id, services().clock())
        seq = people.note(
            change, "staff.end_sessions", {"sessions": open_now}, {"sessions": 0, "sessions_ended": open_now}
        )
    return _told(staff_id, seq)


@blueprint.get("/password-link")
@requires(Permission.STAFF_MANAGE)
def link_show(staff_id: UUID) -> ResponseReturnValue:
    """What a one-time link does, before one is made."""
    person = people.other(staff_id)
    _require_own_password(person.member)
    return render_template("staff/password_link.html", person=person)


@blueprint.post("/password-link")
@requires(Permission.STAFF_MANAGE)
@takes()
def link_make(staff_id: UUID) -> ResponseReturnValue:
    """Make a link by which the person sets a password. The answer shows it, this once."""
    with people.changing(staff_id) as change:
        _require_own_password(change.member)
        token = links.create(change.connection, change.member.id, services().clock())
        people.note(change, "staff.set_password", {}, {"link": "made"})
    return show_link(change.member, token, f"Password link for {change.member.name}")


def _require_seen(member: StaffMember, role: str) -> None:
    """The difference that was shown must be the one that is saved."""
    if member.role.value != role:
        raise ErrorPage(
            409,
            f"{member.name} is {words.a(member.role)} by now",
            "Somebody changed the role since you opened this. Open it again and look at the difference.",
        )


def _give(change: Change, role: Role) -> int:
    open_now = _count(change)
    staff.set_role(change.connection, change.member.id, role, services().clock())
    before = {"role": change.member.role.value}
    return people.note(change, "staff.set_role", before, {"role": role.value, "sessions_ended": open_now})


def _require_own_password(member: StaffMember) -> None:
    if member.is_demo:
        raise ErrorPage(
            409, f"{member.name} has a demo password", "Demo accounts share one that everybody knows."
        )
    if member.disabled_at is not None:
        raise ErrorPage(409, f"{member.name} is disabled", "Enable the account first, then make a link.")


def _count(change: Change) -> int:
    return len(sessions.list_for(change.connection, change.member.id, services().clock()))


def _told(staff_id: UUID, seq: int) -> Response:
    return redirect(url_for("staff.show", staff_id=staff_id, receipt=seq), 303)


def _role_page(
    staff_id: UUID, role: Role | None, problems: tuple[Problem, ...] = (), status: int = 200
) -> Response:
    person = people.other(staff_id)
    present = person.member.role
    if role is present:
        role = None
        problems = (Problem("role", f"{person.member.name} is {words.a(present)} already"),)
    html = render_template(
        "staff/role.html",
        person=person,
        roles=words.role_options(),
        role=role,
        difference=words.difference(present, role) if role else None,
        a=words.a,
        problems=problems,
    )
    return make_response(html, status)
