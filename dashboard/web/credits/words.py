"""What giving a credit and taking one back are called, by kind and unit."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from dashboard.actions import amounts
from dashboard.store.intents import Kind
from dashboard.web.filters import Formats


class FormWords(msgspec.Struct, frozen=True):
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
