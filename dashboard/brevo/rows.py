"""Reading the remote's JSON without trusting its shape.

The contract's sources disagree about spellings, types and nulls (its section 10), and new fields
appear unannounced. So nothing here fails on what it does not need: names are compared without case
and underscores, numbers may be text, anything may be null. What a row cannot do without raises
:class:`OddRow`, which costs that row and no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

from dashboard.brevo.errors import ForeignAnswer, Unreadable

T = TypeVar("T")

MAGNITUDE = 30
"""No amount has more digits than this before or after its point; anything else is an attack or a bug."""

_CANONICAL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOOSE_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$")


class OddRow(ValueError):  # noqa: N818 - says what it is
    """A row lacks what makes it usable."""


def _plain(name: str) -> str:
    """``loyaltySubscriptionId``, ``LoyaltySubscriptionId`` and ``loyalty_subscription_id`` are one."""
    return name.replace("_", "").lower()


class _Shape(dict[tuple[str, ...], tuple[str, ...]]):
    """Which of an object's names are meant by the names we ask for; rows of a list mostly share one."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        plain = [(name, _plain(name)) for name in self._names]
        self[asked] = found = tuple(name for one in asked for name, said in plain if said == _plain(one))
        return found


_shape = lru_cache(maxsize=256)(_Shape)


class Row:
    """One JSON object. Every reader takes one or more names and gives the first that is not null."""

    __slots__ = ("_fields", "_shape")

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise OddRow("not an object")
        self._fields: dict[str, object] = value
        self._shape = _shape(tuple(value))

    def has(self, name: str) -> bool:
        """Whether the name is there at all, be it null."""
        return bool(self._shape[name,])

    def get(self, *names: str) -> object:
        """The value as it stands, or None."""
        return self._first(names)

    def text(self, *names: str) -> str | None:
        """Text; a number counts as its digits, blank text as nothing."""
        return _text(self._first(names))

    def need_text(self, *names: str) -> str:
        """Text that the row is useless without."""
        return _needed(_text(self._first(names)), names)

    def key(self, *names: str) -> str | None:
        """An ID to compare others with: a UUID in its canonical form, anything else as it stands."""
        text = _text(self._first(names))
        return None if text is None else key(text)

    def need_key(self, *names: str) -> str:
        """An ID to compare with that the row is useless without."""
        return _needed(self.key(*names), names)

    def need_uuid(self, *names: str) -> str:
        """The ID of something that further calls name, which takes a UUID."""
        text = _text(self._first(names))
        return _needed(_canonical(text) if text else None, names)

    def number(self, *names: str) -> Decimal | None:
        """An exact number, from a JSON number or from numeric text."""
        return _number(self._first(names))

    def need_number(self, *names: str) -> Decimal:
        """A number that the row is useless without."""
        return _needed(_number(self._first(names)), names)

    def integer(self, *names: str) -> int | None:
        """A whole number; one with a fraction counts as nothing."""
        number = _number(self._first(names))
        return int(number) if number is not None and number == number.to_integral_value() else None

    def need_integer(self, *names: str) -> int:
        """A whole number that the row is useless without."""
        return _needed(self.integer(*names), names)

    def moment(self, *names: str) -> datetime | None:
        """An aware time in UTC, or None for null, for what is no time and for Go's zero time."""
        value = self._first(names)
        return moment(value) if isinstance(value, str) else None

    def sure_moment(self, *names: str) -> datetime | None:
        """Like :meth:`moment` where None means "never": a time that cannot be read makes the row odd."""
        value = self._first(names)
        found = moment(value) if isinstance(value, str) else None
        if found is None and value is not None and value != "" and not _is_zero_time(value):
            raise OddRow(f"no readable {names[0]}")
        return found

    def flag(self, *names: str) -> bool:
        """Whether the value says yes, as a boolean or as the word ``true``."""
        value = self._first(names)
        return value is True or (isinstance(value, str) and value.strip().lower() == "true")

    def mapping(self, *names: str) -> Mapping[str, object]:
        """Free key/value data, as sent; empty when it is anything but an object."""
        value = self._first(names)
        return value if isinstance(value, dict) else {}

    def row(self, *names: str) -> Row | None:
        """A nested object, if there is one."""
        value = self._first(names)
        return Row(value) if isinstance(value, dict) else None

    def values(self, *names: str) -> Sequence[object]:
        """A nested list, empty when there is none."""
        value = self._first(names)
        return value if isinstance(value, list) else ()

    def expect(self, **expected: object) -> None:
        """Bind the row to the request: a name that is there must carry the value asked for.

        :raises ForeignAnswer: when it carries another one.
        """
        for name, wanted in expected.items():
            found = self.text(name)
            if found is not None and found.casefold() != str(wanted).casefold():
                raise ForeignAnswer(f"The answer is about another {name}.")

    def _first(self, names: tuple[str, ...]) -> object:
        for name in self._shape[names]:
            value = self._fields[name]
            if value is not None:
                return value
        return None


class Document:
    """One whole answer; counts the rows it had to leave out."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.odd_rows = 0

    @property
    def row(self) -> Row:
        """The answer as an object.

        :raises Unreadable: when it is anything else.
        """
        if not isinstance(self.value, dict):
            raise Unreadable("The answer is not an object.")
        return Row(self.value)

    def listed(self, *names: str) -> Sequence[object]:
        """The answer's list: under one of ``names``, or the bare answer itself.

        :raises Unreadable: when neither is there.
        """
        if isinstance(self.value, list):
            return self.value
        row = self.row
        value = row.get(*names)
        if isinstance(value, list):
            return value
        if value is None and any(row.has(name) for name in names):
            return ()
        raise Unreadable(f"The answer has no {names[0]}.")

    def rows(self, values: Sequence[object], parse: Callable[[Row], T]) -> tuple[T, ...]:
        """Each value parsed; those that cannot be are counted and left out."""
        parsed: list[T] = []
        for value in values:
            try:
                parsed.append(parse(Row(value)))
            except OddRow:
                self.odd_rows += 1
        return tuple(parsed)


def key(text: str) -> str:
    """``text`` as an ID to compare others with; see :meth:`Row.key`."""
    return _canonical(text) or text


def moment(text: str) -> datetime | None:
    """The aware UTC time that ``text`` says (RFC 3339, any offset, 0 to 9 fractional digits), or None.

    A time without an offset is taken as UTC, a bare date as its midnight in UTC.
    """
    found: datetime | None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _loose_moment(text)
    if found is None:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    if found.tzinfo is not UTC:
        try:
            found = found.astimezone(UTC)
        except OverflowError:
            return None
    return found if found.year > 1 else None


def _is_zero_time(value: object) -> bool:
    return isinstance(value, str) and value.startswith("0001-01-01")


def _canonical(text: str) -> str | None:
    if _CANONICAL.fullmatch(text):  # as nearly all are; to parse and write one again takes six times as long
        return text
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _loose_moment(text: str) -> datetime | None:
    match = _LOOSE_TIME.match(text.strip().upper())
    if match is None:
        return None
    day, clock, fraction, offset = match.groups()
    try:
        return datetime.fromisoformat(f"{day}T{clock}{(fraction or '')[:7]}{offset or ''}")
    except ValueError:
        return None


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and abs(number.adjusted()) > MAGNITUDE):
        return None
    return number


def _needed(value: T | None, names: tuple[str, ...]) -> T:
    if value is None:
        raise OddRow(f"no {names[0]}")
    return value
