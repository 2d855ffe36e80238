"""Vouchers that a member has: revoke, issue a lost one anew, and use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from dashboard.actions import follow
from dashboard.actions.deeds import (
    PATIENCE,
    Accepted,
    Actor,
    Ask,
    Form,
    Gift,
    part_id,
    perform,
    perform_all,
    tidy,
)
from dashboard.actions.engine import Engine
from dashboard.actions.follow import Then
from dashboard.actions.issuing import IssueForm, issue_voucher, new_code, reward_problems
from dashboard.actions.paying import Paid, Pays, carried, charged_at_once, giving_back, paid_for, said
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.rewards import Reward
from dashboard.brevo.vouchers import Voucher, VoucherState
from dashboard.permissions import Permission
from dashboard.store.database import Database
from dashboard.store.intent import Goal, Intent, Kind, Link

__all__ = [
    "IssueForm",
    "Paid",
    "Pays",
    "RedeemForm",
    "ReissueForm",
    "RevokeForm",
    "charged_at_once",
    "issue_voucher",
    "new_code",
    "paid_for",
    "redeem",
    "reissue",
    "reissued_as",
    "revoke_vouchers",
]


class RevokeForm(Form, frozen=True, kw_only=True):
    """Vouchers to withdraw."""

    voucher_ids: tuple[str, ...]
    vouchers: tuple[Voucher, ...]
    """All that the member has, as read now: an ID that is none of them is refused."""
    paid: Mapping[str, Paid] = msgspec.field(default_factory=dict)
    """What each cost its member, by voucher ID; see :func:`paid_for`."""
    gifts: Mapping[str, Gift] = msgspec.field(default_factory=dict)
    """What comes back though nobody knows that it was paid, by voucher ID: it counts as given away."""
    gives_back: bool = True
    """Whether that comes back."""


class ReissueForm(Form, frozen=True, kw_only=True):
    """A lost voucher: revoked, and one like it issued."""

    voucher: Voucher
    """As the member's list shows it now."""
    reward: Reward | None
    """What it is one of, as the programme is configured now; None for one that is no more. What the remote
    will charge for the new voucher is given back before."""
    issued: Intent | None = None
    """The change of ours that issued the lost one, if one of ours did: the new one is paid for as it was."""


class RedeemForm(Form, frozen=True, kw_only=True):
    """A voucher to use. The till's or order's number stands in ``case_reference`` and is required."""

    voucher: Voucher
    """As the member's list shows it now."""
    only_begins: bool = False
    """A redemption is begun, and a person completes it before it lapses: see
    :mod:`dashboard.actions.completing`."""


def revoke_vouchers(
    database: Database, engine: Engine, actor: Actor, form: RevokeForm, *, patience: timedelta = PATIENCE
) -> tuple[Intent, ...]:
    """Withdraw vouchers of one member: an intent for each, in the order asked for, tied by ``batch_id``.

    Points that one was paid with come back as a credit that belongs to its intent. The same form sent again,
    or after an interruption, goes on where it was. Raises as :func:`dashboard.actions.deeds.perform`; when a
    voucher cannot be revoked nothing is sent for any.
    """
    asks = [_revocation(form, one) for one in dict.fromkeys(form.voucher_ids)]
    return perform_all(database, engine, actor, asks, batch=form, patience=patience)


def reissue(
    database: Database, engine: Engine, actor: Actor, form: ReissueForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Revoke a lost voucher and issue one like it; the intent of the revocation.

    The new one follows once the old one is surely gone: its intent has :func:`reissued_as` as its ID. Raises
    as :func:`dashboard.actions.deeds.perform`.
    """
    ask = Ask(
        kind=Kind.VOUCHER_REVOKE,
        permission=Permission.VOUCHERS_WRITE,
        form=form,
        typed=("reissue", form.voucher.id),
        accept=lambda now: _reissue(form, now),
    )
    return perform(database, engine, actor, ask, patience=patience)


def reissued_as(revocation: Intent) -> str | None:
    """The ID of the intent that issues the new voucher; None when that is no reissue."""
    return follow.ids(revocation).get(Link.REISSUE)


def redeem(
    database: Database, engine: Engine, actor: Actor, form: RedeemForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Use a voucher; ``expires_at`` of the intent is when a redemption that was begun lapses.

    Raises as :func:`dashboard.actions.deeds.perform`.
    """
    ask = Ask(
        kind=Kind.VOUCHER_REDEEM,
        permission=Permission.VOUCHERS_WRITE,
        form=form,
        typed=(form.voucher.id, form.only_begins),
        accept=lambda now: _redeem(form, now),
        needs_reason=False,
    )
    return perform(database, engine, actor, ask, patience=patience)


# -- revoking --------------------------------------------------------------------------------------


def _revocation(form: RevokeForm, voucher_id: str) -> Ask:
    own = replace(form, intent_id=part_id(form.intent_id, voucher_id))
    return Ask(
        kind=Kind.VOUCHER_REVOKE,
        permission=Permission.VOUCHERS_WRITE,
        form=own,
        typed=(voucher_id, form.gives_back),
        accept=lambda now: _revoke(form, voucher_id),
    )


def _revoke(form: RevokeForm, voucher_id: str) -> Accepted:
    found = next((one for one in form.vouchers if one.id == voucher_id), None)
    if found is None:
        raise Unacceptable(
            (Problem("voucher_ids", "Open the vouchers again: the member has this one no more"),)
        )
    if found.consumed_at is not None:
        raise Unacceptable((Problem("voucher_ids", f"{_name(found)} was used: it cannot be revoked"),))
    paid = form.paid.get(voucher_id) if form.gives_back else None
    then = () if paid is None else (giving_back(paid, form),)
    return Accepted(
        values={**_about(found), follow.THEN: follow.written(then)},
        fields={"batch_id": form.intent_id, "remote_id": found.id},
        gift=form.gifts.get(voucher_id) if form.gives_back else None,
    )


def _reissue(form: ReissueForm, now: datetime) -> Accepted:
    old = form.voucher
    if old.state(now) in {VoucherState.CONSUMED, VoucherState.EXPIRED}:
        text = f"{_name(old)} was used or has expired: issue another voucher"
        raise Unacceptable((Problem("voucher", text),))
    if form.reward is None or reward_problems(form.reward, now):
        # Known before the old one is gone: it would be gone for nothing.
        raise Unacceptable((Problem("voucher", "Its reward is not given any more. Issue another voucher"),))
    like_it = Then(
        Kind.VOUCHER_ISSUE,
        Link.REISSUE,
        {
            "reward_id": form.reward.id,
            "reward_name": old.reward_name,
            "code": new_code(),
            "value": None if old.value is None else format(old.value, "f"),
            "valid_from": _text(old.valid_from),
            "expires_at": _text(old.expires_at),
            **carried(form.issued),
            **said(form),
        },
    )
    # What the new one costs is given back first: without it the balance may not pay for it.
    paid = charged_at_once(form.reward)
    then = like_it if paid is None else giving_back(paid, form, then=(like_it,))
    return Accepted(
        values={**_about(old), follow.THEN: follow.written((then,))},
        fields={"remote_id": old.id},
    )


def _redeem(form: RedeemForm, now: datetime) -> Accepted:
    problem = {
        VoucherState.CONSUMED: "This voucher was used before",
        VoucherState.EXPIRED: "This voucher has expired",
        VoucherState.NOT_YET_VALID: "This voucher is not valid yet",
    }.get(form.voucher.state(now))
    problems = [] if problem is None else [Problem("voucher", problem)]
    if not tidy(form.case_reference):
        problems.append(Problem("case_reference", "Enter the number of the order or the till"))
    if problems:
        raise Unacceptable(tuple(problems))
    goal = Goal.BEGIN if form.only_begins else Goal.COMPLETE
    return Accepted(values=_about(form.voucher), fields={"remote_id": form.voucher.id, "goal": goal})


def _name(voucher: Voucher) -> str:
    return voucher.code or "The voucher"


def _about(voucher: Voucher) -> dict[str, str | None]:
    """Which voucher it is: for the call, and for what is told of it."""
    return {
        "voucher_id": voucher.id,
        "reward_id": voucher.reward_id,
        "reward_name": voucher.reward_name,
        "code": voucher.code,
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
