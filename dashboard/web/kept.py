"""What was typed into a form of an ended session, carried over the sign-in and back into the form.

The fields travel inside the answer, never through the database or a cookie, and only for a request that came
from a page of ours. They come back as text to look at: nothing is carried out until a person sends it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec
from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from dashboard.web.forms import Field, form_of


class Kept(msgspec.Struct, frozen=True):
    """A form that was not carried out: where it goes, its fields, and whether it can be shown filled."""

    target: str
    values: Mapping[str, str]
    fields: tuple[Field, ...]
    can_show: bool

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Label and text of what a person typed."""
        return [
            (field.label, self.values[field.name])
            for field in self.fields
            if field.label and self.values.get(field.name)
        ]

    def packed(self) -> str:
        """The whole as one text, for a hidden field of the sign-in form."""
        return json.dumps({"target": self.target, "values": dict(self.values)}, ensure_ascii=False)


def of_this_request() -> Kept:
    """The form that this request wanted carried out, without passwords."""
    return _kept(request.path, request.endpoint, {name: request.form[name] for name in request.form})


def unpack(packed: str) -> Kept | None:
    """What :meth:`Kept.packed` wrote, as far as it fits a form of ours."""
    try:
        content = json.loads(packed)
        target, values = content["target"], content["values"]
        endpoint, _ = current_app.url_map.bind("own").match(target, method="POST")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, HTTPException):
        return None
    return _kept(target, endpoint, values) if isinstance(values, dict) else None


def page(kept: Kept, status: int = 200) -> Response:
    """What was typed, to look at and send again."""
    return make_response(render_template("sign_in/kept.html", kept=kept), status)


def _kept(target: str, endpoint: str | None, values: Mapping[str, object]) -> Kept:
    form = form_of(endpoint)
    fields = tuple(field for field in form.fields if not field.secret)
    known = {field.name: str(values[field.name]) for field in fields if field.name in values}
    return Kept(target, known, fields, can_show=form.again is not None)
