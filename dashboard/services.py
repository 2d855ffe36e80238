"""The parts of the console, joined once per process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from dashboard.actions.anchorer import Anchorer
from dashboard.actions.engine import Engine
from dashboard.actions.journal import DatabaseJournal
from dashboard.actions.operations import operations
from dashboard.actions.settler import Settler
from dashboard.brevo.client import Brevo
from dashboard.brevo.configuration import Configuration
from dashboard.config import Settings
from dashboard.store.database import Database
from dashboard.store.holders import Holders


def utc_now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)


class Services(msgspec.Struct, frozen=True):
    """What pages and commands work with. Nothing here knows of HTTP-in."""

    settings: Settings
    clock: Callable[[], datetime]
    database: Database
    brevo: Brevo
    configuration: Configuration
    holders: Holders
    engine: Engine
    settler: Settler
    anchorer: Anchorer

    @classmethod
    def build(cls, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Services:
        """Join the parts. Opens no connection and starts no thread; :meth:`start` does that."""
        database = Database(settings.database_url, settings.secret_keys)
        brevo = Brevo(settings.api_url, settings.api_key, authorities=settings.authorities, clock=clock)
        holders = Holders(database.holders)
        engine = Engine(
            DatabaseJournal(database),
            brevo.transactions,
            clock,
            owner=holders.me,
            operations=operations(brevo, clock),
        )
        return cls(
            settings=settings,
            clock=clock,
            database=database,
            brevo=brevo,
            configuration=Configuration(brevo, clock),
            holders=holders,
            engine=engine,
            settler=Settler(engine, clock, holders),
            anchorer=Anchorer(database, settings.audit_anchors, settings.secret_keys, clock),
        )

    def start(self) -> None:
        """Start what runs beside the pages. Call it once in each worker process, after the fork."""
        self.configuration.prefetch()
        self.settler.start()
        self.anchorer.start()

    def close(self) -> None:
        """End it: the settler first, so that nothing is on its way when connections close."""
        self.settler.stop()
        self.holders.leave()
        self.anchorer.stop()
        self.configuration.close()
        self.brevo.close()
        self.database.dispose()
