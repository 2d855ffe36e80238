"""A stand-in for the remote API: its own server, its own state, no code shared with the client.

>>> with Sandbox(SandboxOptions(members=40, plan="off")) as sandbox:
...     print(sandbox.url, sandbox.key)  # doctest: +SKIP

What Brevo leaves open is a switch (:data:`SWITCHES`); who can be found is in :mod:`dashboard.sandbox.cast`;
faults and everything else a test steers is :class:`Control`, over HTTP below ``/_sandbox``.

Every error status the contract documents can be had. Most follow from what is asked. Of those without a
documented cause, 403 comes by the switch ``loyalty=off``; 424 in the unpublished programme, and for the
voucher of ``cast.ORPHAN_VOUCHER``; 425 for ``cast.BUSY_CONTACT``; 429 when a plan's budget is used up; 500,
and the few others, by the fault ``status``.
"""

from dashboard.sandbox.control import Control
from dashboard.sandbox.options import BadOption, SandboxOptions
from dashboard.sandbox.ratelimits import PLANS
from dashboard.sandbox.service import Sandbox, serve
from dashboard.sandbox.switches import SWITCHES, Switch, UnknownSwitch

__all__ = [
    "PLANS",
    "SWITCHES",
    "BadOption",
    "Control",
    "Sandbox",
    "SandboxOptions",
    "Switch",
    "UnknownSwitch",
    "serve",
]
