"""Who a contact is, from attributes that every account names its own way. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec
import phonenumbers

_FIRST_NAMES = ("FIRSTNAME", "FIRST_NAME", "PRENOM", "VORNAME", "NOMBRE")
_LAST_NAMES = ("LASTNAME", "LAST_NAME", "NOM", "NACHNAME", "SURNAME", "APELLIDO")
_PHONES = ("SMS", "PHONE", "MOBILE", "WHATSAPP", "LANDLINE_NUMBER")
_EXTERNAL_IDS = ("EXT_ID", "EXTERNAL_ID")
_LANGUAGES = ("LANGUAGE", "LANG", "LOCALE")


class Person(msgspec.Struct, frozen=True):
    """A contact, as far as it says who it is."""

    contact_id: int
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    external_id: str | None
    language: str | None

    @property
    def name(self) -> str:
        """What to call them: the name, else the e-mail, else the contact ID."""
        full = " ".join(part for part in (self.first_name, self.last_name) if part)
        return full or self.email or f"Contact {self.contact_id}"

    @property
    def has_name(self) -> bool:
        """Whether the contact carries a name at all."""
        return bool(self.first_name or self.last_name)


def person(contact_id: int, email: str | None, attributes: Mapping[str, object]) -> Person:
    """Read ``attributes`` (upper-case keys, any JSON values) for the fields that staff know people by."""
    return Person(
        contact_id=contact_id,
        first_name=_first(attributes, _FIRST_NAMES),
        last_name=_first(attributes, _LAST_NAMES),
        email=email,
        phone=_phone(_first(attributes, _PHONES)),
        external_id=_first(attributes, _EXTERNAL_IDS),
        language=_first(attributes, _LANGUAGES),
    )


def _first(attributes: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    for name in names:
        text = _text(attributes.get(name))
        if text:
            return text
    return None


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


@lru_cache(1024)
def _phone(text: str | None) -> str | None:
    """Grouped as people read it out. Brevo keeps the country code, often without the plus."""
    if not text:
        return None
    try:
        number = phonenumbers.parse(text if text.startswith("+") else f"+{text}")
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
