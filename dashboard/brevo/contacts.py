"""Contacts of the CRM, who may or may not be members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from dashboard.brevo.calls import Call, body, contact, path, within
from dashboard.brevo.errors import BrevoError, ForeignAnswer, InvalidInput
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched, Verdict, Write
from dashboard.brevo.rows import Document, Row

MOST_IDS = 20
LARGEST_PAGE = 1000


class IdentifierType(StrEnum):
    """What kind of identifier a look-up uses. Always sent: an all-digit external ID is no contact ID."""

    EMAIL = "email_id"
    CONTACT = "contact_id"
    EXTERNAL = "ext_id"
    PHONE = "phone_id"
    WHATSAPP = "whatsapp_id"
    LANDLINE = "landline_number_id"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact. ``attributes`` keeps the account's own upper-case names."""

    id: int
    email: str | None = None
    attributes: Mapping[str, object] = {}
    email_blocked: bool = False
    sms_blocked: bool = False
    whatsapp_blocked: bool = False
    list_ids: tuple[int, ...] = ()
    created_at: datetime | None = None
    modified_at: datetime | None = None

    def text(self, attribute: str) -> str | None:
        """An attribute as text, or None when it is empty or anything but text or a number."""
        value = self.attributes.get(attribute)
        return str(value).strip() or None if isinstance(value, (str, int)) else None

    @property
    def external_id(self) -> str | None:
        """The account's own ID for the contact."""
        return self.text("EXT_ID")

    @property
    def phone(self) -> str | None:
        """The mobile number, as the remote keeps it."""
        return self.text("SMS")


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some contacts, and how many match, if the remote said."""

    contacts: tuple[Contact, ...]
    count: int | None


class ContactAttribute(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute that the account has."""

    name: str
    category: str | None = None
    type: str | None = None


class Contacts:
    """Calls about contacts."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def get(self, identifier: str | int, kind: IdentifierType, *, priority: bool = False) -> Fetched[Contact]:
        """The contact with this identifier; ``priority`` reads settle a write.

        :raises NotFound: when there is none.
        """
        call = Call("getContact", "GET", path("contacts", identifier), {"identifierType": kind.value})

        def decode(document: Document) -> Contact:
            found = _contact(document.row)
            _check(found, str(identifier), kind)
            return found

        return self._exchange.read(call, decode, priority=priority)

    def by_ids(self, contact_ids: Iterable[int]) -> Fetched[tuple[Contact, ...]]:
        """Up to 20 contacts, in the order asked for; those that do not exist are left out."""
        wanted = list(dict.fromkeys(contact(value) for value in contact_ids))
        within(len(wanted), 1, MOST_IDS, "contact_ids")
        page = self._list({"ids": wanted, "limit": MOST_IDS})
        found = {item.id: item for item in page.value.contacts}
        if not found.keys() <= set(wanted):
            raise ForeignAnswer("The answer holds contacts nobody asked for.", request_id=page.request_id)
        ordered = tuple(found[value] for value in wanted if value in found)
        return Fetched(ordered, page.at, page.request_id, page.odd_rows)

    def by_last_name(
        self, name: str, attribute: str = "LASTNAME", *, limit: int = 50, offset: int = 0
    ) -> Fetched[ContactPage]:
        """Contacts whose ``attribute`` equals ``name``; the remote knows no other comparison.

        :raises InvalidInput: for a name with a quote or backslash, which the filter cannot carry.
        """
        if not name.strip() or any(character in '"\\' or not character.isprintable() for character in name):
            raise InvalidInput("name", "A name to search for has no quotation marks or backslashes.")
        if not attribute.replace("_", "").isalnum():
            raise InvalidInput("attribute", "An attribute's name has letters, digits and underscores.")
        return self._list(
            {
                "filter": f'equals({attribute},"{name.strip()}")',
                "limit": within(limit, 1, LARGEST_PAGE),
                "offset": offset or None,
            }
        )

    def create(
        self,
        *,
        email: str | None = None,
        external_id: str | None = None,
        attributes: Mapping[str, object] | None = None,
    ) -> Write[int]:
        """Create a contact; the value is its ID.

        Never updates or merges an existing one. Where the remote applied it without saying the ID, the
        contact is read; should that fail too, the verdict stands and the value is None.
        """
        if not (email or external_id or (attributes or {}).get("SMS")):
            raise InvalidInput(
                "email", "A contact needs an e-mail address, an external ID or a phone number."
            )
        sent = body(email=email, ext_id=external_id, attributes=attributes, updateEnabled=False)
        call = Call("createContact", "POST", path("contacts"), body=sent)
        written = self._exchange.write(call, lambda document: document.row.integer("id"), empty_is_fine=True)
        if written.verdict is not Verdict.APPLIED or written.value is not None:
            return Write(written.verdict, written.value, written.evidence)
        return Write(written.verdict, self._id_of(email, external_id), written.evidence)

    def attributes(self) -> Fetched[tuple[ContactAttribute, ...]]:
        """Which attributes the account's contacts have."""
        call = Call("listContactAttributes", "GET", path("contacts", "attributes"))
        return self._exchange.read(
            call, lambda document: document.rows(document.listed("attributes"), _attribute)
        )

    def _id_of(self, email: str | None, external_id: str | None) -> int | None:
        try:
            if email:
                return self.get(email, IdentifierType.EMAIL).value.id
            return self.get(external_id, IdentifierType.EXTERNAL).value.id if external_id else None
        except BrevoError:
            return None

    def _list(self, query: Mapping[str, object]) -> Fetched[ContactPage]:
        def decode(document: Document) -> ContactPage:
            found = document.rows(document.listed("contacts"), _contact)
            count = None if isinstance(document.value, list) else document.row.integer("count")
            return ContactPage(contacts=found, count=count)

        return self._exchange.read(Call("listContacts", "GET", path("contacts"), query), decode)


def _check(found: Contact, identifier: str, kind: IdentifierType) -> None:
    """Bind a contact to the identifier it was asked by, where the answer carries it in comparable form."""
    carried = {
        IdentifierType.CONTACT: str(found.id),
        IdentifierType.EMAIL: found.email,
        IdentifierType.EXTERNAL: found.external_id,
    }.get(kind)
    if carried is not None and carried.casefold() != identifier.strip().casefold():
        raise ForeignAnswer("The answer is about another contact.")


def _contact(row: Row) -> Contact:
    return Contact(
        id=row.need_integer("id"),
        email=row.text("email"),
        attributes=row.mapping("attributes"),
        email_blocked=row.flag("emailBlacklisted"),
        sms_blocked=row.flag("smsBlacklisted"),
        whatsapp_blocked=row.flag("whatsappBlacklisted"),
        list_ids=tuple(value for value in row.values("listIds") if isinstance(value, int)),
        created_at=row.moment("createdAt"),
        modified_at=row.moment("modifiedAt"),
    )


def _attribute(row: Row) -> ContactAttribute:
    return ContactAttribute(name=row.need_text("name"), category=row.text("category"), type=row.text("type"))
