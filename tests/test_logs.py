"""What the log holds, seen from outside: a process of its own writes it, the test reads its stderr."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

SECRET = "xkeysib-0123456789abcdef"


def written(code: str, configure: str = "") -> str:
    """What a process writes to stderr when it configures its log and then runs ``code``."""
    script = "\n".join(
        [
            "import logging, structlog",
            "from dashboard import logs",
            f"logs.configure({configure})",
            "log = structlog.get_logger()",
            code,
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stderr


def record(code: str, configure: str = "") -> dict[str, object]:
    (line,) = written(code, configure).splitlines()
    parsed = json.loads(line)
    assert isinstance(parsed, dict)
    return parsed


def test_a_line_is_one_json_object_with_utc_time_in_milliseconds():
    line = record("log.info('signed in', outcome='done', tries=2)")

    assert (line["event"], line["level"], line["outcome"], line["tries"]) == ("signed in", "info", "done", 2)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line["timestamp"]))


def test_a_library_writes_the_same_lines():
    line = record("logging.getLogger('gunicorn.error').warning('worker %s went', 7)")

    assert (line["event"], line["level"], line["logger"]) == ("worker 7 went", "warning", "gunicorn.error")


def test_the_number_of_the_request_stands_in_every_line():
    code = "structlog.contextvars.bind_contextvars(request_id='ab12')\n"

    assert record(code + "log.info('ours')")["request_id"] == "ab12"
    assert record(code + "logging.getLogger('theirs').warning('x')")["request_id"] == "ab12"


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "api-key",
        "BREVO_API_KEY",
        "Cookie",
        "set-cookie",
        "password",
        "SECRET_KEY",
        "csrf_token",
        "_token",
    ],
)
def test_a_value_under_a_secret_name_is_hidden(name):
    assert record(f"log.info('x', **{{{name!r}: 'canary'}})")[name] == "[hidden]"


def test_a_secret_deep_inside_a_value_is_hidden():
    line = record("log.info('x', headers={'api-key': 'canary', 'accept': ['json']})")

    assert line["headers"] == {"api-key": "[hidden]", "accept": ["json"]}


@pytest.mark.parametrize(
    "text",
    [
        "header api-key: canary",
        "Authorization: Bearer canary",
        "Cookie: theme=dark; session=canary",
        'body {"password": "canary"}',
        "GET /set-password?token=canary&next=1",
    ],
)
def test_a_secret_in_a_sentence_is_hidden(text):
    assert "canary" not in written(f"log.info({text!r})")
    assert "canary" not in written(f"logging.getLogger('theirs').warning({text!r})")


def test_a_known_secret_is_hidden_wherever_it_stands():
    code = f"log.info('sent {SECRET} off', detail=['{SECRET}'])\nlogging.warning('{SECRET}')"

    assert SECRET not in written(code, f"secrets=['{SECRET}']")


def test_a_short_key_does_not_hide_a_word_of_the_language():
    assert record("log.info('the sandbox answers')", "secrets=['sandbox']")["event"] == "the sandbox answers"


def test_an_email_address_is_masked_but_its_domain_is_kept():
    assert record("log.info('found anna.berg@example.com')")["event"] == "found a***@example.com"


def test_a_traceback_hides_secrets_too():
    raising = f"raise ValueError('key {SECRET}, anna@example.com')"
    code = f"try:\n    {raising}\nexcept ValueError:\n    log.exception('failed')"

    line = record(code, f"secrets=['{SECRET}']")

    assert "ValueError: key [hidden], a***@example.com" in str(line["exception"])


@pytest.mark.parametrize("human", ["", "human=True"])
@pytest.mark.parametrize(
    ("unsafe", "spelled"),
    [
        ("a\nb", r"a\nb"),
        ("a\r\nb", r"a\r\nb"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31mred", r"\x9b31mred"),
        ("\u202eevil", r"\u202eevil"),
        ("\u2066a\u2069", r"\u2066a\u2069"),
        ("a\u2028b", r"a\u2028b"),
        ("a\x7fb", r"a\x7fb"),
        ("\ud800", r"\ud800"),
    ],
)
def test_text_from_outside_cannot_start_a_line_or_paint_the_terminal(unsafe, spelled, human):
    text = written(f"log.info('name', value={unsafe!r})", human)

    assert text.count("\n") == 1
    assert spelled in (text if human else str(json.loads(text)["value"]))


def test_names_in_every_script_stay_readable():
    assert record("log.info('x', value='Αθηνά 王 محمد')")["value"] == "Αθηνά 王 محمد"


def test_a_terminal_gets_plain_lines_with_the_traceback_indented():
    code = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception('failed', step='create')"

    first, *rest = written(code, "human=True").splitlines()

    assert re.fullmatch(r"\d\d:\d\d:\d\d error    failed  step=create", first)
    assert all(line.startswith("  ") for line in rest)
    assert "ZeroDivisionError" in rest[-1]


def test_lines_below_the_asked_level_are_left_out():
    quiet = written(
        "log.info('a')\nlogging.getLogger('b').info('c')\nlog.warning('d')", "level=logging.WARNING"
    )

    assert [json.loads(line)["event"] for line in quiet.splitlines()] == ["d"]


def test_remote_addresses_that_the_http_library_logs_are_left_out():
    assert written("logging.getLogger('httpx').info('GET /contacts/anna%40example.com')") == ""
