"""What every kind of change is called while it is under way, done, refused or held."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from dashboard.actions import order_meta
from dashboard.actions.one_phase import ALREADY
from dashboard.store.intents import Goal, Intent, Kind, Phase, State
from dashboard.web.filters import Formats


class Verb(msgspec.Struct, frozen=True):
    """How one kind is said: who "gave" it, asks "to give" it, is "giving" it; then the headline."""

    past: str
    plain: str
    going_on: str
    headline: str
    """With ``{what}``, ``{member}`` or ``{tier}``, and ``{not_}`` where a "not" goes."""


VERBS = {
    Kind.CREDIT: Verb("gave", "give", "giving", "{what} {not_}given to {member}."),
    Kind.DEBIT: Verb("took back", "take back", "taking back", "{what} {not_}taken back from {member}."),
    Kind.VOUCHER_ISSUE: Verb("issued", "issue", "issuing", "{what} {not_}issued to {member}."),
    Kind.VOUCHER_REVOKE: Verb("revoked", "revoke", "revoking", "{what} of {member} {not_}revoked."),
    Kind.VOUCHER_REDEEM: Verb("redeemed", "redeem", "redeeming", "{what} of {member} {not_}redeemed."),
    Kind.ORDER_CREATE: Verb("ordered", "order", "ordering", "{what} {not_}ordered for {member}."),
    Kind.DRAFT_COMPLETE: Verb("completed", "complete", "completing", "{what} of {member} {not_}completed."),
    Kind.DRAFT_CANCEL: Verb("cancelled", "cancel", "cancelling", "{what} of {member} {not_}cancelled."),
    Kind.CONTACT_CREATE: Verb("created", "create", "creating", "{what} was {not_}created."),
    Kind.MEMBER_ENROL: Verb("enrolled", "enrol", "enrolling", "{member} {not_}enrolled."),
    Kind.MEMBER_END: Verb("ended", "end", "ending", "The membership of {member} was {not_}ended."),
    Kind.SHARERS_ADD: Verb("added", "add", "adding", "{what} {not_}added to the membership of {member}."),
    Kind.SHARERS_REMOVE: Verb(
        "took out", "take out", "taking out", "{what} {not_}taken out of the membership of {member}."
    ),
    Kind.TIER_ASSIGN: Verb(
        "changed", "change", "changing", "The tier of {member} was {not_}changed to {tier}."
    ),
}

MOVES = frozenset({Kind.CREDIT, Kind.DEBIT, Kind.ORDER_CREATE, Kind.DRAFT_COMPLETE, Kind.DRAFT_CANCEL})
"""What is about an amount of a balance."""


def what(intent: Intent, unit: str, formats: Formats) -> str:
    """What is changed, as it stands behind the verb: ``500 points``, ``the tier to Gold``."""
    values, kind = intent.values, intent.kind
    if kind in MOVES:
        moved = intent.applied_amount if intent.applied_amount is not None else intent.amount
        amount = formats.amount(moved if kind not in {Kind.CREDIT, Kind.DEBIT} else abs(moved), unit)
        return f"pending {amount}" if kind in {Kind.DRAFT_COMPLETE, Kind.DRAFT_CANCEL} else amount
    if kind is Kind.VOUCHER_ISSUE:
        return f"voucher {values.get('reward_name') or values.get('code')}"
    if kind in {Kind.VOUCHER_REVOKE, Kind.VOUCHER_REDEEM}:
        return f"voucher {values['code']}" if values.get("code") else "a voucher"
    if kind in {Kind.SHARERS_ADD, Kind.SHARERS_REMOVE}:
        ids = intent.several("sharer_ids")
        return f"{'contact' if len(ids) == 1 else 'contacts'} {', '.join(ids)}"
    if kind is Kind.TIER_ASSIGN:
        return f"the tier to {values.get('tier_name') or 'another one'}"
    return {Kind.CONTACT_CREATE: "the contact", Kind.MEMBER_ENROL: "the contact"}.get(kind, "the membership")


def wanted(intent: Intent, unit: str, formats: Formats) -> str:
    """What its own person reads of it: ``Give 500 points``."""
    return _upper(f"{VERBS[intent.kind].plain} {what(intent, unit, formats)}")


def said(intent: Intent, unit: str, formats: Formats, *, of_reader: bool = False) -> str:
    """What somebody did or wants, after their name: ``gave 500 points``, ``asks to give 500 points``.

    :param of_reader: after "You" instead.
    """
    verb, thing = VERBS[intent.kind], what(intent, unit, formats)
    if intent.phase is Phase.DONE:
        return f"{verb.past} {thing}"
    if intent.phase is Phase.AWAITING:
        return f"{'ask' if of_reader else 'asks'} to {verb.plain} {thing}"
    if intent.phase is Phase.FAILED:
        return f"asked to {verb.plain} {thing}"
    if intent.phase is Phase.HELD:
        return f"wanted to {verb.plain} {thing}"
    return f"{'are' if of_reader else 'is'} {verb.going_on} {thing}"


STANDINGS = {
    Phase.DONE: ("Done", "good"),
    Phase.FAILED: ("Not done", "bad"),
    Phase.HELD: ("Held: a supervisor has to look", "warn"),
    Phase.QUEUED: ("Waiting to be sent", "warn"),
    Phase.AWAITING: ("Waiting for a supervisor", "warn"),
    Phase.CHECKING: ("No answer yet, checking", "warn"),
    Phase.SENDING: ("On its way", "warn"),
}
"""How far a change is: label and kind of tag."""


def standing(intent: Intent) -> tuple[str, str]:
    """How far it is: label and kind of tag."""
    if is_begun(intent):
        return "Begun, not completed", "warn"
    return STANDINGS[intent.phase]


def is_begun(intent: Intent) -> bool:
    """Whether it waits for a person to complete it."""
    return intent.goal is Goal.BEGIN and intent.state is State.DRAFT


class Receipt(msgspec.Struct, frozen=True):
    """What became of a change, in a line: never more than is known."""

    state: str
    headline: str
    text: str | None


def of_receipt(intent: Intent, unit: str, member: str, formats: Formats) -> Receipt:
    """The receipt of ``intent`` as it stands now."""
    thing = what(intent, unit, formats)
    headline = VERBS[intent.kind].headline
    said_of = {"what": thing, "member": member, "tier": intent.values.get("tier_name") or "another one"}
    if intent.phase is Phase.DONE:
        text = _told_by_remote(intent, unit, formats)
        return Receipt("done", _upper(headline.format(not_="", **said_of)), text)
    if intent.phase is Phase.FAILED:
        told = headline.format(not_="not ", **said_of)
        return Receipt("failed", _upper(told), intent.failure_text)
    if intent.phase is Phase.HELD:
        told = f"Nobody knows yet whether {_subject(intent, thing)} went through."
        return Receipt("held", told, intent.failure_text)
    return _open_receipt(intent, thing, member, formats)


def of_repeat(earlier: Intent, unit: str, formats: Formats, *, is_own: bool) -> str:
    """The warning that the same case brought this member something before."""
    who, verb = "You" if is_own else earlier.staff_name, VERBS[earlier.kind]
    did = {Phase.DONE: verb.past, Phase.AWAITING: "asked for"}.get(earlier.phase, f"began to {verb.plain}")
    when = formats.age(earlier.created_at)
    return f"{who} {did} {what(earlier, unit, formats)} for {earlier.case_reference} {when}. Give again?"


def _open_receipt(intent: Intent, thing: str, member: str, formats: Formats) -> Receipt:
    """Of what is not settled yet."""
    subject = _subject(intent, thing)
    if intent.phase is Phase.AWAITING:
        verb = "wait" if intent.kind in MOVES and abs(intent.amount) != 1 else "waits"
        whose = "from" if intent.kind is Kind.DEBIT else "for"
        return Receipt(
            "queued",
            f"{_upper(thing)} {whose} {member} {verb} for a supervisor.",
            "Nothing is sent before somebody approves it. "
            f"The request ends by itself on {formats.when(intent.next_at)}.",
        )
    if is_begun(intent):
        return Receipt(
            "queued",
            f"{_upper(subject)} is begun.",
            f"Complete it on the voucher's page by {formats.clock_time(intent.expires_at)}, or it lapses.",
        )
    if intent.phase is Phase.QUEUED:
        told = f"{_upper(subject)} {'wait' if _is_plural(intent) else 'waits'} to be sent."
        return Receipt("queued", told, _WAITS.get(intent.waiting or "", _WAITS[""]))
    if intent.phase is Phase.CHECKING:
        return Receipt(
            "checking",
            "No answer yet, checking.",
            f"{_upper(subject)} may have gone through already. This line tells it as soon as it is known. "
            "Do not send it again: it cannot be done twice from this form.",
        )
    text = "This line tells the outcome as soon as it is known."
    verb = "are" if _is_plural(intent) else "is"
    return Receipt("checking", f"{_upper(subject)} {verb} on the way.", text)


_WAITS = {
    "": "It is sent by itself as soon as possible.",
    "not_sent": "Brevo cannot be reached. It is sent by itself as soon as Brevo answers.",
    "rate_limited": "This hour's requests to Brevo are used up. It is sent by itself in the next hour.",
    "unauthorised": "Brevo refuses the console's key. Tell an admin; it is sent once the key works.",
}


def _subject(intent: Intent, thing: str) -> str:
    """The change as a sentence begins with it: ``500 points``, ``issuing voucher 10 %``."""
    return thing if intent.kind in {Kind.CREDIT, Kind.DEBIT} else f"{VERBS[intent.kind].going_on} {thing}"


def _is_plural(intent: Intent) -> bool:
    """Whether the sentence begins with several points: ``500 points are``, ``issuing a voucher is``."""
    return intent.kind in {Kind.CREDIT, Kind.DEBIT} and abs(intent.amount) != 1


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


_WAS_SO = {
    Kind.CONTACT_CREATE: "It existed already: nothing of it was changed.",
    Kind.MEMBER_ENROL: "They were a member already: nothing of it was changed.",
}
"""What came to nothing new, because it was so before it was sent."""


def _of_order(intent: Intent) -> Iterator[str]:
    """What goes with an order; nothing for what is none."""
    source, meta = intent.values.get("source"), intent.values.get(order_meta.FIELD)
    if source:
        yield f"Its source is “{source}”."
    if meta:
        yield f"With it stands {order_meta.said(meta)}."


def _told_by_remote(intent: Intent, unit: str, formats: Formats) -> str | None:
    told = []
    approver, asked = intent.values.get("approved_by"), intent.values.get("asked_amount")
    if approver is not None:
        less = f" instead of {formats.amount(abs(Decimal(asked)), unit)}" if asked else ""
        told.append(f"Approved{less} by {approver}.")
    if intent.kind is Kind.VOUCHER_ISSUE and intent.values.get("code"):
        told.append(f"Its code is {intent.values['code']}.")
    told += _of_order(intent)
    if intent.applied_amount is not None and intent.applied_amount != intent.amount:
        told.append(
            f"{formats.amount(abs(intent.amount), unit)} were asked for; Brevo's rules allowed this much."
        )
    if intent.balance_after is not None:
        told.append(f"Balance is now {formats.amount(intent.balance_after, unit)}.")
    if intent.kind is Kind.CREDIT and intent.expires_at is not None:
        verb = "They expire" if _is_plural(intent) else "It expires"
        told.append(f"{verb} on {formats.day(intent.expires_at)}.")
    if intent.adopted == ALREADY and intent.kind in _WAS_SO:
        told.append(_WAS_SO[intent.kind])
    if intent.kind is Kind.MEMBER_ENROL and intent.remote_id:
        told.append(f"The member number is {intent.remote_id}.")
    if intent.kind is Kind.TIER_ASSIGN:
        told.append("The next evaluation at Brevo may change it again.")
    return " ".join(told) or None
