"""Identifiers that tell nothing to a client and everything to the sandbox.

Transactions, lots, vouchers and redemptions are addressed by ID alone while members are made only when
somebody looks at them. So the last group of such an ID is the owner's contact ID, masked by the rest.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import count


def fixed_id(name: str) -> str:
    """A UUID that depends on nothing but ``name``: the same for every seed."""
    return _as_uuid(blake2b(name.encode(), digest_size=16).hexdigest())


class Ids:
    """Makes UUIDs from the seed, and finds the owner in them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._counter = count(1)

    def make(self, owner: int, name: str) -> str:
        """The UUID of the thing called ``name`` of the contact ``owner``; the same at every call."""
        head = _as_uuid(self._digest(f"{owner}:{name}", 16))[:24]
        return f"{head}{owner ^ self._mask(head):012x}"

    def new(self, owner: int) -> str:
        """A UUID for something made just now; it depends on the order of calls only."""
        return self.make(owner, f"new:{next(self._counter)}")

    def owner_of(self, identifier: str) -> int:
        """The contact the ID belongs to; a number of no contact for an ID that is not ours."""
        head, tail = identifier[:24].lower(), identifier[24:]
        return int(tail, 16) ^ self._mask(head)

    def _mask(self, head: str) -> int:
        return int(self._digest(head, 6), 16)

    def _digest(self, text: str, size: int) -> str:
        return blake2b(f"{self._seed}:{text}".encode(), digest_size=size).hexdigest()


def _as_uuid(digest: str) -> str:
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


class Codes:
    """Voucher codes such as ``V-7QK2-0419``, from which the owner can be read back."""

    _letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    _space = 2**40
    _factor = 618_033_988_749
    _inverse = pow(_factor, -1, _space)
    _per_owner = 4_096

    def __init__(self, seed: int) -> None:
        self._shift = int(blake2b(f"{seed}:codes".encode(), digest_size=5).hexdigest(), 16)

    def make(self, owner: int, number: int) -> str:
        """The code of the owner's voucher ``number``."""
        hidden = ((owner * self._per_owner + number) * self._factor + self._shift) % self._space
        text = "".join(self._letters[hidden >> shift & 31] for shift in range(35, -1, -5))
        return f"V-{text[:4]}-{text[4:]}"

    def owner_of(self, code: str) -> int | None:
        """The contact the code belongs to, or None for a code that is not ours."""
        text = code.removeprefix("V-").replace("-", "")
        if len(text) != 8 or any(letter not in self._letters for letter in text):
            return None
        hidden = 0
        for letter in text:
            hidden = hidden << 5 | self._letters.index(letter)
        return (hidden - self._shift) * self._inverse % self._space // self._per_owner
