"""What an answer's status and body mean: a document, or one of our errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

import msgspec

from dashboard.brevo.budget import reset_seconds
from dashboard.brevo.errors import (
    BrevoError,
    Forbidden,
    NotFound,
    RateLimited,
    Redirected,
    Refused,
    RemoteFailure,
    Unauthorised,
    Unreadable,
)
from dashboard.brevo.rows import Document, OddRow
from dashboard.brevo.wire import Answer

T = TypeVar("T")

LONGEST_MESSAGE = 500
_decoder = msgspec.json.Decoder(float_hook=Decimal)


def parsed(answer: Answer) -> object:
    """The body's JSON, every number with a fraction as an exact Decimal.

    :raises Unreadable: for an empty body and for anything that is not JSON.
    """
    try:
        return _decoder.decode(answer.body)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Unreadable("The answer is not JSON.", status=answer.status) from error


def decoded(answer: Answer, decode: Callable[[Document], T]) -> tuple[T, int]:
    """The value that ``decode`` makes of the body, and how many rows it left out.

    :raises Unreadable: also when the answer lacks what it is useless without.
    :raises ForeignAnswer: when it belongs to another request.
    """
    document = Document(parsed(answer))
    try:
        return decode(document), document.odd_rows
    except OddRow as error:
        raise Unreadable(f"The answer has {error}.", status=answer.status) from error


def error_of(answer: Answer) -> BrevoError | None:
    """The error an answer stands for, or None for a 2xx."""
    status = answer.status
    if 200 <= status < 300:
        return None
    code, message = _reason(answer)
    if status == 429:
        return RateLimited(
            message or "The remote's hourly limit is used up.",
            retry_after=reset_seconds(answer.headers),
            status=status,
            code=code,
            request_id=answer.request_id,
        )
    kind, words = _kind(status)
    return kind(message or words, status=status, code=code, request_id=answer.request_id)


def _kind(status: int) -> tuple[type[BrevoError], str]:
    if status in _KINDS:
        return _KINDS[status]
    if 400 <= status < 500:
        return Refused, f"The remote refused ({status})."
    if status >= 500:
        return RemoteFailure, f"The remote failed ({status})."
    return (
        (Redirected, "The remote sent us elsewhere.") if status >= 300 else (Unreadable, "No final answer.")
    )


_KINDS: Mapping[int, tuple[type[BrevoError], str]] = {
    401: (Unauthorised, "The key is missing or wrong."),
    403: (Forbidden, "The key may not do this, or Loyalty is off."),
    404: (NotFound, "Not found."),
}


def _reason(answer: Answer) -> tuple[str | None, str | None]:
    """Code and message of an error body: an object, a bare string, or a list of validation items."""
    try:
        value = parsed(answer)
    except Unreadable:
        return None, None
    if isinstance(value, str):
        return None, _clean(value)
    if not isinstance(value, Mapping):
        return None, _clean("; ".join(_items(value)))
    code, message = value.get("code"), value.get("message") or value.get("error")
    parts = [message] if isinstance(message, str) else []
    parts += _items(value.get("errors"))
    return (_clean(code) if isinstance(code, str) else None), _clean("; ".join(parts))


def _items(value: object) -> list[str]:
    """Validation items ``{path, rule, error}``, in words."""
    found: list[str] = []
    for item in value if isinstance(value, list) else []:
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, Mapping):
            said = (item.get(name) for name in ("path", "message", "error", "rule"))
            found.append(": ".join(text for text in said if isinstance(text, str)))
    return found


def _clean(text: str) -> str | None:
    """Printable, and no longer than a person reads."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(plain.split())[:LONGEST_MESSAGE] or None
