"""The contacts of the account: the cast, the derived people, and whoever was created or changed since."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dashboard.sandbox.cast import BUSY_CONTACT, CAST, NO_ATTRIBUTES, STRANGER
from dashboard.sandbox.people import People, Person

IDENTITY = {"EXT_ID": "ext_id", "SMS": "phone", "LANDLINE_NUMBER": "landline", "EMAIL": "email"}


@dataclass(slots=True)
class Contact:
    """A contact. ``attributes`` holds the names and identifiers too, as Brevo has it."""

    id: int
    email: str
    attributes: dict[str, object]
    created_at: datetime
    modified_at: datetime
    list_ids: list[int] = field(default_factory=lambda: [2])
    email_blocked: bool = False
    sms_blocked: bool = False
    busy: bool = False
    """Somebody else is changing it just now."""

    def attribute(self, name: str) -> object:
        return self.email if name == "EMAIL" else self.attributes.get(name)


class ContactBook:
    """All contacts by every key. Kept ones (cast and changed) go before derived ones."""

    def __init__(self, people: People, epoch: datetime) -> None:
        self._people = people
        self._epoch = epoch
        self._kept: dict[int, Contact] = {one.contact_id: self._contact(one.person) for one in CAST}
        self._kept[NO_ATTRIBUTES.contact_id].attributes = {}
        self._kept[BUSY_CONTACT.contact_id].busy = True
        self._kept[STRANGER.contact_id].list_ids = [2, 5]
        self._next_id = people.contacts.stop + 500_000

    def get(self, contact_id: int) -> Contact | None:
        if contact_id in self._kept:
            return self._kept[contact_id]
        person = self._people.person(contact_id)
        return self._contact(person) if person else None

    def by_email(self, email: str) -> Contact | None:
        for contact in self._kept.values():
            if contact.email and contact.email.lower() == email.lower():
                return contact
        return self._derived(self._people.by_email(email), "EMAIL", email.lower())

    def by_attribute(self, name: str, value: str) -> Contact | None:
        """By EXT_ID, SMS, WHATSAPP or LANDLINE_NUMBER."""
        for contact in self._kept.values():
            if contact.attributes.get(name) == value:
                return contact
        find = {
            "EXT_ID": self._people.by_ext_id,
            "SMS": self._people.by_phone,
            "WHATSAPP": self._people.by_phone,
            "LANDLINE_NUMBER": self._people.by_landline,
        }[name]
        return self._derived(find(value), name, value)

    def add(self, email: str, attributes: dict[str, object], list_ids: list[int], now: datetime) -> Contact:
        self._next_id += 1
        contact = Contact(self._next_id, email, attributes, now, now, list_ids)
        self._kept[contact.id] = contact
        return contact

    def change(self, contact: Contact, email: str, attributes: dict[str, object], now: datetime) -> None:
        """Set what is given, keep the rest."""
        kept = self._kept.setdefault(contact.id, contact)
        kept.email = email or kept.email
        kept.attributes = {**kept.attributes, **attributes}
        kept.modified_at = now

    def __iter__(self) -> Iterator[Contact]:
        """Everybody, oldest ID first."""
        for contact_id in self.ids():
            contact = self.get(contact_id)
            if contact:
                yield contact

    def ids(self) -> list[int]:
        derived = self._people.contacts
        others = sorted(one for one in self._kept if one not in derived)
        first = bisect(others, derived.start)
        return [*others[:first], *derived, *others[first:]]

    def having(self, name: str, value: str) -> Iterator[Contact]:
        """Everybody whose attribute equals ``value`` exactly."""
        if name == "LASTNAME":
            numbers: list[int] = sorted({*self._people.with_last_name(value), *self._kept})
        elif name in {"EMAIL", *IDENTITY}:
            found = self.by_email(value) if name == "EMAIL" else self.by_attribute(name, value)
            numbers = [found.id] if found else []
        else:
            numbers = self.ids()
        contacts = (self.get(number) for number in numbers)
        return (one for one in contacts if one and one.attribute(name) == value)

    def _derived(self, person: Person | None, name: str, value: str) -> Contact | None:
        """``person``'s contact, unless it was changed and has that value no more."""
        contact = self.get(person.contact_id) if person else None
        return contact if contact and contact.attribute(name) == value else None

    def _contact(self, person: Person) -> Contact:
        draw = self._people.draw(person.contact_id, "contact")
        # Long before anybody enrolled, in the order of the numbers.
        created = self._epoch - timedelta(days=2_300, minutes=-2 * person.contact_id)
        created = created.replace(second=0, microsecond=0)
        attributes: dict[str, object] = {
            "FIRSTNAME": person.first_name,
            "LASTNAME": person.last_name,
            "SMS": person.phone,
            "EXT_ID": person.ext_id,
            "CITY": person.city,
            "LANGUAGE": person.language,
            "LANDLINE_NUMBER": person.landline,
        }
        if draw % 3 == 0 and person.phone:
            attributes["WHATSAPP"] = person.phone
        if draw % 2 == 0:
            attributes["BIRTHDAY"] = f"{1940 + draw % 65}-{1 + draw % 12:02d}-{1 + draw % 28:02d}"
        return Contact(
            person.contact_id,
            person.email,
            {name: value for name, value in attributes.items() if value},
            created,
            created + timedelta(minutes=draw % 50_000),
            email_blocked=draw % 29 == 0,
            sms_blocked=draw % 31 == 0,
        )
