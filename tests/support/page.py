"""A browser without a screen: it opens pages, looks at them unasked, fills the forms it finds and sends them.

Every page it receives must be valid HTML5 with one ``<h1>``, a title, unique IDs, a label for every control
and a token in every form that posts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.test import TestResponse

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
_UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
_WITHOUT_TOKEN = {"/sign-in"}


class Visitor:
    """One browser with its cookies."""

    def __init__(self, app: Flask, base_url: str = "") -> None:
        demo = app.extensions["loyalty-desk"].settings.demo
        self.base_url = base_url or ("http://127.0.0.1:8000" if demo else "https://desk.example")
        self.client = app.test_client()

    def take_cookie(self, name: str, value: str) -> None:
        """Have this cookie from now on."""
        host = urlsplit(self.base_url)
        self.client.set_cookie(name, value, domain=host.hostname or "", secure=host.scheme == "https")

    def open(self, path: str, *, method: str = "GET", **options: object) -> TestResponse:
        """The bare answer; nothing is checked and no redirect followed."""
        headers = {**SAME_ORIGIN, **dict(options.pop("headers", None) or {})}  # type: ignore[call-overload]
        # Buffered: what the console does once an answer has left is done when this returns.
        return self.client.open(
            path,
            method=method,
            base_url=self.base_url,
            headers=headers,
            buffered=True,
            **options,  # type: ignore[arg-type]
        )

    def get(self, path: str, *, status: int = 200) -> Page:
        """Open a page, follow its redirects and check what came."""
        return self._land(self.open(path), path, status)

    def fragment(self, path: str, *, status: int = 200) -> Fragment:
        """Ask for a part of a page as htmx does."""
        response = self.open(path, headers=HTMX)
        assert response.status_code == status, f"{path}: {response.status}\n{response.text[:500]}"
        return Fragment(self, response, path)

    def post(
        self,
        path: str,
        data: Mapping[str, str],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send fields to ``path`` with the session's token, follow a 303, check the page that came."""
        response = self.open(path, method="POST", data=dict(data), headers=dict(headers or {}))
        return self._land(response, path, status)

    def sign_in(self, email: str, password: str, *, status: int | None = None) -> TestResponse:
        """Send the sign-in form. ``status`` is 303 unless something else is expected."""
        page = self.get("/sign-in")
        response = page.form("Sign in").fill({"E-mail": email, "Password": password}).send_raw()
        assert response.status_code == (status or 303), response.text
        return response

    def token(self) -> str:
        """A token of the present session, read from a page."""
        page = self.get("/account/")
        return next(field.get("value", "") for field in page.all("input") if field.get("name") == "_token")

    def _land(self, response: TestResponse, path: str, status: int) -> Page:
        hops = 0
        while response.status_code in {302, 303, 308} and status not in {302, 303, 308}:
            hops += 1
            assert hops < 6, f"{path} leads in circles"
            path = response.headers["Location"]
            response = self.open(path)
        assert response.status_code == status, f"{path}: {response.status}\n{response.text[:800]}"
        page = Page(self, response, path)
        page.check()
        return page


@dataclass
class Fragment:
    """A part of a page, parsed strictly."""

    visitor: Visitor
    response: TestResponse
    path: str
    root: Element = field(init=False)

    def __post_init__(self) -> None:
        self.root = self._parse()

    def _parse(self) -> Element:
        parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
        root: Element = parser.parseFragment(self.response.text)
        assert not parser.errors, f"{self.path} is not valid HTML: {parser.errors[:3]}"
        return root

    @property
    def text(self) -> str:
        """What can be read, with single spaces."""
        return _text(self.root)

    def all(self, tag: str) -> list[Element]:
        """Every element of that name."""
        return list(self.root.iter(tag))

    def by_id(self, id_: str) -> Element:
        """The element with this ID."""
        return next(element for element in self.root.iter() if element.get("id") == id_)

    def buttons(self) -> list[str]:
        """What the buttons say."""
        return [_text(button) for button in self.all("button")]

    def links(self) -> dict[str, str]:
        """Address by text of each link."""
        return {_text(link): link.get("href", "") for link in self.all("a")}

    def pairs(self) -> dict[str, str]:
        """Value by name of every description list."""
        lists = [pair for element in self.all("dl") for pair in element.iter("div")]
        return {
            _text(pair[0]): _text(pair[1]) for pair in lists if [child.tag for child in pair] == ["dt", "dd"]
        }

    def form(self, button: str) -> Form:
        """The form that has a button saying ``button``."""
        for form in self.all("form"):
            for element in form.iter("button"):
                if _text(element).startswith(button):
                    return Form(self, form, element)
        raise AssertionError(f"{self.path} has no form with a button {button!r}; buttons: {self.buttons()}")

    def label_of(self, control: Element) -> str:
        """The label, legend or aria-label of a control."""
        wrapped = [label for label in self.all("label") if control in list(label.iter())]
        named = [
            label for label in self.all("label") if label.get("for") and label.get("for") == control.get("id")
        ]
        return " ".join(_text(label) for label in named + wrapped) or control.get("aria-label", "")


class Page(Fragment):
    """A whole page."""

    def _parse(self) -> Element:
        parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
        root: Element = parser.parse(self.response.text)
        assert not parser.errors, f"{self.path} is not valid HTML: {parser.errors[:3]}"
        return root

    @property
    def title(self) -> str:
        return _text(self.all("title")[0])

    @property
    def h1(self) -> str:
        return _text(self.all("h1")[0])

    @property
    def main(self) -> str:
        """What can be read in the page's own part."""
        return _text(self.all("main")[0])

    def check(self) -> None:
        """What must hold for every page."""
        assert self.response.mimetype == "text/html", f"{self.path} is {self.response.mimetype}"
        assert len(self.all("h1")) == 1, f"{self.path} has {len(self.all('h1'))} <h1>"
        assert self.title.endswith("· Loyalty Desk"), f"{self.path} is titled {self.title!r}"
        assert len(self.title) > len("· Loyalty Desk") + 1, f"{self.path} has an empty title"
        ids = [element.get("id") for element in self.root.iter() if element.get("id")]
        twice = {id_ for id_ in ids if ids.count(id_) > 1}
        assert not twice, f"{self.path} uses IDs twice: {twice}"
        for control in [*self.all("input"), *self.all("select"), *self.all("textarea")]:
            if control.get("type") not in _UNLABELLED:
                assert self.label_of(control), f"{self.path}: {control.get('name')} has no label"
        for form in self.all("form"):
            self._check_form(form)

    def _check_form(self, form: Element) -> None:
        if form.get("method", "get").lower() != "post":
            return
        action = urljoin(self.path, form.get("action") or self.path)
        names = [control.get("name") for control in form.iter("input")]
        public = action in _WITHOUT_TOKEN or action.startswith("/set-password/")
        assert public or "_token" in names, f"{self.path}: the form to {action} has no token"


class Form:
    """A form as it was rendered, to be filled and sent."""

    def __init__(self, page: Fragment, element: Element, button: Element) -> None:
        self._page = page
        self._element = element
        self.action = urljoin(page.path, element.get("action") or page.path)
        self.values = dict(self._rendered())
        if button.get("name"):
            self.values[button.get("name", "")] = button.get("value", "")

    def fill(self, values: Mapping[str, str]) -> Form:
        """Type ``values`` by label or by name; for radios give the choice by the legend."""
        for label, value in values.items():
            name, chosen = self._find(label, value)
            if chosen is None:
                self.values.pop(name, None)
            else:
                self.values[name] = chosen
        return self

    def send(self, *, status: int = 200) -> Page:
        """Send it, follow the 303, check the page that comes."""
        return self._page.visitor.post(self.action, self.values, status=status)

    def send_raw(self, *, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Send it; the bare answer."""
        return self._page.visitor.open(
            self.action, method="POST", data=self.values, headers=dict(headers or {})
        )

    def send_htmx(self, *, path: str | None = None, status: int = 200) -> Fragment:
        """Send it as htmx does, to its ``hx-post``."""
        action = path or urljoin(self._page.path, self._element.get("hx-post") or self.action)
        response = self._page.visitor.open(action, method="POST", data=self.values, headers=HTMX)
        assert response.status_code == status, f"{action}: {response.status}\n{response.text[:800]}"
        return Fragment(self._page.visitor, response, action)

    def _controls(self) -> list[Element]:
        return [element for element in self._element.iter() if element.tag in {"input", "select", "textarea"}]

    def _rendered(self) -> list[tuple[str, str]]:
        found = []
        for control in self._controls():
            name, kind = control.get("name"), control.get("type", "text")
            if not name or (kind in {"radio", "checkbox"} and control.get("checked") is None):
                continue
            if control.tag == "textarea":
                value = (control.text or "").removeprefix("\n")
            elif control.tag == "select":
                options = list(control.iter("option"))
                chosen = [option for option in options if option.get("selected") is not None] or options[:1]
                value = chosen[0].get("value", _text(chosen[0])) if chosen else ""
            else:
                value = control.get("value", "on" if kind in {"radio", "checkbox"} else "")
            found.append((name, value))
        return found

    def _find(self, label: str, value: str) -> tuple[str, str | None]:
        for control in self._controls():
            name, kind = control.get("name", ""), control.get("type", "text")
            own = self._page.label_of(control)
            if (
                kind == "radio"
                and label in {name, self._legend(control)}
                and value in {own, control.get("value")}
            ):
                return name, control.get("value", "on")
            if kind == "checkbox" and label in {name, own}:
                return name, control.get("value", "on") if value else None
            if kind not in {"radio", "checkbox", "hidden"} and (label == name or own.startswith(label)):
                return name, value
            if kind == "hidden" and label == name:
                return name, value
        labels = [self._page.label_of(control) or control.get("name") for control in self._controls()]
        raise AssertionError(
            f"The form to {self.action} has no field {label!r} for {value!r}; fields: {labels}"
        )

    def _legend(self, control: Element) -> str:
        for fieldset in self._element.iter("fieldset"):
            if control in list(fieldset.iter()):
                return _text(next(fieldset.iter("legend")))
        return ""


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
