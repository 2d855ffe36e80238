"""What an outcome proves about a write: UNKNOWN, unless the opposite is certain."""

from __future__ import annotations

from datetime import datetime

from dashboard.brevo.errors import (
    BrevoError,
    Forbidden,
    ForeignAnswer,
    Limited,
    NotFound,
    NotSent,
    Redirected,
    Refused,
    RemoteFailure,
    Unauthorised,
    Unreadable,
)
from dashboard.brevo.fetched import Evidence, Verdict
from dashboard.brevo.wire import Answer

REQUEST_TIMEOUT = 408

_KINDS: tuple[tuple[type[BrevoError], Verdict, str], ...] = (
    (NotSent, Verdict.NOT_APPLIED, "not_sent"),
    (Unauthorised, Verdict.NOT_APPLIED, "unauthorised"),
    (Forbidden, Verdict.NOT_APPLIED, "unauthorised"),
    (Limited, Verdict.NOT_APPLIED, "rate_limited"),
    (NotFound, Verdict.NOT_APPLIED, "refused"),
    (Refused, Verdict.NOT_APPLIED, "refused"),
    (RemoteFailure, Verdict.UNKNOWN, "server_error"),
    (Redirected, Verdict.UNKNOWN, "redirect"),
    (ForeignAnswer, Verdict.UNKNOWN, "foreign"),
    (Unreadable, Verdict.UNKNOWN, "unreadable"),
)


def judged(error: BrevoError | None, answer: Answer | None, at: datetime) -> tuple[Verdict, Evidence]:
    """The verdict on a write that ended in ``error`` (None for a bound 2xx), and the evidence for it."""
    verdict, kind = _verdict(error, answer)
    return verdict, Evidence(
        kind=kind,
        at=at,
        sent=not isinstance(error, NotSent),
        status=answer.status if answer else None,
        code=error.code if error else None,
        message=error.message if error else None,
        request_id=answer.request_id if answer else None,
        retry_after=error.retry_after if isinstance(error, Limited) else None,
    )


def _verdict(error: BrevoError | None, answer: Answer | None) -> tuple[Verdict, str]:
    if error is None:
        return Verdict.APPLIED, "answer"
    if isinstance(error, (Refused, NotFound)) and answer is not None:
        if answer.status == REQUEST_TIMEOUT:
            return Verdict.UNKNOWN, "no_answer"
        if _is_web_page(answer):
            return Verdict.UNKNOWN, "unreadable"
    for kind, verdict, name in _KINDS:
        if isinstance(error, kind):
            return verdict, name
    return Verdict.UNKNOWN, "no_answer"


def _is_web_page(answer: Answer) -> bool:
    """Whether something in between answered instead of the API, which speaks JSON only."""
    said = answer.headers.get("content-type", "").lower()
    return "html" in said or answer.body.lstrip()[:1] == b"<"
