"""A change of every kind, in every phase."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from msgspec.structs import replace

from dashboard.store.intents import Intent, Kind, Phase, State, Waiting
from dashboard.web.filters import Formats

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
FORMATS = Formats(Locale.parse("en_GB"), ZoneInfo("Europe/London"), lambda: NOON)
MEMBER = "Amara Okafor"

_POINTS = {"definition_id": "d0", "amount": "500"}
VALUES: Mapping[Kind, Mapping[str, str | None]] = {
    Kind.CREDIT: _POINTS,
    Kind.DEBIT: {"definition_id": "d0", "amount": "-500"},
    Kind.VOUCHER_ISSUE: {"reward_name": "£10 off", "code": "AB12-CD34-EF56"},
    Kind.VOUCHER_REVOKE: {"code": "AB12-CD34-EF56"},
    Kind.VOUCHER_REDEEM: {"code": "AB12-CD34-EF56"},
    Kind.ORDER_CREATE: _POINTS,
    Kind.DRAFT_COMPLETE: _POINTS,
    Kind.DRAFT_CANCEL: _POINTS,
    Kind.CONTACT_CREATE: {},
    Kind.MEMBER_ENROL: {"subscription_id": "LM-1"},
    Kind.MEMBER_END: {},
    Kind.SHARERS_ADD: {"sharer_ids": "112,113"},
    Kind.SHARERS_REMOVE: {"sharer_ids": "112"},
    Kind.TIER_ASSIGN: {"tier_id": "t0", "tier_name": "Gold"},
}

_STATES: Mapping[Phase, Mapping[str, object]] = {
    Phase.AWAITING: {"state": State.AWAITING_APPROVAL},
    Phase.SENDING: {"state": State.CREATING},
    Phase.CHECKING: {"state": State.LOOKING_UP, "unknown_since": NOON},
    Phase.QUEUED: {"state": State.RESERVED, "waiting": Waiting.NOT_SENT},
    Phase.DONE: {"state": State.DONE, "settled_at": NOON},
    Phase.FAILED: {"state": State.FAILED, "settled_at": NOON, "failure_text": "Brevo refused it."},
    Phase.HELD: {"state": State.HELD, "settled_at": NOON, "failure_text": "Brevo does not show it."},
}


def change(kind: Kind, phase: Phase = Phase.DONE, **more: object) -> Intent:
    """One change; ``more`` are other fields of the intent."""
    intent = Intent(
        id="5d1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6",
        kind=kind,
        programme_id="7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f",
        contact_id=142,
        staff_id="s0",
        staff_name="Sam Rivera",
        staff_role="agent",
        values={**VALUES[kind], "reason": "late_delivery"},
        values_hash="h",
        created_at=NOON,
        updated_at=NOON,
        next_at=NOON,
    )
    made = replace(intent, **_STATES[phase], **more)
    assert made.phase is phase
    return made
