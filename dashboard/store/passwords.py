"""Passwords: how they are hashed and which are refused. Knows no table and no connection.

Hashing follows OWASP ASVS 5.0, 11.4.2 (argon2id, 19 MiB, 2 passes, 1 lane; the parameters stand in the hash);
the rules follow 6.2: at least 15 characters, any characters, nothing cut off, no rules of composition.

What is refused as too common is honest but small: a shipped list of long obvious phrases, the usual short
passwords repeated or padded out, runs of the keyboard and the alphabet, and words of the product and of the
person. It is no list of breached passwords, because asking one would send part of the password out of the
house.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore
from unicodedata import normalize

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

MINIMUM_LENGTH = 15
MAXIMUM_LENGTH = 1024
"""Far above what people type (the standard asks for 128); only keeps a megabyte from being hashed."""

PRODUCT_WORDS = ("loyalty", "desk", "brevo", "console", "dashboard")

_hasher = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
_two_at_once = BoundedSemaphore(2)
"""Each hash takes 19 MiB and a core: a flood of sign-ins must not take them all."""

_DIGIT_RUNS = ("01234567890", "09876543210")
_LETTER_RUNS = tuple(
    run
    for row in (
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qwertzuiop",
        "azertyuiop",
    )
    for run in (row, row[::-1])
)
_LEET = str.maketrans("@4301!$5", "aaeoiiss")
_MINIMUM_OWN = 6
"""How many different characters must remain when all that is easy to guess is taken away."""


class WeakPassword(ValueError):  # noqa: N818 - says what happened
    """The password breaks a rule; the message says which."""


class Check(msgspec.Struct, frozen=True):
    """What looking at a password found."""

    right: bool
    rehashed: str | None = None
    """A hash of today's strength, to keep instead of a weaker one."""


def hash_password(password: str) -> str:
    """The hash to keep. Waits while two others are being made."""
    with _two_at_once:
        return _hasher.hash(_same_form(password))


def verify(stored: str | None, password: str) -> Check:
    """Check ``password``; without a stored hash takes as long, so that time tells nobody who exists."""
    given = _same_form(password)
    if len(given) > MAXIMUM_LENGTH:  # nobody's: cheap to tell, and the length is no secret
        return Check(right=False)
    nobody = _nobody()
    with _two_at_once:
        try:
            _hasher.verify(stored or nobody, given)
        except (VerificationError, InvalidHashError):
            return Check(right=False)
        if stored is None:
            return Check(right=False)
        return Check(right=True, rehashed=_hasher.hash(given) if _hasher.check_needs_rehash(stored) else None)


def require_strong(password: str, *, own_words: Iterable[str] = ()) -> None:
    """Refuse what is too short or easy to guess.

    :param own_words: the person's address and name.
    :raises WeakPassword: with what to do instead.
    """
    given = _same_form(password)
    if len(given) < MINIMUM_LENGTH:
        raise WeakPassword(f"Use {MINIMUM_LENGTH} or more characters.")
    if len(given) > MAXIMUM_LENGTH:
        raise WeakPassword(f"Use {MAXIMUM_LENGTH} or fewer characters.")
    if _is_easy(given, own_words):
        raise WeakPassword("This password is easy to guess. Use several words that do not belong together.")


def _same_form(password: str) -> str:
    """Keyboards differ in how they compose an accent; the password is the same (NFC)."""
    return normalize("NFC", password)


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def _is_easy(password: str, own_words: Iterable[str]) -> bool:
    """Whether little remains without common words, runs, and words of the person and the product."""
    own = (part for word in own_words for part in re.split(r"\W+", word))
    words = {*_common(), *PRODUCT_WORDS, *map(_squeezed, own)}
    rest = _squeezed(_without_runs(password, _DIGIT_RUNS))
    for word in sorted((word for word in words if len(word) >= 3), key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(set(_without_runs(rest, _LETTER_RUNS))) < _MINIMUM_OWN


def _squeezed(text: str) -> str:
    """Lower case, letters for look-alikes, no separators."""
    return re.sub(r"[\s._-]+", "", text.lower().translate(_LEET))


def _without_runs(text: str, runs: Iterable[str]) -> str:
    """``text`` without three or more characters that stand in that order in one of ``runs``."""
    in_run = [False] * len(text)
    for start in range(len(text) - 2):
        if any(text[start : start + 3] in run for run in runs):
            in_run[start : start + 3] = [True] * 3
    return "".join(c for c, gone in zip(text, in_run, strict=True) if not gone)


@cache
def _common() -> frozenset[str]:
    shipped = files("dashboard.store").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(_squeezed(line) for line in shipped.split())
