"""The factory: the one place where the parts become a Flask application."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from jinja2.runtime import Context

from dashboard import web
from dashboard.services import Services
from dashboard.web import assets

MAX_BODY = 64 * 1024
"""Bytes. The longest form of the console is far below it."""

_ENTRANCE = (
    "components/",
    "layouts/",
    "sign_in/",
    "home/",
    "find/",
    "members/",
    "membership/_menu.html",
    "changes/_receipt.html",
)
"""Where the templates lie of the pages that people come in by: under half of all there is to compile."""


def create_app(services: Services) -> Flask:
    """A WSGI application around ``services``. It opens nothing: start and close the services yourself."""
    app = Flask(
        "dashboard", root_path=str(_PACKAGE), static_folder=None, template_folder=str(folder("templates"))
    )
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TEMPLATES_AUTO_RELOAD=False,
        DEBUG=False,  # Flask would take it from FLASK_DEBUG
    )
    # The router's redirects name the host that the browser sent. Without them nothing here depends on it.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.jinja_env.undefined = StrictUndefined
    # All templates are kept: Jinja's own cache locks and sorts at each of a page's fifty imports.
    app.jinja_env.cache = {}
    app.jinja_env.context_class = _Context
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["loyalty-desk"] = services
    web.init_app(app, services, folder("static"))
    return app


class _Context(Context):
    """Imported components are run once for all, as all templates share the same globals.

    Jinja would find that out anew at each of the fifty imports of a page, by comparing all names.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.globals_keys = set()


def warm_up(app: Flask) -> None:
    """Compile what people come in by and read all files, so that a worker's first page is as quick as any."""
    for name in _templates(app):
        if name.startswith(_ENTRANCE):
            app.jinja_env.get_template(name)
    app.extensions[assets.EXTENSION].read_all()


def warm_up_rest(app: Flask, *, pause: float = 0.1) -> None:
    """Compile the other templates beside the first pages, which wait for no more than one of them.

    :param pause: seconds between two, in which pages have the processor to themselves.
    """
    for name in _templates(app):
        if not name.startswith(_ENTRANCE):
            app.jinja_env.get_template(name)
            sleep(pause)


def _templates(app: Flask) -> list[str]:
    return app.jinja_env.list_templates(extensions=["html"])


_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Where templates or static files lie: inside an installed package, beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
