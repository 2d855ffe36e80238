"""A few pages made of the real layouts and components, for what only a browser can show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from threading import Event, Thread
from types import SimpleNamespace as Fake

from flask import Flask, Response, render_template_string, request, send_from_directory
from markupsafe import Markup
from werkzeug.serving import make_server

from dashboard.permissions import Role
from tests.front.sources import ROOT, STATIC

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

MEMBER = """
{% extends "layouts/console.html" %}
{% from "components/button.html" import link_button %}
{% from "components/card.html" import card %}
{% from "components/copy.html" import copy %}
{% from "components/page_head.html" import page_head, fact %}
{% from "components/receipt.html" import receipt %}
{% from "components/skeleton.html" import skeleton %}
{% from "components/table.html" import data_table, row_link %}
{% block title %}Ada{% endblock %}
{% block content %}
{% set actions %}
{{ link_button("Give credit", "/credit", kind="primary", icon="gift", key="c", id="give-credit", attrs={
    "hx-get": "/credit/form", "hx-target": "#drawer"
}) }}
{% endset %}
{% set facts %}
{% call fact("LM-1") %}{{ copy("LM-1", "Copy member number", key="y") }}{% endcall %}
{% endset %}
{{ page_head("Ada", facts=facts, actions=actions) }}
<div id="place">{{ receipt("checking", "500 points.", poll_url="/poll") if polling }}</div>
{% call card("Activity", id="activity") %}
{% call data_table("Activity", [{"label": "What"}]) %}
{% for each in ("first", "second", "third") %}
<tr><td>{{ row_link(each, "/entry/" ~ each) }}</td></tr>
{% endfor %}
{% endcall %}
{% endcall %}
{% if late %}{% call card("Vouchers", id="vouchers", attrs={"hx-get": "/late", "hx-trigger": "load"}) %}
{{ skeleton("vouchers", retry_url="/member") }}{% endcall %}{% endif %}
{% endblock %}
"""

FORM = """
{% from "components/amount_submit.html" import amount_submit %}
{% from "components/button.html" import link_button %}
{% from "components/error_summary.html" import error_summary %}
{% from "components/field.html" import field %}
{% from "components/form.html" import form %}
{% from "components/presets.html" import presets %}
{% from "components/textarea.html" import textarea %}
{% call form("/credit", id="credit-form", intent="one", hx_post="/credit/form") %}
<div class="form-body">
{{ error_summary(problems) }}
{% call field("points", "Points", value, error=problems and problems[0].message, autofocus=true) %}
{{ presets("points", [{"value": "500", "label": "500"}, {"value": "1000", "label": "1,000"}]) }}{% endcall %}
{{ textarea("note", "Note") }}
</div>
<div class="form-foot">
{{ amount_submit("points", label="Give points", template="Give {amount} points",
    singular="Give {amount} point", empty="Give points",
    above={"alone": "3000", "most": "10000", "singular": "Ask",
           "template": "Ask for approval: {amount} points"}) }}
{{ link_button("Cancel", "/member", attrs={"data-close": ""}) }}
</div>
{% endcall %}
"""

DRAWER = (
    """{% from "components/drawer.html" import drawer %}{% call drawer("Give credit to Ada") %}"""
    + FORM
    + """{% endcall %}"""
)

DONE = """
{% from "components/receipt.html" import receipt %}{% from "components/live.html" import live %}
<hx-partial hx-target="#place" hx-swap="innerHTML">
{{ receipt("done", "500 points given.", focus=false) }}
</hx-partial>
{{ live("500 points given.") }}
"""


class Desk:
    """The pages, what they were asked, and how the next POST is answered."""

    def __init__(self) -> None:
        self.app = Flask("harness", root_path=str(ROOT), static_folder=None)
        self.asked: list[str] = []
        self.answer = 200
        self.held = Event()
        self.held.set()
        self.shortcuts_on = True
        self._dress()
        self._route()

    def _dress(self) -> None:
        environment = self.app.jinja_env
        environment.globals["static_url"] = lambda path: f"/static/{path}"
        environment.globals["csrf_token"] = lambda: "token"
        environment.filters["time_tag"] = str
        self.app.context_processor(lambda: {"shell": self._shell()})

        @self.app.after_request
        def restrict(response: Response) -> Response:
            self.asked.append(f"{request.method} {request.path}")
            response.headers["Content-Security-Policy"] = POLICY
            return response

    def _shell(self) -> Fake:
        programme = Fake(name="North", url="/programmes/1/", current=True)
        nav = [Fake(label="Audit log", url="/audit", icon="scroll-text", key="l", count=None, current=False)]
        return Fake(
            staff=Fake(name="Sam", role=Role.AGENT), programme=programme, programmes=[programme], nav=nav,
            environment=Fake(label="Sandbox", loud=True), data_as_of=None, theme="system", density="normal",
            banner=None, shortcuts_on=self.shortcuts_on, dialogs=Markup(self._dialogs()),
        )  # fmt: skip

    def _dialogs(self) -> str:
        template = self.app.jinja_env.get_template("layouts/_dialogs.html")
        return template.render(role=Role.AGENT, shortcuts_on=self.shortcuts_on, keys=(("Audit log", "l"),))

    def _route(self) -> None:
        app = self.app
        app.add_url_rule("/static/<path:path>", "static", lambda path: send_from_directory(STATIC, path))
        app.add_url_rule("/member", "member", lambda: self._page(MEMBER))
        app.add_url_rule("/audit", "audit", lambda: self._page(MEMBER))
        app.add_url_rule("/entry/<which>", "entry", lambda which: self._page(MEMBER))
        app.add_url_rule("/late", "late", lambda: ("", 503))
        app.add_url_rule("/poll", "poll", lambda: ("", 204))
        app.add_url_rule("/credit/form", "form", self._form)
        app.add_url_rule("/credit/form", "give", self._give, methods=["POST"])

    def _page(self, source: str) -> str:
        return render_template_string(source, late="late" in request.args, polling="polling" in request.args)

    def _form(self) -> tuple[str, dict[str, str]]:
        return render_template_string(DRAWER, problems=[], value=""), {"HX-Trigger": "open-drawer"}

    def _give(self) -> tuple[str, int, dict[str, str]]:
        self.held.wait(10)
        if self.answer == 422:
            problem = Fake(field="points", message="Enter the number of points")
            return render_template_string(FORM, problems=[problem], value=request.form["points"]), 422, {}
        if self.answer == 200:
            return render_template_string(DONE, amount=Decimal(500)), 200, {"HX-Trigger": "close-drawer"}
        return "", self.answer, {}


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """The desk's address while it is served on loopback."""
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
