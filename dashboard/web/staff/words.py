"""What people, roles and rights are called on the staff pages, and what a receipt says."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from dashboard.permissions import Permission, Role
from dashboard.store.audit import Entry, Recorded
from dashboard.store.staff import StaffMember
from dashboard.web.access import DEEDS


class Receipt(msgspec.Struct, frozen=True):
    """What was done a moment ago, in a line."""

    headline: str
    text: str
    seq: int
    """Its number in the audit record."""


class Difference(msgspec.Struct, frozen=True):
    """What another role would change: rights as a person reads them."""

    gains: tuple[str, ...]
    losses: tuple[str, ...]


def a(role: Role) -> str:
    """``an agent``."""
    return f"{'an' if role.value[0] in 'aeiou' else 'a'} {role.value}"


def rights(permissions: Iterable[Permission]) -> tuple[str, ...]:
    """Each permission as a sentence without its end, in one order everywhere."""
    held = frozenset(permissions)
    return tuple(deed[0].upper() + deed[1:] for permission, deed in DEEDS.items() if permission in held)


def role_options() -> list[dict[str, str]]:
    """The roles to choose from, each with what it may do beyond what everybody may."""
    everybody = frozenset[Permission].intersection(*(role.permissions for role in Role))
    return [
        {
            "value": role.value,
            "label": role.value.capitalize(),
            "hint": ". ".join(rights(role.permissions - everybody)) + ".",
        }
        for role in Role
    ]


def difference(before: Role, after: Role) -> Difference:
    """What somebody gains and loses with the role ``after``."""
    return Difference(
        rights(after.permissions - before.permissions), rights(before.permissions - after.permissions)
    )


def state(member: StaffMember) -> tuple[str, str]:
    """Whether somebody can sign in: label and kind of tag."""
    if member.disabled_at is not None:
        return "Disabled", "bad"
    return ("Active", "good") if member.has_password else ("No password yet", "warn")


def receipt(row: Recorded | None, staff_id: str) -> Receipt | None:
    """What the row says about this person; None when it is about somebody or something else."""
    if row is None or row.entry.after.get("staff_id") != staff_id or row.entry.action not in _RECEIPTS:
        return None
    headline, text = _RECEIPTS[row.entry.action]
    return Receipt(headline.format(**_values(row.entry)), text.format(**_values(row.entry)), row.seq)


_RECEIPTS = {
    "staff.rename": ("{name} is the name now.", "It was {was_name}. What is recorded keeps the old name."),
    "staff.set_role": ("{name} is {role} now.", "The rights count from the next sign-in. {ended}"),
    "staff.disable": ("{name} is disabled.", "{ended}"),
    "staff.enable": ("{name} is enabled.", "The password from before works again."),
    "staff.link_contact": (
        "Contact {contact} is {name}.",
        "{name} can give nothing to its memberships, and decide on no request for them.",
    ),
    "staff.unlink_contact": (
        "Contact {contact} is not {name} any more.",
        "{name} may give to its memberships like to any other.",
    ),
    "staff.end_sessions": ("{name} is signed out everywhere.", "{ended}"),
}


def _values(entry: Entry) -> dict[str, object]:
    after = entry.after
    role = Role(str(after["role"])) if "role" in after else None
    return {
        "name": after.get("name"),
        "contact": entry.contact_id,
        "was_name": entry.before.get("name"),
        "role": a(role) if role else "",
        "ended": ended(after.get("sessions_ended")),
    }


def ended(count: object) -> str:
    """How many sessions were ended, in a sentence."""
    if not isinstance(count, int):
        return ""
    return "No session was open." if count == 0 else f"{count} session{'' if count == 1 else 's'} ended."
