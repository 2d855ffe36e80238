"""``loyalty-desk staff``, on a database of its own."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def anna(cli):
    cli.does("db", "upgrade")
    cli.does("staff", "add", "Anna@Example.com", "--name", "Anna Berg", "--role", "agent")
    return cli


def test_a_person_is_added_with_a_one_time_link_and_no_password(cli):
    cli.does("db", "upgrade")

    said = cli.does("staff", "add", "Anna@Example.com", "--name", "Anna Berg", "--role", "agent")

    assert "Anna Berg is added as agent." in said
    assert re.search(r"/set-password/[\w-]{43}$", said, re.MULTILINE)
    assert cli.does("staff", "list") == "anna@example.com\tagent\tno password yet\tAnna Berg\n"


def test_a_password_cannot_be_given_on_the_command_line(anna):
    done = anna.run("staff", "set-password", "anna@example.com", "correct horse battery staple")

    assert done.returncode == 2


def test_a_new_link_replaces_the_old_one(anna):
    first = anna.does("staff", "set-password", "anna@example.com")
    second = anna.does("staff", "set-password", "anna@example.com")

    assert "/set-password/" in first
    assert first != second


def test_a_role_is_changed(anna):
    assert (
        anna.does("staff", "set-role", "anna@example.com", "--role", "admin") == "Anna Berg is admin now.\n"
    )
    assert "\tadmin\t" in anna.does("staff", "list")


def test_a_disabled_person_is_listed_as_such(anna):
    anna.does("staff", "disable", "anna@example.com")

    assert "\tdisabled\t" in anna.does("staff", "list")


def test_each_change_stands_in_the_audit_record(anna):
    anna.does("staff", "set-role", "anna@example.com", "--role", "admin")
    anna.does("staff", "set-password", "anna@example.com")
    anna.does("staff", "disable", "anna@example.com")

    assert anna.does("audit", "verify") == "The audit record is whole: 4 rows.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (("add", "anna@example.com", "--name", "A", "--role", "agent"), 1, "is already a member of staff"),
        (("add", "anna", "--name", "A", "--role", "agent"), 1, "Enter an e-mail address"),
        (("add", "b@example.com", "--name", "B", "--role", "owner"), 2, "'owner' is not one of"),
        (("add", "b@example.com", "--role", "agent"), 2, "Missing option '--name'"),
        (
            ("set-role", "nobody@example.com", "--role", "admin"),
            1,
            "Nobody has the address nobody@example.com",
        ),
        (("disable", "nobody@example.com"), 1, "Nobody has the address"),
        (("set-password", "nobody@example.com"), 1, "Nobody has the address"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(anna, arguments, code, line):
    done = anna.run("staff", *arguments)

    assert done.returncode == code
    assert line in done.stderr.splitlines()[-1]
    assert done.stdout == ""


def test_without_tables_the_next_step_is_named(cli):
    done = cli.run("staff", "list")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
