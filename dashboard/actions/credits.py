"""Giving a credit and taking one back: the form's rules, then one intent, made to happen exactly once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import Connection

from dashboard.actions import amounts, rules
from dashboard.actions.asking import ask
from dashboard.actions.engine import Engine
from dashboard.actions.preview import lot_expiry
from dashboard.actions.records import ACTIONS
from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Problem, Unacceptable
from dashboard.actions.repeats import warn_once
from dashboard.actions.rules import Rulebook
from dashboard.brevo.balances import BalanceDefinition
from dashboard.permissions import Permission, Role
from dashboard.store import audit, intents, limits, own_contacts, reasons, spending
from dashboard.store.audit import Entry, Outcome
from dashboard.store.database import Database, DatabaseUnavailable
from dashboard.store.intent import Intent, Kind
from dashboard.store.spending import Act, Member, OverLimit, Standing

_log = structlog.get_logger("actions.credits")

PATIENCE = timedelta(seconds=4)
"""How long a page waits for the outcome before it says that it is being checked."""

_PERMISSIONS = {Kind.CREDIT: Permission.CREDITS_WRITE, Kind.DEBIT: Permission.DEBITS_WRITE}


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as the audit record will name them, and with which request."""

    staff_id: str
    name: str
    role: Role
    request_id: str | None = None
    ip: str | None = None


class CreditForm(msgspec.Struct, frozen=True, kw_only=True):
    """A filled form, as it came: text is checked here, not before."""

    intent_id: str
    """The form's one-time ID. The same form sent again carries the same."""
    programme_id: str
    contact_id: int
    definition: BalanceDefinition
    """What is moved, as the programme is configured now."""
    amount: str
    reason: str
    case_reference: str = ""
    note: str = ""
    balance: Decimal | None = None
    """The balance the page showed, if it could, and when that was read."""
    balance_at: datetime | None = None
    sharers: frozenset[int] = frozenset()
    """Other contacts that the balance belongs to."""
    again: str = ""
    """The ID of the earlier gift that the person was warned of and means to add to."""
    zone: tzinfo = UTC
    """The programme's: its days are those of the limits."""


def give_credit(
    database: Database, engine: Engine, actor: Actor, form: CreditForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Give a member points or money; the intent as it stands after ``patience`` and at most one call more.

    The same form sent again, by a double click, a second tab or a reload, gives the first answer again.

    Above what the person may do alone it waits for somebody's approval.

    :raises Unacceptable: something typed breaks a rule; each problem names its field.
    :raises Repeated: the same case brought this member something within a day, and ``again`` does not say so.
    :raises Denied: the role may not give credits.
    :raises Conflict: the form's ID was used with other values or by somebody else.
    :raises NotRecorded: the console's own database is in trouble; nothing was sent.
    """
    return _do(Kind.CREDIT, database, engine, actor, form, patience)


def take_debit(
    database: Database, engine: Engine, actor: Actor, form: CreditForm, *, patience: timedelta = PATIENCE
) -> Intent:
    """Take points or money back, never below the definition's minimum. As :func:`give_credit`."""
    return _do(Kind.DEBIT, database, engine, actor, form, patience)


def rulebook(database: Database, kind: Kind, actor: Actor, form: CreditForm, now: datetime) -> Rulebook:
    """The rules that hold for ``actor`` and this member now; also for showing limit and reasons on the form.

    :raises DatabaseUnavailable: they cannot be read.
    """
    with database.read() as connection:
        rate = limits.rate(connection, form.definition.unit)
        stands = spending.standing(connection, actor.staff_id, actor.role, now, form.zone, _member(form))
        return Rulebook(
            kind=kind,
            definition=form.definition,
            reasons=reasons.offered(connection),
            standing=(stands if kind is Kind.CREDIT else stands.at_once()).told_in(rate),
            hard_cap=limits.in_unit(_most(connection, stands), rate),
            own_contacts=own_contacts.of(connection, actor.staff_id),
            balance=form.balance,
        )


def _most(connection: Connection, stands: Standing) -> Decimal:
    """More than this nobody may move at once, in points: whoever decides is bound by their own limit too."""
    deciders = [role for role in Role if role.may(Permission.APPROVALS_DECIDE)]
    own = stands.at_once().alone or Decimal(0)
    return max(limits.most_at_once(connection, deciders), own)


def _do(
    kind: Kind, database: Database, engine: Engine, actor: Actor, form: CreditForm, patience: timedelta
) -> Intent:
    try:
        intent = _recorded(kind, database, engine, actor, form)
    except DatabaseUnavailable as error:
        raise NotRecorded(
            f"The console could not write this down, so nothing was sent. {error} "
            "Send it again then: it cannot be done twice."
        ) from error
    try:
        return engine.advance(intent.id, until=engine.clock() + patience)
    except DatabaseUnavailable:
        # Written down before: the settler goes on with it, and "not known yet" is the truth until then.
        _log.warning("intent.left_to_settler", intent=intent.id)
        return intent


def _recorded(kind: Kind, database: Database, engine: Engine, actor: Actor, form: CreditForm) -> Intent:
    """The intent of this form: written down now, or the one of an earlier sending."""
    now = engine.clock()
    if not actor.role.may(_PERMISSIONS[kind]):
        _refuse(database, kind, actor, form, now)
        raise Denied(_PERMISSIONS[kind])
    known = _known(database, form.intent_id)
    if known is None:
        known = _written_down(kind, database, engine, actor, form)
    if known.staff_id != actor.staff_id or known.values_hash != _values_hash(kind, form):
        _refuse(database, kind, actor, form, now)
        raise Conflict(form.intent_id)
    return known


def _known(database: Database, intent_id: str) -> Intent | None:
    with database.read() as connection:
        return intents.get(connection, intent_id)


def _written_down(kind: Kind, database: Database, engine: Engine, actor: Actor, form: CreditForm) -> Intent:
    """The intent, with what it takes out of the person's limits; as a request where it is above them."""
    now = engine.clock()
    book = rulebook(database, kind, actor, form, now)
    amount = _accepted(database, actor, form, book, now)
    if kind is Kind.CREDIT:
        warn_once(database, form, form.again, now)
    intent, act = _new(kind, actor, form, amount, now), _act(form, actor, amount, now)
    if rules.needs_approval(amount, book):
        return ask(database, intent, act, book.standing.exceeded(amount))
    try:
        return engine.journal.add(intent, act if kind is Kind.CREDIT else None)
    except OverLimit:
        # Another form was quicker: less is left than this one was checked against.
        left = rulebook(database, kind, actor, form, now).standing
        return ask(database, intent, act, left.exceeded(amount))


def _act(form: CreditForm, actor: Actor, amount: Decimal, now: datetime) -> Act:
    return Act(
        intent_id=form.intent_id,
        staff_id=actor.staff_id,
        member=_member(form),
        amount=amount,
        unit=form.definition.unit,
        now=now,
        zone=form.zone,
    )


def _member(form: CreditForm) -> Member:
    return Member(form.programme_id, form.contact_id)


def _new(kind: Kind, actor: Actor, form: CreditForm, amount: Decimal, now: datetime) -> Intent:
    return Intent(
        id=form.intent_id,
        kind=kind,
        programme_id=form.programme_id,
        contact_id=form.contact_id,
        staff_id=actor.staff_id,
        staff_name=actor.name,
        staff_role=actor.role.value,
        request_id=actor.request_id,
        ip=actor.ip,
        values=_values(form, amount if kind is Kind.CREDIT else -amount),
        values_hash=_values_hash(kind, form),
        balance_before=form.balance,
        balance_before_at=form.balance_at,
        expires_at=lot_expiry(form.definition, now) if kind is Kind.CREDIT else None,
        created_at=now,
        updated_at=now,
        next_at=now,
    )


def _accepted(database: Database, actor: Actor, form: CreditForm, book: Rulebook, now: datetime) -> Decimal:
    """The amount of a form that breaks no rule.

    :raises Unacceptable: with all problems at once, in the order of the fields.
    """
    amount, problems = _measured(form, book)
    is_own = rules.is_own({form.contact_id, *form.sharers}, book)
    if is_own:
        problems.insert(0, Problem("", rules.OWN))
    if is_own or (amount is not None and rules.above_cap(amount, book)):
        _refuse(database, book.kind, actor, form, now, amount)
    problems += list(rules.reason_problems(form.reason, _tidy(form.case_reference), _tidy(form.note), book))
    if not _is_uuid(form.intent_id):
        problems.append(Problem("intent", "Open the form again: its number was lost on the way"))
    if problems or amount is None:
        raise Unacceptable(tuple(problems))
    return amount


def _measured(form: CreditForm, book: Rulebook) -> tuple[Decimal | None, list[Problem]]:
    try:
        amount = amounts.parse(form.amount, form.definition.unit)
    except amounts.AmountError as error:
        return None, [Problem("amount", str(error))]
    problem = rules.amount_problem(amount, book)
    return amount, [] if problem is None else [Problem("amount", problem)]


def _values(form: CreditForm, amount: Decimal) -> dict[str, str | None]:
    return {
        "definition_id": form.definition.id,
        "amount": format(amount, "f"),
        "reason": form.reason,
        "case_reference": _tidy(form.case_reference) or None,
        "note": _tidy(form.note) or None,
    }


def _values_hash(kind: Kind, form: CreditForm) -> str:
    """What makes two sendings of a form the same."""
    try:
        amount = format(amounts.parse(form.amount, form.definition.unit), "f")
    except amounts.AmountError:
        amount = form.amount
    values = [
        kind.value,
        form.programme_id,
        form.contact_id,
        form.definition.id,
        amount,
        form.reason,
        _tidy(form.case_reference),
        _tidy(form.note),
    ]
    return sha256(json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _refuse(
    database: Database,
    kind: Kind,
    actor: Actor,
    form: CreditForm,
    now: datetime,
    amount: Decimal | None = None,
) -> None:
    """Keep in the audit record that somebody tried what they may not."""
    entry = Entry(
        at=now,
        actor_id=actor.staff_id,
        actor_name=actor.name,
        actor_role=actor.role.value,
        action=ACTIONS[kind],
        outcome=Outcome.DENIED,
        programme_id=form.programme_id,
        contact_id=form.contact_id,
        intent_id=form.intent_id if _is_uuid(form.intent_id) else None,
        after={} if amount is None else {"amount": format(amount, "f"), "definition": form.definition.id},
        request_id=actor.request_id,
        ip=actor.ip,
    )
    with database.write() as connection:
        audit.append(connection, entry)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
