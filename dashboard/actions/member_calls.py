"""Changes of a membership: each call, and the read of the whole member (or contact) that shows what it did.

All of them come to the same when sent twice, so what a read does not show is sent again.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from dashboard.actions import words
from dashboard.actions.one_phase import Doubt, Seen, Sight
from dashboard.actions.operation import mark
from dashboard.brevo.contacts import Contact, IdentifierType
from dashboard.brevo.errors import NotAMember, NotFound
from dashboard.brevo.fetched import Evidence, Fetched, Write
from dashboard.brevo.members import AccountInfo, Sharers, Subscription
from dashboard.brevo.rows import moment
from dashboard.brevo.tiers import TierAssignment
from dashboard.store.intents import Intent

_SAYS_SO = frozenset({400, 409, 422})
"""Refusals that may come from what is so already."""
_ALREADY = ("already", "exist", "duplicate")
_MISSING = re.compile("(not|n't) exist")
"""The echo of a deed that ends something, and of no other."""

PERSONAL = frozenset({"email", "external_id", "attributes"})
"""Values that are forgotten once the contact exists: the remote keeps them now."""


class MemberCalls(Protocol):
    """What :class:`dashboard.brevo.members.Members` offers; a simulator offers the same."""

    def account_info(
        self,
        programme_id: str,
        *,
        contact_id: int | None = None,
        subscription_id: str | None = None,
        priority: bool,
    ) -> Fetched[AccountInfo]:
        """The whole member, by contact or by number."""
        ...

    def enrol(
        self,
        programme_id: str,
        contact_id: int,
        *,
        subscription_id: str | None = None,
        created_at: datetime | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> Write[Subscription]:
        """Make a contact a member."""
        ...

    def end(self, programme_id: str, contact_id: int) -> Write[None]:
        """End a membership."""
        ...

    def add_sharers(self, programme_id: str, contact_id: int, sharer_ids: Iterable[int]) -> Write[Sharers]:
        """Let others share it."""
        ...

    def remove_sharers(self, programme_id: str, sharer_ids: Iterable[int]) -> Write[None]:
        """Let them share no more."""
        ...


class TierCalls(Protocol):
    """What :class:`dashboard.brevo.tiers.Tiers` offers of it."""

    def assign(self, programme_id: str, contact_id: int, tier_id: str) -> Write[TierAssignment]:
        """Put a member into a tier."""
        ...


class ContactCalls(Protocol):
    """What :class:`dashboard.brevo.contacts.Contacts` offers of it."""

    def get(self, identifier: str | int, kind: IdentifierType, *, priority: bool = False) -> Fetched[Contact]:
        """A contact."""
        ...

    def create(
        self,
        *,
        email: str | None = None,
        external_id: str | None = None,
        attributes: Mapping[str, object] | None = None,
    ) -> Write[int]:
        """A new one; the value is its ID."""
        ...


class MemberStep(ABC):
    """What the steps on one membership share: all are read back from account-info."""

    resends = True

    def __init__(self, calls: MemberCalls) -> None:
        self._calls = calls

    def told(self, intent: Intent, value: object) -> Sight:
        """A bound 2xx is an answer, whatever it holds."""
        return Sight(seen=Seen.DONE)

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        """It may be so already."""
        return _doubt(evidence)

    def look(self, intent: Intent) -> Sight:
        """What the member is now.

        :raises BrevoError: it cannot be read.
        """
        try:
            read = self._calls.account_info(intent.programme_id, contact_id=intent.contact_id, priority=True)
        except NotAMember:
            return self._judge(intent, None, {"kind": "account_info", "member": False})
        told = {"kind": "account_info", "member": True, "at": read.at.isoformat()}
        if read.odd_rows:
            return Sight(seen=Seen.UNSURE, evidence=told, text=words.not_shown(intent))
        return self._judge(intent, read.value, told)

    @abstractmethod
    def _judge(self, intent: Intent, member: AccountInfo | None, evidence: dict[str, object]) -> Sight:
        """What the member as read says of the change; ``member`` is None when there is no membership."""


class Enrol(MemberStep):
    """Makes a contact a member."""

    def send(self, intent: Intent) -> Write[object]:
        """With our number, if one was given."""
        return self._calls.enrol(
            intent.programme_id,
            intent.contact_id,
            subscription_id=intent.values.get("subscription_id"),
            created_at=moment(intent.values.get("member_since") or ""),
            meta=mark(intent),
        )

    def told(self, intent: Intent, value: object) -> Sight:
        """The number of the new member, ours or one that the remote made."""
        number = value.subscription_id if isinstance(value, Subscription) else None
        return Sight(seen=Seen.DONE, fields=_numbered(number))

    def look(self, intent: Intent) -> Sight:
        """What the contact is now; after a refusal first whether somebody else has the number."""
        sight, number = super().look(intent), intent.values.get("subscription_id")
        is_first = intent.failure_text is not None and intent.attempts == 0
        if sight.seen is not Seen.OPEN or not is_first or number is None:
            return sight
        holder = self._holder(intent, number)
        if holder is None or holder == intent.contact_id:
            return sight
        # However far reads lag: while it is somebody else's, no call of ours has worked or will.
        told = {**sight.evidence, "held_by": holder}
        return Sight(seen=Seen.ELSE, evidence=told, code="number_taken", text=intent.failure_text or "")

    def _holder(self, intent: Intent, number: str) -> int | None:
        try:
            read = self._calls.account_info(intent.programme_id, subscription_id=number, priority=True)
        except NotAMember:
            return None
        return read.value.contact_id

    def _judge(self, intent: Intent, member: AccountInfo | None, evidence: dict[str, object]) -> Sight:
        if member is None:
            return Sight(seen=Seen.OPEN, evidence=evidence)
        asked, found = intent.values.get("subscription_id"), member.subscription_id
        if asked is not None and found is not None and asked.casefold() != found.casefold():
            text = words.other_number(found)
            return Sight(seen=Seen.ELSE, evidence=evidence, code="other_number", text=text)
        return Sight(seen=Seen.DONE, fields=_numbered(found), evidence=evidence)


class EndMembership(MemberStep):
    """Ends a membership for good."""

    def send(self, intent: Intent) -> Write[object]:
        """Named by contact."""
        return self._calls.end(intent.programme_id, intent.contact_id)

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        """404 means that it is gone (contract, section 12)."""
        return Doubt.SO if evidence.status == 404 else _doubt(evidence, ends=True)

    def _judge(self, intent: Intent, member: AccountInfo | None, evidence: dict[str, object]) -> Sight:
        return Sight(seen=Seen.DONE if member is None else Seen.OPEN, evidence=evidence)


class AddSharers(MemberStep):
    """Lets others share the membership."""

    def send(self, intent: Intent) -> Write[object]:
        """All of them: those who share it already stay as they are."""
        return self._calls.add_sharers(intent.programme_id, intent.contact_id, sharers_of(intent))

    def _judge(self, intent: Intent, member: AccountInfo | None, evidence: dict[str, object]) -> Sight:
        missing = set(sharers_of(intent)) - _sharers(member)
        return Sight(seen=Seen.OPEN if missing else Seen.DONE, evidence=evidence)


class RemoveSharers(MemberStep):
    """Ends the sharing. The call names no membership: only those who are seen to share this one are sent."""

    def send(self, intent: Intent) -> Write[object]:
        """Those who were found sharing it."""
        left = intent.result.get("left")
        return self._calls.remove_sharers(
            intent.programme_id, left if isinstance(left, list) else sharers_of(intent)
        )

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        """404 may mean that they are gone."""
        return Doubt.ECHO if evidence.status == 404 else _doubt(evidence, ends=True)

    def _judge(self, intent: Intent, member: AccountInfo | None, evidence: dict[str, object]) -> Sight:
        left = sorted(set(sharers_of(intent)) & _sharers(member))
        if not left:
            return Sight(seen=Seen.DONE, fields={"result": {}}, evidence=evidence)
        return Sight(seen=Seen.OPEN, fields={"result": {"left": left}}, evidence=evidence)


class AssignTier(MemberStep):
    """Puts a member into a tier."""

    def __init__(self, calls: MemberCalls, tiers: TierCalls) -> None:
        super().__init__(calls)
        self._tiers = tiers

    def send(self, intent: Intent) -> Write[object]:
        """The tier names its group."""
        return self._tiers.assign(intent.programme_id, intent.contact_id, intent.values["tier_id"] or "")

    def _judge(self, intent: Intent, member: AccountInfo | None, evidence: dict[str, object]) -> Sight:
        held = {one.tier_id for one in member.tiers} if member is not None else set()
        is_there = intent.values["tier_id"] in held
        return Sight(seen=Seen.DONE if is_there else Seen.OPEN, evidence={**evidence, "tiers": sorted(held)})


class CreateContact:
    """Makes a contact; one that exists already is taken as it is."""

    resends = True

    def __init__(self, calls: ContactCalls) -> None:
        self._calls = calls

    def send(self, intent: Intent) -> Write[object]:
        """Never merges and never changes an existing one."""
        values = intent.values
        return self._calls.create(
            email=values.get("email"),
            external_id=values.get("external_id"),
            attributes=json.loads(values.get("attributes") or "null"),
        )

    def told(self, intent: Intent, value: object) -> Sight:
        """The ID of the new contact."""
        return _found(intent, value) if isinstance(value, int) else Sight(seen=Seen.UNSURE)

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        """It may exist."""
        return _doubt(evidence)

    def look(self, intent: Intent) -> Sight:
        """By the identifier it was to have.

        :raises BrevoError: it cannot be read.
        """
        identifier, kind = identifier_of(intent)
        try:
            read = self._calls.get(identifier, kind, priority=True)
        except NotFound:
            return Sight(seen=Seen.OPEN, evidence={"kind": "contact", "found": False})
        told = {"kind": "contact", "found": True, "at": read.at.isoformat()}
        return _found(intent, read.value.id, told)


def _doubt(evidence: Evidence, *, ends: bool = False) -> Doubt:
    """What a refusal is worth that may come from what is so already.

    :param ends: whether the change makes something go away.
    """
    if evidence.status not in _SAYS_SO:
        return Doubt.NONE
    said = f"{evidence.code or ''} {evidence.message or ''}".casefold()
    said = said if ends else _MISSING.sub("", said)
    is_echo = evidence.status == 409 or any(word in said for word in _ALREADY)
    return Doubt.ECHO if is_echo else Doubt.LOOK


def identifier_of(intent: Intent) -> tuple[str, IdentifierType]:
    """By what the contact of an intent is found."""
    values = intent.values
    if values.get("email"):
        return values["email"] or "", IdentifierType.EMAIL
    if values.get("external_id"):
        return values["external_id"] or "", IdentifierType.EXTERNAL
    attributes = json.loads(values.get("attributes") or "{}")
    return str(attributes.get("SMS", "")), IdentifierType.PHONE


def sharers_of(intent: Intent) -> list[int]:
    """The contacts that an intent names as sharers."""
    return [int(one) for one in intent.several("sharer_ids")]


def _sharers(member: AccountInfo | None) -> set[int]:
    return set() if member is None else {one.contact_id for one in member.sharers}


def _numbered(number: str | None) -> dict[str, object]:
    return {} if number is None else {"remote_id": number[:100], "result": {"subscription_id": number}}


def _found(intent: Intent, contact_id: int, evidence: Mapping[str, object] | None = None) -> Sight:
    kept = {name: value for name, value in intent.values.items() if name not in PERSONAL}
    fields = {"contact_id": contact_id, "remote_id": str(contact_id), "values": kept}
    return Sight(seen=Seen.DONE, fields=fields, evidence=evidence or {})
