"""What a call brings, read strictly: a wrong value is refused with the status its operation documents."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import NoReturn

import msgspec

from dashboard.sandbox.errors import Refusal

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):?(\d\d))", re.ASCII
)
_LOCAL_MOMENT = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d [AP]M")
LARGEST_ID = 2**63 - 1
LARGEST_AMOUNT = 10**12


def moment_of(text: str) -> datetime | None:
    """The UTC time an RFC 3339 text stands for, or None."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    day, time, fraction, sign, hours, minutes = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}.{(fraction or '0')[:6]:0<6}")
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return moment.replace(tzinfo=timezone(-offset if sign == "-" else offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def local_moment_of(text: str) -> datetime | None:
    """The time ``DD/MM/YYYY HH:MM AM/PM`` stands for; the sandbox's organisation lives in UTC."""
    if not _LOCAL_MOMENT.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%d/%m/%Y %I:%M %p").replace(tzinfo=UTC)
    except ValueError:
        return None


class Fields:
    """Named values of a path, query or body. ``malformed`` is the status that refuses a wrong one.

    :param spelled: numbers and flags come as text, as they do in a path or a query.
    """

    def __init__(self, values: Mapping[str, object], malformed: int, *, spelled: bool = False) -> None:
        self._values = values
        self._malformed = malformed
        self._spelled = spelled

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def refuse(self, name: str, what: str) -> NoReturn:
        raise Refusal(self._malformed, "invalid_parameter", f"{name} {what}")

    def require(self, name: str) -> None:
        if name not in self:
            raise Refusal(self._malformed, "missing_parameter", f"{name} is missing")

    def text(self, name: str, *, longest: int = 2_000) -> str | None:
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.refuse(name, "must be a text that is not empty")
        if len(value) > longest:
            self.refuse(name, f"must have at most {longest} characters")
        return value

    def whole(self, name: str, *, least: int = 0, most: int = LARGEST_ID) -> int | None:
        value = self._values.get(name)
        if value is None:
            return None
        number = self._whole_of(value)
        if number is None or not least <= number <= most:
            self.refuse(name, f"must be a whole number from {least} to {most}")
        return number

    def contact_id(self, name: str = "contactId") -> int | None:
        return self.whole(name, least=1)

    def amount(self, name: str) -> Decimal | None:
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(name, "must be a number")
        if abs(value) > LARGEST_AMOUNT:
            self.refuse(name, f"must be at most {LARGEST_AMOUNT}")
        return Decimal(repr(value))

    def uuid(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not _UUID.fullmatch(value):
            self.refuse(name, "must be a UUID")
        return value.lower() if value else None

    def choice(self, name: str, allowed: Collection[str], default: str = "") -> str:
        value = self.text(name)
        if value is not None and value not in allowed:
            self.refuse(name, f"must be one of {', '.join(sorted(allowed))}")
        return value or default

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if value is None:
            return False
        if self._spelled and value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            self.refuse(name, "must be true or false")
        return value

    def mapping(self, name: str) -> dict[str, object]:
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse(name, "must be an object")
        return dict(value)

    def whole_list(self, name: str) -> list[int]:
        """IDs as JSON list, or as comma list in a query."""
        value = self._values.get(name)
        items: object = value.split(",") if self._spelled and isinstance(value, str) else value
        if not isinstance(items, list) or not items:
            self.refuse(name, "must be a list of IDs")
        numbers = [self._whole_of(item.strip() if isinstance(item, str) else item) for item in items]
        if any(number is None or number < 1 for number in numbers):
            self.refuse(name, "must be a list of IDs")
        return [number for number in numbers if number is not None]

    def moment(self, name: str, *, local: bool = False) -> datetime | None:
        value = self.text(name)
        if value is None:
            return None
        moment = moment_of(value) or (local_moment_of(value) if local else None)
        if moment is None:
            self.refuse(name, "must be a time such as 2026-11-20T09:00:00Z")
        return moment

    def _whole_of(self, value: object) -> int | None:
        if self._spelled and isinstance(value, str) and _WHOLE.fullmatch(value):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return None


@dataclass(frozen=True, slots=True)
class Request:
    """One call, as the operations see it."""

    path: Fields
    query: Fields
    content: bytes
    malformed: int

    def body(self) -> Fields:
        """The JSON object in the body.

        :raises Refusal: when there is none.
        """
        try:
            value = msgspec.json.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise Refusal(self.malformed, "bad_request", "the body must be a JSON object")
        return Fields(value, self.malformed)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: a JSON tree, or no body at all when ``body`` is None."""

    body: object = None
    status: int = 200
