"""The settings page of API keys: made by admins, shown once, revoked at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hitl import clock
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import ApiKey, Role, Scope
from hitl.tenants.people import Person

SCOPES = [
    (Scope.READ, "Read: look at bots, executions and alerts"),
    (Scope.RUN, "Run: also start and cancel executions, answer alerts, make links"),
    (Scope.ADMIN, "Admin: also make, change and archive bots"),
]
LIVES = [("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("0", "Until it is revoked")]


class KeyForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label="What is it for?",
        help_text="What the key does stands in the record under this name: “Nightly import”, “CI”.",
    )
    scope = forms.ChoiceField(choices=SCOPES, initial=Scope.RUN, widget=forms.RadioSelect, label="What may it do?")
    days = forms.ChoiceField(choices=LIVES, initial="90", label="Works for")

    def expires_at(self) -> datetime | None:
        days = int(self.cleaned_data["days"])
        return clock.now() + timedelta(days=days) if days else None


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def keys(request: MemberRequest) -> HttpResponse:
    """The workspace's keys; POST makes one, and this answer is the only one that ever shows it."""
    if request.method != "POST":
        return _page(request, KeyForm())
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data
    person = Person.member(request.user)
    made, token = ApiKey.make(request.workspace, person, given["name"], given["scope"], form.expires_at())
    return _page(request, KeyForm(), made, token)


def _page(request: MemberRequest, form: KeyForm, made: ApiKey | None = None, token: str = "") -> HttpResponse:
    rows = ApiKey.objects.visible_to(request.user).filter(workspace=request.workspace).with_maker()
    context = {"form": form, "keys": rows[:200], "made": made, "token": token}
    status = 201 if made else 422 if form.errors else 200
    return render(request, "settings/keys.html", context, status=status)


@member(Role.ADMIN)
@require_POST
def revoke_key(request: MemberRequest, api_key: str) -> HttpResponse:
    rows = ApiKey.objects.visible_to(request.user).filter(workspace=request.workspace)
    row = get_object_or_404(rows, public_id=api_key)
    row.revoke(Person.member(request.user))
    messages.success(request, f"“{row.name}” is revoked. Whatever used it has no access any more.")
    return redirect("settings_keys", request.workspace.slug)
