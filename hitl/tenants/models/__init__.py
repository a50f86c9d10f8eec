"""Who may see and do what: users, workspaces, memberships with roles, and the record of what they did."""

from hitl.tenants.models.audit import AuditEvent
from hitl.tenants.models.invitation import Invitation, NotInvited
from hitl.tenants.models.kept import KeptAnswer
from hitl.tenants.models.key import ApiKey, Scope
from hitl.tenants.models.mails import AskedMail
from hitl.tenants.models.user import User
from hitl.tenants.models.workspace import DeletedWorkspace, Membership, NotAllowed, Role, TenantQuerySet, Workspace

__all__ = [
    "ApiKey",
    "AskedMail",
    "AuditEvent",
    "DeletedWorkspace",
    "Invitation",
    "KeptAnswer",
    "Membership",
    "NotAllowed",
    "NotInvited",
    "Role",
    "Scope",
    "TenantQuerySet",
    "User",
    "Workspace",
]
