"""What is known of a change that is not settled, and what each decision about it is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from dashboard.actions.held import Choice
from dashboard.brevo.rows import moment
from dashboard.store.intents import Intent
from dashboard.store.staff import StaffMember
from dashboard.web.changes.facts import Fact
from dashboard.web.filters import Formats


class Words(msgspec.Struct, frozen=True):
    """A decision: the headline of its card, its button, and what the note is to say."""

    title: str
    button: str
    note: str
    is_final: bool


CHOICES = {
    Choice.DONE: Words("It happened", "Count it as done", "What you saw in Brevo", is_final=True),
    Choice.NOT_DONE: Words(
        "It did not happen", "Count it as not done", "What you saw in Brevo", is_final=True
    ),
    Choice.LOOK: Words("Look again", "Look again", "", is_final=False),
    Choice.WITHDRAW: Words("Withdraw it", "Withdraw it", "", is_final=False),
}

_KINDS = {
    "answer": "Brevo took it",
    "refused": "Brevo refused it",
    "unauthorised": "Brevo refused the console's key",
    "rate_limited": "This hour's requests to Brevo were used up",
    "not_sent": "It did not reach Brevo",
    "no_answer": "It was sent, and no answer came",
    "server_error": "Brevo failed while it worked on it",
    "unreadable": "Brevo's answer could not be read",
    "foreign": "The answer was about something else",
    "redirect": "Brevo sent the request elsewhere; it was not followed",
    "history": "A line of the member's history",
    "vouchers": "The member's vouchers",
    "account": "The membership",
    "contact": "The contact",
}
_NAMES = {
    "status": "Status",
    "code": "Brevo's code",
    "transaction_id": "Transaction at Brevo",
    "decided_at": "Ended",
    "request_id": "Request at Brevo",
    "at": "Seen",
    "found": "Found",
    "tiers": "Tiers held",
}


def someone_else(intent: Intent, reader: StaffMember, able: Sequence[str]) -> str:
    """Why the reader may not decide, and who can."""
    if intent.staff_id == reader.id:
        why = "You asked for this change: someone else must decide."
    else:
        why = "This change is about your own membership: someone else must decide."
    if not able:
        return f"{why} Nobody else may at present: an admin can add a supervisor."
    *others, last = able
    return f"{why} {', '.join(others)} or {last} can." if others else f"{why} {last} can."


def sent(intent: Intent, formats: Formats) -> Iterator[Fact]:
    """When it went out, and how often."""
    yield Fact("First sent", formats.time_tag(intent.sent_at) if intent.sent_at else "Not sent yet")
    if intent.called_at is not None:
        yield Fact("Last sent", formats.time_tag(intent.called_at))
    if intent.creates:
        yield Fact("Times sent", str(intent.creates))
    if intent.unknown_since is not None:
        yield Fact("No answer since", formats.time_tag(intent.unknown_since))
    if not intent.is_settled:
        yield Fact("Goes on by itself", formats.time_tag(intent.next_at))


def shown(intent: Intent, formats: Formats) -> Iterator[Fact]:
    """What Brevo last showed of it."""
    evidence = dict(intent.evidence)
    kind = evidence.pop("kind", None)
    evidence.pop("sent", None)
    nothing = "Nothing of it" if intent.sent_at is not None else "Nothing yet"
    yield Fact("Last answer", _KINDS.get(str(kind), str(kind)) if kind else nothing)
    for name, value in evidence.items():
        if value is not None and value != []:
            yield Fact(_NAMES.get(name, name.replace("_", " ").capitalize()), _told(name, value, formats))
    if intent.transaction_id and "transaction_id" not in evidence:
        yield Fact("Transaction at Brevo", intent.transaction_id)
    if intent.remote_id:
        yield Fact("ID at Brevo", intent.remote_id)


def _told(name: str, value: object, formats: Formats) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    at = moment(value) if isinstance(value, str) and name.endswith("at") else None
    return formats.time_tag(at) if at is not None else str(value)
