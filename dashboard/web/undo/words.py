"""What taking something back is called, by how it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.actions.undoable import How, moved
from dashboard.store.intents import Intent
from dashboard.web.filters import Formats
from dashboard.web.undo.tiers import Outlook


@dataclass(frozen=True, slots=True)
class Words:
    """The act, its button, and the way out of it."""

    title: str
    button: str
    keep: str
    consequence: str


def of_form(how: How, original: Intent, thing: str, member: str, formats: Formats) -> Words:
    """The words of the form that takes ``original`` back.

    :param thing: the unit of what was moved; for a voucher its name.
    """
    if how is How.REVOKE:
        return Words(
            f"Revoke {thing} of {member}",
            "Revoke voucher",
            "Keep voucher",
            f"{member} can no longer use it. This cannot be undone.",
        )
    amount = formats.amount(abs(moved(original)), thing)
    if how is How.CANCEL:
        return Words(
            f"Cancel the order of {amount} for {member}",
            "Cancel order",
            "Keep order",
            "What is pending never takes effect. This cannot be undone.",
        )
    is_gift = moved(original) > 0
    verb, kept = ("Take back", "Keep it as given") if is_gift else ("Give back", "Keep it as taken")
    preposition = "from" if is_gift else "to"
    return Words(
        f"{verb} {amount} {preposition} {member}",
        f"{verb} {amount}",
        kept,
        "Both entries stay in the history and point at each other. This cannot be undone.",
    )


def tiers(outlooks: Sequence[Outlook]) -> str:
    """What becomes of the tier, in a sentence or two."""
    if not outlooks:
        return "This balance decides no tier"
    return ". ".join(_tier(each, named=len(outlooks) > 1) for each in outlooks)


def _tier(told: Outlook, *, named: bool) -> str:
    group = f"{told.group}: " if named else ""
    before, after = told.before or "none", told.after or "none"
    if before == after:
        return f"{group}{before}, as before"
    when = "at once" if told.at_once else "when Brevo looks at tiers again"
    return f"{group}{before} becomes {after} {when}"
