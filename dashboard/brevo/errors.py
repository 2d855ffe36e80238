"""What can go wrong between us and the remote, as a tree.

::

    BrevoError
    ├── Unreachable              no usable connection, or no answer on it
    │   ├── NotSent              provably never left this machine: refused, DNS, pool exhausted
    │   │   └── NotSecure        the same, because TLS did not prove that it is the remote
    │   └── NoAnswer             sent, or partly sent; the remote may or may not have acted
    │       └── Timeout          the same, because the deadline passed
    ├── RateLimited              429; ``retry_after`` seconds
    ├── BudgetExhausted          not sent by our own choice: the rest of the hour is kept for writes
    ├── Unauthorised             401: the key is missing or wrong
    ├── Forbidden                403: the key may not, or Loyalty is off
    ├── NotFound                 404
    │   └── NotAMember           the contact has no membership in this programme
    ├── Refused                  any other 4xx: the remote said no and why
    ├── RemoteFailure            5xx
    ├── Unreadable               an answer that is not the contract's: HTML, cut off, too big
    │   └── Redirected           a 3xx; never followed
    └── ForeignAnswer            an answer that belongs to another request

    InvalidInput (ValueError)    refused here, before anything was sent

Reads raise these. Writes do not: they return a :class:`~dashboard.brevo.fetched.Write`, which says
the same in a form that cannot be forgotten.
"""
# ruff: noqa: N818 - the names are what pages and engines branch on; an "Error" suffix says nothing more

from __future__ import annotations


class InvalidInput(ValueError):
    """A value that the contract forbids; nothing was sent. ``field`` is our parameter's name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class BrevoError(Exception):
    """A read that did not give its answer.

    ``message`` is for staff and logs of refusals, never secret; ``status`` and ``code`` are what the
    remote sent, None where nothing came; ``request_id`` is the remote's own handle for its support.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id


class Unreachable(BrevoError):
    """There was no connection, or nothing usable came over it."""


class NotSent(Unreachable):
    """Provably never left this machine."""


class NotSecure(NotSent):
    """TLS did not prove that the other end is the remote: certificate, host name or version."""


class NoAnswer(Unreachable):
    """Sent, at least in part, and no whole answer came back."""


class Timeout(NoAnswer):
    """The deadline passed before the answer was whole."""


class Limited(BrevoError):
    """Common ground of the two ways to be out of requests; ``retry_after`` is in seconds."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float,
        operation: str = "",
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, status=status, code=code, request_id=request_id)
        self.retry_after = retry_after


class RateLimited(Limited):
    """The remote answered 429."""


class BudgetExhausted(Limited):
    """We did not ask, so that the last requests of the hour serve writes and their look-ups."""


class Unauthorised(BrevoError):
    """401."""


class Forbidden(BrevoError):
    """403."""


class NotFound(BrevoError):
    """404."""


class NotAMember(NotFound):
    """The contact, or the subscription ID, has no membership in the programme."""


class Refused(BrevoError):
    """A 4xx that is none of the above; ``message`` is the remote's reason."""


class RemoteFailure(BrevoError):
    """5xx."""


class Unreadable(BrevoError):
    """An answer that does not follow the contract."""


class Redirected(Unreadable):
    """A 3xx."""


class ForeignAnswer(BrevoError):
    """The answer names another contact, programme or object than the request did."""
