"""The derived people of the world: who contact 4,711 is follows from the seed and the number alone.

Nothing is stored, so a world of 100,000 starts at once. Every key a person can be looked up by carries
the contact ID in a reversible form; a look-up decodes it and checks the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from dashboard.sandbox.names import CULTURES, Culture, Name

FIRST_DERIVED_ID: Final = 1_001
MOST_MEMBERS: Final = 500_000

_FAMILIES: Final[tuple[tuple[Culture, Name], ...]] = tuple(
    (culture, last) for culture in CULTURES for last in culture.last
)
_STRIDE: Final = 50
"""Prime to the number of families, so that neighbours differ and every family occurs."""
_DOMAINS: Final = ("example.com", "example.org", "example.net")
_EMAIL: Final = re.compile(r"[a-z.]+?([0-9]+)@example\.(?:com|org|net)", re.ASCII)
_EXT_ID: Final = re.compile(r"CUST-0*([0-9]{1,9})", re.ASCII)
_SUBSCRIPTION: Final = re.compile(r"LM-([0-9]{4})-([0-9]{4})-[0-9]{2}", re.ASCII)
_PHONE_SPACE: Final = 1_000_000
_NUMBER_SPACE: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """Who a contact is. Texts may be empty where a person has no such key."""

    contact_id: int
    first_name: str
    last_name: str
    email: str
    phone: str
    ext_id: str
    subscription_id: str
    city: str = ""
    language: str = ""
    landline: str = ""


class Scramble:
    """A reversible shuffle of the numbers below ``space``."""

    def __init__(self, factor: int, shift: int, space: int) -> None:
        self._factor, self._shift, self._space = factor, shift % space, space
        self._inverse = pow(factor, -1, space)

    def hide(self, number: int) -> int:
        return (number * self._factor + self._shift) % self._space

    def find(self, hidden: int) -> int:
        return (hidden - self._shift) * self._inverse % self._space


class People:
    """Everybody derived from ``seed``: members first, then contacts who are no members.

    :param members: how many members; one contact in twenty more is none.
    """

    def __init__(self, seed: int, members: int) -> None:
        self._seed = seed
        self.members = range(FIRST_DERIVED_ID, FIRST_DERIVED_ID + members)
        self.contacts = range(FIRST_DERIVED_ID, FIRST_DERIVED_ID + members + members // 20)
        self._shift = self.draw(0, "families") % len(_FAMILIES)
        self._phones = Scramble(610_369, self.draw(0, "phones"), _PHONE_SPACE)
        self._numbers = Scramble(61_803_399, self.draw(0, "numbers"), _NUMBER_SPACE)

    def draw(self, contact_id: int, purpose: str) -> int:
        """A number that looks random and is always the same."""
        text = f"{self._seed}:{contact_id}:{purpose}"
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

    def person(self, contact_id: int) -> Person | None:
        if contact_id not in self.contacts:
            return None
        culture, last = self._family(contact_id)
        draw = self.draw(contact_id, "person")
        first = culture.first[draw % len(culture.first)]
        draw >>= 16
        landline = f"+44113{self._phones.hide(contact_id):06d}0"[:13] if draw % 9 == 0 else ""
        return Person(
            contact_id,
            first.written,
            last.written,
            f"{first.latin}.{last.latin}{contact_id}@{_DOMAINS[draw % len(_DOMAINS)]}",
            f"{culture.dial}{self._phones.hide(contact_id):06d}",
            f"CUST-{contact_id:07d}",
            self.subscription_id(contact_id),
            culture.city,
            culture.language,
            landline,
        )

    def subscription_id(self, contact_id: int) -> str:
        number = f"{self._numbers.hide(contact_id):08d}"
        return f"LM-{number[:4]}-{number[4:]}-{97 - int(number) % 97:02d}"

    def by_email(self, email: str) -> Person | None:
        match = _EMAIL.fullmatch(email.lower())
        person = self.person(int(match[1])) if match else None
        return person if person and person.email == email.lower() else None

    def by_ext_id(self, ext_id: str) -> Person | None:
        match = _EXT_ID.fullmatch(ext_id)
        person = self.person(int(match[1])) if match else None
        return person if person and person.ext_id == ext_id else None

    def by_phone(self, phone: str) -> Person | None:
        """``phone`` in international form with its plus sign."""
        digits = phone[-6:]
        person = self.person(self._phones.find(int(digits))) if digits.isdecimal() else None
        return person if person and person.phone == phone else None

    def by_landline(self, landline: str) -> Person | None:
        digits = landline[6:12]
        person = self.person(self._phones.find(int(digits))) if digits.isdecimal() else None
        return person if person and person.landline == landline else None

    def by_subscription(self, subscription_id: str) -> int | None:
        """The contact ID; it need not belong to anybody."""
        match = _SUBSCRIPTION.fullmatch(subscription_id)
        contact_id = self._numbers.find(int(match[1] + match[2])) if match else 0
        return contact_id if match and self.subscription_id(contact_id) == subscription_id else None

    def with_last_name(self, last_name: str) -> Iterator[int]:
        """Contact IDs in ascending order."""
        back = pow(_STRIDE, -1, len(_FAMILIES))
        residues = {
            (place - self._shift) * back % len(_FAMILIES)
            for place, (_, last) in enumerate(_FAMILIES)
            if last.written == last_name
        }
        return (one for one in self.contacts if residues and one % len(_FAMILIES) in residues)

    def _family(self, contact_id: int) -> tuple[Culture, Name]:
        return _FAMILIES[(contact_id * _STRIDE + self._shift) % len(_FAMILIES)]
