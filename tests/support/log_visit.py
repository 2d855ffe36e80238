"""Uses and abuses a console whose log is that of production. Run as a process: its stderr is what was logged.

Prints the session's token and a form's token, both made at random.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from dashboard import logs
from tests.support import app as support
from tests.support.app import Desk
from tests.support.page import Visitor

CANARIES = {
    "api key": "canary-api-key-4f1c",
    "secret key": "canary-secret-key-that-is-long-enough-90ab",
    "wrong password": "canary-wrong-password",
    "new password": "canary-new-password-typed",
    "e-mail": "canary.mail@customer.example",
    "searched": "canary-customer-name",
    "query string": "canary-in-the-query",
    "path": "canary-in-the-path",
    "link token": "canary-link-token",
    "foreign cookie": "canary-cookie-value",
    "authorization": "canary-authorization",
    "form token": "canary-form-token",
    "kept text": "canary-kept-note",
}
BIDI = "\u202e"
ONE_LINE_ATTACK = '{"event": "forged"}\x1b[31m' + BIDI + " evil"
ATTACK = "\r\n" + ONE_LINE_ATTACK
HEADERS = {"Authorization": f"Bearer {CANARIES['authorization']}", "X-Request-Id": "forged-number"}


def main() -> None:
    """The whole visit."""
    support.SECRET = CANARIES["secret key"]
    logs.configure(secrets=(CANARIES["api key"], CANARIES["secret key"]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = support.make_template(folder)
        changes = {"api_key": CANARIES["api key"], "secret_keys": (CANARIES["secret key"],)}
        with support.running(template, folder, **changes) as desk:
            visitor = desk.visitor()
            visitor.client.environ_base["HTTP_USER_AGENT"] = "Browser" + ONE_LINE_ATTACK
            visitor.take_cookie("other", CANARIES["foreign cookie"])
            visitor.take_cookie("session", CANARIES["foreign cookie"])
            _from_outside(visitor)
            _from_inside(visitor)
            _break(desk, visitor)


def _from_outside(visitor: Visitor) -> None:
    visitor.open(f"/account/?q={CANARIES['query string']}&mail={CANARIES['e-mail']}", headers=HEADERS)
    visitor.open(f"/{CANARIES['path']}")
    visitor.open(f"/set-password/{CANARIES['link token']}")
    visitor.open("/%0d%0a%1b[31m" + ONE_LINE_ATTACK)
    wrong = CANARIES["wrong password"]
    _send(visitor, "/sign-in", {"email": CANARIES["e-mail"] + ATTACK, "password": wrong})
    _send(visitor, "/account/password", {"current": wrong, "password": CANARIES["new password"]})
    _send(visitor, "/account/preferences", {"theme": CANARIES["kept text"]})


def _from_inside(visitor: Visitor) -> None:
    visitor.sign_in("sam@demo.example", support.PASSWORD)
    cookie = visitor.client.get_cookie("session", domain="127.0.0.1")
    assert cookie is not None
    print(cookie.value)
    print(visitor.token())
    stale = {"theme": CANARIES["searched"], "_token": CANARIES["form token"]}
    _send(visitor, "/account/preferences", stale)
    _send(visitor, "/account/preferences", {ATTACK: ATTACK, CANARIES["searched"]: "1"})
    foreign = {"Sec-Fetch-Site": f"evil{ONE_LINE_ATTACK}", "Origin": f"https://evil{ONE_LINE_ATTACK}"}
    visitor.open("/sign-out", method="POST", data={"_token": "x"}, headers=foreign)
    report = {"csp-report": {"effective-directive": ATTACK, "document-uri": CANARIES["e-mail"]}}
    visitor.client.post("/csp-report", json=report)


def _break(desk: Desk, visitor: Visitor) -> None:
    def broken() -> str:
        raise RuntimeError(f"broken {ATTACK} {CANARIES['api key']} password={CANARIES['new password']}")

    desk.app.view_functions["health.show"] = broken
    visitor.open("/healthz")


def _send(visitor: Visitor, path: str, data: dict[str, str]) -> None:
    visitor.open(path, method="POST", data=data, headers=HEADERS)


if __name__ == "__main__":
    main()
