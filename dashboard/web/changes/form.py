"""What every form that changes something at the remote has, whatever it changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from dashboard.web.changes.subject import Subject
from dashboard.web.forms import Problem


@dataclass(frozen=True, kw_only=True)
class ChangeForm(ABC):
    """One rendering of a form: alone on its page, or in the drawer.

    The template gets it as ``form``, and ``hx_post``: where the drawer posts, none on the page.
    """

    subject: Subject
    intent_id: str
    typed: Mapping[str, str]
    """What was typed, by field. A field that is not there was not typed in."""
    problems: Sequence[Problem] = ()
    repeats: bool = False
    """Whether the only problem is that the same case brought this member something before."""

    @property
    @abstractmethod
    def template(self) -> str:
        """What draws the form: ``vouchers/_issue.html``."""

    @property
    @abstractmethod
    def endpoint(self) -> str:
        """The view that shows it: it takes ``in_drawer``, and the same address takes the form by POST."""

    @property
    @abstractmethod
    def deed(self) -> str:
        """What is done, in the trail above the page: ``Issue voucher``."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The headline."""

    @property
    def leads_on(self) -> bool:
        """Whether the page below the drawer is another one once this is done: the answer then leads there."""
        return False

    @property
    def address(self) -> Mapping[str, Any]:
        """The variable parts of the form's address."""
        return {"programme_id": self.subject.programme_id, "contact_id": self.subject.contact_id}

    @property
    def member_name(self) -> str:
        """Who it is about."""
        return self.subject.name

    @property
    def contact_id(self) -> int:
        """The member's contact ID."""
        return self.subject.contact_id

    @property
    def notice(self) -> str | None:
        """What is wrong with the figures shown."""
        return self.subject.notice

    @property
    def member_url(self) -> str:
        """The member's page."""
        return url_for(
            "members.show", programme_id=self.subject.programme_id, contact_id=self.subject.contact_id
        )

    @property
    def page_url(self) -> str:
        """The form alone."""
        return url_for(self.endpoint, in_drawer=False, **self.address)

    @property
    def drawer_url(self) -> str:
        """The form in the drawer."""
        return url_for(self.endpoint, in_drawer=True, **self.address)
