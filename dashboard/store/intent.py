"""One change that staff asked for: its states, and what a page may truthfully say of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What staff asked for."""

    CREDIT = "credit"
    DEBIT = "debit"
    VOUCHER_ISSUE = "voucher_issue"
    VOUCHER_REVOKE = "voucher_revoke"
    VOUCHER_REDEEM = "voucher_redeem"
    ORDER_CREATE = "order_create"
    DRAFT_COMPLETE = "draft_complete"
    """A pending transaction that somebody made, completed by hand."""
    DRAFT_CANCEL = "draft_cancel"
    CONTACT_CREATE = "contact_create"
    MEMBER_ENROL = "member_enrol"
    MEMBER_END = "member_end"
    SHARERS_ADD = "sharers_add"
    SHARERS_REMOVE = "sharers_remove"
    TIER_ASSIGN = "tier_assign"


class Link(StrEnum):
    """Why an intent belongs to another one, its ``linked_id``."""

    REVERSAL = "reversal"
    """It takes back what the other one did."""
    RETURN = "return"
    """It gives back the points that a revoked voucher was paid with."""
    REISSUE = "reissue"
    """It issues anew the voucher that the other one revoked."""
    ENROLMENT = "enrolment"
    """It enrols the contact that the other one created."""


class State(StrEnum):
    """How far an intent is.

    What takes one call has no draft: it is made in CREATING, and looked for in LOOKING_UP.
    """

    AWAITING_APPROVAL = "awaiting_approval"
    """Above what the person may do alone: nothing is sent before somebody else decides."""
    RESERVED = "reserved"
    """Written down; no draft of it is being made."""
    CREATING = "creating"
    """A call that makes the draft may be on its way."""
    LOOKING_UP = "looking_up"
    """Whether the draft was made is not known."""
    DRAFT = "draft"
    """The one draft is chosen: ``transaction_id``."""
    COMPLETING = "completing"
    """A call that ends the draft may be on its way."""
    CHECKING = "checking"
    """Whether the draft was ended is not known."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    HELD = "held"
    """The console cannot settle it: a person has to look."""


class Goal(StrEnum):
    """How the chosen draft is to end."""

    COMPLETE = "complete"
    CANCEL = "cancel"
    BEGIN = "begin"
    """It waits for a person to complete it, until it lapses."""


class Waiting(StrEnum):
    """Why nothing is sent at present; only while nothing of the intent is on its way."""

    NOT_SENT = "not_sent"
    """The remote could not be reached."""
    RATE_LIMITED = "rate_limited"
    """The hour's requests are used up."""
    UNAUTHORISED = "unauthorised"
    """The remote refuses our key."""


class Phase(StrEnum):
    """What a page may truthfully say about an intent."""

    AWAITING = "awaiting"
    """Nothing happens before somebody decides."""
    SENDING = "sending"
    CHECKING = "checking"
    """Something was sent and its outcome is not known: never say that nothing happened."""
    QUEUED = "queued"
    """Written down; it will be sent by itself."""
    DONE = "done"
    FAILED = "failed"
    HELD = "held"


ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED})
SETTLED = ENDED | {State.HELD}
"""Nothing more happens by itself."""

_PHASES = {
    State.AWAITING_APPROVAL: Phase.AWAITING,
    State.DONE: Phase.DONE,
    State.FAILED: Phase.FAILED,
    State.CANCELLED: Phase.FAILED,
    State.HELD: Phase.HELD,
    State.LOOKING_UP: Phase.CHECKING,
    State.CHECKING: Phase.CHECKING,
}


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """One change that somebody asked for, and all that is known about it."""

    id: str
    kind: Kind
    programme_id: str
    contact_id: int
    staff_id: str
    staff_name: str
    """The name and role of that time."""
    staff_role: str
    values: Mapping[str, str | None]
    """What was asked. A credit has ``definition_id``, ``amount`` (signed), ``reason``, ``case_reference`` and
    ``note``; other kinds have values of their own. Lists are parted by commas."""
    values_hash: str
    created_at: datetime
    updated_at: datetime
    next_at: datetime
    """Not to be touched before."""
    request_id: str | None = None
    """The request that brought the form, and where it came from."""
    ip: str | None = None
    balance_before: Decimal | None = None
    """The balance that the agent was shown, and how old it was."""
    balance_before_at: datetime | None = None
    expires_at: datetime | None = None
    """When the credited lot expires, computed from the definition."""
    version: int = 0
    state: State = State.RESERVED
    goal: Goal = Goal.COMPLETE
    transaction_id: str | None = None
    """The chosen draft. Never replaced by another one."""
    waiting: Waiting | None = None
    attempts: int = 0
    """Calls in a row that brought nothing; drives the back-off."""
    creates: int = 0
    """Calls sent to make a draft."""
    refusals: int = 0
    """Times the remote refused to end the draft."""
    empty_looks: int = 0
    """Answered looks in a row that settled nothing."""
    partial_looks: int = 0
    """Answered looks in a row for a lost draft that may have missed something."""
    unknown_since: datetime | None = None
    """Since when something sent has no known outcome."""
    sweep_at: datetime | None = None
    """When to look for drafts of ours that nobody chose; None while there can be none."""
    sent_at: datetime | None = None
    """When the first call that makes a draft was sent."""
    called_at: datetime | None = None
    """When the last call that ends the draft was sent."""
    applied_amount: Decimal | None = None
    """What the remote says it moved, signed; rounding and caps may change it."""
    balance_after: Decimal | None = None
    """The balance that the remote reported with the change; None when it reported none."""
    failure_code: str | None = None
    failure_text: str | None = None
    """Why it did not happen, in plain words, the remote's reason included."""
    adopted: str | None = None
    """Set to the remote's status when somebody else decided it."""
    evidence: Mapping[str, object] = {}
    """What the remote last showed."""
    settled_at: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    linked_id: str | None = None
    """The intent this one belongs to, and ``link`` why."""
    link: Link | None = None
    batch_id: str | None = None
    """The form that asked for several at once."""
    remote_id: str | None = None
    """What the change made, where that is no transaction: a voucher, an order, a contact."""
    result: Mapping[str, object] = {}
    """What the remote told of it and pages show: a voucher's ``code`` and ``expires_at``, for example."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state in SETTLED

    @property
    def phase(self) -> Phase:
        """What a page may truthfully say."""
        known = _PHASES.get(self.state)
        if known is None and self.unknown_since is not None:
            return Phase.CHECKING
        return known or (Phase.SENDING if self.waiting is None else Phase.QUEUED)

    @property
    def amount(self) -> Decimal:
        """What was asked for, signed: a debit is negative. 0 for what moves no balance."""
        return Decimal(self.values.get("amount") or 0)

    @property
    def definition_id(self) -> str:
        """The balance definition to move; empty for what moves no balance."""
        return self.values.get("definition_id") or ""

    @property
    def ready_at(self) -> datetime:
        """Since when it may be sent: since it was approved where that was needed, else since it was asked."""
        approved_at = self.values.get("approved_at")
        return self.created_at if approved_at is None else datetime.fromisoformat(approved_at)

    @property
    def reason(self) -> str | None:
        """The code of the reason."""
        return self.values.get("reason")

    @property
    def case_reference(self) -> str | None:
        """The case or order number, if one was given."""
        return self.values.get("case_reference")

    def several(self, name: str) -> tuple[str, ...]:
        """The values of a list."""
        return tuple(filter(None, (self.values.get(name) or "").split(",")))


class Pause(msgspec.Struct, frozen=True):
    """Why no write is sent at present, and until when."""

    waiting: Waiting
    until: datetime
