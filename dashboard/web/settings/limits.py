"""``/settings/limits/``: how much staff may give alone, by role, and for single persons instead."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.permissions import Permission, Role
from dashboard.store import audit, limits, staff
from dashboard.web import record
from dashboard.web.access import current_staff, requires, services
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.settings import limit_words, words
from dashboard.web.settings.limit_words import LABELS
from dashboard.web.settings.review import NotSeen, Review

blueprint = Blueprint("limits", __name__, url_prefix="/settings/limits")

ROLES = tuple(role for role in Role if role.may(Permission.CREDITS_WRITE))
"""Those that can give anything."""
FIELDS = tuple(
    Field(f"{span}_{part}", label)
    for span, labels in LABELS.items()
    for part, label in (("value", labels.value), ("times", labels.times))
    if label is not None
)


class Subject(msgspec.Struct, frozen=True):
    """Whose limits are set."""

    key: str
    name: str
    role: Role
    is_person: bool

    @property
    def nothing(self) -> str:
        """What a span without a limit means."""
        return f"as {limit_words.plural(self.role).lower()}" if self.is_person else limit_words.NO_LIMIT


@blueprint.get("/")
@requires(Permission.SETTINGS_MANAGE)
def index() -> str:
    """The limits of every role, and of everybody who can give anything."""
    with services().database.read() as connection:
        people = [each for each in staff.list_all(connection) if each.role in ROLES and not each.disabled_at]
        own = {key: limits.own(connection, key) for key in limits.subjects(connection)}
        rates = limits.all_rates(connection)
    return render_template(
        "settings/limits.html",
        roles=[_role(role) for role in ROLES],
        people=sorted((_person(each) for each in people), key=lambda one: (one.key not in own, one.name)),
        own=own,
        labels=LABELS,
        told=lambda limit, nothing: limit_words.told(limit, formats(), nothing),
        rates=limit_words.of_rates(rates, formats())["rates"],
        reader_id=current_staff().id,
        receipt=words.receipt(record.just_done(request.args.get("receipt", type=int))),
    )


@blueprint.get("/<subject>")
@requires(Permission.SETTINGS_MANAGE)
def show(subject: str) -> ResponseReturnValue:
    """The limits of one role or person."""
    whose = _subject(subject)
    with services().database.read() as connection:
        found = limits.own(connection, whose.key)
    return _page(whose, limit_words.written(found))


def _again(problem: Problem, subject: str) -> Response:
    return _page(_subject(subject), typed(), problems=(problem,))


@blueprint.post("/<subject>")
@requires(Permission.SETTINGS_MANAGE)
@takes(*FIELDS, Field("seen"), again=_again)
def save(subject: str) -> ResponseReturnValue:
    """Show the difference; save it once it was seen. It counts for whatever is asked for next."""
    whose, form = _subject(subject), typed()
    wanted, problems = limit_words.read(form, needs_act=not whose.is_person)
    if problems:
        return _page(whose, form, problems=problems, status=422)
    try:
        with services().database.write() as connection:
            limits.lock(connection)
            before = limits.own(connection, whose.key)
            for span, limit in wanted.items():
                limits.put(connection, whose.key, span, limit)
            review = Review(_told(whose, before), _told(whose, limits.own(connection, whose.key)))
            review.require_seen(form["seen"])
            seq = audit.append(connection, _entry(whose, review))
    except NotSeen as unseen:
        if unseen.review.is_empty:
            nothing_new = (Problem("act_value", words.NOTHING_NEW),)
            return _page(whose, form, problems=nothing_new, status=422)
        return _page(whose, form, unseen.review)
    return redirect(url_for("limits.index", receipt=seq), 303)


def _entry(whose: Subject, review: Review) -> audit.Entry:
    done = audit.Outcome.DONE
    return record.entry("settings.limits", done, before=review.before, after=review.after)


def _told(whose: Subject, found: Mapping[limits.Span, limits.Limit]) -> dict[str, str]:
    return limit_words.of_review(whose.name, found, formats(), whose.nothing)


def _subject(text: str) -> Subject:
    """Whose limits the address names.

    :raises ErrorPage: nobody's who can give anything, or the reader's own.
    """
    role = next((each for each in ROLES if each.value == text), None)
    if role is not None:
        return _role(role)
    with services().database.read() as connection:
        found = staff.by_id(connection, text) if _is_uuid(text) else None
    if found is None or found.role not in ROLES:
        raise ErrorPage(404, "No such limits", "Choose a role or a person.", link=_list())
    if found.id == current_staff().id:
        raise ErrorPage(403, "You can't change your own limits", "Another admin must do it.", link=_list())
    return _person(found)


def _role(role: Role) -> Subject:
    return Subject(role.value, limit_words.plural(role), role, is_person=False)


def _person(member: staff.StaffMember) -> Subject:
    return Subject(member.id, member.name, member.role, is_person=True)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _list() -> Link:
    return Link(url_for("limits.index"), "All limits")


def _page(
    whose: Subject,
    form: Mapping[str, str],
    review: Review | None = None,
    *,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response:
    with services().database.read() as connection:
        of_role = limits.own(connection, whose.role.value)
    html = render_template(
        "settings/limit.html",
        whose=whose,
        form=form,
        labels=LABELS,
        of_role={span: limit_words.told(of_role.get(span), formats()) for span in LABELS},
        review=review,
        shown_before=bool(form.get("seen")),
        problems=problems,
    )
    return make_response(html, status)
