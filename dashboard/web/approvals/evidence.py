"""What whoever decides has before their eyes: the request, the member, and what its person gave before."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from dashboard.actions import lending, preview
from dashboard.actions.approvals import Look, fingerprint
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.errors import BrevoError
from dashboard.store import approvals, intents, reasons
from dashboard.store.approvals import Asked
from dashboard.store.intents import Intent, Kind, Link, Phase
from dashboard.web.access import services
from dashboard.web.changes import facts, subject
from dashboard.web.changes.facts import Fact
from dashboard.web.changes.subject import Subject
from dashboard.web.errors import ErrorPage
from dashboard.web.filters import formats

LOOKS_BACK = timedelta(days=30)
LAST_CREDITS = 5
_RECENT = 50
_DETAILS = {
    Kind.VOUCHER_ISSUE: frozenset({"Value", "Paid with", "Valid from", "Expires"}),
    Kind.ORDER_CREATE: frozenset({"Due", "Expires", "Source", "Further fields"}),
}
"""What binds a request besides amount, reason, case and note, by kind."""


class Given(msgspec.Struct, frozen=True):
    """What the person who asks gave within the last 30 days."""

    count: int
    total: Decimal | None
    """In the unit of the request; credits of other balances are not added up. None for a voucher."""
    to_member: int


class Evidence(msgspec.Struct, frozen=True):
    """All of it on one screen."""

    asked: Asked
    member: Subject
    look: Look
    seen: str
    """The fingerprint that binds a decision to what is shown here."""
    reason: str | None
    outlook: preview.Preview | None
    """What approving would do; None for what moves no balance, or while the programme cannot be read."""
    last_credits: tuple[Intent, ...]
    given: Given
    details: tuple[Fact, ...]
    """What else is asked for, where that is no amount alone. Never a code: it can be spent."""
    passed: tuple[str, ...]
    """Why it can only be declined by now: times in it have passed."""


def find(intent_id: UUID, programme_id: UUID | None = None) -> Asked:
    """The request about that intent.

    :raises ErrorPage: there is none.
    """
    with services().database.read() as connection:
        asked = approvals.get(connection, str(intent_id))
    if asked is None or (programme_id is not None and asked.intent.programme_id != str(programme_id)):
        raise ErrorPage(
            404, "No such request", "Open the approvals: they list what waits and what was decided."
        )
    return asked


def gather(asked: Asked) -> Evidence:
    """Read it: the member from the remote, as far as it answers, the rest from our own record."""
    intent, parts = asked.intent, services()
    member, definition = _member(intent), _definition(intent)
    balance = member.balances.get(intent.definition_id)
    look = Look(
        definition=definition,
        balance=balance,
        balance_at=member.balances_at,
        sharers=member.sharers,
        zone=parts.settings.timezone,
    )
    now = parts.clock()
    with parts.database.read() as connection:
        of_member = intents.for_member(connection, intent.programme_id, intent.contact_id, _RECENT)
        of_requester = intents.credits_of(connection, intent.staff_id, now - LOOKS_BACK)
        labels = {each.code: each.label for each in reasons.list_all(connection)}
    last = [each for each in of_member if _is_credit(each) and each.phase is Phase.DONE]
    return Evidence(
        asked=asked,
        member=member,
        look=look,
        seen=fingerprint(asked, balance),
        reason=labels.get(intent.reason or "", intent.reason),
        outlook=_outlook(asked, definition, balance),
        last_credits=tuple(last[:LAST_CREDITS]),
        given=_given(intent, tuple(filter(_is_credit, of_requester))),
        details=_details(intent),
        passed=tuple(each.message for each in lending.passed(intent, now)),
    )


def _outlook(
    asked: Asked, definition: BalanceDefinition | None, balance: Decimal | None
) -> preview.Preview | None:
    kind = asked.intent.kind
    if definition is None or kind not in {Kind.CREDIT, Kind.DEBIT}:
        return None
    amount = asked.request.amount
    return preview.preview(kind, definition, amount, balance=balance, limit=amount, now=services().clock())


def _given(intent: Intent, before: tuple[Intent, ...]) -> Given:
    here = (intent.programme_id, intent.contact_id)
    to_member = sum((each.programme_id, each.contact_id) == here for each in before)
    if not intent.definition_id:
        return Given(len(before), None, to_member)
    same = [each for each in before if each.definition_id == intent.definition_id]
    moved = (each.amount if each.applied_amount is None else each.applied_amount for each in same)
    return Given(len(before), sum(moved, Decimal(0)), to_member)


def _is_credit(intent: Intent) -> bool:
    """Whether somebody gave it: the price of a voucher that comes back is no gift of its own."""
    return intent.kind is Kind.CREDIT and intent.link is not Link.RETURN


def _details(intent: Intent) -> tuple[Fact, ...]:
    labels = _DETAILS.get(intent.kind, frozenset())
    asked = facts.asked(intent, "", None, formats())
    return tuple(each for each in asked if each.label in labels)


def _member(intent: Intent) -> Subject:
    try:
        return subject.read(UUID(intent.programme_id), intent.contact_id)
    except ErrorPage as error:
        # Gone since it was asked: it can still be declined.
        return Subject(
            programme_id=UUID(intent.programme_id),
            contact_id=intent.contact_id,
            name=f"Contact {intent.contact_id}",
            balances={},
            notice=f"{error.title}. {error.text}",
        )


def _definition(intent: Intent) -> BalanceDefinition | None:
    try:
        return services().configuration.of(intent.programme_id).definition(intent.definition_id)
    except BrevoError:
        return None
