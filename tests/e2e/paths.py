"""Addresses of the console, below its root."""

from __future__ import annotations

from dashboard.sandbox.cast import NORTHWIND

HOME = f"/programmes/{NORTHWIND}/"
FIND = f"{HOME}find"
APPROVALS = "/approvals/"
AUDIT = "/audit/"
STAFF = "/staff/"
GOODWILL = "/reports/goodwill"
SETTINGS = "/settings/"
NEW_REASON = f"{SETTINGS}add-reason"
ACCOUNT = "/account/"
STATUS = "/status/"


def member(contact_id: int) -> str:
    """The member's page."""
    return f"{HOME}members/{contact_id}"


def credit(contact_id: int) -> str:
    """The form that gives a credit."""
    return f"{member(contact_id)}/credit"


def debit(contact_id: int) -> str:
    """The form that takes points back."""
    return f"{member(contact_id)}/debit"


def intent(intent_id: str) -> str:
    """The page of a change."""
    return f"{HOME}intents/{intent_id}"
