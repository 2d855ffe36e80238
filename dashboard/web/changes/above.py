"""What becomes of more than a person may give alone: somebody may approve it, or nobody."""

from __future__ import annotations


def hint(*, may_ask: bool, verb: str = "give") -> str:
    """Told before anything is typed.

    :param may_ask: whether somebody may move more at once than the person now.
    """
    return "More goes to a supervisor." if may_ask else f"Nobody may {verb} more at once."


def row(*, asks: bool, is_too_much: bool, verb: str = "give") -> dict[str, object]:
    """The line of a preview."""
    if is_too_much:
        return {"label": "Approval", "value": f"Nobody may {verb} this much at once", "kind": "warn"}
    if asks:
        return {"label": "Approval", "value": "Goes to a supervisor", "kind": "warn"}
    return {"label": "Approval", "value": "Not needed"}
