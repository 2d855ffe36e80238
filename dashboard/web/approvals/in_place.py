"""Approving at the screen of whoever asked: a supervisor types their own e-mail and password there.

The pair is checked as at the sign-in page: throttled, every failure recorded. Nobody is signed in by it.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.actions import approvals as deciding
from dashboard.actions.approvals import Changed, Gone, OwnRequest, Verdict
from dashboard.actions.credits import Actor
from dashboard.actions.deeds import part_id
from dashboard.actions.refusals import Denied, NotBegun, NotRecorded, Unacceptable
from dashboard.permissions import Permission
from dashboard.store import throttle
from dashboard.store.approvals import Asked
from dashboard.store.staff import StaffMember
from dashboard.web.access import current_staff, requires, services
from dashboard.web.approvals import words
from dashboard.web.approvals.evidence import Evidence, find, gather
from dashboard.web.approvals.routes import CHANGED
from dashboard.web.changes.receipts import told_at
from dashboard.web.changes.sending import admit_change
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.pacing import TooFast, waits
from dashboard.web.sign_in.doors import Locked, WrongPair, check

blueprint = Blueprint("approve_here", __name__, url_prefix="/programmes/<uuid:programme_id>/intents")

ACTION = "approval.sign"


@blueprint.get("/<uuid:intent_id>/approve")
@requires(Permission.CREDITS_WRITE)
def show(programme_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """The request with the evidence, and a form for a supervisor's own name and password."""
    return _page(gather(_own(programme_id, intent_id)))


def _again(problem: Problem, programme_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    return _page(gather(_own(programme_id, intent_id)), 422, problem)


@blueprint.post("/<uuid:intent_id>/approve")
@requires(Permission.CREDITS_WRITE)
@takes(Field("seen"), Field("email", "E-mail"), Field("password", secret=True), again=_again)
def sign(programme_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """Approve it as the person whose pair was typed; whoever is signed in stays so."""
    evidence = gather(_own(programme_id, intent_id))
    try:
        supervisor = _supervisor()
    except WrongPair:
        return _page(evidence, 422, Problem("email", "Check the e-mail and password"))
    except Locked as lock:
        response = _page(evidence, 429, Problem("email", str(lock)))
        response.headers["Retry-After"] = str(lock.seconds)
        return response
    return _approved(evidence, supervisor)


def _own(programme_id: UUID, intent_id: UUID) -> Asked:
    """A request of whoever is signed in that waits.

    :raises ErrorPage: it is somebody else's, or does not wait any more.
    """
    asked = find(intent_id, programme_id)
    if asked.request.staff_id != current_staff().id:
        raise ErrorPage(404, "No such request", "Only whoever asked can have it approved at their screen.")
    if not asked.is_open:
        stands = words.standing(asked, formats())
        link = Link(told_at(asked.intent), "Open the receipt")
        raise ErrorPage(409, "This request is not open any more", f"{stands.label}. {stands.text}", link=link)
    return asked


def _supervisor() -> StaffMember:
    form = typed()
    member = check(form["email"], form["password"], action=ACTION)
    with services().database.write() as connection:
        keys = (throttle.account_key(member.email), throttle.address_key(request.remote_addr or ""))
        throttle.forgive(connection, *keys)
    return member


def _approved(evidence: Evidence, supervisor: StaffMember) -> ResponseReturnValue:
    parts, intent = services(), evidence.asked.intent
    decider = Actor(
        staff_id=supervisor.id,
        name=supervisor.name,
        role=supervisor.role,
        request_id=g.request_id,
        ip=request.remote_addr,
    )
    verdict = Verdict(intent_id=intent.id, seen=typed()["seen"], in_place=True)
    try:
        admit_change(part_id(intent.id, verdict.seen), supervisor)
        done = deciding.approve(parts.database, parts.engine, decider, verdict, evidence.look)
    except TooFast as refused:
        return waits(_page(evidence, problem=Problem("", str(refused))), refused)
    except Gone:
        return redirect(told_at(intent), 303)
    except (Unacceptable, NotRecorded, Changed, Denied) as refused:
        return _page(evidence, *_told(refused))
    return redirect(told_at(done), 303)


def _told(refused: NotBegun) -> tuple[int, Problem]:
    """Status and words of a refusal."""
    if isinstance(refused, Unacceptable):
        first = refused.problems[0]
        return 422, Problem("email" if first.field else "", first.message)
    if isinstance(refused, OwnRequest):
        return 403, Problem("email", "Someone else must approve: not who asks or gets it")
    if isinstance(refused, Denied):
        return 403, Problem("email", "This account may not approve. A supervisor's may")
    return (409, Problem("", CHANGED)) if isinstance(refused, Changed) else (422, Problem("", str(refused)))


def _page(evidence: Evidence, status: int = 200, problem: Problem | None = None) -> Response:
    asked = evidence.asked
    page = render_template(
        "approvals/here.html",
        evidence=evidence,
        asked=asked,
        act=words.act(asked, formats()),
        approval=words.approval("", asked, formats()),
        above=[words.excess(one, asked.request.unit, formats()) for one in asked.request.exceeded],
        email=typed().get("email", ""),
        problems=() if problem is None else (problem,),
        member_url=member_url(asked.intent.programme_id, asked.intent.contact_id),
    )
    return make_response(page, status)
