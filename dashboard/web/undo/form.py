"""The form that takes something back, as the template shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from dashboard.actions.preview import lot_expiry
from dashboard.actions.undoable import How, Offer, moved
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.store.intents import Intent
from dashboard.store.reasons import Reason
from dashboard.web import htmx
from dashboard.web.access import services
from dashboard.web.changes import tiers, why
from dashboard.web.changes import words as change_words
from dashboard.web.changes.form import ChangeForm
from dashboard.web.changes.receipts import intent_url
from dashboard.web.filters import Formats
from dashboard.web.undo import words
from dashboard.web.undo.reading import Reading

UNDO = "Undo"


@dataclass(frozen=True, kw_only=True)
class UndoPage(ChangeForm):
    """Everything one rendering needs; without an offer there is no form, only the reason why."""

    template = "undo/_form.html"
    endpoint = "undo.show"
    deed = UNDO

    original: Intent
    reversal: Intent | None
    """What took it back before."""
    reading: Reading
    offer: Offer
    configuration: ProgrammeConfiguration
    offered_reasons: Sequence[Reason]
    formats: Formats

    @property
    def address(self) -> Mapping[str, Any]:
        """That of the original: programme and intent."""
        return {"programme_id": self.subject.programme_id, "intent_id": self.original.id}

    @property
    def leads_on(self) -> bool:
        """Only the member's page has a place for the receipt."""
        return urlsplit(htmx.current_path() or "").path != self.member_url

    @property
    def original_url(self) -> str:
        """The page of what is taken back."""
        return intent_url(self.original)

    @property
    def reversal_url(self) -> str | None:
        """The page of what took it back before."""
        return None if self.reversal is None else intent_url(self.reversal)

    @property
    def unit(self) -> str:
        """Of the balance that was moved."""
        definition = self.configuration.definition(self.original.definition_id)
        return definition.unit if definition else "POINTS"

    @property
    def why_not(self) -> str | None:
        """Why it cannot be taken back; None when it can."""
        return self.offer.why_not

    @property
    def title(self) -> str:
        """The headline: the act, or that there is none."""
        return self.words.title if self.words else f"{UNDO}: not possible"

    @cached_property
    def words(self) -> words.Words | None:
        """Of the act; none when it is not possible."""
        if self.why_not is not None or self.offer.how is None:
            return None
        thing = self._voucher_name if self.offer.how is How.REVOKE else self.unit
        return words.of_form(self.offer.how, self.original, thing, self.subject.name, self.formats)

    @property
    def taken_back(self) -> list[dict[str, str | Markup]]:
        """What it is about: who did what, when, and why."""
        told = change_words.said(self.original, self.unit, self.formats)
        at = self.original.settled_at or self.original.created_at
        rows: list[dict[str, str | Markup]] = [
            {"label": "What was done", "value": f"{self.original.staff_name} {told}"},
            {"label": "When", "value": self.formats.time_tag(at)},
        ]
        if self.original.case_reference:
            rows.append({"label": "Case or order number", "value": self.original.case_reference})
        return rows

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The reasons to choose from."""
        return why.choices(self.offered_reasons)

    @property
    def preview(self) -> list[dict[str, object]]:
        """What pressing the button would do."""
        if self.offer.how is How.REVOKE:
            return self._of_revocation()
        if self.offer.how is How.CANCEL:
            return [
                {"label": "Pending now", "value": self.formats.signed(self.original.amount, self.unit)},
                {"label": "Balance", "value": f"Stays {self.formats.amount(self._balance, self.unit)}"},
                _NO_APPROVAL,
            ]
        return self._of_opposite()

    @property
    def _voucher_name(self) -> str:
        """As the member knows it, with the code that tells it from another one."""
        voucher, account = self.reading.facts.voucher, self.subject.account
        listed = account.vouchers if account else ()
        names = (each.reward_name for each in listed if voucher is not None and each.id == voucher.id)
        name = next(filter(None, names), None) or self.original.values.get("reward_name") or "voucher"
        return f"{name} ({voucher.code})" if voucher is not None and voucher.code else name

    @property
    def _balance(self) -> Decimal | None:
        return self.subject.balances.get(self.original.definition_id)

    def _of_opposite(self) -> list[dict[str, object]]:
        change, balance = -moved(self.original), self._balance
        after = None if balance is None else balance + change
        rows: list[dict[str, object]] = [
            {"label": "New entry", "value": self.formats.signed(change, self.unit)},
            {"label": "Balance now", "value": self.formats.amount(balance, self.unit)},
            {"label": "Balance after", "value": self.formats.amount(after, self.unit)},
        ]
        definition = self.configuration.definition(self.original.definition_id)
        if change > 0 and definition is not None:
            expires = lot_expiry(definition, services().clock())
            value = "Never" if expires is None else self.formats.day(expires)
            rows.append({"label": "Expires", "value": value})
        return [*rows, {"label": "Tier", "value": self._tier(change)}, _NO_APPROVAL]

    def _of_revocation(self) -> list[dict[str, object]]:
        paid = self.reading.facts.paid
        if paid is None:
            return [{"label": "Points back", "value": "None: it cost the member nothing"}, _NO_APPROVAL]
        definition = self.configuration.definition(paid.definition_id)
        unit = definition.unit if definition else "POINTS"
        now = self.subject.balances.get(paid.definition_id)
        after = None if now is None else now + paid.amount
        return [
            {"label": "Points back", "value": self.formats.amount(paid.amount, unit)},
            {"label": "Balance now", "value": self.formats.amount(now, unit)},
            {"label": "Balance after", "value": self.formats.amount(after, unit)},
            _NO_APPROVAL,
        ]

    def _tier(self, change: Decimal) -> str:
        account = self.subject.account
        if account is None:
            return "Not known while the member cannot be read"
        told = tiers.effect(self.configuration, account, self.original.definition_id, change)
        return told or "This balance decides no tier"


_NO_APPROVAL: dict[str, object] = {"label": "Approval", "value": "Not needed"}
