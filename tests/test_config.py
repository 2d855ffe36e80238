"""Settings are read once, typed, and refused in one line that says what to do."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest

from dashboard import config
from dashboard.config import ConfigError, from_environment

ROOT = Path(__file__).parent.parent
KEY = "k" * 32
NEEDED = {"BREVO_API_KEY": "xkeysib-1", "SECRET_KEY": KEY}


def settings(**environment: str):
    return from_environment({**NEEDED, **environment})


def refusal(**environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        settings(**environment)
    return str(caught.value)


def test_a_key_and_a_secret_are_enough_to_start():
    read = settings()

    assert read.api_key == "xkeysib-1"
    assert read.api_url == "https://api.brevo.com/v3"
    assert read.database_url == "sqlite:///var/loyalty-desk.db"
    assert read.audit_anchors == Path("var/audit-anchors.jsonl")
    assert (read.timezone.key, str(read.locale), read.phone_region) == ("UTC", "en_GB", "GB")
    assert (read.program_id, read.demo, read.is_real_remote) == (None, False, True)


def test_every_setting_can_be_set():
    read = settings(
        BREVO_API_URL="http://127.0.0.1:9100/v3/",
        BREVO_PROGRAM_ID="6f1e0c8e-7d7b-4a0c-9c1d-2f4a5b6c7d8e",
        DATABASE_URL="postgresql://desk@db/desk",
        TIMEZONE="Europe/Paris",
        LOCALE="fr-FR",
        PHONE_REGION="FR",
        PACE="2",
    )

    assert read.api_url == "http://127.0.0.1:9100/v3"
    assert read.program_id == UUID("6f1e0c8e-7d7b-4a0c-9c1d-2f4a5b6c7d8e")
    assert read.database_url == "postgresql+psycopg://desk@db/desk"
    assert (read.timezone.key, str(read.locale), read.phone_region) == ("Europe/Paris", "fr_FR", "FR")
    assert read.pace == 2
    assert not read.is_real_remote


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "[::1]", "localhost"])
def test_only_this_machine_may_be_reached_without_tls(host):
    assert settings(BREVO_API_URL=f"http://{host}:9100/v3").api_url == f"http://{host}:9100/v3"


def test_settings_do_not_change_after_the_start():
    with pytest.raises(AttributeError, match="immutable"):
        settings().api_key = "another"


@pytest.mark.parametrize("name", ["BREVO_API_KEY", "SECRET_KEY"])
def test_a_missing_setting_is_named_with_what_to_set(name):
    assert re.fullmatch(rf"{name} is not set\. Set it, or {name}_FILE, to .+\.", refusal(**{name: " "}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BREVO_API_URL", "ftp://api.brevo.com"),
        ("BREVO_API_URL", "api.brevo.com/v3"),
        ("BREVO_API_URL", "http://api.brevo.com/v3"),
        ("BREVO_API_URL", "http://127.0.0.1.example.com/v3"),
        ("BREVO_API_URL", "https://name:word@api.brevo.com/v3"),
        ("BREVO_API_URL", "https://api.brevo.com/v3?key=1"),
        ("BREVO_API_URL", "https://api.brevo.com:99999/v3"),
        ("BREVO_API_URL", "http://[::1/v3"),
        ("AUDIT_ANCHORS", "/var/lib/"),
        ("AUDIT_ANCHORS", "/dev/null/anchors"),
        ("AUDIT_ANCHORS", "a" * 300),  # refused by the system even to root, as a closed folder is to others
        ("BREVO_CA", "/etc/ssl/ca.pem"),
        ("BREVO_CA", "Zoë's certificate"),
        ("BREVO_CA", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        ("BREVO_PROGRAM_ID", "gold"),
        ("PACE", "0"),
        ("PACE", "1.5"),
        ("PACE", "٣"),
        ("PACE", "10000"),
        ("DATABASE_URL", "mysql://db/desk"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", f"{KEY},short"),
        ("SECRET_KEY", ","),
        ("TIMEZONE", "Europe/Atlantis"),
        ("TIMEZONE", "../etc/passwd"),
        ("LOCALE", "xx_YY"),
        ("PHONE_REGION", "UK"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_names_the_setting(name, value):
    line = refusal(**{name: value})

    assert line.startswith(name)
    assert "\n" not in line


def test_a_refused_secret_is_not_repeated():
    assert "hunter2" not in refusal(SECRET_KEY="hunter2")


def test_a_second_secret_still_verifies():
    assert settings(SECRET_KEY=f"{'n' * 32}, {KEY}").secret_keys == ("n" * 32, KEY)


def test_a_value_can_stand_in_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("from-a-file\n")

    assert settings(BREVO_API_KEY="", BREVO_API_KEY_FILE=str(file)).api_key == "from-a-file"


def test_a_private_authority_can_stand_in_its_file(authority):
    assert settings(BREVO_CA_FILE=str(authority.file)).authorities == authority.pem.strip()


def test_a_value_and_a_file_for_it_contradict_each_other(tmp_path):
    assert refusal(TIMEZONE="UTC", TIMEZONE_FILE=str(tmp_path / "zone")) == (
        "TIMEZONE and TIMEZONE_FILE are both set. Keep one of them."
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    line = refusal(SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "absent"))

    assert line.startswith("SECRET_KEY_FILE cannot be read:")
    assert "absent" in line


def _names_that_are_read() -> set[str]:
    """Which names the reader asks for, found by giving it an environment that remembers."""
    asked: set[str] = set()

    class Remembering(dict[str, str]):
        def get(self, name, default=None):
            asked.add(name)
            return super().get(name, default)

    from_environment(Remembering(NEEDED))
    return asked


def _documented(text: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text, re.MULTILINE))


def test_each_setting_can_come_from_a_file():
    names = _names_that_are_read()
    plain = {name for name in names if not name.endswith("_FILE")}

    assert names == plain | {f"{name}_FILE" for name in plain}


@pytest.mark.parametrize(
    ("file", "pattern"), [(".env.example", r"^([A-Z_]+)="), ("README.md", r"^\| `([A-Z_]+)` \|")]
)
def test_the_documents_list_exactly_the_settings_that_are_read(file, pattern):
    plain = {name for name in _names_that_are_read() if not name.endswith("_FILE")}

    assert _documented((ROOT / file).read_text(encoding="utf-8"), pattern) == plain


def test_the_example_shows_the_defaults():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert from_environment({**example, **NEEDED}) == from_environment(NEEDED)
    assert example["BREVO_API_URL"] == config.REAL_API_URL
    assert example["AUDIT_ANCHORS"] == config.DEFAULT_AUDIT_ANCHORS
    assert example["DATABASE_URL"] == config.DEFAULT_DATABASE_URL
