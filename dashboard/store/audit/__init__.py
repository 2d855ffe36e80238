"""The audit record: who did what to whom, append-only, each row chained to the one before by SHA-256.

A row is one canonical JSON text and is never changed; the columns to filter by are computed from it by the
database, so they cannot say anything else. Rows are numbered without gaps. The head (last number, last hash)
is signed with the secret key in the same transaction, so rows cut off the end are missed; triggers refuse
every UPDATE and DELETE.

Privacy: a member is named by contact ID alone. Names, addresses and texts about a member never belong here,
because what is here can never be erased.
"""

from dashboard.store.audit.anchors import Anchor, anchor, head_seq, kept_anchors, last_anchor
from dashboard.store.audit.checks import Check, last_check, may_be_kept, told
from dashboard.store.audit.record import (
    Entry,
    Filters,
    Outcome,
    Recorded,
    append,
    page,
)
from dashboard.store.audit.verify import Finding, VerifyReport, verify

__all__ = [
    "Anchor",
    "Check",
    "Entry",
    "Filters",
    "Finding",
    "Outcome",
    "Recorded",
    "VerifyReport",
    "anchor",
    "append",
    "head_seq",
    "kept_anchors",
    "last_anchor",
    "last_check",
    "may_be_kept",
    "page",
    "told",
    "verify",
]
