"""What can go wrong on the way, on order: the next calls that match a method and path.

``applied`` says whether the operation runs before the answer goes wrong; each kind has its usual value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import count
from threading import Lock
from types import MappingProxyType
from typing import Final

KINDS: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "delay": True,  # wait `seconds`, then apply and answer
        "apply_then_delay": True,  # apply, wait `seconds`, then answer
        "status": False,  # answer `status` with an error body
        "apply_then_status": True,
        "drop_before": False,  # close without an answer
        "apply_then_drop": True,
        "reset_before": False,  # close by a TCP reset
        "apply_then_reset": True,
        "truncate": True,  # stop in the middle of the body
        "garbage": True,  # bytes that are no HTTP
        "not_json": True,  # a 200 whose body is no JSON
        "empty": True,  # a 200 without a body
        "foreign": True,  # the answer of somebody else's request
        "stray": True,  # the answer, and then another nobody asked for
        "drip": True,  # the body, byte by byte, `seconds` in all
        "slow_headers": True,  # the head, byte by byte, `seconds` in all
        "html": False,  # a gateway's page with `status`
        "redirect": False,  # 302 to somewhere else
        "huge": True,  # a body of `megabytes`
        "gzip_bomb": True,  # the same, compressed to almost nothing
    }
)
"""Every kind, and whether the operation is applied."""


class BadFault(ValueError):  # noqa: N818 -- says what it is
    """The fault is not one; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fault is matched with: a call below ``/v3``, and the contact it is about (0 for none)."""

    method: str
    path: str
    operation: str
    contact: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """One order. It holds for the ``times`` matching calls after the first ``skip``; for ever when 0.

    ``path`` is a shell pattern over the path below ``/v3`` (``*`` matches slashes too) or an operation's
    name such as ``completeTransaction``. ``contact`` narrows it to the calls about one contact.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    contact: int = 0
    """0 is anybody."""
    times: int = 1
    skip: int = 0
    seconds: float = 1.0
    status: int = 500
    megabytes: int = 2
    headers: Mapping[str, str] = field(default_factory=dict)
    """More headers of an ordered status or page: a budget's reset that is no number, say."""
    number: int = 0
    """Given by the book."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadFault(f"kind must be one of {', '.join(KINDS)}")
        if self.times < 0 or self.skip < 0 or not 0 <= self.seconds <= 3_600:
            raise BadFault("times, skip and seconds must not be negative, seconds at most 3600")
        if not 100 <= self.status <= 599 or not 1 <= self.megabytes <= 200:
            raise BadFault("status must be from 100 to 599, megabytes from 1 to 200")

    @property
    def applied(self) -> bool:
        return KINDS[self.kind]

    def answered(self, status: int) -> int | None:
        """The status the client sees where the operation answered ``status``; None for no answer."""
        if self.kind.endswith(("drop", "drop_before", "reset", "reset_before", "garbage")):
            return None
        if self.kind == "redirect":
            return 302
        return self.status if self.kind in {"status", "apply_then_status", "html"} else status

    def matches(self, asked: Asked) -> bool:
        return (
            self.method in {"*", asked.method}
            and (asked.operation == self.path or fnmatchcase(asked.path, self.path))
            and self.contact in {0, asked.contact}
        )


@dataclass(slots=True)
class _Order:
    fault: Fault
    skip: int
    left: int | None


class FaultBook:
    """The orders that are open, oldest first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._orders: list[_Order] = []
        self._numbers = count(1)

    @property
    def is_empty(self) -> bool:
        """Whether no order is open."""
        return not self._orders

    def add(self, fault: Fault) -> int:
        """Take the order; the number it is listed under."""
        with self._lock:
            number = next(self._numbers)
            self._orders.append(_Order(replace(fault, number=number), fault.skip, fault.times or None))
            return number

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def orders(self) -> list[dict[str, object]]:
        """The open orders, with how often each is still to ``skip`` and how many times are ``left``."""
        with self._lock:
            return [{**asdict(one.fault), "skip": one.skip, "left": one.left} for one in self._orders]

    def take(self, asked: Asked) -> Fault | None:
        """The fault this call meets, used up by one."""
        with self._lock:
            for order in self._orders:
                if not order.fault.matches(asked):
                    continue
                if order.skip:
                    order.skip -= 1
                    continue
                if order.left is not None:
                    order.left -= 1
                    if not order.left:
                        self._orders.remove(order)
                return order.fault
        return None
