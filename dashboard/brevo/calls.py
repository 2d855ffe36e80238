"""A call as data: what to ask, in the contract's names, with every value encoded and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote
from uuid import UUID

import msgspec

from dashboard.brevo.errors import InvalidInput

Id = UUID | str
"""A UUID of the remote, as it came or parsed."""

LARGEST_CONTACT_ID = 2**63 - 1


class Call(msgspec.Struct, frozen=True):
    """One request. ``operation`` is the contract's operation ID: the only part that is ever logged."""

    operation: str
    method: str
    path: str
    query: Mapping[str, object] | None = None
    body: Mapping[str, object] | None = None

    @property
    def family(self) -> str:
        """The rate-limit family the remote counts it under (contract, section 7)."""
        first = self.path.split("/", 2)[1]
        return first if first in {"loyalty", "contacts"} else "other"

    @property
    def target(self) -> str:
        """Path and query, ready for the wire. None is left out, a list is its name repeated."""
        given: list[str] = []
        for name, value in (self.query or {}).items():
            values = value if isinstance(value, list) else [value]
            given += [f"{name}={quote(_query_text(one), safe='')}" for one in values if one is not None]
        return f"{self.path}?{'&'.join(given)}" if given else self.path


def path(*parts: object) -> str:
    """The encoded path of ``parts``.

    :raises InvalidInput: for a part that is empty or a dot segment, which would reach another endpoint.
    """
    texts = [str(part) for part in parts]
    if any(text in {"", ".", ".."} for text in texts):
        raise InvalidInput("identifier", "An empty or dotted value cannot be looked up.")
    return "/" + "/".join(quote(text, safe="") for text in texts)


def uuid_text(value: Id, field: str) -> str:
    """``value`` as the canonical text of a UUID.

    :raises InvalidInput: naming ``field``.
    """
    if isinstance(value, UUID):
        return str(value)
    try:
        return str(UUID(str(value)))
    except ValueError as error:
        raise InvalidInput(field, f"{field} must be a UUID.") from error


def contact(value: int, field: str = "contact_id") -> int:
    """A contact ID the contract allows: 1 or more, 64 bit.

    :raises InvalidInput: naming ``field``.
    """
    if isinstance(value, bool) or not 1 <= value <= LARGEST_CONTACT_ID:
        raise InvalidInput(field, f"{field} must be a whole number of 1 or more.")
    return value


def contacts(values: Iterable[int], field: str) -> list[int]:
    """At least one contact ID, repeats removed.

    :raises InvalidInput: naming ``field``.
    """
    found = list(dict.fromkeys(contact(value, field) for value in values))
    if not found:
        raise InvalidInput(field, f"{field} must name at least one contact.")
    return found


def nonzero(value: Decimal, field: str = "amount") -> Decimal:
    """An amount that moves something.

    :raises InvalidInput: for zero, NaN and infinities.
    """
    if not value.is_finite() or value == 0:
        raise InvalidInput(field, f"{field} must be a number other than zero.")
    return value


def short(value: str | None, field: str, longest: int) -> str | None:
    """Text within the contract's length, or None.

    :raises InvalidInput: naming ``field``.
    """
    if value is not None and not 1 <= len(value) <= longest:
        raise InvalidInput(field, f"{field} must have 1 to {longest} characters.")
    return value


def at_least(value: int | None, lowest: int, field: str) -> int | None:
    """A whole number of ``lowest`` or more, or None.

    :raises InvalidInput: naming ``field``.
    """
    if value is not None and value < lowest:
        raise InvalidInput(field, f"{field} must be {lowest} or more.")
    return value


def within(value: int, lowest: int, highest: int, field: str = "limit") -> int:
    """A whole number between the two, both included.

    :raises InvalidInput: naming ``field``.
    """
    if not lowest <= value <= highest:
        raise InvalidInput(field, f"{field} must be {lowest} to {highest}.")
    return value


def timestamp(value: datetime | None, field: str) -> str | None:
    """RFC 3339 in UTC with ``Z``, as the contract wants it sent.

    :raises InvalidInput: for a time without a zone.
    """
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput(field, f"{field} must carry its time zone.")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def body(**fields: object) -> dict[str, object]:
    """A request body without the fields that are None."""
    return {name: value for name, value in fields.items() if value is not None}


def _query_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
