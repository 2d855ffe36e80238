"""Why something is changed: reason, case and note, as nearly all forms ask (``changes/_why.html``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dashboard.store import reasons
from dashboard.store.reasons import Reason
from dashboard.web.access import services
from dashboard.web.forms import Field

REASON = Field("reason")
CASE = Field("case_reference", "Case or order number")
NOTE = Field("note", "Note")
WHY = (REASON, CASE, NOTE)
BLANK: Mapping[str, str] = {field.name: "" for field in WHY}


def offered() -> list[dict[str, str]]:
    """The reasons of now, as radios want them."""
    with services().database.read() as connection:
        return choices(reasons.offered(connection))


def choices(known: Iterable[Reason]) -> list[dict[str, str]]:
    """Reasons as radios want them."""
    return [{"value": each.code, "label": each.label} for each in known]
