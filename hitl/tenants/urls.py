"""Addresses of people and workspaces."""

from django.urls import path

from hitl.tenants import (
    views,
    views_account,
    views_audit,
    views_embedding,
    views_invitation,
    views_keys,
    views_members,
    views_workspaces,
)

W = "w/<slug:workspace>/"
SETTINGS = W + "settings/"
MEMBERS = SETTINGS + "members/"

urlpatterns = [
    path("workspaces/new/", views_workspaces.new_workspace, name="new_workspace"),
    path("account/", views_account.account, name="account"),
    path("invitations/<str:token>/", views_invitation.invitation, name="invitation"),
    path(W + "ticket/", views.inbox_ticket, name="inbox_ticket"),
    path(SETTINGS, views.workspace_settings, name="settings"),
    path(SETTINGS + "record/", views_audit.audit, name="settings_audit"),
    path(SETTINGS + "record.csv", views_audit.export, {"kind": "csv"}, name="settings_audit_csv"),
    path(SETTINGS + "record.json", views_audit.export, {"kind": "json"}, name="settings_audit_json"),
    path(MEMBERS, views_members.members, name="settings_members"),
    path(MEMBERS + "<int:member>/role/", views_members.change_role, name="settings_member_role"),
    path(MEMBERS + "<int:member>/remove/", views_members.remove, name="settings_member_remove"),
    path(MEMBERS + "invitations/<id:invitation>/again/", views_members.again, name="settings_invitation_again"),
    path(MEMBERS + "invitations/<id:invitation>/revoke/", views_members.revoke, name="settings_invitation_revoke"),
    path(SETTINGS + "embedding/", views_embedding.embedding, name="settings_embedding"),
    path(SETTINGS + "keys/", views_keys.keys, name="settings_keys"),
    path(SETTINGS + "keys/<id:api_key>/revoke/", views_keys.revoke_key, name="settings_revoke_key"),
]
