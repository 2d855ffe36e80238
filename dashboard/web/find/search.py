"""Asking the remote for a member, at most twice, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from contextvars import copy_context
from uuid import UUID

import msgspec

from dashboard.brevo.client import Brevo
from dashboard.brevo.contacts import Contact, IdentifierType
from dashboard.brevo.errors import BrevoError, InvalidInput, NotFound, Refused
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.members import AccountInfo
from dashboard.web.find.recognise import Kind, Lookup, Plan
from dashboard.web.members.people import Person, person

MOST = 20
"""Hits shown; more than these need a narrower search."""

_IDENTIFIERS = {
    Kind.EMAIL: IdentifierType.EMAIL,
    Kind.PHONE: IdentifierType.PHONE,
    Kind.CONTACT_ID: IdentifierType.CONTACT,
    Kind.EXTERNAL_ID: IdentifierType.EXTERNAL,
}
_MALFORMED = 400


class Hit(msgspec.Struct, frozen=True):
    """A contact that was found, and by what. ``person`` is None where only the membership was read."""

    contact_id: int
    lookup: Lookup
    person: Person | None = None
    member_number: str | None = None

    @property
    def name(self) -> str:
        """What to call them."""
        return self.person.name if self.person else f"Contact {self.contact_id}"


class Looked(msgspec.Struct, frozen=True):
    """The outcome of one request."""

    lookup: Lookup
    hits: tuple[Hit, ...] = ()
    total: int | None = None
    """How many match, when the remote says so."""
    error: BrevoError | None = None
    contact: Fetched[Contact] | None = None
    account: Fetched[AccountInfo] | None = None


class Finding(msgspec.Struct, frozen=True):
    """What came of a search."""

    plan: Plan
    looked: tuple[Looked, ...] = msgspec.field(default=())

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Each contact once, in the order of the requests."""
        found: dict[int, Hit] = {}
        for each in self.looked:
            for hit in each.hits:
                found.setdefault(hit.contact_id, hit)
        return tuple(found.values())

    @property
    def errors(self) -> tuple[Looked, ...]:
        """The requests that were not answered: what they would have found is not known."""
        return tuple(each for each in self.looked if each.error is not None)

    @property
    def is_cut(self) -> bool:
        """Whether more match than are shown."""
        return any((each.total or 0) > len(each.hits) for each in self.looked)

    @property
    def only_hit(self) -> Hit | None:
        """The one contact that matches, where every request was answered and nothing else does."""
        hits = self.hits
        return hits[0] if len(hits) == 1 and not self.errors and not self.is_cut else None


def search(brevo: Brevo, pool: Executor, programme_id: UUID, plan: Plan) -> Finding:
    """Carry out ``plan``, its requests side by side. Never raises for what the remote does."""
    asked: Sequence[Future[Looked]] = [
        pool.submit(copy_context().run, _look, brevo, programme_id, lookup) for lookup in plan.lookups
    ]
    return Finding(plan, tuple(future.result() for future in asked))


def _look(brevo: Brevo, programme_id: UUID, lookup: Lookup) -> Looked:
    try:
        if lookup.kind is Kind.SUBSCRIPTION_ID:
            return _by_number(brevo, programme_id, lookup)
        if lookup.kind is Kind.LAST_NAME:
            return _by_last_name(brevo, lookup)
        return _by_identifier(brevo, lookup)
    except (NotFound, InvalidInput):
        return Looked(lookup)
    except Refused as error:
        # A value that the remote finds malformed belongs to nobody.
        return Looked(lookup) if error.status == _MALFORMED else Looked(lookup, error=error)
    except BrevoError as error:
        return Looked(lookup, error=error)


def _by_identifier(brevo: Brevo, lookup: Lookup) -> Looked:
    found = brevo.contacts.get(lookup.value, _IDENTIFIERS[lookup.kind])
    return Looked(lookup, (_hit(found.value, lookup),), contact=found)


def _by_number(brevo: Brevo, programme_id: UUID, lookup: Lookup) -> Looked:
    found = brevo.members.account_info(programme_id, subscription_id=lookup.value)
    hit = Hit(found.value.contact_id, lookup, member_number=found.value.subscription_id)
    return Looked(lookup, (hit,), account=found)


def _by_last_name(brevo: Brevo, lookup: Lookup) -> Looked:
    page = brevo.contacts.by_last_name(lookup.value, limit=MOST).value
    hits = tuple(_hit(each, lookup) for each in page.contacts)
    return Looked(lookup, hits, total=page.count)


def _hit(contact: Contact, lookup: Lookup) -> Hit:
    return Hit(contact.id, lookup, person(contact.id, contact.email, contact.attributes))
