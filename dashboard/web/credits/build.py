"""Putting the form together for one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from flask import g, request

from dashboard.actions import credits as deeds
from dashboard.actions import preview
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.errors import BrevoError, NotFound
from dashboard.store import presets
from dashboard.store.intents import Kind
from dashboard.web.access import current_staff, services
from dashboard.web.credits.form import BLANK, CreditForm, Subject, usable
from dashboard.web.errors import ErrorPage, remote_trouble
from dashboard.web.filters import formats
from dashboard.web.forms import Problem
from dashboard.web.members.strip import choose_definition, shown_definitions
from dashboard.web.programmes import NoProgramme


def build(
    kind: Kind,
    subject: Subject,
    typed: Mapping[str, str],
    *,
    definition_id: str | None = None,
    intent_id: str | None = None,
    problems: Sequence[Problem] = (),
    repeats: bool = False,
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
    return CreditForm(
        kind=kind,
        subject=subject,
        definition=definition,
        all_definitions=shown_definitions(configuration.definitions),
        rules=book,
        preset_amounts=preset_amounts,
        formats=formats(),
        outlook=preview.preview(
            kind,
            definition,
            usable(values["amount"], definition.unit),
            balance=book.balance,
            limit=book.alone,
            now=parts.clock(),
        ),
        intent_id=asked.intent_id,
        typed=values,
        problems=problems,
        repeats=repeats,
    )


def actor() -> deeds.Actor:
    """Who sends this request, as the record will name them."""
    staff = current_staff()
    return deeds.Actor(
        staff_id=staff.id, name=staff.name, role=staff.role, request_id=g.request_id, ip=request.remote_addr
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


def programme(programme_id: UUID) -> ProgrammeConfiguration:
    """The programme's configuration, from the cache whenever there is one.

    :raises ErrorPage: it does not exist, or could never be read.
    """
    try:
        return services().configuration.of(programme_id)
    except NotFound as error:
        raise NoProgramme from error
    except BrevoError as error:
        raise ErrorPage(503, *remote_trouble(error)) from error


def balance(configuration: ProgrammeConfiguration, definition_id: str | None) -> BalanceDefinition:
    """The definition asked for, else the one the member page opens with.

    :raises ErrorPage: the programme has none.
    """
    found = choose_definition(configuration.definitions, definition_id)
    if found is None:
        raise ErrorPage(503, "This programme has no balance", "An admin must publish one in Brevo.")
    return found
