"""Who gets past the triggers (a database administrator can) is still found out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select, text, update

from dashboard.store import audit
from dashboard.store.audit import VerifyReport, chain
from dashboard.store.audit.record import head, table
from dashboard.store.audit.verify import Kind
from dashboard.store.database import Database
from tests.store.test_audit import CREDIT, append
from tests.support.database import KEYS

STOLEN = KEYS[0]


@pytest.fixture
def record(owner: Database) -> Database:
    """Five rows, and no trigger that guards them any more."""
    append(owner, *[replace(CREDIT, contact_id=number) for number in range(1, 6)])
    with owner.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
            connection.execute(text("ALTER TABLE audit_head DISABLE TRIGGER USER"))
        else:
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars()
            for name in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
    return owner


def tamper(database: Database, *statements: str) -> None:
    with database.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def rewrite(database: Database, records: Sequence[str], key: str) -> None:
    """Replace everything by ``records``, chained and signed as well as ``key`` can."""
    with database.write() as connection:
        connection.execute(table.delete())
        digest = chain.BEGINNING
        for seq, one in enumerate(records, start=1):
            digest = chain.link(digest, one)
            connection.execute(insert(table).values(seq=seq, record=one, hash=digest))
        signature = chain.seal(key, len(records), digest)
        connection.execute(update(head).values(seq=len(records), hash=digest, signature=signature))


def records(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(table.c.record).order_by(table.c.seq)).scalars())


def check(database: Database, keys: Sequence[str] = KEYS, anchors: Path | None = None) -> VerifyReport:
    with database.read() as connection:
        return audit.verify(connection, keys, anchors)


def kinds(report: VerifyReport) -> list[tuple[Kind, int]]:
    return [(finding.kind, finding.seq) for finding in report.findings]


def test_an_untouched_record_is_intact(record):
    assert (check(record).is_intact, check(record).rows, check(record).last_seq) == (True, 5, 5)


def test_an_empty_record_is_intact(database):
    assert check(database).is_intact


def texts(report: VerifyReport) -> list[str]:
    return [finding.text for finding in report.findings]


def test_a_check_counts_what_is_there_and_tells_the_last_number(record):
    tamper(record, "DELETE FROM audit WHERE seq = 3")
    assert (check(record).rows, check(record).last_seq, check(record).anchors) == (4, 5, 0)


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("DELETE FROM audit WHERE seq IN (2, 3)", "Rows 2 to 3 are missing."),
        ("DELETE FROM audit WHERE seq > 3", "Rows 4 to 5 are cut off the end."),
        ("UPDATE audit SET record = '{}' WHERE seq = 2", "Row 2 is not what followed row 1."),
        ("UPDATE audit_head SET signature = hash", "The head is not signed with the secret key."),
        (
            "INSERT INTO audit (seq, record, hash) SELECT 6, record, hash FROM audit WHERE seq = 5",
            "1 rows were added beyond the head.",
        ),
    ],
)
def test_a_finding_is_told_in_a_sentence_with_its_numbers(record, tampering, sentence):
    tamper(record, tampering)
    assert texts(check(record)) == [sentence]


def test_an_edited_row_is_found(record):
    tamper(record, "UPDATE audit SET record = replace(record, '12980', '92980') WHERE seq = 3")
    assert kinds(check(record)) == [(Kind.CHANGED, 3)]


def test_an_edited_row_with_a_fitting_hash_is_found_at_the_next_one(record):
    with record.write() as connection:
        before = connection.execute(select(table.c.hash).where(table.c.seq == 2)).scalar_one()
        forged = records(record)[2].replace("12980", "92980")
        values = {"record": forged, "hash": chain.link(before, forged)}
        connection.execute(update(table).where(table.c.seq == 3).values(values))
    assert kinds(check(record)) == [(Kind.CHANGED, 4)]


def test_a_deleted_row_is_found(record):
    tamper(record, "DELETE FROM audit WHERE seq = 3")
    assert kinds(check(record)) == [(Kind.MISSING, 4)]


def test_a_deleted_first_row_is_found(record):
    tamper(record, "DELETE FROM audit WHERE seq = 1")
    assert kinds(check(record)) == [(Kind.MISSING, 2)]


def test_a_deleted_row_whose_followers_were_renumbered_is_found(record):
    tamper(
        record,
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = 5",
    )
    assert kinds(check(record)) == [(Kind.CHANGED, 3), (Kind.CUT, 4)]


def test_an_inserted_row_is_found(record):
    tamper(
        record,
        "UPDATE audit SET seq = 6 WHERE seq = 5",
        "UPDATE audit SET seq = 5 WHERE seq = 4",
        "INSERT INTO audit (seq, record, hash) SELECT 4, record, hash FROM audit WHERE seq = 2",
    )
    assert Kind.CHANGED in dict(kinds(check(record)))


def test_a_row_added_at_the_end_is_found(record):
    tamper(record, "INSERT INTO audit (seq, record, hash) SELECT 6, record, hash FROM audit WHERE seq = 5")
    assert kinds(check(record)) == [(Kind.ADDED, 6)]


def test_swapped_rows_are_found(record):
    tamper(
        record,
        "UPDATE audit SET seq = 99 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 99",
    )
    assert kinds(check(record)) == [(Kind.CHANGED, 2), (Kind.CHANGED, 3), (Kind.CHANGED, 4)]


def test_rows_cut_off_the_end_are_found(record):
    tamper(record, "DELETE FROM audit WHERE seq > 3")
    assert kinds(check(record)) == [(Kind.CUT, 3)]


def test_a_cut_under_a_head_forged_without_the_key_is_found(record):
    rewrite(record, records(record)[:3], "another key than the console's own one")
    assert kinds(check(record)) == [(Kind.HEAD, 3)]


def test_a_record_wiped_with_its_head_set_back_is_found(record):
    tamper(record, "DELETE FROM audit", "UPDATE audit_head SET seq = 0")
    assert Kind.HEAD in dict(kinds(check(record)))


def test_a_missing_head_is_found(record):
    tamper(record, "DELETE FROM audit_head")
    assert kinds(check(record)) == [(Kind.HEAD, 0)]


def test_without_a_head_every_row_is_still_read(record):
    tamper(record, "DELETE FROM audit_head")
    assert (check(record).rows, texts(check(record))) == (5, ["The head is gone."])


def test_a_head_of_another_hash_is_found_even_when_it_is_signed(record):
    with record.write() as connection:
        forged = bytes(32)
        connection.execute(update(head).values(hash=forged, signature=chain.seal(STOLEN, 5, forged)))
    assert kinds(check(record)) == [(Kind.HEAD, 5)]
    assert texts(check(record)) == ["The head does not carry the hash of row 5."]


def test_a_head_signed_with_an_older_key_is_fine(record):
    assert check(record, ("the new key, since the last rotation", *KEYS)).is_intact


def test_a_head_signed_with_a_key_that_is_gone_is_reported(record):
    assert kinds(check(record, ("the new key, since the last rotation",))) == [(Kind.HEAD, 5)]


def test_a_report_names_at_most_a_hundred_things(record):
    append(record, *[CREDIT] * 150)
    tamper(record, "UPDATE audit SET record = '{}'")
    assert (len(check(record).findings), check(record).rows) == (100, 155)


@pytest.fixture
def anchors(record: Database, tmp_path: Path) -> Path:
    """A file elsewhere with the head as it stands."""
    path = tmp_path / "anchors.jsonl"
    with record.write() as connection:
        audit.anchor(connection, path, CREDIT.at)
    return path


def test_an_untouched_record_fits_its_anchors(record, anchors):
    append(record, CREDIT)
    assert check(record, anchors=anchors).is_intact


def test_a_rewrite_by_somebody_who_has_the_key_is_found_by_an_anchor(record, anchors):
    rewrite(record, [one.replace("12980", "92980") for one in records(record)], STOLEN)
    assert kinds(check(record, anchors=anchors)) == [(Kind.REWRITTEN, 5)]


def test_a_cut_by_somebody_who_has_the_key_is_found_by_an_anchor(record, anchors):
    rewrite(record, records(record)[:3], STOLEN)
    assert kinds(check(record, anchors=anchors)) == [(Kind.CUT, 5)]


def test_a_cut_that_was_filled_up_again_is_found_by_an_anchor(record, anchors):
    kept = records(record)[:3]
    rewrite(record, [*kept, kept[0], kept[1]], STOLEN)
    assert kinds(check(record, anchors=anchors)) == [(Kind.REWRITTEN, 5)]


def test_without_an_anchor_a_rewrite_with_the_key_stays_unseen(record):
    rewrite(record, records(record)[:3], STOLEN)
    assert check(record).is_intact


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"seq":5,"hash":"00","at":"","signature":"00"}',
        '{"seq":5,"hash":"no","at":"","signature":""}',
    ],
)
def test_a_damaged_or_forged_anchor_is_reported(record, anchors, line):
    with anchors.open("a") as file:
        file.write(line + "\n")
    report = check(record, anchors=anchors)
    assert kinds(report) == [(Kind.ANCHORS, 0)]
    assert texts(report) == ["1 lines of anchors.jsonl are damaged or not signed by us."]


@pytest.mark.parametrize(
    ("was", "instead"), [('"seq":5', '"seq":4'), ("000005Z", "000005"), ('"signature":"', '"signature":"00')]
)
def test_an_anchor_whose_line_was_changed_is_none(record, anchors, was, instead):
    line = anchors.read_text()
    assert was in line
    anchors.write_text(line.replace(was, instead))
    assert kinds(check(record, anchors=anchors)) == [(Kind.ANCHORS, 0)]
    assert audit.last_anchor(anchors, KEYS) is None


def test_anchors_that_cannot_be_read_are_an_error(record, tmp_path):
    with pytest.raises(FileNotFoundError):
        check(record, anchors=tmp_path / "absent.jsonl")
