"""What a form may hold: each view names its fields, all else is refused, and what was typed is never lost.

A view that changes something declares its fields with :func:`takes` and reads them with :func:`typed`::

    @blueprint.post("/programmes/<uuid:programme_id>/members/<int:contact_id>/credit")
    @requires(Permission.CREDITS_WRITE)
    @takes(Field("points", "Points"), Field("note", "Note"), Field("intent"), again=show_filled)
    def give(programme_id, contact_id):
        form = typed()

    def show_filled(problem, programme_id, contact_id):
        return render_template("credits/give.html", form=typed(), problems=[problem], ...)

A form sent from a page of an ended session is not carried out. Its fields, the intent's ID among them, are
kept in the answer; after signing in the same form is shown again, filled, and sent by the person, not by us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar, cast

import msgspec
from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from structlog import get_logger

from dashboard.web.errors import ErrorPage, Link
from dashboard.web.security import SAFE_METHODS

_log = get_logger("web.forms")

View = TypeVar("View", bound=Callable[..., object])
TOKEN, REVIEW = "_token", "_review"


class Field(msgspec.Struct, frozen=True):
    """One field of a form. ``label`` names it when kept text is shown; without one it is kept unseen."""

    name: str
    label: str = ""
    secret: bool = False
    """A password: read as it is, never shown again."""


class Form(msgspec.Struct, frozen=True):
    """The fields a view takes."""

    fields: tuple[Field, ...]
    again: Callable[..., ResponseReturnValue] | None
    """Shows the form filled with what :func:`typed` returns; gets a problem and the view's arguments."""


class Problem(msgspec.Struct, frozen=True):
    """One thing to put right: the ID of its field, empty when it is about the whole form, and what to do."""

    field: str
    message: str
    link: Link | None = None
    """Where more of it can be seen."""


class Typed(Mapping[str, str]):
    """What was typed, by field name. A field that was not sent reads as empty text."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Stale(Exception):  # noqa: N818 - says what the form is
    """The form was rendered for a session that has ended."""


KEPT = Problem("", "This page was open too long. Your text is kept below: send again.")


def takes(*fields: Field, again: Callable[..., ResponseReturnValue] | None = None) -> Callable[[View], View]:
    """Declare the fields of a view that changes something. Without it a view takes none.

    :param again: ``again(problem, **arguments of the view)`` answers with the form filled with :func:`typed`,
        ``problem`` on its summary, carrying nothing out. Give it wherever a person types more than a word, so
        that an ended session costs them nothing.
    """

    def declare(view: View) -> View:
        vars(view)["form"] = Form(fields, again)
        return view

    return declare


def form_of(endpoint: str | None) -> Form:
    """The fields ``endpoint`` declares; none when it declares nothing."""
    view = current_app.view_functions.get(endpoint or "")
    return cast(Form, getattr(view, "form", Form((), None)))


def typed() -> Typed:
    """The declared fields of this request, trimmed, line ends as ``\\n``."""
    return Typed({field.name: _read(field) for field in form_of(request.endpoint).fields})


def _read(field: Field) -> str:
    text = request.form.get(field.name, "")
    return text if field.secret else text.replace("\r\n", "\n").strip()


def refuse_unknown_fields() -> None:
    """Nothing but the declared fields, each at most once.

    :raises ErrorPage: 400.
    """
    if (
        request.method in SAFE_METHODS
        or request.endpoint is None
        or request.endpoint == "security.csp_report"
    ):
        return
    known = {field.name for field in form_of(request.endpoint).fields} | {TOKEN, REVIEW}
    for name, values in request.form.lists():
        if name not in known or len(values) > 1 or "\0" in values[0]:
            _log.warning("request.unknown_field", endpoint=request.endpoint)
            raise ErrorPage(
                400,
                "The console can't read that form",
                "Open the page again, fill it in and send it once more.",
            )


def error_at(problems: Iterable[Problem], field: str) -> str | None:
    """What to put right at ``field``, if anything; a filter of the templates."""
    return next((problem.message for problem in problems if problem.field == field), None)


def review() -> ResponseReturnValue | None:
    """Show a form again that was kept over a sign-in. Never carries it out, whatever the view can do."""
    if request.method in SAFE_METHODS or REVIEW not in request.form:
        return None
    form = form_of(request.endpoint)
    if form.again is None:
        raise Stale
    return form.again(KEPT, **(request.view_args or {}))


def init_app(app: Flask) -> None:
    """Look at every form before anything else reads it."""
    app.before_request(refuse_unknown_fields)
    app.jinja_env.filters["error_at"] = error_at
