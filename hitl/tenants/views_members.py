"""The members of a workspace: who they are, what they may do, and who is invited."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from hitl.tenants.access import MemberRequest, member
from hitl.tenants.forms import InviteForm, RoleForm, roles_given_by
from hitl.tenants.models import Invitation, Membership, NotAllowed, NotInvited, Role
from hitl.tenants.people import Person


@member()
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: MemberRequest) -> HttpResponse:
    """Everybody sees the members; admins invite."""
    if request.method == "POST":
        return _invite(request)
    return _page(request, InviteForm(by=request.role))


def _invite(request: MemberRequest) -> HttpResponse:
    if not request.role.includes(Role.ADMIN):
        raise PermissionDenied("This needs the role admin or higher.")
    form = InviteForm(request.POST, by=request.role)
    if not form.is_valid():
        return _page(request, form)
    refused = _invite_each(request, form.cleaned_data["emails"], form.cleaned_data["role"])
    if not refused:
        return _back(request)
    form = InviteForm({**request.POST.dict(), "emails": "\n".join(refused)}, by=request.role)
    form.is_valid()
    form.add_error("emails", list(refused.values()))
    return _page(request, form)


def _invite_each(request: MemberRequest, emails: list[str], role: str) -> dict[str, str]:
    """Who was not invited and why; the others are."""
    refused = {}
    for email in emails:
        try:
            Invitation.make(request.workspace, Person.member(request.user), email, role)
        except NotInvited as why:
            refused[email] = str(why)
    if invited := [email for email in emails if email not in refused]:
        messages.success(request, f"Invited: {', '.join(invited)}.")
    return refused


def _page(request: MemberRequest, form: InviteForm) -> HttpResponse:
    rows = request.workspace.memberships.select_related("user").order_by("user__name", "user__email")
    context = {
        "members": rows,
        "invitations": request.workspace.invitations.pending() if request.role.includes(Role.ADMIN) else [],
        "form": form,
        "roles": roles_given_by(request.role),
        "is_owner": request.role == Role.OWNER,
    }
    return render(request, "settings/members.html", context, status=422 if form.errors else 200)


def _back(request: MemberRequest) -> HttpResponse:
    return redirect("settings_members", request.workspace.slug)


def _membership(request: MemberRequest, pk: int) -> Membership:
    return get_object_or_404(request.workspace.memberships.select_related("user", "workspace"), pk=pk)


@member(Role.ADMIN)
@require_POST
def change_role(request: MemberRequest, member: int) -> HttpResponse:
    row, form = _membership(request, member), RoleForm(request.POST)
    if form.is_valid():
        try:
            row.change_role(Person.member(request.user), form.cleaned_data["role"], request.role)
            messages.success(request, f"{row.user} is {Role(row.role).label.lower()} now.")
        except NotAllowed as why:
            messages.error(request, str(why))
    return _back(request)


@member()
@require_POST
def remove(request: MemberRequest, member: int) -> HttpResponse:
    """An admin removes somebody, or anybody leaves."""
    row = _membership(request, member)
    is_leaving = row.user == request.user
    if not is_leaving and not request.role.includes(Role.ADMIN):
        raise PermissionDenied("This needs the role admin or higher.")
    try:
        row.remove(Person.member(request.user), request.role)
    except NotAllowed as why:
        messages.error(request, str(why))
        return _back(request)
    gone = f"You have left {request.workspace.name}." if is_leaving else f"{row.user} is no longer a member."
    messages.success(request, gone)
    return redirect("home") if is_leaving else _back(request)


def _invitation(request: MemberRequest, public_id: str) -> Invitation:
    return get_object_or_404(request.workspace.invitations.select_related("workspace"), public_id=public_id)


@member(Role.ADMIN)
@require_POST
def again(request: MemberRequest, invitation: str) -> HttpResponse:
    row = _invitation(request, invitation)
    try:
        row.send_again(Person.member(request.user))
        messages.success(request, f"Sent to {row.email} once more.")
    except NotInvited as why:
        messages.error(request, str(why))
    return _back(request)


@member(Role.ADMIN)
@require_POST
def revoke(request: MemberRequest, invitation: str) -> HttpResponse:
    row = _invitation(request, invitation)
    row.revoke(Person.member(request.user))
    messages.success(request, f"The invitation of {row.email} is withdrawn.")
    return _back(request)
