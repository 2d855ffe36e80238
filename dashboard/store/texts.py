"""Which texts that people type may be kept."""

from __future__ import annotations

from unicodedata import category

_TURNS_TEXT_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shows_what_it_is(text: str, *, lines: bool = False) -> bool:
    """Whether ``text`` has no control characters and none that show other text in another order.

    Joiners and direction marks are fine: Persian, Hindi and many emoji need them.

    :param lines: whether line breaks and tabs are fine too.
    """
    allowed = "\n\t" if lines else ""
    return not any(
        c in _TURNS_TEXT_AROUND or (c not in allowed and category(c) in {"Cc", "Cs", "Zl", "Zp"})
        for c in text
    )
