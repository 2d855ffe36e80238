"""What giving a credit and taking one back are called, by kind and unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dashboard.actions import amounts
from dashboard.store.intents import Intent, Kind, Phase
from dashboard.web.filters import Formats


@dataclass(frozen=True, slots=True)
class FormWords:
    """The words of one form. ``template``, ``singular`` and those for a request hold ``{amount}``."""

    deed: str
    field: str
    button: str
    template: str
    singular: str
    empty: str
    after: str
    ask_template: str
    """What the button says above what the person may do alone."""
    ask_singular: str


_DEEDS = {Kind.CREDIT: "Give credit", Kind.DEBIT: "Take points back"}
_VERBS = {Kind.CREDIT: "Give", Kind.DEBIT: "Take back"}
_ASK = "Ask for approval"
_TITLES = {Kind.CREDIT: "Give credit to", Kind.DEBIT: "Take points back from"}


def title(kind: Kind, member: str) -> str:
    """The headline of the form."""
    return f"{_TITLES[kind]} {member}"


def of_form(kind: Kind, unit: str, amount: Decimal | None, formats: Formats, *, asks: bool) -> FormWords:
    """The words of a form for ``unit``; the button says ``amount`` when there is a usable one.

    :param asks: whether ``amount`` needs somebody's approval.
    """
    verb = _VERBS[kind]
    is_points = unit == amounts.POINTS
    suffix = "points" if is_points else unit
    single = "point" if is_points else unit
    template, singular = f"{verb} {{amount}} {suffix}", f"{verb} {{amount}} {single}"
    ask_template, ask_singular = f"{_ASK}: {{amount}} {suffix}", f"{_ASK}: {{amount}} {single}"
    empty = f"{verb} {suffix}"
    button = empty
    if amount is not None:
        several, one = (ask_template, ask_singular) if asks else (template, singular)
        button = (one if amount == 1 else several).format(amount=formats.points(amount))
    return FormWords(
        deed=_DEEDS[kind],
        field=amounts.name(unit),
        button=button,
        template=template,
        singular=singular,
        empty=empty,
        after="After this credit" if kind is Kind.CREDIT else "After this debit",
        ask_template=ask_template,
        ask_singular=ask_singular,
    )


def repeats(earlier: Intent, unit: str, formats: Formats, *, is_own: bool) -> str:
    """The warning that the same case brought this member something before."""
    who = "You" if is_own else earlier.staff_name
    verb = {Phase.DONE: "gave", Phase.AWAITING: "asked for"}.get(earlier.phase, "began to give")
    what = formats.amount(earlier.applied_amount or earlier.amount, unit)
    return f"{who} {verb} {what} for {earlier.case_reference} {formats.age(earlier.created_at)}. Give again?"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a change, in a line: never more than is known."""

    state: str
    headline: str
    text: str | None


def of_receipt(intent: Intent, unit: str, member: str, formats: Formats) -> Receipt:
    """The receipt of ``intent`` as it stands now."""
    moved = intent.applied_amount if intent.applied_amount is not None else intent.amount
    what = formats.amount(abs(moved), unit)
    is_credit = intent.kind is Kind.CREDIT
    if intent.phase is Phase.DONE:
        headline = f"{what} given to {member}." if is_credit else f"{what} taken back from {member}."
        return Receipt("done", headline, _told_by_remote(intent, unit, formats))
    if intent.phase is Phase.FAILED:
        headline = f"{what} not {'given to' if is_credit else 'taken back from'} {member}."
        return Receipt("failed", headline, intent.failure_text)
    if intent.phase is Phase.HELD:
        return Receipt("held", f"Nobody knows yet whether {what} went through.", intent.failure_text)
    return _open_receipt(intent, what, member, formats)


def _open_receipt(intent: Intent, what: str, member: str, formats: Formats) -> Receipt:
    """Of what is not settled yet."""
    if intent.phase is Phase.AWAITING:
        verb = "waits" if abs(intent.amount) == 1 else "wait"
        done = "given" if intent.kind is Kind.CREDIT else "taken back"
        return Receipt(
            "queued",
            f"{what} for {member} {verb} for a supervisor.",
            f"Nothing is {done} before somebody approves it. "
            f"The request ends by itself on {formats.when(intent.next_at)}.",
        )
    if intent.phase is Phase.QUEUED:
        return Receipt("queued", f"{what} waits to be sent.", _WAITS.get(intent.waiting or "", _WAITS[""]))
    if intent.phase is Phase.CHECKING:
        return Receipt(
            "checking",
            "No answer yet, checking.",
            f"{what} may have gone through already. This line tells it as soon as it is known. "
            "Do not send it again: it cannot be done twice from this form.",
        )
    return Receipt("checking", f"{what} on the way.", "This line tells the outcome as soon as it is known.")


_WAITS = {
    "": "It is sent by itself as soon as possible.",
    "not_sent": "Brevo cannot be reached. It is sent by itself as soon as Brevo answers.",
    "rate_limited": "This hour's requests to Brevo are used up. It is sent by itself in the next hour.",
    "unauthorised": "Brevo refuses the console's key. Tell an admin; it is sent once the key works.",
}


def _told_by_remote(intent: Intent, unit: str, formats: Formats) -> str | None:
    told = []
    approver, asked = intent.values.get("approved_by"), intent.values.get("asked_amount")
    if approver is not None:
        less = f" instead of {formats.amount(abs(Decimal(asked)), unit)}" if asked else ""
        told.append(f"Approved{less} by {approver}.")
    if intent.applied_amount is not None and intent.applied_amount != intent.amount:
        told.append(
            f"{formats.amount(abs(intent.amount), unit)} were asked for; Brevo's rules allowed this much."
        )
    if intent.balance_after is not None:
        told.append(f"Balance is now {formats.amount(intent.balance_after, unit)}.")
    if intent.kind is Kind.CREDIT and intent.expires_at is not None:
        told.append(f"They expire on {formats.day(intent.expires_at)}.")
    return " ".join(told) or None
