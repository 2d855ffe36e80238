"""The control path ``/_sandbox/...``: :class:`Control` over HTTP, for other processes. It has no key.

====== =================== ==========================================================================
GET    /_sandbox           who this is
GET    /_sandbox/cast      the named people
GET    /_sandbox/switches  the switches as they stand; PUT ``{name: value}`` sets some
GET    /_sandbox/faults    the orders that are open; POST ``{kind, method, path, times, ...}``; DELETE
GET    /_sandbox/calls     the calls below ``/v3``; DELETE forgets them
PUT    /_sandbox/latency   ``{"seconds": 0.1}``
PUT    /_sandbox/clock     ``{"advance": 60}`` or ``{"now": "2026-11-20T09:00:00Z"}``
PUT    /_sandbox/budget    ``{"plan": "off"}`` or ``{"family": "loyalty", "remaining": 0}``
POST   /_sandbox/reset     ``{"seed": 2}`` or ``{}``
GET    /_sandbox/ledger    ``?programme=<id>&contact=<id>``
====== =================== ==========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Final
from urllib.parse import parse_qs

import msgspec

from dashboard.sandbox.application import HttpRequest, Reply
from dashboard.sandbox.control import Control
from dashboard.sandbox.faults import Fault
from dashboard.sandbox.reading import moment_of

CONTROL_PREFIX: Final = "/_sandbox"
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")

Orders = dict[str, object]


class ControlPath:
    """Answers requests below :data:`CONTROL_PREFIX`."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._deeds: Mapping[tuple[str, str], Callable[[Orders], object]] = {
            ("GET", ""): lambda _: control.identity(),
            ("GET", "/cast"): lambda _: control.cast(),
            ("GET", "/switches"): lambda _: control.switches(),
            ("PUT", "/switches"): self._switch,
            ("GET", "/faults"): lambda _: control.faults(),
            ("POST", "/faults"): self._fault,
            ("DELETE", "/faults"): lambda _: control.clear_faults(),
            ("GET", "/calls"): lambda _: [one.as_dict() for one in control.calls()],
            ("DELETE", "/calls"): lambda _: control.clear_calls(),
            ("PUT", "/latency"): lambda orders: control.latency(_number(orders, "seconds")),
            ("PUT", "/clock"): self._clock,
            ("PUT", "/budget"): self._budget,
            ("POST", "/reset"): self._reset,
            ("GET", "/ledger"): self._ledger,
        }

    def answer(self, request: HttpRequest) -> Reply:
        place = request.path.removeprefix(CONTROL_PREFIX).rstrip("/")
        deed = self._deeds.get((request.method, place))
        if deed is None:
            return _json(404, {"message": "no such control; see /_sandbox"})
        try:
            return _json(200, deed(_orders(request)))
        except (ValueError, TypeError, KeyError) as error:
            return _json(400, {"message": str(error)})

    def _switch(self, orders: Orders) -> object:
        for name, value in orders.items():
            self._control.switch(name, str(value))
        return self._control.switches()

    def _fault(self, orders: Orders) -> object:
        known = {one.name for one in fields(Fault)}
        if not orders.keys() <= known:
            raise ValueError(f"a fault has {', '.join(sorted(known))}")
        return {"number": self._control.fault(msgspec.convert(orders, Fault))}

    def _clock(self, orders: Orders) -> object:
        if "advance" in orders:
            self._control.advance(_number(orders, "advance"))
        else:
            moment = moment_of(str(orders.get("now")))
            if moment is None:
                raise ValueError("give advance in seconds, or now as a time such as 2026-11-20T09:00:00Z")
            self._control.set_clock(moment)
        return {"now": self._control.now()}

    def _budget(self, orders: Orders) -> None:
        if "plan" in orders:
            self._control.plan(str(orders["plan"]))
        if "family" in orders:
            self._control.leave_budget(str(orders["family"]), int(_number(orders, "remaining")))

    def _reset(self, orders: Orders) -> None:
        self._control.reset(int(_number(orders, "seed")) if "seed" in orders else None)

    def _ledger(self, orders: Orders) -> object:
        ledger = self._control.ledger(str(orders["programme"]), int(str(orders["contact"])))
        if ledger is None:
            raise ValueError("no such member")
        return ledger


def _orders(request: HttpRequest) -> Orders:
    if request.method == "GET":
        return {name: values[0] for name, values in parse_qs(request.query).items()}
    orders = msgspec.json.decode(request.content) if request.content else {}
    if not isinstance(orders, dict):
        raise TypeError("the body must be a JSON object")
    return orders


def _number(orders: Orders, name: str) -> float:
    value = orders.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number")
    return value


def _json(status: int, tree: object) -> Reply:
    return Reply(status, _ENCODER.encode(tree), {"content-type": "application/json"})
