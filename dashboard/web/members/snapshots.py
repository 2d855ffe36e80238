"""What the console has read of a member, shared by all who look at them within a minute.

One process keeps its own. A page opened again within :data:`FRESH` is built from here and checked by one
request; older readings serve only where the remote fails, and say how old they are.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from uuid import UUID

import msgspec
from cachetools import TTLCache

from dashboard.brevo.balances import EntryPage
from dashboard.brevo.client import Brevo
from dashboard.brevo.contacts import Contact, IdentifierType
from dashboard.brevo.fetched import Fetched
from dashboard.brevo.history import HistoryItem, HistoryPage
from dashboard.brevo.members import AccountInfo
from dashboard.brevo.vouchers import VoucherPage
from dashboard.web.members.reads import Deadline, Part, SharedRead

FRESH = timedelta(seconds=60)
KEPT = timedelta(minutes=30)
MOST_MEMBERS = 150
"""A full one takes 70 KB, and 600 requests an hour allow as many views."""
THREADS = 40
"""Eight pages at once, each asking five things."""
HISTORY_PAGE = 100
ENTRIES = 500
VOUCHERS = 100
MOST_PAGES = 10
"""Pages of the history one member's snapshot may hold: the newest 1,000 transactions."""


class _Asking(msgspec.Struct, frozen=True):
    """What is asked about one member.

    Apart from the snapshot, which holds the reads that ask: reads that led back to it would keep a forgotten
    snapshot in memory until the garbage collector comes by.
    """

    brevo: Brevo
    programme_id: UUID
    contact_id: int

    def contact(self) -> Fetched[Contact]:
        return self.brevo.contacts.get(self.contact_id, IdentifierType.CONTACT)

    def account(self) -> Fetched[AccountInfo]:
        return self.brevo.members.account_info(self.programme_id, contact_id=self.contact_id)

    def vouchers(self) -> Fetched[VoucherPage]:
        return self.brevo.vouchers.list(self.programme_id, self.contact_id, limit=VOUCHERS)

    def history(self, definition_id: str, after: str | None) -> Fetched[HistoryPage]:
        return self.brevo.balances.history(
            self.programme_id, self.contact_id, definition_id, limit=HISTORY_PAGE, after=after
        )

    def entries(self, definition_id: str) -> Fetched[EntryPage]:
        return self.brevo.balances.entries(self.programme_id, self.contact_id, definition_id, limit=ENTRIES)


class Ledger:
    """The history of one balance, newest first, read page by page as far as somebody asks."""

    def __init__(
        self,
        pool: Executor,
        ask: Callable[[str | None], Fetched[HistoryPage]],
        before: Fetched[HistoryPage] | None = None,
    ) -> None:
        self._pool = pool
        self._ask = ask
        self._lock = Lock()
        self.newest: SharedRead[HistoryPage] = SharedRead(pool, lambda: ask(None), before)
        self._pages: list[SharedRead[HistoryPage]] = [self.newest]

    @property
    def items(self) -> tuple[HistoryItem, ...]:
        """All that was read, without gaps."""
        found = {item.id: item for page in self._answers() for item in page.items}
        return tuple(found.values())

    @property
    def count(self) -> int | None:
        """How many transactions there are, as far as the remote said."""
        pages = self._answers()
        return pages[0].count if pages else None

    @property
    def is_whole(self) -> bool:
        """Whether :attr:`items` are all transactions there are."""
        pages = self._answers()
        return bool(pages) and pages[-1].older is None

    @property
    def is_full(self) -> bool:
        """Whether no more may be read."""
        return len(self._pages) >= MOST_PAGES

    def older(self, deadline: Deadline) -> Part[HistoryPage]:
        """Read one page more. Ask only while neither :attr:`is_whole` nor :attr:`is_full`."""
        with self._lock:
            last = self._pages[-1]
            answer = last.answer
            if answer is not None and answer.value.older is not None:
                last = SharedRead(self._pool, partial(self._ask, answer.value.older))
                self._pages.append(last)
        last.retry()
        return last.wait(deadline)

    def _answers(self) -> list[HistoryPage]:
        answers: list[HistoryPage] = []
        for page in self._pages:
            answer = page.answer
            if answer is None:
                break
            answers.append(answer.value)
        return answers


class Snapshot:
    """The reads of one member. They start when something first waits for them."""

    def __init__(
        self,
        brevo: Brevo,
        pool: Executor,
        programme_id: UUID,
        contact_id: int,
        began: datetime,
        before: Snapshot | None,
    ) -> None:
        self.programme_id = programme_id
        self.contact_id = contact_id
        self.began = began
        self.was_shown = False
        """Whether a page was made of it: the next one checks the member instead of reading everything."""
        self._asking = _Asking(brevo, programme_id, contact_id)
        self._pool = pool
        self._lock = Lock()
        self._before = before
        self._ledgers: dict[str, Ledger] = {}
        self._entries: dict[str, SharedRead[EntryPage]] = {}
        self._check: SharedRead[AccountInfo] | None = None
        self.contact: SharedRead[Contact] = SharedRead(
            pool, self._asking.contact, before.contact.answer if before else None
        )
        self.account: SharedRead[AccountInfo] = SharedRead(
            pool, self._asking.account, before.account.answer if before else None
        )
        self.vouchers: SharedRead[VoucherPage] = SharedRead(
            pool, self._asking.vouchers, before.vouchers.answer if before else None
        )

    def ledger(self, definition_id: str) -> Ledger:
        """The history of one balance."""
        with self._lock:
            if definition_id not in self._ledgers:
                before = self._before.newest_history(definition_id) if self._before else None
                ask = partial(self._asking.history, definition_id)
                self._ledgers[definition_id] = Ledger(self._pool, ask, before)
            return self._ledgers[definition_id]

    def entries(self, definition_id: str) -> SharedRead[EntryPage]:
        """The live lots of one balance."""
        with self._lock:
            if definition_id not in self._entries:
                before = self._before.newest_entries(definition_id) if self._before else None
                ask = partial(self._asking.entries, definition_id)
                self._entries[definition_id] = SharedRead(self._pool, ask, before)
            return self._entries[definition_id]

    def newest_history(self, definition_id: str) -> Fetched[HistoryPage] | None:
        """The newest page of the history that was ever read, without waiting."""
        ledger = self._ledgers.get(definition_id)
        return ledger.newest.answer if ledger else None

    def newest_entries(self, definition_id: str) -> Fetched[EntryPage] | None:
        """The live lots that were read last, without waiting."""
        entries = self._entries.get(definition_id)
        return entries.answer if entries else None

    def check(self, deadline: Deadline) -> Part[AccountInfo]:
        """Read the member again. Those who ask at the same time share one request."""
        with self._lock:
            if self._check is None:
                self._check = SharedRead(self._pool, self._asking.account, self.account.answer)
            check = self._check
        found = check.wait(deadline)
        with self._lock:
            if self._check is check and not found.is_late:
                self._check = None
        return found

    @property
    def has_failed(self) -> bool:
        """Whether it lacks what a page cannot do without."""
        return self.contact.has_failed or self.account.has_failed

    def forget_before(self) -> None:
        """Let go of older readings, so that they do not pile up behind one another."""
        self._before = None


class Snapshots:
    """All snapshots of this process."""

    def __init__(self, brevo: Brevo, clock: Callable[[], datetime]) -> None:
        self._brevo = brevo
        self._clock = clock
        self._pool = ThreadPoolExecutor(THREADS, "member")
        self._lock = Lock()
        self._kept: TTLCache[tuple[UUID, int], Snapshot] = TTLCache(
            MOST_MEMBERS, KEPT.total_seconds(), timer=lambda: clock().timestamp()
        )

    def open(self, programme_id: UUID, contact_id: int, *, after: datetime | None = None) -> Snapshot:
        """The snapshot of a member: the one of the last minute, else a new one.

        :param after: what was read up to this moment is too old, however young.
        """
        with self._lock:
            found = self._kept.get((programme_id, contact_id))
            if found is not None and self._serves(found, after):
                return found
            return self._begin(programme_id, contact_id, found)

    def changed(self, snapshot: Snapshot, account: Fetched[AccountInfo]) -> Snapshot:
        """Begin anew, because ``account`` differs from what ``snapshot`` has."""
        with self._lock:
            key = (snapshot.programme_id, snapshot.contact_id)
            if self._kept.get(key) is not snapshot:
                return self._kept.get(key) or self._begin(*key, snapshot)
            fresh = self._begin(*key, snapshot)
            fresh.account.put(account)
            if snapshot.contact.has_answered and snapshot.contact.answer:
                fresh.contact.put(snapshot.contact.answer)
            return fresh

    def seed(
        self,
        programme_id: UUID,
        contact_id: int,
        *,
        contact: Fetched[Contact] | None = None,
        account: Fetched[AccountInfo] | None = None,
    ) -> None:
        """Take what a search has just read of a member, so that the page need not ask for it."""
        snapshot = self.open(programme_id, contact_id)
        if contact is not None:
            snapshot.contact.put(contact)
        if account is not None and not snapshot.was_shown:
            snapshot.account.put(account)

    def invalidate(self, programme_id: UUID, contact_id: int) -> None:
        """Forget a member, because we changed something about them."""
        with self._lock:
            self._kept.pop((programme_id, contact_id), None)

    def _serves(self, snapshot: Snapshot, after: datetime | None) -> bool:
        if after is not None and snapshot.began <= after:
            return False
        return self._clock() - snapshot.began < FRESH and not snapshot.has_failed

    def _begin(self, programme_id: UUID, contact_id: int, before: Snapshot | None) -> Snapshot:
        fresh = Snapshot(self._brevo, self._pool, programme_id, contact_id, self._clock(), before)
        if before is not None:
            before.forget_before()
        self._kept[programme_id, contact_id] = fresh
        return fresh
