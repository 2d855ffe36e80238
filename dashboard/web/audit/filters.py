"""The filters of the audit page as they stand in its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from dashboard.store.audit import Filters, Outcome
from dashboard.web import days
from dashboard.web.days import Days
from dashboard.web.forms import Problem

NAMES = ("from", "to", "actor", "member", "action", "outcome", "reason", "least")
"""The names in the address, in the order of the form."""

SPANS = (("Today", 1), ("Last 7 days", 7), ("Last 30 days", 30))
"""Ranges to choose with one press: how many days, today among them."""

_LONGEST = 100
_MOST = Decimal(10) ** 12


class Span(msgspec.Struct, frozen=True):
    """One range as a chip shows it."""

    label: str
    url: str
    current: bool


class Choice(msgspec.Struct, frozen=True):
    """What the reader asked for: as typed, as the store understands it, and what is wrong with it."""

    typed: Mapping[str, str]
    filters: Filters
    problems: tuple[Problem, ...]
    days: Days
    today: date

    @property
    def query(self) -> str:
        """The address's query that asks for the same again."""
        return _query(self.typed)

    def spans(self, page: str) -> tuple[Span, ...]:
        """The ranges to choose on ``page``; all other filters stay as they are."""
        ranges = [(label, (self.today - timedelta(days=length - 1)).isoformat()) for label, length in SPANS]
        others = {name: text for name, text in self.typed.items() if name not in {"from", "to"}}
        return tuple(
            Span(
                label,
                f"{page}?{_query({'from': first, **others})}",
                current=self.typed["from"] == first and self.typed["to"] in {"", self.today.isoformat()},
            )
            for label, first in ranges
        )


def choose(arguments: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Choice:
    """Read the filters; without any the rows of today, in ``zone``.

    A text that cannot be read narrows nothing and is named in ``problems``, so that
    no row is hidden by a slip.
    """
    typed = {name: arguments.get(name, "").strip()[:_LONGEST] for name in NAMES}
    today = now.astimezone(zone).date()
    if not any(typed.values()):
        typed |= {"from": today.isoformat()}
    chosen, problems = days.read(typed, zone)
    reader = _Reader(typed, list(problems))
    filters = Filters(
        since=chosen.since,
        until=chosen.until,
        actor_id=typed["actor"] or None,
        contact_id=reader.contact_id("member"),
        action=typed["action"] or None,
        outcome=reader.outcome("outcome"),
        reason=typed["reason"] or None,
        least=reader.amount("least"),
    )
    return Choice(typed, filters, tuple(reader.problems), chosen, today)


def _query(typed: Mapping[str, str]) -> str:
    return urlencode({name: text for name, text in typed.items() if text})


class _Reader:
    def __init__(self, typed: Mapping[str, str], problems: list[Problem]) -> None:
        self._typed = typed
        self.problems = problems

    def contact_id(self, name: str) -> int | None:
        text = self._typed[name]
        if not text:
            return None
        if text.isascii() and text.isdigit() and 0 < int(text) < 2**63:
            return int(text)
        self.problems.append(Problem(name, "Enter the member's contact ID, a whole number"))
        return None

    def outcome(self, name: str) -> Outcome | None:
        text = self._typed[name]
        if not text:
            return None
        try:
            return Outcome(text)
        except ValueError:
            self.problems.append(Problem(name, "Choose an outcome from the list"))
            return None

    def amount(self, name: str) -> Decimal | None:
        text = self._typed[name].replace(",", "")
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal(-1)
        if text.isascii() and amount.is_finite() and 0 <= amount <= _MOST:
            return amount
        self.problems.append(Problem(name, "Enter an amount such as 500"))
        return None
