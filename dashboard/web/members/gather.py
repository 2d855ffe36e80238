"""Getting together what a page about one member needs, without waiting long for what it can do without."""

from __future__ import annotations

from math import ceil
from typing import NoReturn, cast
from uuid import UUID

import msgspec
from flask import current_app

from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.contacts import Contact
from dashboard.brevo.errors import BrevoError, Limited, NotFound, Timeout
from dashboard.brevo.history import HistoryItem
from dashboard.brevo.members import AccountInfo
from dashboard.web.access import current_staff, services
from dashboard.web.errors import ErrorPage, Link, remote_trouble
from dashboard.web.members import local
from dashboard.web.members.activity import Activity, Filter, Row
from dashboard.web.members.compare import differs
from dashboard.web.members.local import Local
from dashboard.web.members.page import MemberPage, Sources, person_of
from dashboard.web.members.people import Person
from dashboard.web.members.reads import Deadline, Part
from dashboard.web.members.snapshots import Ledger, Snapshot, Snapshots
from dashboard.web.members.strip import choose_definition
from dashboard.web.programmes import NoProgramme

EXTENSION = "loyalty-desk-members"
CORE_SECONDS = 3.0
"""What a page may wait for identity, balances and activity; a single call ends sooner by itself."""
PANEL_SECONDS = 0.8
"""What it may wait for everything else, from the moment all was asked for."""
PAGES_AT_ONCE = 3
"""Pages of the history that one request may read to find its place."""


class NoMember(Exception):  # noqa: N818 - it is what the page says
    """The contact exists and has no membership in this programme."""

    def __init__(self, person: Person, contact: Part[Contact]) -> None:
        super().__init__(f"contact {person.contact_id}")
        self.person = person
        self.contact = contact


def snapshots() -> Snapshots:
    """The snapshots of this process."""
    return cast(Snapshots, current_app.extensions[EXTENSION])


class Gathering(msgspec.Struct):
    """The reads of one request. Make it with :func:`begin`."""

    programme_id: UUID
    contact_id: int
    snapshot: Snapshot
    configuration: ProgrammeConfiguration
    definition: BalanceDefinition
    local: Local
    is_reused: bool
    """Whether a page was made of these reads before."""
    panels: Deadline = msgspec.field(default_factory=lambda: Deadline(PANEL_SECONDS))

    @property
    def ledger(self) -> Ledger:
        """The history of the chosen balance."""
        return self.snapshot.ledger(self.definition.id)

    def page(self, *, patient: bool = False) -> MemberPage:
        """The page, from what is there at the end of the waiting.

        :param patient: wait for late parts as long as for the core.
        :raises NoMember: no membership.
        :raises ErrorPage: the contact is unknown, or the remote gave nothing of the core, now or before.
        """
        core = Deadline(CORE_SECONDS)
        contact = self.snapshot.contact.wait(core)
        account = self.account(contact, self.snapshot.account.wait(core))
        history = self.ledger.newest.wait(core)
        if history.value is None:
            self._fail(history.error)
        rest = core if patient else self.panels
        entries = self.snapshot.entries(self.definition.id).wait(rest)
        vouchers = self.snapshot.vouchers.wait(rest)
        parts = services()
        now = parts.clock()
        sources = Sources(
            contact_id=self.contact_id,
            configuration=self.configuration,
            definition=self.definition,
            contact=contact,
            account=self.snapshot.account.wait(core),
            history=history,
            items=self.ledger.items,
            count=self.ledger.count,
            is_whole=self.ledger.is_whole,
            entries=entries,
            vouchers=vouchers,
            deeds=self.local.deeds(current_staff(), now),
            now=now,
            zone=parts.settings.timezone,
            locale=parts.settings.locale,
        )
        return MemberPage(sources, account)

    def account(self, contact: Part[Contact], account: Part[AccountInfo]) -> AccountInfo:
        """The member, or the page that says why there is none."""
        if isinstance(account.error, NotFound):
            if contact.value is None and isinstance(contact.error, NotFound):
                raise unknown_contact(self.contact_id)
            if contact.value is None:
                self._fail(contact.error)
            raise NoMember(person_of(contact, self.contact_id), contact)
        if account.value is None:
            self._fail(account.error)
        if contact.value is None and not isinstance(contact.error, NotFound):
            self._fail(contact.error)
        return account.value

    def activity(self, page: MemberPage, chosen: Filter, after: str | None) -> tuple[MemberPage, Activity]:
        """A page of activity; reads more of the history when it goes beyond what was read.

        :raises ErrorPage: the place to go on from is not among the newest transactions.
        """
        found = page.activity(chosen, after)
        for _ in range(PAGES_AT_ONCE):
            enough = found is not None and (found.rows or found.older is None)
            if enough or self.ledger.is_whole or self.ledger.is_full:
                break
            page = self._further()
            found = page.activity(chosen, after)
        if found is None:
            raise ErrorPage(
                404,
                "That part of the list is not there any more",
                "Start again from the newest transactions.",
                searched=str(self.contact_id),
                link=Link(member_url(self.programme_id, self.contact_id), "Newest transactions"),
            )
        return page, found

    def transaction(self, page: MemberPage, transaction_id: str) -> tuple[MemberPage, HistoryItem, Row]:
        """One transaction; reads more of the history when it is not among what was read.

        :raises ErrorPage: it is not among the newest transactions.
        """
        found = page.transaction(transaction_id)
        for _ in range(PAGES_AT_ONCE):
            if found is not None or self.ledger.is_whole or self.ledger.is_full:
                break
            page = self._further()
            found = page.transaction(transaction_id)
        if found is None:
            raise ErrorPage(
                404,
                "No such transaction",
                f"It is not among the newest {len(self.ledger.items)} of this balance.",
                link=Link(member_url(self.programme_id, self.contact_id), f"Open member {self.contact_id}"),
            )
        return page, *found

    def _further(self) -> MemberPage:
        """The page, with one more page of the history read."""
        more = self.ledger.older(Deadline(CORE_SECONDS))
        if more.value is None:
            self._fail(more.error)
        return self.page()

    def _fail(self, error: BrevoError | None) -> NoReturn:
        raise remote_error(error or Timeout("No answer in time."), self.programme_id, self.contact_id)


def begin(programme_id: UUID, contact_id: int, wanted_definition: str | None = None) -> Gathering:
    """Ask for everything at once; our own record is read while the remote's answers are on their way.

    :raises ErrorPage: the configuration cannot be read, or has no balance.
    """
    parts, kept = services(), snapshots()
    snapshot = kept.open(programme_id, contact_id)
    _ask_who(snapshot)
    configuration = _configuration(programme_id, contact_id)
    definition = choose_definition(configuration.definitions, wanted_definition)
    if definition is None:
        raise ErrorPage(503, "This programme has no balance", "An admin must publish one in Brevo.")
    _ask_what(snapshot, definition)
    known = local.read(parts.database, str(programme_id), contact_id, current_staff().id)
    if known.changed_at is not None and known.changed_at >= snapshot.began:
        # Another process, or the settler, changed the member after this was read.
        snapshot = kept.open(programme_id, contact_id, after=known.changed_at)
        _ask_who(snapshot)
        _ask_what(snapshot, definition)
    is_reused = snapshot.was_shown
    return Gathering(programme_id, contact_id, snapshot, configuration, definition, known, is_reused)


def _ask_who(snapshot: Snapshot) -> None:
    """What needs no configuration, which may not be at hand yet.

    Retrying starts what was never asked, asks again what failed, and leaves the rest alone.
    """
    snapshot.account.retry()
    snapshot.contact.retry()


def _ask_what(snapshot: Snapshot, definition: BalanceDefinition) -> None:
    """The rest; the history first, as its answer takes the longest to read."""
    snapshot.ledger(definition.id).newest.retry()
    snapshot.entries(definition.id).retry()
    snapshot.vouchers.retry()


def check(gathering: Gathering) -> bool:
    """Read the member again, and say whether anything that the page shows became another.

    When it did, everything else of the member is read again too, as soon as something asks for it.
    """
    snapshot, kept = gathering.snapshot, snapshots()
    before = snapshot.account.answer
    found = snapshot.check(Deadline(CORE_SECONDS))
    if isinstance(found.error, NotFound):
        kept.invalidate(gathering.programme_id, gathering.contact_id)
        gathering.snapshot = kept.open(gathering.programme_id, gathering.contact_id)
        return True
    if found.fetched is None or found.error is not None or found.is_late:
        return False
    if before is not None and not differs(before.value, found.fetched.value):
        snapshot.account.put(found.fetched)
        return False
    gathering.snapshot = kept.changed(snapshot, found.fetched)
    return True


def member_url(programme_id: UUID | str, contact_id: int) -> str:
    """The page of a member."""
    return f"/programmes/{programme_id}/members/{contact_id}"


def unknown_contact(contact_id: int) -> ErrorPage:
    """The remote knows no such contact."""
    return ErrorPage(
        404,
        f"No member {contact_id}",
        "Brevo has no contact with this ID. It may have been deleted. Check the digits or search by e-mail.",
        searched=str(contact_id),
    )


def remote_error(error: BrevoError, programme_id: UUID, contact_id: int) -> ErrorPage:
    """The page for when the core is missing; it keeps the member's number."""
    title, text = remote_trouble(error)
    return ErrorPage(
        503,
        title,
        f"{text} This is about member {contact_id}.",
        searched=str(contact_id),
        link=Link(member_url(programme_id, contact_id), f"Open member {contact_id} again"),
        retry_after=ceil(error.retry_after) if isinstance(error, Limited) else None,
    )


def _configuration(programme_id: UUID, contact_id: int) -> ProgrammeConfiguration:
    try:
        return services().configuration.of(programme_id)
    except NotFound as error:
        raise NoProgramme from error
    except BrevoError as error:
        raise remote_error(error, programme_id, contact_id) from error
