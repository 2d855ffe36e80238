"""Drafts chosen on the queue: which of them can be ended, and what that would come to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from dashboard.actions.deeds import part_id
from dashboard.actions.dry_run import Plan, dry_run
from dashboard.actions.noting import canonical
from dashboard.actions.orders import Decider, Draft, has_ended
from dashboard.brevo.balances import BalanceDefinition
from dashboard.store import intents
from dashboard.store.intents import Goal
from dashboard.web.access import current_staff, services
from dashboard.web.changes.subject import SECONDS
from dashboard.web.members.gather import snapshots
from dashboard.web.members.reads import Deadline
from dashboard.web.orders.finding import draft_of, winner
from dashboard.web.orders.queue import Waiting, queue

MOST_READ = 20
"""Members whose balance is read for one dry run; every read is a request of the hour's."""
GONE = "The console does not know it as pending any more. Open the queue again."


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the form."""

    key: str
    row: Waiting | None = None
    draft: Draft | None = None
    """None for what cannot be ended."""
    balance_after: Decimal | None = None
    why_not: str | None = None

    @property
    def can_go(self) -> bool:
        """Whether the form carries it on."""
        return self.draft is not None and self.why_not is None


def choose(programme_id: UUID, keys: Sequence[str], now: datetime, *, form_id: str = "") -> list[Chosen]:
    """The drafts with these transaction IDs, in the order of the queue, then what is none.

    :param form_id: of a form that was sent: what it has begun already counts as it was then.
    """
    wanted = list(dict.fromkeys(filter(None, (canonical(key) for key in keys))))
    database = services().database
    rows = {row.key: row for row in queue(database, str(programme_id), current_staff().id, now)}
    with database.read() as connection:
        begun = intents.by_ids(connection, [part_id(form_id, key) for key in wanted])
    place = {key: index for index, key in enumerate(rows)}
    found = []
    for key in sorted(wanted, key=lambda each: place.get(each, len(place))):
        earlier = begun.get(part_id(form_id, key))
        if earlier is not None and earlier.programme_id == str(programme_id):
            found.append(Chosen(key=key, row=rows.get(key), draft=draft_of(earlier)))
        else:
            found.append(_chosen(programme_id, key, rows.get(key)))
    return found


def planned(
    programme_id: UUID,
    chosen: Sequence[Chosen],
    goal: Goal,
    definitions: dict[str, BalanceDefinition],
    now: datetime,
    *,
    reads: bool,
) -> list[Chosen]:
    """The same with what would come of each.

    :param reads: read the balances that were not read within the last minute; else none is counted with.
    """
    going = [each.draft for each in chosen if each.draft is not None]
    balances = _balances(programme_id, going) if reads else {}
    drafts = tuple(_with_balance(each, balances) for each in going)
    plans = {plan.draft.transaction_id: plan for plan in dry_run(drafts, goal, definitions, now)}
    return [_as_planned(each, plans.get(each.key)) for each in chosen]


def _as_planned(chosen: Chosen, plan: Plan | None) -> Chosen:
    if plan is None:
        return chosen
    return replace(chosen, draft=plan.draft, balance_after=plan.balance_after, why_not=plan.why_not)


def _chosen(programme_id: UUID, key: str, row: Waiting | None) -> Chosen:
    if row is None:
        return Chosen(key=key, why_not=_ended(programme_id, key) or GONE)
    if not row.is_ready:
        return Chosen(key=key, row=row, why_not=row.state)
    draft = Draft(
        transaction_id=key,
        contact_id=row.contact_id,
        definition_id=row.definition_id,
        amount=row.amount or Decimal(0),
        made_at=row.made_at,
        expires_at=row.expires_at,
    )
    return Chosen(key=key, row=row, draft=draft)


def _ended(programme_id: UUID, key: str) -> str | None:
    """Who of us was faster."""
    with services().database.read() as connection:
        changes = intents.about_transaction(connection, str(programme_id), key)
    done = next((each for each in changes if has_ended(each)), None)
    if done is None:
        return None
    verb = "cancelled" if done.goal is Goal.CANCEL else "completed"
    return winner(Decider(done.staff_name, done.settled_at), verb)


def _balances(programme_id: UUID, drafts: Sequence[Draft]) -> dict[tuple[int, str], Decimal]:
    """By contact and definition; what could not be read in time is absent."""
    members = list(dict.fromkeys(each.contact_id for each in drafts))[:MOST_READ]
    reads = {contact_id: snapshots().open(programme_id, contact_id).account for contact_id in members}
    for read in reads.values():
        read.start()
    deadline = Deadline(SECONDS)
    found: dict[tuple[int, str], Decimal] = {}
    for contact_id, read in reads.items():
        account = read.wait(deadline).value
        for each in account.balances if account else ():
            found[contact_id, each.definition_id] = each.value
    return found


def _with_balance(draft: Draft, balances: dict[tuple[int, str], Decimal]) -> Draft:
    return replace(draft, balance=balances.get((draft.contact_id, draft.definition_id), draft.balance))
