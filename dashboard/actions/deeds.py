"""What all changes by form have in common: who may, once only, written down before anything is sent.

A deed is asked for with :class:`Ask`. Each module of deeds makes one from its form; :func:`perform` turns it
into an intent and lets the engine make it happen. The same form sent again gives the first answer again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from dashboard.actions import follow, giving
from dashboard.actions.credits import PATIENCE, Actor
from dashboard.actions.engine import Engine
from dashboard.actions.giving import Gift
from dashboard.actions.records import ACTIONS
from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Problem, Unacceptable
from dashboard.actions.repeats import warn_once
from dashboard.actions.rules import LONGEST_CASE, LONGEST_NOTE, OWN
from dashboard.permissions import Permission
from dashboard.store import audit, intents, reasons
from dashboard.store.audit import Entry, Outcome
from dashboard.store.database import Database, DatabaseUnavailable
from dashboard.store.intent import Intent, Kind, State
from dashboard.store.reasons import Reason
from dashboard.store.spending import Member, OverLimit

__all__ = ["PATIENCE", "Accepted", "Actor", "Ask", "Form", "Gift", "perform", "perform_all"]

_log = structlog.get_logger("actions.deeds")

MOST_AT_ONCE = 50
"""Rows of one form."""

_LOST_NUMBER = Problem("intent", "Open the form again: its number was lost on the way")


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What every form carries. Text comes as it was typed: it is checked here, not before."""

    intent_id: str
    """The form's one-time ID. The same form sent again carries the same."""
    programme_id: str
    contact_id: int
    reason: str = ""
    """A reason's code."""
    case_reference: str = ""
    note: str = ""


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What a form asks for, in the shape that is kept and sent."""

    values: Mapping[str, str | None]
    fields: Mapping[str, object] = msgspec.field(default_factory=dict)
    """Further fields of the intent, such as the transaction that it is about."""
    gift: Gift | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One change, asked for."""

    kind: Kind
    permission: Permission
    form: Form
    typed: tuple[object, ...]
    """Everything else on the form: what makes two sendings of it the same."""
    accept: Callable[[datetime], Accepted]
    """Checks what was typed; may raise :class:`Unacceptable`."""
    needs_reason: bool = True
    again: str | None = None
    """The earlier gift for this case that the person means to add to, or empty; None: no gift to warn of."""

    @property
    def fingerprint(self) -> str:
        """The hash of all that was asked."""
        form = self.form
        said = [
            self.kind.value,
            form.programme_id,
            form.contact_id,
            form.reason,
            tidy(form.case_reference),
            tidy(form.note),
            *self.typed,
        ]
        text = json.dumps(said, ensure_ascii=True, separators=(",", ":"), default=str)
        return sha256(text.encode()).hexdigest()


def perform(
    database: Database, engine: Engine, actor: Actor, ask: Ask, *, patience: timedelta = PATIENCE
) -> Intent:
    """Make it happen; the intent as it stands after ``patience`` and at most one call more.

    :raises Unacceptable: something typed breaks a rule; each problem names its field.
    :raises Repeated: the same case brought this member something within a day, and ``again`` does not say so.
    :raises Denied: the role may not do this.
    :raises Conflict: the form's ID was used with other values or by somebody else.
    :raises NotRecorded: the console's own database is in trouble; nothing was sent.
    """
    return advance(engine, written(database, engine, actor, ask), engine.clock() + patience)


def perform_all(
    database: Database,
    engine: Engine,
    actor: Actor,
    asks: Sequence[Ask],
    *,
    batch: Form,
    patience: timedelta = PATIENCE,
) -> tuple[Intent, ...]:
    """Make several happen that one form asks for, in their order; each as it then stands.

    All are written down before the first one is sent: what the page does not see the end of goes on by
    itself, and the same form sent again finds each where it is. Raises as :func:`perform`; when one of them
    cannot be accepted, none is written down.
    """
    if not asks:
        raise Unacceptable((Problem("rows", "Choose at least one"),))
    if len(asks) > MOST_AT_ONCE:
        raise Unacceptable((Problem("rows", f"Choose {MOST_AT_ONCE} or fewer"),))
    if not is_uuid(batch.intent_id):
        raise Unacceptable((_LOST_NUMBER,))
    _check_new(database, engine, actor, asks)
    kept = [written(database, engine, actor, ask) for ask in asks]
    until = engine.clock() + patience
    return tuple(advance(engine, one, until) for one in kept)


def part_id(form_id: str, part: str) -> str:
    """The ID of one of several intents that a form asks for; the same for the same form and part."""
    return str(uuid5(UUID(form_id), part)) if is_uuid(form_id) else ""


def written(database: Database, engine: Engine, actor: Actor, ask: Ask) -> Intent:
    """The intent of a form: written down now, or the one of an earlier sending. Raises as :func:`perform`."""
    try:
        return _recorded(database, engine, actor, ask)
    except DatabaseUnavailable as error:
        raise NotRecorded(
            f"The console could not write this down, so nothing was sent. {error} "
            "Send it again then: it cannot be done twice."
        ) from error


def advance(engine: Engine, intent: Intent, until: datetime) -> Intent:
    """Let the engine move it on, and then what follows from it; as it then stands."""
    try:
        moved = engine.advance(intent.id, until=until)
        if moved.state is State.DONE:
            for then in follow.planned(moved):
                advance(engine, engine.journal.get(follow.id_of(moved.id, then.link)), until)
    except DatabaseUnavailable:
        # Written down before: the settler goes on with it, and "not known yet" is the truth until then.
        _log.warning("intent.left_to_settler", intent=intent.id)
        return intent
    return moved


def refuse(database: Database, actor: Actor, ask: Ask, now: datetime) -> None:
    """Keep in the audit record that somebody tried what they may not."""
    form = ask.form
    entry = Entry(
        at=now,
        actor_id=actor.staff_id,
        actor_name=actor.name,
        actor_role=actor.role.value,
        action=ACTIONS[ask.kind],
        outcome=Outcome.DENIED,
        programme_id=form.programme_id,
        contact_id=form.contact_id or None,
        intent_id=form.intent_id if is_uuid(form.intent_id) else None,
        request_id=actor.request_id,
        ip=actor.ip,
    )
    with database.write() as connection:
        audit.append(connection, entry)


def tidy(text: str) -> str:
    """Text without what surrounds it."""
    return text.replace("\r\n", "\n").strip()


def is_uuid(text: str) -> bool:
    """Whether this is the canonical text of a UUID."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def text_problems(field_name: str, label: str, text: str, longest: int) -> list[Problem]:
    """What is wrong with a text that staff typed."""
    allowed = "\n\t" if field_name == "note" else ""
    if len(text) > longest:
        return [Problem(field_name, f"{label} must be {longest} characters or fewer")]
    if any(not c.isprintable() and c not in allowed for c in text):
        return [Problem(field_name, f"{label} can hold only text that shows. Remove hidden characters")]
    return []


def _recorded(database: Database, engine: Engine, actor: Actor, ask: Ask) -> Intent:
    now = engine.clock()
    if not actor.role.may(ask.permission):
        refuse(database, actor, ask, now)
        raise Denied(ask.permission)
    with database.read() as connection:
        known = intents.get(connection, ask.form.intent_id)
        offered = reasons.offered(connection)
    if known is None:
        accepted = _accepted(ask, offered, now)
        _check_own(database, actor, ask, accepted.gift, now)
        if ask.again is not None:
            warn_once(database, ask.form, ask.again, now)
        known = _added(database, engine, actor, ask, accepted)
    if known.staff_id != actor.staff_id or known.values_hash != ask.fingerprint:
        refuse(database, actor, ask, now)
        raise Conflict(ask.form.intent_id)
    return known


def _added(database: Database, engine: Engine, actor: Actor, ask: Ask, accepted: Accepted) -> Intent:
    now = engine.clock()
    intent = _new(actor, ask, accepted, now)
    try:
        if accepted.gift is None:
            return engine.journal.add(intent)
        return _given(database, engine, actor, ask, accepted.gift, intent)
    except IntegrityError as error:
        raise Unacceptable(
            (Problem("intent", "This was taken back before: it cannot be done twice"),)
        ) from error


def _given(database: Database, engine: Engine, actor: Actor, ask: Ask, gift: Gift, intent: Intent) -> Intent:
    """Written down with what it takes out of the limits; as a request where it may be above them."""
    now, member = intent.created_at, _member(ask)
    act = giving.act(intent.id, actor, member, gift, now)
    try:
        return engine.journal.add(intent, act)
    except OverLimit as over:
        if giving.may_be_asked_for(database, actor, gift, now):
            return giving.ask(database, intent, act, over)
        refuse(database, actor, ask, now)
        raise Unacceptable((giving.too_much(database, actor, member, gift, now),)) from over


def _member(ask: Ask) -> Member:
    return Member(ask.form.programme_id, ask.form.contact_id)


def _check_own(database: Database, actor: Actor, ask: Ask, gift: Gift | None, now: datetime) -> None:
    """Nobody gives anything to their own membership."""
    if gift is not None and giving.is_own(database, actor, _member(ask), gift):
        refuse(database, actor, ask, now)
        raise Unacceptable((Problem("", OWN),))


def _check_together(
    database: Database, actor: Actor, gifts: Sequence[tuple[Ask, Gift]], now: datetime
) -> None:
    """Refuse all gifts of a form when one is to oneself, or they do not fit into the limits together."""
    for ask, gift in gifts:
        _check_own(database, actor, ask, gift, now)
    for ask, first in gifts[:1]:
        if not giving.fits(database, actor, _member(ask), [gift for _, gift in gifts], now):
            refuse(database, actor, ask, now)
            raise Unacceptable((giving.too_much(database, actor, _member(ask), first, now),))


def _check_new(database: Database, engine: Engine, actor: Actor, asks: Sequence[Ask]) -> None:
    """Refuse all when one that was not written down yet cannot be accepted."""
    now = engine.clock()
    try:
        with database.read() as connection:
            offered = reasons.offered(connection)
            new = [ask for ask in asks if intents.get(connection, ask.form.intent_id) is None]
    except DatabaseUnavailable as error:
        raise NotRecorded(f"The console could not write this down, so nothing was sent. {error}") from error
    problems: list[Problem] = []
    gifts: list[tuple[Ask, Gift]] = []
    for ask in new if all(actor.role.may(ask.permission) for ask in asks) else ():
        try:
            gift = _accepted(ask, offered, now).gift
        except Unacceptable as refused:
            problems += [one for one in refused.problems if one not in problems]
        else:
            gifts += [] if gift is None else [(ask, gift)]
    if problems:
        raise Unacceptable(tuple(problems))
    try:
        _check_together(database, actor, gifts, now)
    except DatabaseUnavailable as error:
        raise NotRecorded(f"The console could not write this down, so nothing was sent. {error}") from error


def _accepted(ask: Ask, offered: tuple[Reason, ...], now: datetime) -> Accepted:
    """What the form asks for.

    :raises Unacceptable: with all problems at once.
    """
    problems = _common_problems(ask, offered)
    try:
        accepted = ask.accept(now)
    except Unacceptable as refused:
        raise Unacceptable((*refused.problems, *problems)) from None
    if problems:
        raise Unacceptable(tuple(problems))
    return accepted


def _new(actor: Actor, ask: Ask, accepted: Accepted, now: datetime) -> Intent:
    form = ask.form
    intent = Intent(
        id=form.intent_id,
        kind=ask.kind,
        programme_id=form.programme_id,
        contact_id=form.contact_id,
        staff_id=actor.staff_id,
        staff_name=actor.name,
        staff_role=actor.role.value,
        request_id=actor.request_id,
        ip=actor.ip,
        values={
            **accepted.values,
            "reason": form.reason or None,
            "case_reference": tidy(form.case_reference) or None,
            "note": tidy(form.note) or None,
        },
        values_hash=ask.fingerprint,
        created_at=now,
        updated_at=now,
        next_at=now,
    )
    return replace(intent, **accepted.fields)


def _common_problems(ask: Ask, offered: tuple[Reason, ...]) -> list[Problem]:
    form = ask.form
    reason = next((one for one in offered if one.code == form.reason), None)
    case, note = tidy(form.case_reference), tidy(form.note)
    problems = []
    if reason is None and (ask.needs_reason or form.reason):
        problems.append(Problem("reason", "Choose a reason"))
    problems += text_problems("case_reference", "Case or order number", case, LONGEST_CASE)
    if reason is not None and reason.requires_reference and not case:
        problems.append(Problem("case_reference", "Enter the case or order number"))
    problems += text_problems("note", "Note", note, LONGEST_NOTE)
    if reason is not None and reason.requires_note and not note:
        problems.append(Problem("note", "Enter a note that says what happened"))
    if not is_uuid(form.intent_id):
        problems.append(_LOST_NUMBER)
    return problems
