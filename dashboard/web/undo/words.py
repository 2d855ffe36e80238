"""What taking something back is called, by how it is done."""

from __future__ import annotations

import msgspec

from dashboard.actions.undoable import How, moved
from dashboard.store.intents import Intent
from dashboard.web.filters import Formats


class Words(msgspec.Struct, frozen=True):
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
