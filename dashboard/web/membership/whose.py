"""Whose membership a form is about, read now: nothing is decided on figures of a minute ago."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

from dashboard.actions.refusals import Problem as Refusal
from dashboard.actions.refusals import Unacceptable
from dashboard.brevo.contacts import Contact
from dashboard.brevo.errors import BrevoError, NotFound
from dashboard.brevo.members import AccountInfo
from dashboard.web import programmes
from dashboard.web.access import services
from dashboard.web.changes.subject import SECONDS, Subject
from dashboard.web.errors import ErrorPage, Link, remote_trouble
from dashboard.web.members.gather import member_url, remote_error, snapshots, unknown_contact
from dashboard.web.members.page import person_of
from dashboard.web.members.reads import Deadline, Part


class Whose:
    """A contact and its membership, each read once and when something first asks for it.

    :raises ErrorPage: there is no such programme.
    """

    def __init__(self, programme_id: UUID, contact_id: int) -> None:
        programmes.require(programme_id)
        self.programme_id = programme_id
        self.contact_id = contact_id

    @cached_property
    def name(self) -> str:
        """What to call them: the contact ID while the contact cannot be read, or is gone.

        :raises ErrorPage: the remote knows neither contact nor membership.
        """
        contact = contact_of(self.programme_id, self.contact_id)
        if isinstance(contact.error, NotFound) and self.account is None:
            raise unknown_contact(self.contact_id)
        return person_of(contact, self.contact_id).name

    @property
    def account(self) -> AccountInfo | None:
        """The membership as it is now; None for none, and while it cannot be read (see :attr:`error`)."""
        return self._membership.value

    @property
    def error(self) -> BrevoError | None:
        """Why it cannot be read; to have no membership is no error."""
        error = self._membership.error
        return None if isinstance(error, NotFound) else error

    @property
    def subject(self) -> Subject:
        """Who the form is about."""
        return Subject(self.programme_id, self.contact_id, self.name, {}, account=self.account)

    @property
    def sharers(self) -> str:
        """Who shares the membership, in words."""
        sharers = self.account.sharers if self.account else ()
        return ", ".join(f"contact {each.contact_id}" for each in sharers) or "Nobody"

    def member(self) -> AccountInfo | None:
        """The membership to decide on; None for none.

        :raises Unacceptable: it cannot be read now.
        """
        if self.error is not None:
            title, text = remote_trouble(self.error)
            raise Unacceptable((Refusal("", f"{title}, so nothing was sent. {text}"),))
        return self.account

    def known_member(self) -> AccountInfo | None:
        """The same where it is enough to look, and the change may wait for the remote."""
        return self.account

    @cached_property
    def _membership(self) -> Part[AccountInfo]:
        try:
            return Part(services().brevo.members.account_info(self.programme_id, contact_id=self.contact_id))
        except BrevoError as error:
            return Part(error=error)


def contact_of(programme_id: UUID, contact_id: int) -> Part[Contact]:
    """A contact, as it was read within the last minute."""
    return snapshots().open(programme_id, contact_id).contact.wait(Deadline(SECONDS))


def owner(programme_id: UUID, contact_id: int) -> Whose:
    """Somebody with a membership of their own.

    :raises ErrorPage: they have none, share another one's, or it cannot be read.
    """
    whose = Whose(programme_id, contact_id)
    if whose.error is not None:
        raise remote_error(whose.error, programme_id, contact_id) from whose.error
    if whose.account is None:
        raise ErrorPage(
            404,
            f"{whose.name} is no member",
            "There is no membership to change. It may have ended.",
            searched=str(contact_id),
            link=Link(member_url(programme_id, contact_id), f"Open contact {contact_id}"),
        )
    if whose.account.contact_id != contact_id:
        raise shared(whose, whose.account.contact_id)
    return whose


def shared(whose: Whose, owner_id: int) -> ErrorPage:
    """The page that leads from a sharer to whom the membership belongs."""
    return ErrorPage(
        404,
        f"{whose.name} shares a membership",
        f"It belongs to contact {owner_id}: only there it is changed.",
        link=Link(member_url(whose.programme_id, owner_id), f"Open member {owner_id}"),
    )
