"""A member of staff at the counter: forms of every kind, a real database, and a remote in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from dashboard.actions.deeds import Actor
from dashboard.actions.engine import Engine
from dashboard.actions.journal import DatabaseJournal
from dashboard.actions.operations import operations
from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.store import audit, intents
from dashboard.store.audit import Filters, Outcome
from dashboard.store.database import Database
from dashboard.store.intent import Intent
from dashboard.store.staff import StaffMember
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import PROGRAMME, Clock


def basics(**more: Any) -> dict[str, Any]:
    """What every form about the member has; ``more`` is what it asks for."""
    return {
        "intent_id": str(uuid4()),
        "programme_id": PROGRAMME,
        "contact_id": MEMBER,
        "reason": "late_delivery",
        "case_reference": "ZD-1",
        **more,
    }


class Counter:
    """``at(lea)`` is the same counter with somebody else behind it."""

    def __init__(self, database: Database, staff: StaffMember) -> None:
        self.database = database
        self.clock = Clock()
        self.desk = FakeDesk(self.clock)
        self.engine = self.new_engine()
        self.actor = self._actor(staff)

    def new_engine(self) -> Engine:
        """As after a restart."""
        carried = operations(self.desk, self.clock)
        return Engine(DatabaseJournal(self.database), self.desk.ledger, self.clock, operations=carried)

    def at(self, staff: StaffMember) -> Counter:
        """The same with another person."""
        other = Counter.__new__(Counter)
        other.__dict__.update(self.__dict__)
        other.actor = self._actor(staff)
        return other

    def do(self, deed: Callable[..., Any], form: Any) -> Any:
        """Send a form."""
        return deed(self.database, self.engine, self.actor, form)

    def problems(self, deed: Callable[..., Any], form: Any) -> list[Problem]:
        """What a form is refused for; nothing was sent, nothing written down."""
        before = len(self.desk.calls)
        with pytest.raises(Unacceptable) as refused:
            self.do(deed, form)
        assert len(self.desk.calls) == before
        return list(refused.value.problems)

    def find(self, intent_id: str | None) -> Intent:
        """An intent as it stands."""
        with self.database.read() as connection:
            found = intents.get(connection, intent_id or "")
        assert found is not None
        return found

    def settle(self, intent_id: str) -> Intent:
        """Go on until it is settled."""
        for _ in range(60):
            intent = self.engine.advance(intent_id, until=self.clock.now + timedelta(seconds=15))
            if intent.is_settled:
                return intent
            self.clock.forward(max(0.1, (intent.next_at - self.clock.now).total_seconds()))
        raise AssertionError(intent.state)

    def record(self) -> list[tuple[str, Outcome]]:
        """The audit record, oldest first."""
        with self.database.read() as connection:
            rows = audit.page(connection, Filters())
        return [(row.entry.action, row.entry.outcome) for row in reversed(rows)]

    @staticmethod
    def _actor(staff: StaffMember) -> Actor:
        return Actor(staff_id=staff.id, name=staff.name, role=staff.role, request_id="r1", ip="127.0.0.1")


def new_form(form: Any) -> Any:
    """The same form, opened again."""
    return replace(form, intent_id=str(uuid4()))
