"""``db upgrade``, ``audit verify``, ``check``, help and exit codes, as a script sees them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.cli.conftest import CommandLine
from tests.support.tls_front import tls_before

COMMANDS = [
    (),
    ("demo",),
    ("serve",),
    ("sandbox",),
    ("staff",),
    ("staff", "add"),
    ("staff", "list"),
    ("staff", "set-role"),
    ("staff", "disable"),
    ("staff", "set-password"),
    ("db",),
    ("db", "upgrade"),
    ("audit",),
    ("audit", "verify"),
    ("audit", "anchor"),
    ("check",),
]
NEED_SETTINGS = [
    ("serve",),
    ("staff", "list"),
    ("db", "upgrade"),
    ("audit", "verify"),
    ("check",),
]


def change_behind_the_back(cli: CommandLine, statement: str) -> None:
    """Do what a database administrator without scruples would do."""
    with closing(sqlite3.connect(cli.folder / "var" / "loyalty-desk.db")) as database, database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        assert database.execute(statement).rowcount > 0


@pytest.fixture
def recorded(cli):
    """A record of three rows."""
    cli.does("db", "upgrade")
    for name in ("anna", "bert", "cleo"):
        cli.does("staff", "add", f"{name}@example.com", "--name", name, "--role", "agent")
    return cli


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(cli, command):
    assert cli.does(*command, "--help").startswith(f"Usage: {' '.join(('loyalty-desk', *command))} ")


def test_help_names_every_command(cli):
    text = cli.does("--help")

    assert all(f"\n  {command[0]} " in text for command in COMMANDS if len(command) == 1)


@pytest.mark.parametrize("command", NEED_SETTINGS)
def test_a_missing_setting_ends_the_start_in_one_line(cli, command):
    done = cli.run(*command, BREVO_API_KEY="")

    assert done.returncode == 78
    assert done.stderr.startswith("Error: BREVO_API_KEY is not set.")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", NEED_SETTINGS)
def test_a_wrong_setting_ends_the_start_in_one_line(cli, command):
    done = cli.run(*command, TIMEZONE="Mars/Olympus")

    assert done.returncode == 78
    assert done.stderr == "Error: TIMEZONE 'Mars/Olympus' is not known. Use a name such as Europe/London.\n"


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("serve", "--port", "x"), ("staff", "list", "--nonsense")]
)
def test_wrong_usage_has_its_own_exit_code(cli, arguments):
    assert cli.run(*arguments).returncode == 2


def test_the_database_is_made_once_and_left_alone_afterwards(cli):
    first = cli.does("db", "upgrade")
    second = cli.does("db", "upgrade")

    assert first == second
    assert (cli.folder / "var" / "loyalty-desk.db").stat().st_mode & 0o077 == 0


def test_a_database_that_cannot_be_reached_is_named_without_its_password(cli):
    done = cli.run("db", "upgrade", DATABASE_URL="postgresql://desk:hunter2@127.0.0.1:1/desk")

    assert done.returncode == 1
    assert "127.0.0.1" in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_serving_on_a_database_without_tables_is_refused(cli):
    done = cli.run("serve", "--port", "0")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_whole_record_is_found_whole(recorded):
    assert recorded.does("audit", "verify") == "The audit record is whole: 3 rows.\n"


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET record = replace(record, 'agent', 'admin') WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "INSERT INTO audit (seq, record, hash) SELECT 4, record, hash FROM audit WHERE seq = 3",
        "UPDATE audit SET record = (SELECT record FROM audit AS o WHERE o.seq = 5 - audit.seq) WHERE seq > 1",
    ],
    ids=["edit", "delete", "cut", "insert", "swap"],
)
def test_tampering_is_found_and_told_by_the_exit_code(recorded, tampering):
    change_behind_the_back(recorded, tampering)

    done = recorded.run("audit", "verify")

    assert done.returncode == 1
    assert done.stdout
    assert "tampered" in done.stderr


def test_another_secret_key_does_not_pass_for_ours(recorded):
    assert recorded.run("audit", "verify", SECRET_KEY="o" * 40).returncode == 1
    assert recorded.run("audit", "verify", SECRET_KEY=f"{'o' * 40},{'s' * 40}").returncode == 0


def test_anchors_are_written_and_compared(recorded):
    recorded.does("audit", "anchor", "anchors.jsonl")
    recorded.does("audit", "verify", "--anchors", "anchors.jsonl")
    (recorded.folder / "anchors.jsonl").write_text("nonsense\n")

    assert recorded.run("audit", "verify", "--anchors", "anchors.jsonl").returncode == 1
    assert recorded.run("audit", "verify", "--anchors", "absent.jsonl").returncode == 1


def test_the_anchors_of_the_settings_are_compared_with_once_they_are_there(recorded):
    recorded.does("audit", "anchor", "var/audit-anchors.jsonl")

    assert recorded.does("audit", "verify") == (
        "The audit record is whole: 3 rows. Compared with 1 anchors in var/audit-anchors.jsonl.\n"
    )
    elsewhere = recorded.run("audit", "verify", AUDIT_ANCHORS="var/elsewhere.jsonl")
    assert elsewhere.stdout == "The audit record is whole: 4 rows.\n"

    (recorded.folder / "var" / "audit-anchors.jsonl").write_text("nonsense\n")
    assert recorded.run("audit", "verify").returncode == 1


def test_a_record_that_may_only_be_read_can_be_verified_all_the_same(recorded):
    database = recorded.folder / "var" / "loyalty-desk.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "CREATE TRIGGER closed BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    done = recorded.run("audit", "verify")

    assert (done.returncode, done.stdout) == (0, "The audit record is whole: 3 rows.\n")
    assert "could not be recorded" in done.stderr


def test_check_says_all_that_is_in_the_way_at_once(cli):
    done = cli.run("check")

    assert done.returncode == 1
    states = {line.split()[1]: line.split()[0] for line in done.stdout.splitlines()}
    assert states == {
        "Settings": "ok",
        "Database": "problem",
        "Staff": "problem",
        "Brevo": "problem",
        "Programmes": "problem",
    }


def test_a_check_says_that_the_remote_is_not_trusted_and_what_to_set(cli, sandbox, authority):
    with tls_before(sandbox.url, authority.certify().context()) as front:
        lines = cli.run("check", BREVO_API_URL=front.url).stdout.splitlines()

    (line,) = [line for line in lines if " Brevo " in line]
    assert line.startswith(f"problem  Brevo       {front.url}: The certificate is refused: ")
    assert line.endswith(" For a private authority set BREVO_CA_FILE.")


def test_a_check_trusts_the_private_authority_that_is_named(cli, sandbox, authority):
    with tls_before(sandbox.url, authority.certify().context()) as front:
        done = cli.run(
            "check", BREVO_API_URL=front.url, BREVO_API_KEY=sandbox.key, BREVO_CA_FILE=str(authority.file)
        )

    assert [line.split()[0] for line in done.stdout.splitlines() if " Brevo " in line] == ["ok"]


def test_a_check_before_the_first_upgrade_says_how_to_make_the_database(cli):
    assert "loyalty-desk db upgrade" in cli.run("check").stdout


def test_a_check_is_not_content_with_people_who_cannot_sign_in(cli):
    cli.does("db", "upgrade")
    cli.does("staff", "add", "anna@example.com", "--name", "Anna", "--role", "agent")

    lines = cli.run("check").stdout.splitlines()

    assert [line.split()[0] for line in lines if "Staff" in line] == ["problem"]


def test_a_demo_that_never_ran_has_no_state_to_work_on(cli):
    done = cli.run("staff", "list", "--demo")

    assert done.returncode == 1
    assert done.stderr == "Error: No demo has run here: var/demo-8000 is missing. Start one: make run\n"
