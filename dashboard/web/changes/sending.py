"""How a form that changes something is shown, sent, and shown again with what is to be put right.

A view stands at two addresses, the page and, with ``/form`` behind it, the drawer::

    @blueprint.get("/vouchers/new", defaults=PAGE)
    @blueprint.get("/vouchers/new/form", defaults=DRAWER)
    @requires(Permission.VOUCHERS_WRITE)
    def issue(programme_id, contact_id, in_drawer):
        return shown(form, in_drawer=in_drawer)

The page goes on to the member with a receipt; the drawer gets the receipt as a fragment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from flask import Response, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Repeated, Unacceptable
from dashboard.store import pace
from dashboard.store.database import DatabaseUnavailable
from dashboard.store.intents import Intent
from dashboard.store.staff import StaffMember
from dashboard.web import pacing
from dashboard.web.access import Forbidden, current_staff
from dashboard.web.changes import words
from dashboard.web.changes.form import ChangeForm
from dashboard.web.changes.receipts import batch_url, intent_url, receipt_answer, told_at, unit_of
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.filters import formats
from dashboard.web.forms import Problem, typed
from dashboard.web.pacing import TooFast, waits

PAGE = {"in_drawer": False}
DRAWER = {"in_drawer": True}

Fill = Callable[[tuple[Problem, ...]], ChangeForm]
"""The form as it was sent, under the same one-time ID, with these problems."""


def shown(form: ChangeForm, *, in_drawer: bool) -> Response:
    """The form to fill in."""
    if not in_drawer:
        return make_response(render_template("changes/page.html", form=form, problems=form.problems))
    response = make_response(render_template("changes/drawer.html", form=form))
    response.headers["HX-Trigger"] = "open-drawer"
    return response


def again(form: ChangeForm, *, in_drawer: bool) -> ResponseReturnValue:
    """The form once more, with its problems."""
    template = "changes/drawer_form.html" if in_drawer else "changes/page.html"
    return render_template(template, form=form, problems=form.problems), 422


def sent(carry_out: Callable[[], Intent], fill: Fill, *, in_drawer: bool) -> ResponseReturnValue:
    """Carry out the form that was sent, at most once however often it comes, and tell what came of it."""
    return sent_all(lambda: (carry_out(),), fill, in_drawer=in_drawer)


def sent_all(
    carry_out: Callable[[], Sequence[Intent]], fill: Fill, *, in_drawer: bool
) -> ResponseReturnValue:
    """As :func:`sent` for a form that asks for several: the answer is then the page with a line for each."""
    try:
        admit_change()
        intents = carry_out()
    except TooFast as refused:
        return waits(again(fill((Problem("", str(refused)),)), in_drawer=in_drawer), refused)
    except Unacceptable as refused:
        problems = tuple(Problem(each.field, each.message) for each in refused.problems)
        return again(fill(problems), in_drawer=in_drawer)
    except Repeated as refused:
        return again(_warned(fill, refused.earlier), in_drawer=in_drawer)
    except NotRecorded as refused:
        return again(fill((Problem("", str(refused)),)), in_drawer=in_drawer)
    except Conflict as refused:
        raise _used_before(fill(())) from refused
    except Denied as refused:
        raise Forbidden(refused.args[0], recorded=True) from refused
    return _told(intents, fill, in_drawer=in_drawer)


def admit_change(key: str = "", by: StaffMember | None = None) -> None:
    """Count the form that was sent among the reader's changes of the last hour.

    :param key: what tells it from others, where the form has no one-time ID.
    :param by: whose change it is, when it is not the reader's.
    :raises TooFast: there are too many.
    :raises NotRecorded: it cannot be counted.
    """
    try:
        pacing.admit(pace.CHANGES, key or typed()["intent"], by)
    except DatabaseUnavailable as error:
        raise NotRecorded(f"The console could not write this down, so nothing was sent. {error}") from error


def _warned(fill: Fill, earlier: Intent) -> ChangeForm:
    """The form with a warning; sent again as it is, it is carried out."""
    is_own = earlier.staff_id == current_staff().id
    text = words.of_repeat(earlier, unit_of(earlier), formats(), is_own=is_own)
    form = fill((Problem("", text, Link(intent_url(earlier), "See it")),))
    return replace(form, typed={**form.typed, "again": earlier.id}, repeats=True)


def _told(intents: Sequence[Intent], fill: Fill, *, in_drawer: bool) -> ResponseReturnValue:
    if len(intents) > 1:
        return leads(batch_url(intents[0]), in_drawer=in_drawer)
    (intent,) = intents
    form = fill(())
    if in_drawer and not form.leads_on:
        return receipt_answer(intent, form.member_name, closes_drawer=True)
    return leads(told_at(intent), in_drawer=in_drawer)


def leads(where: str, *, in_drawer: bool) -> Response:
    """To another page."""
    if not in_drawer:
        return make_response(redirect(where, 303))
    response = make_response("")
    response.headers["HX-Redirect"] = where
    return response


def _used_before(form: ChangeForm) -> ErrorPage:
    return ErrorPage(
        409,
        "This form was sent before with other values",
        "The first one counts; this one was not carried out. Look at the member's activity, "
        "then open a new form if more is to be done.",
        link=Link(form.member_url, f"Open member {form.contact_id}" if form.contact_id else "Find a member"),
        recorded=True,
    )
