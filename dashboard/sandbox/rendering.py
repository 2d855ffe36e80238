"""From an operation's tree to the bytes of an answer, through the switches that change how things look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

import msgspec

from dashboard.sandbox.switches import Switchboard

_NUMBERS: Final = msgspec.json.Encoder(decimal_format="number")
_TEXTS: Final = msgspec.json.Encoder(decimal_format="string")
_ELSEWHERE: Final = timezone(timedelta(hours=2))
_DISPENSABLE: Final = frozenset(
    {
        "description", "imageRef", "publicImage", "publicDescription", "updatedAt", "meta", "pattern",
        "codeCount", "birthdayAttribute", "groupName", "tierName", "rewardName", "balanceDefinitionName",
        "loyaltyProgramName", "versionId", "organizationId", "whatsappBlacklisted",
    }
)  # fmt: skip
"""Fields the contract does not require and a client can do without."""
_ODD_ROW: Final = {
    "id": "not-a-uuid",
    "status": "frozen",
    "transactionType": "swap",
    "amount": "a lot",
    "value": {"unexpected": True},
    "createdAt": "yesterday",
    "expiresAt": 0,
    "expirationDate": "32/13/2026",
    "meta": ["no", "object"],
}
_LISTS: Final = frozenset(
    {"transactionHistory", "activeBalances", "contactRewards", "balances", "reward", "items"}
)
_REQUIRED: Final = frozenset({"emailBlacklisted", "companyName"})
"""Objects that carry one of these keep their fields: contacts and the account require them."""


def render(tree: object, switches: Switchboard) -> bytes:
    """The JSON of ``tree``: Decimals are amounts, datetimes aware UTC."""
    if _is_plain(switches):
        return _NUMBERS.encode(tree)
    encoder = _TEXTS if switches["amounts"] == "text" else _NUMBERS
    return encoder.encode(_Shaper(switches).shape(tree))


def _is_plain(switches: Switchboard) -> bool:
    changed = ("unknown_fields", "nulls", "odd_rows")
    return (
        switches["amounts"] == "number"
        and switches["timestamps"] == "utc"
        and all(switches[name] == "no" for name in changed)
    )


class _Shaper:
    def __init__(self, switches: Switchboard) -> None:
        self._times = switches["timestamps"]
        self._extra = switches["unknown_fields"] == "yes"
        self._nulls = switches["nulls"] == "yes"
        self._odd = switches["odd_rows"] == "yes"

    def shape(self, value: object, name: str = "") -> object:
        if isinstance(value, datetime):
            return self._time(value)
        if isinstance(value, list):
            rows = [self.shape(one) for one in value]
            return [*rows, dict(_ODD_ROW)] if self._odd and name in _LISTS else rows
        if isinstance(value, dict) and name not in {"meta", "attributes"}:
            return self._object(value)
        return value

    def _object(self, value: dict[str, object]) -> dict[str, object]:
        shaped = {name: self.shape(one, name) for name, one in value.items()}
        if self._nulls and not _REQUIRED & shaped.keys():
            shaped.update(dict.fromkeys(shaped.keys() & _DISPENSABLE))
        if self._extra:
            shaped["addedLater"] = {"reason": "new fields appear without notice", "score": Decimal("0.5")}
        return shaped

    def _time(self, moment: datetime) -> object:
        if self._times == "nanos":
            return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}123Z"
        if self._times == "offset":
            return moment.astimezone(_ELSEWHERE).isoformat()
        return moment
