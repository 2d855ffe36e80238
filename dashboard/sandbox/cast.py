"""The named people every world contains, whatever its seed: contact IDs, keys and what they are good for.

Their histories are made in :mod:`dashboard.sandbox.casting`, relative to the time the sandbox starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dashboard.sandbox import catalogue
from dashboard.sandbox.people import Person

NORTHWIND: Final = catalogue.NORTHWIND
COFFEE: Final = catalogue.COFFEE
KIDS: Final = catalogue.KIDS


@dataclass(frozen=True, slots=True)
class CastMember:
    """One of the cast: ``role`` in words, and the person."""

    role: str
    person: Person
    programmes: tuple[str, ...] = (NORTHWIND,)
    """Where this person is enrolled."""

    @property
    def contact_id(self) -> int:
        return self.person.contact_id

    @property
    def name(self) -> str:
        return f"{self.person.first_name} {self.person.last_name}".strip()

    @property
    def first_name(self) -> str:
        return self.person.first_name

    @property
    def last_name(self) -> str:
        return self.person.last_name

    @property
    def email(self) -> str:
        return self.person.email

    @property
    def phone(self) -> str:
        return self.person.phone

    @property
    def ext_id(self) -> str:
        return self.person.ext_id

    @property
    def subscription_id(self) -> str:
        return self.person.subscription_id


def _person(contact_id: int, name: str, number: str, *, email: str = "", ext_id: str = "") -> Person:
    first, _, last = name.partition("|")
    return Person(
        contact_id,
        first,
        last,
        email or f"{first}.{last}@example.com".lower(),
        f"+447700900{contact_id}",
        ext_id or f"CUST-{contact_id:07d}",
        number,
        "Leeds",
        "en",
    )


AMARA: Final = CastMember(
    "a busy gold member: 500 transactions in Points, balance 12,480, 350 pending in two orders",
    _person(142, "Amara|Okafor", "LM-4821-0093-77"),
)
EXPIRING: Final = CastMember(
    "points that expire in 5 and in 12 days",
    _person(102, "Tomás|Herrera", "LM-1190-4402-15", email="tomas.herrera@example.com"),
)
ALMOST: Final = CastMember(
    "one status point below Silver; in the coffee club one bean below Barista",
    _person(103, "Priya|Raman", "LM-2044-9917-03"),
    (NORTHWIND, COFFEE),
)
AT_MAXIMUM: Final = CastMember(
    "at the maximum balance of 100,000 points, Platinum",
    _person(104, "Wen-Li|Zhao", "LM-7731-2208-90"),
)
PENDING: Final = CastMember(
    "three drafts and two orders pending, one draft with a ttl of an hour",
    _person(105, "Jonas|Weber", "LM-6650-1123-41"),
)
SETBACKS: Final = CastMember(
    "rejected, cancelled and expired transactions beside completed ones",
    _person(106, "Ingrid|Sørensen", "LM-3308-7751-62", email="ingrid.sorensen@example.com"),
)
VOUCHERS: Final = CastMember(
    "vouchers in every state: available, not yet valid, expired, used, in redemption, revoked",
    _person(107, "Leïla|Benali", "LM-5912-0040-28", email="leila.benali@example.com"),
)
STRANGER: Final = CastMember(
    "a contact who is no member of anything",
    _person(108, "Callum|Reid", ""),
    (),
)
NO_ATTRIBUTES: Final = CastMember(
    "a member whose contact has no attributes at all, not even a name",
    Person(109, "", "", "no.attributes@example.com", "", "", "LM-0001-0002-09"),
)
MARKUP: Final = CastMember(
    "markup, quotes and right-to-left text in the name and in meta",
    _person(
        110,
        '<b>Zoë</b> & "Co" \'|\u202eمريم</title><script>alert(1)</script>',
        "LM-1337-0000-10",
        email="zoe.markup@example.com",
    ),
)
OWNER: Final = CastMember(
    "owns a shared account with two sharers",
    _person(111, "Grace|Adeyemi", "LM-8080-3131-11"),
)
SHARER: Final = CastMember(
    "shares Grace's account, no membership of his own", _person(112, "Daniel|Adeyemi", ""), ()
)
SECOND_SHARER: Final = CastMember("shares Grace's account as well", _person(113, "Ruth|Adeyemi", ""), ())
NAMESAKE: Final = CastMember("shares Amara's last name", _person(114, "Chidi|Okafor", "LM-4821-0093-14"))
SECOND_NAMESAKE: Final = CastMember(
    "shares Amara's last name as well", _person(115, "Ngozi|Okafor", "LM-4821-0093-15")
)
NEWCOMER: Final = CastMember(
    "enrolled minutes ago: no transaction, no voucher", _person(116, "Elif|Arslan", "LM-9000-0116-16")
)
DIGITS: Final = CastMember(
    "the external ID is all digits and equals Amara's contact ID",
    _person(117, "Piotr|Nowak", "LM-9000-0117-17", ext_id="142"),
)
SLASHED: Final = CastMember(
    "an external ID that breaks unencoded paths",
    _person(118, "Soo-ah|Lim", "LM-9000-0118-18", ext_id="A/7?x#1 %2F&é"),
)
COFFEE_ONLY: Final = CastMember(
    "member of the coffee club only", _person(119, "Marek|Horvat", "CC-119"), (COFFEE,)
)
BUSY_CONTACT: Final = CastMember(
    "a contact somebody else is changing: creating or updating it answers 425",
    _person(120, "Hanna|Virtanen", ""),
    (),
)
NEARLY_FULL: Final = CastMember(
    "cashback of £495 where the maximum is £500 and the strategy partial",
    _person(121, "Olu|Bankole", "LM-9000-0121-21"),
)
ORPHAN_VOUCHER: Final = CastMember(
    "a voucher whose reward no longer exists: validating it answers 424",
    _person(122, "Mei|Tan", "LM-9000-0122-22"),
)
FORMER: Final = CastMember(
    "was a member; the membership ended", _person(123, "Stefan|Ilić", "", email="stefan.ilic@example.com"), ()
)

CAST: Final = (
    AMARA, EXPIRING, ALMOST, AT_MAXIMUM, PENDING, SETBACKS, VOUCHERS, STRANGER, NO_ATTRIBUTES, MARKUP,
    OWNER, SHARER, SECOND_SHARER, NAMESAKE, SECOND_NAMESAKE, NEWCOMER, DIGITS, SLASHED, COFFEE_ONLY,
    BUSY_CONTACT, NEARLY_FULL, ORPHAN_VOUCHER, FORMER,
)  # fmt: skip
"""Everybody above."""
