"""What was typed into the one search box, and the requests worth making for it. Pure.

The remote finds by exact value only and has one door per kind of value, so the kind has to be told from
the text alone. A search costs at most two requests. Where a text could be of two kinds both are asked:
opening whichever answers first could open the wrong member.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec
import phonenumbers

MINIMUM_LENGTH = 3
MAXIMUM_LENGTH = 200
REQUESTS = 2
"""The most requests one search may cost."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SEPARATORS = re.compile(r"[\s\-‐‑–—./()]+")
_LONGEST_CONTACT_ID = 9
"""Digits. Contact IDs count up from 1; a longer number is more likely a member number or a phone."""
_SHORTEST_PHONE = 9
_HIGHEST_CONTACT_ID = 2**63 - 1
_LONGEST_SUBSCRIPTION_ID = 64


class Kind(StrEnum):
    """A kind of value that the remote can find a member by."""

    EMAIL = "email"
    PHONE = "phone"
    CONTACT_ID = "contact"
    EXTERNAL_ID = "external"
    SUBSCRIPTION_ID = "subscription"
    LAST_NAME = "name"

    @property
    def label(self) -> str:
        """In the words of the screen."""
        return _LABELS[self]

    @property
    def heading(self) -> str:
        """The same at the start of a line."""
        return self.label[:1].upper() + self.label[1:]


_LABELS = {
    Kind.EMAIL: "e-mail",
    Kind.PHONE: "phone number",
    Kind.CONTACT_ID: "contact ID",
    Kind.EXTERNAL_ID: "external ID",
    Kind.SUBSCRIPTION_ID: "member number",
    Kind.LAST_NAME: "last name",
}


class Lookup(msgspec.Struct, frozen=True):
    """One request: find by exactly this value of this kind."""

    kind: Kind
    value: str


class Hints(msgspec.Struct, frozen=True):
    """What is known beside the text."""

    region: str
    """The country whose phone numbers need no country code."""
    member_numbers: Sequence[str] = ()
    """Member numbers seen lately: their dashes are put into one that was typed without."""


class Plan(msgspec.Struct, frozen=True):
    """How one text is searched for."""

    lookups: tuple[Lookup, ...] = ()
    others: tuple[Kind, ...] = ()
    """Kinds the text could also be of and that are not asked."""
    problem: str | None = None
    """What to change in the text; nothing is asked then."""


def plan(text: str, hints: Hints, kind: Kind | None = None) -> Plan:
    """The requests for ``text``, at most two.

    :param kind: what staff say it is; told from the text when None.
    """
    cleaned = clean(text)
    readable = tuple(each for each in Kind if _values(each, cleaned, hints))
    problem = _problem(cleaned, kind, readable)
    if problem:
        return Plan(problem=problem, others=readable if cleaned and len(cleaned) < MINIMUM_LENGTH else ())
    kinds = (kind,) if kind else _kinds(cleaned, hints)
    lookups = _lookups(kinds, cleaned, hints)
    asked = {lookup.kind for lookup in lookups}
    return Plan(lookups, tuple(each for each in readable if each not in asked))


def clean(text: str) -> str:
    """Without the invisible characters that come along when copying, and with single spaces."""
    visible = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf"})
    return " ".join(visible.split())


def _problem(text: str, kind: Kind | None, readable: tuple[Kind, ...]) -> str | None:
    if not text:
        return "Enter an e-mail, a phone number, a member number or a last name"
    if len(text) > MAXIMUM_LENGTH:
        return f"Enter {MAXIMUM_LENGTH} characters or fewer"
    if kind is not None:
        return None if kind in readable else f"“{text}” cannot be read as {_with_article(kind)}"
    if len(text) < MINIMUM_LENGTH:
        return f"Enter {MINIMUM_LENGTH} or more characters"
    if not any(c.isalnum() for c in text):
        return "Enter letters or digits"
    return None


def _with_article(kind: Kind) -> str:
    return f"an {kind.label}" if kind.label[0] in "aeiou" else f"a {kind.label}"


def _kinds(text: str, hints: Hints) -> tuple[Kind, ...]:
    if "@" in text:
        return (Kind.EMAIL,) if _values(Kind.EMAIL, text, hints) else (Kind.EXTERNAL_ID,)
    if not any(c.isdigit() for c in text):
        return (Kind.LAST_NAME,) if _values(Kind.LAST_NAME, text, hints) else (Kind.EXTERNAL_ID,)
    digits = _digits(text)
    return _kinds_of_number(text, digits, hints) if digits else (Kind.SUBSCRIPTION_ID, Kind.EXTERNAL_ID)


def _kinds_of_number(text: str, digits: str, hints: Hints) -> tuple[Kind, ...]:
    dialled = bool(_values(Kind.PHONE, text, hints)) and len(digits) >= _SHORTEST_PHONE
    if dialled and (text.startswith(("+", "(+")) or digits.startswith("00")):
        return (Kind.PHONE,)
    if dialled and (digits.startswith("0") or _is_international(digits, hints.region)):
        return (Kind.PHONE, Kind.SUBSCRIPTION_ID)
    if _is_like_a_known_number(digits, hints):
        return (Kind.SUBSCRIPTION_ID, Kind.CONTACT_ID)
    if len(digits) <= _LONGEST_CONTACT_ID and not digits.startswith("0"):
        # An all-digit external ID may equal somebody else's contact ID, so both are asked.
        return (Kind.CONTACT_ID, Kind.EXTERNAL_ID)
    return (Kind.SUBSCRIPTION_ID, Kind.EXTERNAL_ID)


def _lookups(kinds: tuple[Kind, ...], text: str, hints: Hints) -> tuple[Lookup, ...]:
    if len(kinds) == 1:
        return tuple(Lookup(kinds[0], value) for value in _values(kinds[0], text, hints)[:REQUESTS])
    return tuple(Lookup(kind, value) for kind in kinds for value in _values(kind, text, hints)[:1])


def _values(kind: Kind, text: str, hints: Hints) -> tuple[str, ...]:
    """How ``text`` may be written in the remote when it is of ``kind``, likeliest first."""
    return _READINGS[kind](text, hints) if text else ()


def _email(text: str, _hints: Hints) -> tuple[str, ...]:
    compact = text.replace(" ", "").lower()
    return (compact,) if _EMAIL.fullmatch(compact) else ()


def _contact_id(text: str, _hints: Hints) -> tuple[str, ...]:
    digits = _digits(text) if "+" not in text else ""
    return (str(int(digits)),) if digits and 0 < int(digits) <= _HIGHEST_CONTACT_ID else ()


def _digits(text: str) -> str:
    """The digits of a text that holds nothing but digits and the marks people write between them."""
    compact = _SEPARATORS.sub("", text.removeprefix("(").removeprefix("+"))
    return compact if compact.isascii() and compact.isdigit() else ""


def _phone(text: str, hints: Hints) -> tuple[str, ...]:
    digits = _digits(text)
    if not digits:
        return ()
    whole = digits.removeprefix("00")
    international = "+" in text or whole != digits or _is_international(digits, hints.region)
    try:
        number = phonenumbers.parse(f"+{whole}" if international else digits, hints.region)
    except phonenumbers.NumberParseException:
        return ()
    # Possible rather than valid: number plans change faster than any list of them.
    if not phonenumbers.is_possible_number(number):
        return ()
    return (phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),)


def _is_international(digits: str, region: str) -> bool:
    """Whether digits without a plus are a whole number: of ``region``, or a valid one of any country."""
    if digits.startswith("0"):
        return False
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    if number.country_code == phonenumbers.country_code_for_region(region):
        return phonenumbers.is_possible_number(number)
    return phonenumbers.is_valid_number(number)


def _member_numbers(text: str, hints: Hints) -> tuple[str, ...]:
    compact = _SEPARATORS.sub("", text)
    if not compact or "@" in text:
        return ()
    shaped = [_in_the_shape_of(example, compact) for example in hints.member_numbers]
    dashed = "-".join(text.split())
    spoken = [compact, dashed] if _digits(text) and " " in text else [dashed, compact]
    found = dict.fromkeys(value for value in (*shaped, *spoken) if value)
    return tuple(value for value in found if len(value) <= _LONGEST_SUBSCRIPTION_ID)


def _is_like_a_known_number(digits: str, hints: Hints) -> bool:
    return any(_in_the_shape_of(example, digits) for example in hints.member_numbers)


def _in_the_shape_of(example: str, compact: str) -> str | None:
    """``compact`` with the separators of ``example``; None when letters and digits do not fall alike."""
    letters = [c for c in example if c.isalnum()]
    if len(letters) != len(compact):
        return None
    if any(a.isdigit() != b.isdigit() for a, b in zip(letters, compact, strict=True)):
        return None
    typed = iter(compact)
    return "".join(_in_the_case_of(c, next(typed)) if c.isalnum() else c for c in example)


def _in_the_case_of(example: str, typed: str) -> str:
    return typed.upper() if example.isupper() else typed.lower() if example.islower() else typed


def _last_names(text: str, _hints: Hints) -> tuple[str, ...]:
    """The whole text, and its last word when there are several: staff often type the full name."""
    if "@" in text or any(c.isdigit() for c in text) or not any(c.isalpha() for c in text):
        return ()
    last = text.rsplit(maxsplit=1)[-1]
    written = (_as_a_name(text), text) if last == text else (_as_a_name(text), _as_a_name(last))
    return tuple(dict.fromkeys(written))


def _as_a_name(text: str) -> str:
    """With capitals, where the text was typed in one case: the remote may compare letter by letter."""
    return text.title() if text in {text.lower(), text.upper()} else text


_READINGS: dict[Kind, Callable[[str, Hints], tuple[str, ...]]] = {
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.CONTACT_ID: _contact_id,
    Kind.EXTERNAL_ID: lambda text, _hints: (text,),
    Kind.SUBSCRIPTION_ID: _member_numbers,
    Kind.LAST_NAME: _last_names,
}
