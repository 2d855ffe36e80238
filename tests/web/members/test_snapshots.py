"""What becomes of the snapshots that members' readings are kept in."""

from __future__ import annotations

from contextlib import closing
from uuid import UUID
from weakref import ref

from dashboard.brevo.client import Brevo
from dashboard.web.members.snapshots import Snapshots
from tests.web.members.samples import NOW

PROGRAMME = UUID("7e4c1e46-ac02-48e9-a0e0-f45dfc5b3a66")


def test_a_forgotten_snapshot_leaves_the_memory_without_the_garbage_collector() -> None:
    with closing(Brevo("http://127.0.0.1:9/v3", "key", clock=lambda: NOW)) as brevo:
        snapshots = Snapshots(brevo, lambda: NOW)
        snapshot = snapshots.open(PROGRAMME, 142)
        snapshot.ledger("points")
        snapshot.entries("points")
        kept = ref(snapshot)
        snapshots.invalidate(PROGRAMME, 142)
        del snapshot
    assert kept() is None
