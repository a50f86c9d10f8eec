"""Who may see and do what: users, workspaces, memberships with roles, and the record of what they did."""

from hitl.tenants.models.audit import AuditEvent
from hitl.tenants.models.invitation import Invitation, NotInvited
from hitl.tenants.models.user import User
from hitl.tenants.models.workspace import DeletedWorkspace, Membership, NotAllowed, Role, TenantQuerySet, Workspace

__all__ = [
    "AuditEvent",
    "DeletedWorkspace",
    "Invitation",
    "Membership",
    "NotAllowed",
    "NotInvited",
    "Role",
    "TenantQuerySet",
    "User",
    "Workspace",
]
