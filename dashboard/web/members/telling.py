"""What a transaction was, from the free data that came with it. Pure.

``meta`` is whatever the shop's systems wrote; no name in it is documented. Names that mean the same in many
shops are recognised, everything else is told as it stands, and what is not there is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

_KINDS = ("type", "kind")
_SUBJECTS = ("reason", "campaign", "reward", "description", "label", "title", "event")
_PLACES = ("shop", "store", "location", "channel")
_WHO = ("till", "pos", "terminal", "agent", "by", "source")
_NOT_SHOWN = re.compile(r"intent|token|secret|e-?mail|phone", re.IGNORECASE)
_JOINTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.]+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DETAILS = 3
_LONGEST = 80


class Telling(msgspec.Struct, frozen=True):
    """One transaction in words; empty texts where nothing is said."""

    what: str
    detail: str
    by: str


def tell(meta: Mapping[str, object]) -> Telling:
    """Read ``meta``."""
    texts = {name: text for name, value in meta.items() if (text := flat(value))}
    by_name = {name.lower(): name for name in texts}
    kind, subject, place, who = (_first(by_name, names) for names in (_KINDS, _SUBJECTS, _PLACES, _WHO))
    said = {by_name[name] for name in (*_KINDS, *_WHO) if name in by_name} | {subject, place}
    return Telling(
        what=_what(*(texts[name] if name else "" for name in (kind, subject, place))),
        detail=" · ".join(list(_facts(texts, said))[:_DETAILS]),
        by=sentence(texts[who]) if who else "",
    )


def facts(meta: Mapping[str, object]) -> list[tuple[str, str]]:
    """Name and text of all that came with a transaction and may be shown."""
    texts = {name: text for name, value in meta.items() if (text := flat(value))}
    return [
        (sentence(_words(name).lower()), text) for name, text in texts.items() if not _NOT_SHOWN.search(name)
    ]


def flat(value: object) -> str:
    """A flat value as one short line; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return ""
    line = " ".join(str(value).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def sentence(text: str) -> str:
    """With a capital at the start."""
    return text[:1].upper() + text[1:]


def inside_a_sentence(text: str) -> str:
    """Without the capital at the start; words in capitals stay."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _first(by_name: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((by_name[name] for name in names if name in by_name), None)


def _what(kind: str, subject: str, place: str) -> str:
    head, about = (_words(text) if _is_code(text) else text for text in (kind, subject))
    if head and about:
        return sentence(f"{head}: {about}")
    if head and place:
        return sentence(f"{head}, {place}")
    return sentence(head or about or place)


def _facts(texts: Mapping[str, str], said: set[str | None]) -> Iterator[str]:
    """What else is said, as "Order 88213"; nothing secret, about a person, or only meant for machines."""
    for name, text in texts.items():
        if name not in said and not _NOT_SHOWN.search(name) and not _UUID.fullmatch(text):
            yield f"{sentence(_words(name).lower())} {text}"


def _is_code(text: str) -> bool:
    """Whether a text is a code such as ``wrong_item`` rather than words."""
    return " " not in text and "_" in text


def _words(code: str) -> str:
    return flat(_JOINTS.sub(" ", code))
