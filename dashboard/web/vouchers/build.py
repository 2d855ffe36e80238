"""Putting the form that issues a voucher together for one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from dashboard.actions import giving
from dashboard.actions.issuing import IssueForm, ways_to_pay, worth
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.errors import BrevoError, NotFound
from dashboard.brevo.rewards import Reward
from dashboard.store import limits, reasons, spending
from dashboard.store.spending import Member
from dashboard.web.access import current_staff, services
from dashboard.web.changes.asking import programme
from dashboard.web.changes.subject import Subject
from dashboard.web.errors import ErrorPage, Link, remote_trouble
from dashboard.web.filters import formats
from dashboard.web.forms import Problem
from dashboard.web.members.gather import member_url
from dashboard.web.vouchers.form import BLANK, IssuingForm
from dashboard.web.vouchers.shelf import shelf


def reward_of(whose: Subject, reward_id: UUID) -> Reward:
    """The reward of this programme.

    :raises ErrorPage: it has none with this ID, or it cannot be read.
    """
    configuration = programme(whose.programme_id)
    way_on = Link(member_url(whose.programme_id, whose.contact_id), f"Open member {whose.contact_id}")
    unknown = ErrorPage(404, "No such reward", "Open the member and issue a voucher from there.", link=way_on)
    if configuration.reward(str(reward_id)) is None and "rewards" not in configuration.missing:
        raise unknown
    try:
        return shelf().get(whose.programme_id, str(reward_id))
    except NotFound as error:
        raise unknown from error
    except BrevoError as error:
        raise ErrorPage(503, *remote_trouble(error), link=way_on) from error


def build(
    whose: Subject,
    reward: Reward,
    typed: Mapping[str, str],
    *,
    intent_id: str | None = None,
    problems: Sequence[Problem] = (),
) -> IssuingForm:
    """The form filled with ``typed``; a fresh one-time ID unless ``intent_id`` carries on an earlier one."""
    parts, staff = services(), current_staff()
    values = {**BLANK, **typed}
    asked = ask(whose, reward, values, intent_id or str(uuid4()))
    now, member = parts.clock(), Member(str(whose.programme_id), whose.contact_id)
    counted = worth(reward, None)
    with parts.database.read() as connection:
        stands = spending.standing(connection, staff.id, staff.role, now, asked.zone, member)
        rate = limits.rate(connection, counted[1] if counted else limits.POINTS)
        most = giving.hard_cap(connection, stands)
        offered = reasons.offered(connection)
    configuration: ProgrammeConfiguration = programme(whose.programme_id)
    return IssuingForm(
        subject=whose,
        intent_id=asked.intent_id,
        typed=values,
        problems=problems,
        asked=asked,
        configuration=configuration,
        codes_left=shelf().codes_left(whose.programme_id, reward),
        offered=offered,
        standing=stands,
        rate=rate,
        most=most,
        formats=formats(),
        now=now,
    )


def ask(whose: Subject, reward: Reward, typed: Mapping[str, str], intent_id: str) -> IssueForm:
    """What is asked for, as it was typed."""
    only = ways_to_pay(reward)
    return IssueForm(
        intent_id=intent_id,
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        reason=typed["reason"],
        case_reference=typed["case_reference"],
        note=typed["note"],
        reward=reward,
        pays=typed["pays"] or (only[0].value if len(only) == 1 else ""),
        value=typed["value"],
        valid_from=typed["valid_from"],
        expires_at=typed["expires_at"],
        code=typed["code"],
        again=typed["again"],
        balance=whose.balances.get(reward.cost_definition_id or ""),
        sharers=whose.sharers,
        zone=services().settings.timezone,
    )
