"""The points the contract leaves open, each a switch so that both readings can be tested.

The first allowed value of a switch is its default and is what sections 10 and 13 of the contract's
README decide for the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class UnknownSwitch(ValueError):  # noqa: N818 -- says what it is
    """No switch of that name, or not one of its values; the message lists what would do."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One undecided point. ``values`` is empty for a switch that takes a number of seconds."""

    name: str
    values: tuple[str, ...]
    description: str
    default: str


def _choice(name: str, values: str, description: str) -> Switch:
    allowed = tuple(values.split("|"))
    return Switch(name, allowed, description, allowed[0])


_ALL = (
    _choice("status_words", "new|old", "Words for draft and completed; old says pending and complete."),
    _choice("balances", "object|array", "A member's totals as object with balance[] or as bare array."),
    _choice("account_balances", "balances|balance", "Name of the list of totals inside account-info."),
    _choice("history_offset", "page0|record|page1", "What offset of transaction-history counts."),
    _choice("query_names", "camel|snake", "Names active-balance and transaction-history listen to."),
    _choice("amounts", "number|text", "Amounts and values as JSON numbers or as text."),
    _choice("debits", "positive|negative", "Sign of a debit's amount in replies and history."),
    _choice("unknown_fields", "no|yes", "Every object carries a field the contract does not know."),
    _choice("nulls", "no|yes", "Fields that are not required come as null."),
    _choice("odd_rows", "no|yes", "Lists end with a row of an unknown status and unreadable values."),
    _choice("timestamps", "utc|nanos|offset", "Times as UTC, with nine digits, or with an offset."),
    _choice("unit_case", "upper|lower", "POINTS or points."),
    _choice("rounding_words", "reference|guide", "lower/upper/natural or floor/ceiling/nearest."),
    _choice("limit_unit", "day|hour", "Daily balance limits read as 1 day or as 24 hours."),
    _choice("tier_rules", "reference|guide", "upgradeStrategy or upgradeEvaluationTrigger."),
    _choice("vouchers", "page|array", "Vouchers as page with contactRewards[] or as the guide's array."),
    _choice("voucher_page_limit", "100|500", "Largest page of the voucher list."),
    _choice("voucher_400", "object|string", "Body of a 400 on attribution."),
    _choice("duplicate_code", "422|400|200", "The same voucher code twice in a programme."),
    _choice("revoked_vouchers", "leave|stay", "Whether a revoked voucher leaves the lists."),
    _choice("account_vouchers", "all|unused|newest25", "Which vouchers account-info carries."),
    _choice("unpublished_state", "inactive|draft", "State of a programme that was never published."),
    _choice("shortest_ttl", "10|1", "Smallest ttl of a transaction, in seconds."),
    _choice("non_member", "404|422|200", "account-info of a non-member; 200 comes without membership."),
    _choice("not_enrolled", "422|404", "A transaction for a contact who is no member."),
    _choice("unknown_contact", "404|422", "Enrolling a contact that does not exist."),
    _choice("second_enrolment", "422|400|409", "Enrolling a member once more."),
    _choice("end_membership", "drop|keep", "Whether a new enrolment finds the old balances again."),
    _choice("refusal_at_create", "422|rejected", "How a limit shows on creating a transaction."),
    _choice("refusal_at_complete", "rejected|422", "How a limit shows on completing a transaction."),
    _choice("reserve_drafts", "no|yes", "Whether draft debits lower what may be spent."),
    _choice("expiry_in_history", "yes|no", "Whether expired lots show as debits in the history."),
    _choice("order_transaction", "now|due", "When an order gets its transaction."),
    _choice("order_at_due", "draft|completed", "What an order's transaction is once the order is due."),
    _choice("order_meta", "yes|no", "Whether an order's transaction inherits its meta."),
    _choice("order_field", "transactionid|transactionId", "Casing of the order's transaction field."),
    _choice("held_tier", "409|200", "Assigning the tier a member already holds."),
    _choice("existing_contact", "204|201", "Creating an existing contact with updateEnabled."),
    _choice("publish_reply", "object|empty|programme", "Body of publish."),
    _choice("extended_rate", "100000|3600", "Loyalty requests an hour on the extended plan."),
    _choice("limit_headers", "yes|no", "Whether answers carry the three rate-limit headers."),
    _choice("loyalty", "on|off", "off: the Loyalty module is not switched on, its calls answer 403."),
    Switch("read_lag", (), "Seconds by which reads of a member lag behind writes.", "0"),
)

SWITCHES: Mapping[str, Switch] = MappingProxyType({switch.name: switch for switch in _ALL})
"""Every switch by name."""


def check(name: str, value: str) -> str:
    """``value``, when the switch ``name`` takes it.

    :raises UnknownSwitch: naming the values it does take.
    """
    switch = SWITCHES.get(name)
    if switch is None:
        raise UnknownSwitch(f"there is no switch {name!r}; there are {', '.join(SWITCHES)}")
    if switch.values and value not in switch.values:
        raise UnknownSwitch(f"{name} takes {', '.join(switch.values)}, not {value!r}")
    if not switch.values and not _is_seconds(value):
        raise UnknownSwitch(f"{name} takes a number of seconds, not {value!r}")
    return value


def _is_seconds(value: str) -> bool:
    try:
        return 0 <= float(value) < 86_400
    except ValueError:
        return False


class Switchboard:
    """The switches as they stand: ``board["amounts"]``."""

    def __init__(self, initial: Mapping[str, str]) -> None:
        self._values = {name: switch.default for name, switch in SWITCHES.items()}
        self.lag = 0.0
        """Seconds by which reads lag behind writes."""
        for name, value in initial.items():
            self.set(name, value)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def set(self, name: str, value: str) -> None:
        """:raises UnknownSwitch: for a name or value that does not exist."""
        self._values[name] = check(name, value)
        self.lag = float(self._values["read_lag"])

    def as_dict(self) -> dict[str, str]:
        return dict(self._values)
