"""Putting the form together for one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from dashboard.actions import credits as deeds
from dashboard.actions import preview
from dashboard.brevo.balances import BalanceDefinition
from dashboard.store import presets
from dashboard.store.intents import Kind
from dashboard.web.access import services
from dashboard.web.changes import tiers
from dashboard.web.changes.asking import actor, balance, programme
from dashboard.web.changes.subject import Subject
from dashboard.web.credits.form import BLANK, CreditForm, usable
from dashboard.web.filters import formats
from dashboard.web.forms import Problem
from dashboard.web.members.strip import shown_definitions


def build(
    kind: Kind,
    subject: Subject,
    typed: Mapping[str, str],
    *,
    definition_id: str | None = None,
    intent_id: str | None = None,
    problems: Sequence[Problem] = (),
) -> CreditForm:
    """The form filled with ``typed``; a fresh one-time ID unless ``intent_id`` carries on an earlier one.

    :raises ErrorPage: the programme's balances cannot be read.
    """
    parts = services()
    configuration = programme(subject.programme_id)
    definition = balance(configuration, definition_id)
    values = {**BLANK, **typed}
    asked = ask(subject, definition, {**values, "intent": intent_id or str(uuid4())})
    book = deeds.rulebook(parts.database, kind, actor(), asked, parts.clock())
    with parts.database.read() as connection:
        preset_amounts = presets.list_all(connection)
    outlook = preview.preview(
        kind,
        definition,
        usable(values["amount"], definition.unit),
        balance=book.balance,
        limit=book.alone,
        now=parts.clock(),
    )
    moved = outlook.moved
    return CreditForm(
        kind=kind,
        subject=subject,
        definition=definition,
        all_definitions=shown_definitions(configuration.definitions),
        rules=book,
        preset_amounts=preset_amounts,
        formats=formats(),
        outlook=outlook,
        tier_after=None
        if moved is None
        else tiers.effect(configuration, subject.account, definition.id, moved),
        intent_id=asked.intent_id,
        typed=values,
        problems=problems,
    )


def ask(subject: Subject, definition: BalanceDefinition, typed: Mapping[str, str]) -> deeds.CreditForm:
    """What is asked for, as it was typed."""
    return deeds.CreditForm(
        intent_id=typed["intent"],
        programme_id=str(subject.programme_id),
        contact_id=subject.contact_id,
        definition=definition,
        amount=typed["amount"],
        reason=typed["reason"],
        case_reference=typed["case_reference"],
        note=typed["note"],
        again=typed["again"],
        balance=subject.balances.get(definition.id),
        balance_at=subject.balances_at,
        sharers=subject.sharers,
        zone=services().settings.timezone,
    )
