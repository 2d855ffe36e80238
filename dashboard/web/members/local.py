"""What our own database knows of a member: changes that staff asked for, notes, and who looked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain

import msgspec

from dashboard.actions.deeds import Actor
from dashboard.actions.undoable import counts, may_offer
from dashboard.store import intents, notes, reasons, recents
from dashboard.store.database import Database
from dashboard.store.intents import Intent, Link, Phase
from dashboard.store.notes import Note
from dashboard.store.staff import StaffMember
from dashboard.web.members.activity import Deed, Tie

CHANGES, NOTES = 100, 20
SHOWN = 20
JUST_NOW = timedelta(minutes=1)
"""How long a change stands out in the list."""
LOOKS_AGAIN = timedelta(minutes=5)
"""How long opening a member again counts as the same look."""


YOU = "You"


class StaffAction(msgspec.Struct, frozen=True):
    """One line of "Staff actions and notes"."""

    id: str
    at: datetime
    who: str
    intent: Intent | None
    """The change; None for a note."""
    text: str
    reason: str | None
    case_reference: str | None
    tie: Tie | None = None
    """What took it back, or what it took back."""
    can_undo: bool = False
    """Whether the reader may take it back."""

    @property
    def is_own(self) -> bool:
        """Whether the reader did it."""
        return self.who == YOU


class Local(msgspec.Struct, frozen=True, dict=True):
    """The newest of it."""

    intents: tuple[Intent, ...]
    notes: tuple[Note, ...]
    reasons: Mapping[str, str]
    """Labels by code."""
    last_look: datetime | None
    """When this member of staff last opened the member, as far as is kept."""

    @property
    def changed_at(self) -> datetime | None:
        """When we last changed the member. What was read before that is out of date."""
        settled = (each.settled_at for each in self.intents if each.phase is Phase.DONE and each.settled_at)
        return max(settled, default=None)

    def deeds(self, reader: StaffMember, now: datetime) -> dict[str, Deed]:
        """Our changes by intent ID, told to ``reader``."""
        return {each.id: self._deed(each, reader, now) for each in self.intents}

    def actions(self, reader: StaffMember, now: datetime) -> tuple[StaffAction, ...]:
        """Changes and notes, newest first."""
        found = chain(
            (self._change(each, reader, now) for each in self.intents),
            (_note(each, reader) for each in self.notes),
        )
        return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN])

    def looks_again(self, now: datetime) -> bool:
        """Whether opening the member now is still the look that was recorded last."""
        return self.last_look is not None and now - self.last_look < LOOKS_AGAIN

    def _deed(self, intent: Intent, reader: StaffMember, now: datetime) -> Deed:
        is_own = intent.staff_id == reader.id
        return Deed(
            actor=_who(intent, reader),
            reason=self._label(intent.reason),
            case_reference=intent.case_reference,
            is_new=is_own and intent.settled_at is not None and now - intent.settled_at < JUST_NOW,
            tie=self._tie(intent, reader),
            can_undo=self._can_undo(intent, reader, now),
        )

    def _change(self, intent: Intent, reader: StaffMember, now: datetime) -> StaffAction:
        return StaffAction(
            id=intent.id,
            at=intent.settled_at or intent.created_at,
            who=_who(intent, reader),
            intent=intent,
            text=intent.values.get("note") or "",
            reason=self._label(intent.reason),
            case_reference=intent.case_reference,
            tie=self._tie(intent, reader),
            can_undo=self._can_undo(intent, reader, now),
        )

    @cached_property
    def _reversals(self) -> Mapping[str | None, Intent]:
        """What took something back, or is about to, by the ID of what it takes back."""
        return {each.linked_id: each for each in self.intents if counts(each)}

    @cached_property
    def _by_id(self) -> Mapping[str | None, Intent]:
        return {each.id: each for each in self.intents}

    def _tie(self, intent: Intent, reader: StaffMember) -> Tie | None:
        reversal = self._reversals.get(intent.id)
        if reversal is not None:
            who = "you" if reversal.staff_id == reader.id else reversal.staff_name
            is_done = reversal.phase is Phase.DONE
            return Tie(f"Taken back by {who}" if is_done else f"Being taken back by {who}", reversal.id)
        origin = self._by_id.get(intent.linked_id) if intent.link is Link.REVERSAL else None
        if origin is None:
            return None
        who = "you" if origin.staff_id == reader.id else origin.staff_name
        return Tie(f"Takes back what {who} did", origin.id)

    def _can_undo(self, intent: Intent, reader: StaffMember, now: datetime) -> bool:
        actor = Actor(staff_id=reader.id, name=reader.name, role=reader.role)
        return may_offer(actor, intent, self._reversals.get(intent.id), now)

    def _label(self, code: str | None) -> str | None:
        return self.reasons.get(code, code) if code else None


def read(database: Database, programme_id: str, contact_id: int, staff_id: str) -> Local:
    """Everything in one snapshot of the database."""
    with database.read() as connection:
        ours = intents.for_member(connection, programme_id, contact_id, CHANGES)
        return Local(
            intents=ours,
            notes=notes.list_for(connection, programme_id, contact_id, NOTES),
            reasons={each.code: each.label for each in reasons.list_all(connection)} if ours else {},
            last_look=recents.seen_at(connection, staff_id, programme_id, contact_id),
        )


def _who(intent: Intent, reader: StaffMember) -> str:
    return YOU if intent.staff_id == reader.id else intent.staff_name


def _note(note: Note, reader: StaffMember) -> StaffAction:
    return StaffAction(
        id=note.id,
        at=note.created_at,
        who=YOU if note.author_id == reader.id else note.author_name,
        intent=None,
        text=note.text,
        reason=None,
        case_reference=None,
    )
