"""Addresses of a member's page, its panels and its neighbours; the state of the page is in them. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import msgspec

from dashboard.web.members.activity import Filter

CHANGED = "member-changed"
"""Event: something that we did changed the member; everything comes again."""
OUTDATED = "member-outdated"
"""Event: the strip found that the member had changed; everything else comes again."""


class Links(msgspec.Struct, frozen=True):
    """The links of one page: which balance and which chip it shows goes along in all of them."""

    programme_id: str
    contact_id: int
    definition_id: str | None = None
    """Set when it is not the one shown by default."""
    activity: Filter = Filter.ALL

    @property
    def member(self) -> str:
        """The page, as it stands."""
        return self._url("", activity=self._chosen)

    def strip_attrs(self, checks: bool, is_incomplete: bool) -> dict[str, str]:
        """How the strip comes: at once, with a check, when the member was read before this page; at once when
        figures are on their way; and again when the member has changed.
        """
        again = f"{CHANGED} from:body"
        return {
            "hx-get": self._url("/strip", check=1 if checks else None),
            "hx-trigger": f"load, {again}" if checks or is_incomplete else again,
            "hx-target": "this",
            "hx-swap": "outerHTML",
        }

    @property
    def home(self) -> str:
        """The search page of the programme."""
        return f"/programmes/{self.programme_id}/"

    @property
    def newest(self) -> str:
        """The page from the newest transaction on."""
        return f"{self.member}#activity"

    @property
    def credit(self) -> str:
        """The page that gives a credit."""
        return self._url("/credit")

    @property
    def credit_form(self) -> str:
        """The same for the drawer."""
        return self._url("/credit/form")

    @property
    def debit(self) -> str:
        """The page that takes points back."""
        return self._url("/debit")

    @property
    def enrol(self) -> str:
        """The page that makes the contact a member."""
        return self._url("/enrol")

    @property
    def enrol_form(self) -> str:
        """The same for the drawer."""
        return self._url("/enrol/form")

    @property
    def order(self) -> str:
        """The page that makes an order."""
        return self._url("/order")

    def ending(self, transaction_id: str, goal: str) -> str:
        """The page that completes or cancels a draft."""
        return self._url(f"/pending/{quote(transaction_id, safe='')}/{goal}")

    def ending_form(self, transaction_id: str, goal: str) -> str:
        """The same for the drawer."""
        return self._url(f"/pending/{quote(transaction_id, safe='')}/{goal}/form")

    @property
    def voucher(self) -> str:
        """The page that issues a voucher."""
        return self._url("/vouchers/new")

    @property
    def voucher_form(self) -> str:
        """The same for the drawer."""
        return self._url("/vouchers/new/form")

    @property
    def end(self) -> str:
        """The page that ends the membership."""
        return self._url("/end")

    @property
    def change_tier(self) -> str:
        """The page that puts the member into another tier."""
        return self._url("/tier/change")

    @property
    def add_sharers(self) -> str:
        """The page that lets others share the membership."""
        return self._url("/sharers/add")

    def remove_sharer(self, contact_id: int) -> str:
        """The page that takes somebody out of it."""
        return self._url(f"/sharers/{contact_id}/remove")

    def in_drawer(self, page_url: str) -> dict[str, str]:
        """What opens a form in the drawer: attributes of the link to its page."""
        path, _, query = page_url.partition("?")
        return {"hx-get": f"{path}/form" + (f"?{query}" if query else ""), "hx-target": "#drawer"}

    @property
    def check_voucher(self) -> str:
        """The page that tells whether a code is good."""
        return self._url("/vouchers/check")

    def one_voucher(self, voucher_id: str, deed: str = "") -> str:
        """The page of a voucher, or of what is done with it."""
        below = f"/{deed}" if deed else ""
        return self._url(f"/vouchers/{quote(voucher_id, safe='')}{below}")

    def revoke(self, voucher_id: str | None = None, *, in_drawer: bool = False) -> str:
        """The page that revokes a voucher, or the one on which several are chosen."""
        return self._url(f"/vouchers/revoke{'/form' if in_drawer else ''}", voucher=voucher_id)

    @property
    def notes(self) -> str:
        """Where a note is sent."""
        return self._url("/notes")

    @property
    def lots(self) -> str:
        """All lots."""
        return self._url("/lots")

    def transaction(self, transaction_id: str) -> str:
        """One transaction."""
        return self._url(f"/activity/{quote(transaction_id, safe='')}")

    def change(self, intent_id: str) -> str:
        """The receipt of a change of ours."""
        return f"/programmes/{self.programme_id}/intents/{intent_id}"

    def undo(self, intent_id: str) -> str:
        """The page that takes a change of ours back."""
        return f"{self.change(intent_id)}/undo"

    def undo_form(self, intent_id: str) -> str:
        """The same for the drawer."""
        return f"{self.undo(intent_id)}/form"

    def panel(self, name: str) -> str:
        """A panel alone, in the page's state."""
        return self._url(f"/{name}", activity=self._chosen)

    def panel_attrs(self, name: str, is_late: bool = False) -> dict[str, str]:
        """How a panel comes by htmx: at once when it is late, and again when the member has changed."""
        again = f"{CHANGED} from:body, {OUTDATED} from:body"
        return {
            "hx-get": self.panel(name),
            "hx-trigger": f"load, {again}" if is_late else again,
            "hx-target": "this",
            "hx-swap": "outerHTML",
        }

    def other_member(self, contact_id: int) -> str:
        """Another member of the programme."""
        return f"/programmes/{self.programme_id}/members/{contact_id}"

    def balance(self, definition_id: str) -> str:
        """The page about another balance."""
        return f"{self.other_member(self.contact_id)}?{urlencode({'definition': definition_id})}"

    def chip(self, chosen: Filter) -> str:
        """The page under a chip."""
        return self._url("", activity=None if chosen is Filter.ALL else chosen)

    def chip_panel(self, chosen: Filter) -> str:
        """The list alone under a chip."""
        return self._url("/activity", activity=None if chosen is Filter.ALL else chosen)

    def older(self, after: str) -> str:
        """The page from the transaction after ``after`` on."""
        return self._url("", activity=self._chosen, after=after) + "#activity"

    def older_rows(self, after: str) -> str:
        """Those transactions alone."""
        return self._url("/activity/older", activity=self._chosen, after=after)

    @property
    def _chosen(self) -> Filter | None:
        return None if self.activity is Filter.ALL else self.activity

    def _url(self, tail: str, **query: object) -> str:
        given = {name: str(value) for name, value in query.items() if value is not None}
        if self.definition_id:
            given = {"definition": self.definition_id, **given}
        return self.other_member(self.contact_id) + tail + (f"?{urlencode(given)}" if given else "")
