"""Who may do what: roles and permissions as data, with no knowledge of web or database."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a role may or may not do, as ``resource:action``."""

    OWN_ACCOUNT = "account:use"
    MEMBERS_READ = "members:read"
    NOTES_WRITE = "notes:write"
    CREDITS_WRITE = "credits:write"
    DEBITS_WRITE = "debits:write"
    VOUCHERS_WRITE = "vouchers:write"
    ORDERS_WRITE = "orders:write"
    MEMBERS_WRITE = "members:write"
    MEMBERSHIPS_END = "memberships:end"
    TIERS_WRITE = "tiers:write"
    CHANGES_UNDO = "changes:undo"
    """To take back what somebody else did; one's own needs no more than it took to do it."""
    INTENTS_DECIDE = "intents:decide"
    """To settle what the console cannot settle by itself."""
    APPROVALS_DECIDE = "approvals:decide"
    """To allow or refuse what others may not do alone."""
    AUDIT_READ = "audit:read"
    AUDIT_EXPORT = "audit:export"
    REPORTS_READ = "reports:read"
    STATUS_READ = "status:read"
    STAFF_MANAGE = "staff:manage"
    SETTINGS_MANAGE = "settings:manage"


class Role(StrEnum):
    """What a member of staff is; each has exactly one."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that this role may do."""
        return _GRANTS[self]

    def may(self, permission: Permission) -> bool:
        """Whether this role has ``permission``."""
        return permission in _GRANTS[self]


_EVERYBODY = frozenset({Permission.OWN_ACCOUNT, Permission.MEMBERS_READ, Permission.STATUS_READ})
_AGENT = _EVERYBODY | {
    Permission.NOTES_WRITE,
    Permission.CREDITS_WRITE,
    Permission.DEBITS_WRITE,
    Permission.VOUCHERS_WRITE,
    Permission.ORDERS_WRITE,
    Permission.MEMBERS_WRITE,
    Permission.TIERS_WRITE,
}
_LEAD = frozenset(
    {
        Permission.MEMBERSHIPS_END,
        Permission.CHANGES_UNDO,
        Permission.INTENTS_DECIDE,
        Permission.APPROVALS_DECIDE,
    }
)
_AUDIT = frozenset({Permission.AUDIT_READ, Permission.AUDIT_EXPORT, Permission.REPORTS_READ})
_ADMIN = frozenset({Permission.STAFF_MANAGE, Permission.SETTINGS_MANAGE})

_GRANTS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _AGENT | _LEAD | _AUDIT,
    Role.ADMIN: _AGENT | _LEAD | _AUDIT | _ADMIN,
    Role.AUDITOR: _EVERYBODY | _AUDIT,
}
