"""The rewards to choose from when a voucher is issued: found by a text, with all that is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from flask import url_for

from dashboard.actions import issuing
from dashboard.actions.issuing import expiry, reward_problems
from dashboard.actions.paying import AT_REDEMPTION
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.rewards import Reward, RewardSummary
from dashboard.web.access import services
from dashboard.web.changes.asking import programme
from dashboard.web.filters import Formats, formats
from dashboard.web.vouchers import figures
from dashboard.web.vouchers.shelf import Shelved, shelf

SHOWN = 12
MOST_READ = 30
"""Rewards read in full for one list: each costs a request when nobody did so within the hour."""
LONGEST_TEXT = 100
_FEW = 6
"""So many rewards need no field to find one."""


class Choice(msgspec.Struct, frozen=True):
    """One reward of the list."""

    id: str
    name: str
    text: str
    page_url: str
    drawer_url: str
    why_not: str | None
    """Why none of it is given at present."""


class Choices(msgspec.Struct, frozen=True):
    """What fits the text."""

    text: str
    rows: tuple[Choice, ...]
    total: int
    """How many fit; the list ends after :data:`SHOWN`."""
    is_missing: bool
    """Whether the programme's rewards could not be read at all."""
    is_searchable: bool

    @property
    def count(self) -> str:
        """How many, in words."""
        if self.total > len(self.rows):
            return f"The first {len(self.rows)} of {self.total} rewards. Type more of the name."
        return "1 reward" if self.total == 1 else f"{self.total} rewards"


def choices(programme_id: UUID, contact_id: int, text: str) -> Choices:
    """The programme's rewards whose name or description holds every word of ``text``.

    What members call them is not in the list: of a programme with very many rewards it is known of the first
    ones only, and the others are found by their internal name.

    :raises ErrorPage: the programme is unknown or could never be read.
    """
    configuration = programme(programme_id)
    now = services().clock()
    words = text[:LONGEST_TEXT].casefold().split()
    given = [each for each in configuration.rewards if _is_given(each, now)]
    is_like = [each for each in given if len(given) <= MOST_READ or _fits(words, each.name)]
    shelved = shelf().show(programme_id, (each.id for each in is_like[:MOST_READ]))
    rows = [
        _choice(programme_id, contact_id, each, told, configuration, now)
        for each, told in zip(is_like, shelved, strict=False)
        if _fits(words, each.name, *_said(told.reward))
    ]
    return Choices(
        text=text[:LONGEST_TEXT],
        rows=tuple(sorted(rows, key=lambda row: row.why_not is not None)[:SHOWN]),
        total=max(len(rows), len(is_like) if len(is_like) > MOST_READ else 0),
        is_missing="rewards" in configuration.missing,
        is_searchable=len(given) > _FEW,
    )


def about(reward: Reward, codes_left: int | None, configuration: ProgrammeConfiguration) -> Iterator[str]:
    """What is to be known of a reward, piece by piece."""
    told, now = formats(), services().clock()
    if reward.public_description:
        yield reward.public_description
    if reward.value is not None:
        yield figures.amount(reward.value, reward.unit, told)
    yield price(reward, configuration, told)
    ends = expiry(reward, now)
    yield "no end date" if ends is None else f"valid to {told.day(ends)}"
    if reward.attributions_per_member is not None:
        yield f"at most {reward.attributions_per_member} a member"
    if codes_left is not None:
        yield "no codes left" if codes_left == 0 else f"{told.points(codes_left)} codes left"


def price(reward: Reward, configuration: ProgrammeConfiguration, told: Formats) -> str:
    """What the remote takes for it."""
    if reward.costs_whole_balance:
        return "costs the whole balance"
    if not reward.cost:
        return "costs no points"
    definition = configuration.definition(reward.cost_definition_id or "")
    amount = told.amount(reward.cost, definition.unit if definition else None)
    later = ", taken when it is used" if reward.charged_when == AT_REDEMPTION else ""
    return f"costs {amount}{later}"


def _fits(words: list[str], *texts: str) -> bool:
    said = " ".join(texts).casefold()
    return all(word in said for word in words)


def _said(reward: Reward | None) -> tuple[str, ...]:
    return () if reward is None else (reward.public_name or "", reward.public_description or "")


def _is_given(reward: RewardSummary, now: datetime) -> bool:
    """Whether its own dates allow it; those out of season are not in the way."""
    return (reward.starts_at is None or reward.starts_at <= now) and (
        reward.ends_at is None or reward.ends_at > now
    )


def _choice(
    programme_id: UUID,
    contact_id: int,
    summary: RewardSummary,
    told: Shelved,
    configuration: ProgrammeConfiguration,
    now: datetime,
) -> Choice:
    address: dict[str, Any] = {
        "programme_id": programme_id,
        "contact_id": contact_id,
        "reward_id": summary.id,
    }
    reward = told.reward
    problems = reward_problems(reward, now) if reward else []
    text = (
        " · ".join(about(reward, told.codes_left, configuration)) if reward else "Brevo does not say more now"
    )
    return Choice(
        id=summary.id,
        name=issuing.name(reward) if reward else summary.name,
        text=text[:1].upper() + text[1:],
        page_url=url_for("vouchers.issue", in_drawer=False, **address),
        drawer_url=url_for("vouchers.issue", in_drawer=True, **address),
        why_not="Switched off" if problems else "No codes left" if told.codes_left == 0 else None,
    )
