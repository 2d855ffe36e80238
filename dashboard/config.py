"""The console's settings: read once from the environment, typed, refused at start when wrong.

Every name may also be given as ``NAME_FILE``, the path of a file that holds the value, so that
secrets need not stand in the environment. ``.env.example`` lists all of them.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from stat import S_ISDIR
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import phonenumbers
from babel import Locale, UnknownLocaleError

REAL_API_URL = "https://api.brevo.com/v3"
DEFAULT_DATABASE_URL = "sqlite:///var/loyalty-desk.db"
DEFAULT_AUDIT_ANCHORS = "var/audit-anchors.jsonl"
MINIMUM_SECRET_LENGTH = 32


class ConfigError(Exception):
    """A setting is missing or wrong; the message is one line that names it and says what to do."""


class Settings(msgspec.Struct, frozen=True):
    """What the console runs with. Build it with :func:`from_environment`."""

    api_key: str
    api_url: str
    database_url: str
    secret_keys: tuple[str, ...]
    """The first signs; all of them verify, so that a key can be rotated."""
    timezone: ZoneInfo
    locale: Locale
    phone_region: str
    audit_anchors: Path
    """Where the heads of the audit record are kept besides the database."""
    authorities: str | None = None
    """Certificates (PEM) to trust for ``api_url`` instead of the public authorities'."""
    program_id: UUID | None = None
    """The programme to open first; any active one when not set."""
    pace: int = 1
    """How many times the usual pace of changes and searches is allowed; see :mod:`dashboard.store.pace`."""
    demo: bool = False
    """Started by ``loyalty-desk demo``: demo accounts may sign in, cookies work on plain http."""

    @property
    def is_real_remote(self) -> bool:
        """Whether the remote is Brevo itself rather than a stand-in."""
        return urlsplit(self.api_url).hostname == urlsplit(REAL_API_URL).hostname


def from_environment(environment: Mapping[str, str], *, demo: bool = False) -> Settings:
    """Read the settings from ``environment``.

    :raises ConfigError: naming the first setting that is missing or wrong.
    """
    read = _Reader(environment)
    return Settings(
        api_key=read.required("BREVO_API_KEY", "the key of your Brevo account"),
        api_url=_api_url(read.optional("BREVO_API_URL", REAL_API_URL)),
        database_url=_database_url(read.optional("DATABASE_URL", DEFAULT_DATABASE_URL)),
        secret_keys=_secret_keys(read.required("SECRET_KEY", "a random text of 32 or more characters")),
        timezone=_timezone(read.optional("TIMEZONE", "UTC")),
        locale=_locale(read.optional("LOCALE", "en_GB")),
        phone_region=_phone_region(read.optional("PHONE_REGION", "GB")),
        audit_anchors=_file("AUDIT_ANCHORS", read.optional("AUDIT_ANCHORS", DEFAULT_AUDIT_ANCHORS)),
        authorities=_authorities(read.optional("BREVO_CA", "")),
        program_id=_program_id(read.optional("BREVO_PROGRAM_ID", "")),
        pace=_pace(read.optional("PACE", "1")),
        demo=demo,
    )


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def optional(self, name: str, default: str) -> str:
        return self._value(name) or default

    def required(self, name: str, what: str) -> str:
        value = self._value(name)
        if not value:
            raise ConfigError(f"{name} is not set. Set it, or {name}_FILE, to {what}.")
        return value

    def _value(self, name: str) -> str:
        plain = self._environment.get(name, "").strip()
        path = self._environment.get(f"{name}_FILE", "").strip()
        if plain and path:
            raise ConfigError(f"{name} and {name}_FILE are both set. Keep one of them.")
        if not path:
            return plain
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{name}_FILE cannot be read: {error}.") from error


def _api_url(value: str) -> str:
    example = f"BREVO_API_URL must be an address such as {REAL_API_URL}."
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ConfigError(example) from error
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or port == 0
        or parts.query
        or parts.fragment
    ):
        raise ConfigError(example)
    if parts.username or parts.password:
        raise ConfigError("BREVO_API_URL must not contain a name or password.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ConfigError("BREVO_API_URL must start with https:// unless it is on this machine.")
    return value.rstrip("/")


def _authorities(value: str) -> str | None:
    if not value:
        return None
    try:
        ssl.create_default_context(cadata=value)
    except (ssl.SSLError, TypeError) as error:
        raise ConfigError(
            "BREVO_CA must be certificates as plain PEM text; BREVO_CA_FILE names a file of them."
        ) from error
    return value


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _database_url(value: str) -> str:
    if value.startswith(("sqlite:///", "postgresql+psycopg://")):
        return value
    if value.startswith("postgresql://"):
        return value.replace("postgresql://", "postgresql+psycopg://", 1)
    raise ConfigError("DATABASE_URL must start with sqlite:/// or postgresql://.")


def _secret_keys(value: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in value.split(",") if part.strip())
    if not keys or any(len(key) < MINIMUM_SECRET_LENGTH for key in keys):
        raise ConfigError(
            f"SECRET_KEY is too short. Use {MINIMUM_SECRET_LENGTH} or more random characters; "
            "separate an old key that still verifies by a comma."
        )
    return keys


def _timezone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"TIMEZONE {value!r} is not known. Use a name such as Europe/London.") from error


def _locale(value: str) -> Locale:
    try:
        return Locale.parse(value.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise ConfigError(f"LOCALE {value!r} is not known. Use a name such as en_GB.") from error


def _phone_region(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ConfigError(f"PHONE_REGION {value!r} is not known. Use a country code such as GB.")
    return value


def _file(name: str, value: str) -> Path:
    path = Path(value)
    try:
        is_folder = value.endswith("/") or S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:  # it is made when it is needed
        is_folder = False
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name} names no file we can reach: {error}.") from error
    if is_folder:
        raise ConfigError(f"{name} must name a file; {value} is a folder.")
    return path


def _pace(value: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", value) or int(value) == 0:
        raise ConfigError("PACE must be a whole number from 1 to 9999.")
    return int(value)


def _program_id(value: str) -> UUID | None:
    if not value:
        return None
    try:
        return UUID(value)
    except ValueError as error:
        raise ConfigError("BREVO_PROGRAM_ID must be the UUID of a loyalty programme.") from error
