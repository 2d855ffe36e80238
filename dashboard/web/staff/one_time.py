"""The page that shows a one-time link: once, because only its hash is kept."""

from __future__ import annotations

from flask import render_template, request, url_for

from dashboard.store import links
from dashboard.store.staff import StaffMember
from dashboard.web.access import services


def show_link(member: StaffMember, token: str, title: str) -> str:
    """The link to hand over, under a headline that says what was done."""
    return render_template(
        "staff/link.html",
        member=member,
        title=title,
        link=_address(url_for("sign_in.choose_password", token=token)),
        ends_at=services().clock() + links.LIVES,
    )


def _address(path: str) -> str:
    """The whole address, to be copied. Its host is the one that this admin's own browser has just called."""
    scheme = "http" if services().settings.demo else "https"
    return f"{scheme}://{request.host}{path}"
