"""``/unsettled/``: changes of which nobody knows the outcome yet, what Brevo shows, and deciding them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.actions import held
from dashboard.actions.deeds import part_id
from dashboard.actions.held import Choice, Decision, OwnChange
from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Unacceptable
from dashboard.permissions import Permission
from dashboard.store import audit, intents, reasons
from dashboard.store.intents import Intent, State
from dashboard.web.access import Forbidden, current_staff, requires, services
from dashboard.web.audit import words as audit_words
from dashboard.web.changes import facts
from dashboard.web.changes import words as change_words
from dashboard.web.changes.asking import actor
from dashboard.web.changes.receipts import line, unit_of
from dashboard.web.changes.sending import admit_change
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.pacing import TooFast, waits
from dashboard.web.unsettled import words
from dashboard.web.unsettled.candidates import look, why_no_proof

blueprint = Blueprint("unsettled", __name__, url_prefix="/unsettled")

SHOWN = 200


@blueprint.get("/")
@requires(Permission.CREDITS_WRITE)
def index() -> str:
    """What has to be decided, and what may still settle by itself; agents see their own."""
    reader = current_staff()
    sees_all = reader.role.may(Permission.INTENTS_DECIDE)
    cases = held.unsettled(services().database, staff_id=None if sees_all else reader.id, limit=SHOWN)
    return render_template(
        "unsettled/index.html",
        held=[each.intent for each in cases if each.intent.state is State.HELD],
        others=[each.intent for each in cases if each.intent.state is not State.HELD],
        sees_all=sees_all,
        reader=reader,
        unit_of=unit_of,
    )


@blueprint.get("/<uuid:intent_id>")
@requires(Permission.CREDITS_WRITE)
def show(intent_id: UUID) -> ResponseReturnValue:
    """One of them: what was sent, what Brevo shows, and what each decision does."""
    return _page(_find(intent_id))


def _again(problem: Problem, intent_id: UUID, choice: str) -> ResponseReturnValue:
    return _page(_find(intent_id), choice, (problem,), status=422)


@blueprint.post("/<uuid:intent_id>/<choice>")
@requires(Permission.CREDITS_WRITE)
@takes(Field("version"), Field("seen"), Field("note", "Note"), Field("evidence", "ID at Brevo"), again=_again)
def decide(intent_id: UUID, choice: str) -> ResponseReturnValue:
    """Settle it by hand, look again, or withdraw it."""
    if choice not in set(Choice):
        raise ErrorPage(404, "No such decision", "Open the change again.", link=_link(intent_id))
    parts, form = services(), typed()
    decision = Decision(
        intent_id=str(intent_id),
        version=int(form["version"]) if form["version"].isdecimal() else -1,
        choice=Choice(choice),
        note=form["note"],
        evidence=form["evidence"],
        doubt=_doubt(intent_id, choice),
    )
    try:
        # What stops something never waits.
        if decision.choice is not Choice.WITHDRAW:
            admit_change(part_id(decision.intent_id, f"{choice} {form['version']}"))
        held.decide(parts.database, parts.engine, actor(), decision)
    except LookupError as error:
        raise _unknown() from error
    except TooFast as refused:
        return waits(_page(_find(intent_id), choice, (Problem("", str(refused)),)), refused)
    except Unacceptable as refused:
        problems = tuple(Problem(each.field, each.message) for each in refused.problems)
        return _page(_find(intent_id), choice, problems, status=422)
    except NotRecorded as refused:
        return _page(_find(intent_id), choice, (Problem("", str(refused)),), status=422)
    except Conflict:
        return _changed(_find(intent_id), choice)
    except OwnChange as refused:
        told = _elsewhere(_find(intent_id)) or ""
        raise ErrorPage(
            403, "You can't decide your own change", told, link=_link(intent_id), recorded=True
        ) from refused
    except Denied as refused:
        raise Forbidden(refused.args[0], recorded=True) from refused
    return redirect(url_for("unsettled.show", intent_id=intent_id), 303)


def _doubt(intent_id: UUID, choice: str) -> str | None:
    """What Brevo shows now against counting it as done; only for whoever may do that."""
    if choice != Choice.DONE or not current_staff().role.may(Permission.INTENTS_DECIDE):
        return None
    intent = _find(intent_id)
    return why_no_proof(intent, typed()["evidence"], unit_of(intent), formats())


def _elsewhere(intent: Intent) -> str | None:
    """Who decides a held change that the reader may not decide; None where they may, or nobody has to."""
    if intent.state is not State.HELD:
        return None
    reader, able = current_staff(), held.deciders(services().database, intent)
    if reader.id in {each.id for each in able}:
        return None
    return words.someone_else(intent, reader, [each.name for each in able])


def _find(intent_id: UUID) -> Intent:
    """The change, for somebody who may see it here.

    :raises ErrorPage: there is none, or it is another agent's.
    """
    with services().database.read() as connection:
        found = intents.get(connection, str(intent_id))
    if found is None:
        raise _unknown()
    reader = current_staff()
    if found.staff_id != reader.id and not reader.role.may(Permission.INTENTS_DECIDE):
        raise Forbidden(Permission.INTENTS_DECIDE)
    return found


def _changed(intent: Intent, choice: str) -> Response:
    """It is not what the form showed: what changed, and the form again."""
    form = typed()
    seen, now = form["seen"], change_words.standing(intent)[0]
    was = f"It was “{seen}”" if seen else "It was another"
    told = f"This changed since you opened it. {was}; now it is “{now}”{_by(intent)}. Look at it again."
    return _page(intent, choice, (Problem("", told),), status=409)


def _by(intent: Intent) -> str:
    """Who did something about it last, and when."""
    with services().database.read() as connection:
        rows = audit.page(connection, audit.Filters(intent_id=intent.id), limit=1)
    if not rows:
        return ""
    entry = rows[0].entry
    return f" ({entry.actor_name}, {formats().when(entry.at)})"


def _page(
    intent: Intent, choice: str = "", problems: tuple[Problem, ...] = (), *, status: int = 200
) -> Response:
    """The change.

    :param choice: which of the forms on it was sent: their fields are told apart by it.
    """
    unit = unit_of(intent)
    with services().database.read() as connection:
        rows = audit.page(connection, audit.Filters(intent_id=intent.id))
        labels = {each.code: each.label for each in reasons.list_all(connection)}
    reason = labels.get(intent.reason or "", intent.reason)
    member = f"Member {intent.contact_id}" if intent.contact_id else "New contact"
    html = render_template(
        "unsettled/show.html",
        intent=intent,
        title=f"{intent.staff_name} {change_words.said(intent, unit, formats())}",
        standing=change_words.standing(intent),
        asked=(*facts.asked(intent, unit, reason, formats()), *words.sent(intent, formats())),
        shown=tuple(words.shown(intent, formats())),
        alike=look(intent, unit, formats()),
        choices=held.choices_of(services().database, actor(), intent),
        elsewhere=_elsewhere(intent),
        words=words.CHOICES,
        chosen=choice,
        typed={name: typed().get(name, "") for name in ("note", "evidence")},
        problems=tuple(Problem(each.field and f"{choice}-{each.field}", each.message) for each in problems),
        decision=intent.result.get("decision"),
        rows=rows,
        audit_words=audit_words,
        member=member,
        member_url=member_url(intent.programme_id, intent.contact_id) if intent.contact_id else None,
        **line(intent, member.lower()),
    )
    return make_response(html, status)


def _link(intent_id: UUID) -> Link:
    return Link(url_for("unsettled.show", intent_id=intent_id), "Open the change")


def _unknown() -> ErrorPage:
    return ErrorPage(404, "No such change", "Find it among the unsettled changes.")
