"""The account's contacts: find, read, create."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from dashboard.sandbox.contactbook import Contact
from dashboard.sandbox.errors import Refusal
from dashboard.sandbox.programmes import page_of
from dashboard.sandbox.reading import Answer, Fields, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.world import World

_FILTER: Final = re.compile(r'equals\(\s*([A-Za-z_][A-Za-z0-9_]*)\s*,\s*"((?:[^"\\]|\\.)*)"\s*\)')
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE: Final = re.compile(r"\+?[0-9]{7,15}", re.ASCII)
_BY_ATTRIBUTE: Final = {
    "ext_id": "EXT_ID",
    "phone_id": "SMS",
    "whatsapp_id": "WHATSAPP",
    "landline_number_id": "LANDLINE_NUMBER",
}
_TYPES: Final = ("email_id", "contact_id", *_BY_ATTRIBUTE)
_MOST_IDS: Final = 20

_ATTRIBUTES: Final = (
    ("FIRSTNAME", "normal", "text"),
    ("LASTNAME", "normal", "text"),
    ("SMS", "normal", "text"),
    ("WHATSAPP", "normal", "text"),
    ("LANDLINE_NUMBER", "normal", "text"),
    ("EXT_ID", "normal", "text"),
    ("CITY", "normal", "text"),
    ("BIRTHDAY", "normal", "date"),
    ("LANGUAGE", "normal", "text"),
)


def list_contacts(world: World, request: Request) -> Answer:
    query = request.query
    if "segmentId" in query and "listIds" in query:
        query.refuse("segmentId", "cannot stand beside listIds")
    query.whole("segmentId", least=1)
    down = query.choice("sort", ("asc", "desc"), "desc") == "desc"
    modified, created = query.moment("modifiedSince"), query.moment("createdSince")
    lists = set(query.whole_list("listIds")) if "listIds" in query else None
    found = _candidates(world, query)
    if found is None:
        # Nothing narrows the list: page over the numbers without making every contact.
        if not (modified or created or lists is not None):
            return _page_of_all(world, query, down=down)
        found = iter(world.contacts)
    rows = [one for one in found if _fits(one, modified, created, lists)]
    rows.sort(key=lambda one: (one.created_at, one.id), reverse=down)
    page = page_of(rows, query, default=50, most=1_000)
    return Answer({"contacts": [_contact_json(one) for one in page], "count": len(rows)})


def _candidates(world: World, query: Fields) -> Iterable[Contact] | None:
    """Who ``ids`` or ``filter`` leave; None when neither is given."""
    if "ids" in query:
        numbers = query.whole_list("ids")
        if len(numbers) > _MOST_IDS:
            query.refuse("ids", f"takes at most {_MOST_IDS}")
        return [one for one in map(world.contacts.get, dict.fromkeys(numbers)) if one]
    text = query.text("filter", longest=1_000)
    if text is None:
        return None
    match = _FILTER.fullmatch(text.strip())
    if match is None:
        query.refuse("filter", 'must be equals(ATTRIBUTE,"value")')
    name, value = match[1].upper(), re.sub(r"\\(.)", r"\1", match[2])
    if name != "EMAIL" and name not in {one for one, _, _ in _ATTRIBUTES}:
        query.refuse("filter", f"names no attribute: {name}")
    return world.contacts.having(name, value)


def _fits(one: Contact, modified: datetime | None, created: datetime | None, lists: set[int] | None) -> bool:
    if modified and one.modified_at <= modified:
        return False
    if created and one.created_at <= created:
        return False
    return lists is None or bool(lists & set(one.list_ids))


def _page_of_all(world: World, query: Fields, *, down: bool) -> Answer:
    numbers = world.contacts.ids()
    if down:
        numbers.reverse()
    page = page_of(numbers, query, default=50, most=1_000)
    contacts: Iterator[Contact | None] = map(world.contacts.get, page)
    return Answer({"contacts": [_contact_json(one) for one in contacts if one], "count": len(numbers)})


def get_contact(world: World, request: Request) -> Answer:
    identifier = request.path.text("identifier") or ""
    _check_dates(request.query)
    kind = request.query.choice("identifierType", _TYPES)
    contact = _lookup(world, request, identifier, kind or _guess(request, identifier))
    if contact is None:
        raise Refusal(404, "document_not_found", "Contact does not exist")
    return Answer({**_contact_json(contact), "statistics": {"messagesSent": [], "opened": [], "clicked": []}})


def _guess(request: Request, identifier: str) -> str:
    """Without a type only e-mail, contact ID and phone are recognised."""
    if "@" in identifier:
        return "email_id"
    if identifier.isascii() and identifier.isdecimal() and len(identifier) < 10:
        return "contact_id"
    if not _PHONE.fullmatch(identifier):
        request.path.refuse("identifier", "is not an e-mail address, contact ID or phone number")
    return "phone_id"


def _lookup(world: World, request: Request, identifier: str, kind: str) -> Contact | None:
    if kind == "email_id":
        if not _EMAIL.fullmatch(identifier):
            request.path.refuse("identifier", "is not an e-mail address")
        return world.contacts.by_email(identifier)
    if kind == "contact_id":
        return world.contacts.get(request.path.whole("identifier", least=1) or 0)
    if kind == "ext_id":
        return world.contacts.by_attribute("EXT_ID", identifier)
    if not _PHONE.fullmatch(identifier):
        request.path.refuse("identifier", "is not a phone number with its country code")
    return world.contacts.by_attribute(_BY_ATTRIBUTE[kind], f"+{identifier.lstrip('+')}")


def _check_dates(query: Fields) -> None:
    given = [name for name in ("startDate", "endDate") if name in query]
    if len(given) == 1:
        query.refuse(given[0], "needs the other date as well")
    for name in given:
        try:
            date.fromisoformat(query.text(name) or "")
        except ValueError:
            query.refuse(name, "must be a date such as 2026-11-20")


def create_contact(world: World, request: Request) -> Answer:
    body = request.body()
    email = (body.text("email") or "").strip()
    if email and not _EMAIL.fullmatch(email):
        body.refuse("email", "is not an e-mail address")
    attributes = {name.upper(): value for name, value in body.mapping("attributes").items()}
    ext_id = body.text("ext_id")
    if ext_id:
        attributes["EXT_ID"] = ext_id
    phone = attributes.get("SMS")
    if phone is not None and not (isinstance(phone, str) and _PHONE.fullmatch(phone)):
        body.refuse("attributes", "has an SMS that is no phone number")
    if not email and not ext_id and not phone:
        raise Refusal(400, "missing_parameter", "email, ext_id or the attribute SMS is missing")
    list_ids = body.whole_list("listIds") if "listIds" in body else [2]
    update, get_id = body.flag("updateEnabled"), body.flag("getId")
    now = world.now()
    existing = _existing(world, email, attributes)
    if existing is None:
        return Answer({"id": world.contacts.add(email, attributes, list_ids, now).id}, 201)
    if existing.busy:
        raise Refusal(425, "account_in_process", "a change to the contact is in progress")
    if not update:
        raise Refusal(400, "duplicate_parameter", "Contact already exists")
    world.contacts.change(existing, email, attributes, now)
    if get_id or world.switches["existing_contact"] == "201":
        return Answer({"id": existing.id}, 201)
    return Answer(status=204)


def _existing(world: World, email: str, attributes: dict[str, object]) -> Contact | None:
    by_email = world.contacts.by_email(email) if email else None
    keys = [(name, attributes.get(name)) for name in ("EXT_ID", "SMS")]
    others = (world.contacts.by_attribute(name, value) for name, value in keys if isinstance(value, str))
    return by_email or next((one for one in others if one), None)


def list_attributes(_world: World, _request: Request) -> Answer:
    rows: list[dict[str, object]] = [
        {"name": name, "category": category, "type": kind} for name, category, kind in _ATTRIBUTES
    ]
    options = [
        {"value": number, "valueStr": str(number), "label": label}
        for number, label in enumerate(("Bronze", "Silver", "Gold"), start=1)
    ]
    rows.append({"name": "SEGMENT", "category": "category", "enumeration": options})
    rows.append({"name": "DOUBLE_OPT-IN", "category": "category", "enumeration": options[:2]})
    return Answer({"attributes": rows})


def _contact_json(one: Contact) -> dict[str, object]:
    return {
        "id": one.id,
        **({"email": one.email} if one.email else {}),
        "attributes": one.attributes,
        "emailBlacklisted": one.email_blocked,
        "smsBlacklisted": one.sms_blocked,
        "whatsappBlacklisted": False,
        "listIds": one.list_ids,
        "listUnsubscribed": [],
        "createdAt": one.created_at,
        "modifiedAt": one.modified_at,
    }


OPERATIONS: Final = (
    Operation("listContacts", "GET", "/contacts", list_contacts, 400),
    Operation("createContact", "POST", "/contacts", create_contact, 400),
    Operation("getContact", "GET", "/contacts/{identifier}", get_contact, 400),
    Operation("listContactAttributes", "GET", "/contacts/attributes", list_attributes, 400),
)
