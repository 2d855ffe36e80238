"""Who may do what, cell by cell: a new permission or role fails here until somebody decides."""

from __future__ import annotations

import pytest

from dashboard.permissions import Permission, Role

EVERYBODY = {Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR}
LEADERS = {Role.SUPERVISOR, Role.ADMIN}
CHANGERS = EVERYBODY - {Role.AUDITOR}
READERS_OF_THE_RECORD = EVERYBODY - {Role.AGENT}

WHO = {
    Permission.OWN_ACCOUNT: EVERYBODY,
    Permission.MEMBERS_READ: EVERYBODY,
    Permission.STATUS_READ: EVERYBODY,
    Permission.NOTES_WRITE: CHANGERS,
    Permission.CREDITS_WRITE: CHANGERS,
    Permission.DEBITS_WRITE: CHANGERS,
    Permission.VOUCHERS_WRITE: CHANGERS,
    Permission.ORDERS_WRITE: CHANGERS,
    Permission.MEMBERS_WRITE: CHANGERS,
    Permission.TIERS_WRITE: CHANGERS,
    Permission.MEMBERSHIPS_END: LEADERS,
    Permission.CHANGES_UNDO: LEADERS,
    Permission.INTENTS_DECIDE: LEADERS,
    Permission.APPROVALS_DECIDE: LEADERS,
    Permission.AUDIT_READ: READERS_OF_THE_RECORD,
    Permission.AUDIT_EXPORT: READERS_OF_THE_RECORD,
    Permission.REPORTS_READ: READERS_OF_THE_RECORD,
    Permission.STAFF_MANAGE: {Role.ADMIN},
    Permission.SETTINGS_MANAGE: {Role.ADMIN},
}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role, permission):
    assert role.may(permission) is (role in WHO[permission])


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_do_is_listed(role):
    assert role.permissions == {permission for permission, roles in WHO.items() if role in roles}


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_names_what_and_how(permission):
    assert permission.count(":") == 1
