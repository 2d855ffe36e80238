"""``/approvals/``: what others ask for, with the evidence; approving, approving less, declining."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dashboard.actions import approvals as deciding
from dashboard.actions.approvals import Changed, Gone, OwnRequest, Verdict
from dashboard.actions.deeds import part_id
from dashboard.actions.refusals import NotRecorded, Unacceptable
from dashboard.permissions import Permission
from dashboard.store import approvals
from dashboard.web.access import current_staff, requires, services
from dashboard.web.approvals import words
from dashboard.web.approvals.evidence import Evidence, find, gather
from dashboard.web.changes.asking import actor
from dashboard.web.changes.receipts import line
from dashboard.web.changes.sending import admit_change
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.pacing import TooFast, waits

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")

SHOWN = 100
LATELY = timedelta(days=7)
CHANGED = "Something changed since you opened this. Look at it again, then decide."


@blueprint.get("/")
@requires(Permission.APPROVALS_DECIDE)
def index() -> str:
    """What waits, oldest first, and what became of what was decided lately."""
    now = services().clock()
    with services().database.read() as connection:
        waiting = approvals.waiting(connection, now, SHOWN)
        decided = approvals.decided(connection, now - LATELY, SHOWN)
    return render_template(
        "approvals/index.html",
        waiting=waiting,
        decided=decided,
        words=words,
        formats=formats(),
        reader=current_staff(),
        member_url=member_url,
    )


@blueprint.get("/<uuid:intent_id>")
@requires(Permission.APPROVALS_DECIDE)
def show(intent_id: UUID) -> str:
    """One request with the evidence, and what was decided."""
    return _page(gather(find(intent_id)))


def _approve_again(problem: Problem, intent_id: UUID) -> ResponseReturnValue:
    return _page(gather(find(intent_id)), "approve", (problem,)), 422


def _decline_again(problem: Problem, intent_id: UUID) -> ResponseReturnValue:
    return _page(gather(find(intent_id)), "decline", (problem,)), 422


@blueprint.post("/<uuid:intent_id>/approve")
@requires(Permission.APPROVALS_DECIDE)
@takes(Field("seen"), Field("amount", "Amount"), Field("reason", "Reason"), again=_approve_again)
def approve(intent_id: UUID) -> ResponseReturnValue:
    """Allow it, or less of it; it is carried out at once, and the page shows what came of it."""
    parts = services()

    def decide(evidence: Evidence, verdict: Verdict) -> None:
        # It is carried out at once: a change of whoever approves. Declining only stops one, and never waits.
        admit_change(part_id(verdict.intent_id, verdict.seen))
        deciding.approve(parts.database, parts.engine, actor(), verdict, evidence.look)

    return _decided(intent_id, "approve", decide)


@blueprint.post("/<uuid:intent_id>/decline")
@requires(Permission.APPROVALS_DECIDE)
@takes(Field("seen"), Field("reason", "Reason"), again=_decline_again)
def decline(intent_id: UUID) -> ResponseReturnValue:
    """Refuse it, with a reason that whoever asked is told."""
    parts = services()

    def decide(evidence: Evidence, verdict: Verdict) -> None:
        deciding.decline(parts.database, actor(), verdict, evidence.look, parts.clock())

    return _decided(intent_id, "decline", decide)


def _decided(
    intent_id: UUID, form_name: str, decide: Callable[[Evidence, Verdict], None]
) -> ResponseReturnValue:
    """Decide on what is true now, if that is what the form showed."""
    evidence, form = gather(find(intent_id)), typed()
    verdict = Verdict(
        intent_id=str(intent_id), seen=form["seen"], amount=form.get("amount", ""), reason=form["reason"]
    )
    try:
        decide(evidence, verdict)
    except Unacceptable as refused:
        problems = tuple(Problem(each.field, each.message) for each in refused.problems)
        return _page(evidence, form_name, problems), 422
    except TooFast as refused:
        return waits(_page(evidence, form_name, (Problem("", str(refused)),)), refused)
    except NotRecorded as refused:
        return _page(evidence, form_name, (Problem("", str(refused)),)), 422
    except Changed:
        return _page(evidence, form_name, (Problem("", CHANGED),)), 409
    except OwnRequest as refused:
        raise own_request() from refused
    except Gone as gone:
        raise _gone(intent_id) from gone
    return redirect(url_for("approvals.show", intent_id=intent_id), 303)


def own_request() -> ErrorPage:
    """Nobody decides what they asked for or get themselves."""
    return ErrorPage(403, "You can't decide your own request", "Someone else must decide.", recorded=True)


def _gone(intent_id: UUID) -> ErrorPage:
    stands = words.standing(find(intent_id), formats())
    return ErrorPage(
        409,
        "This request is not open any more",
        f"{stands.label}. {stands.text}",
        link=Link(url_for("approvals.show", intent_id=intent_id), "Open the request"),
    )


def _page(evidence: Evidence, form_name: str = "", problems: tuple[Problem, ...] = ()) -> str:
    """The request.

    :param form_name: which of the two forms on it was sent: their fields are told apart by it.
    """
    asked, form = evidence.asked, typed()
    return render_template(
        "approvals/show.html",
        evidence=evidence,
        asked=asked,
        stands=words.standing(asked, formats()),
        act=words.act(asked, formats()),
        above=[words.excess(one, asked.request.unit, formats()) for one in asked.request.exceeded],
        is_own=asked.request.staff_id == current_staff().id,
        typed_amount=form.get("amount", ""),
        approval=words.approval(form.get("amount", ""), asked, formats()),
        typed_reason={form_name: form.get("reason", "")},
        problems=tuple(
            Problem(each.field and f"{form_name}-{each.field}", each.message) for each in problems
        ),
        member_url=member_url(asked.intent.programme_id, asked.intent.contact_id),
        **line(asked.intent, evidence.member.name),
    )
