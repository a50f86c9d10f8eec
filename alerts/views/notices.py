"""How one member is told about alerts: by e-mail, on this device; and who would be told at all."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from alerts.drills import last_drill
from alerts.models import NoticeWish
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role, Workspace
from hitl.tenants.people import Person


class NoticeWishForm(forms.ModelForm):
    class Meta:
        model = NoticeWish
        fields = ["email", "half_time", "quiet_from", "quiet_until", "zone"]
        labels = {"email": "E-mail", "quiet_from": "Quiet from", "quiet_until": "Quiet until", "zone": "Time zone"}
        help_texts = {"zone": ""}
        widgets = {
            "email": forms.RadioSelect,
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "zone": forms.TextInput(attrs={"autocomplete": "off", "data-zone": ""}),
        }

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"]
        if zone not in available_timezones():
            raise forms.ValidationError("Write it as continent and city, for example Europe/Berlin, or UTC.")
        return zone

    def clean(self) -> dict[str, Any]:
        clean: dict[str, Any] = super().clean() or {}
        begin, end = clean.get("quiet_from"), clean.get("quiet_until")
        if (begin is None) != (end is None) and not self.errors:
            self.add_error("quiet_until" if begin else "quiet_from", "Quiet hours need both a beginning and an end.")
        if begin is not None and begin == end:
            self.add_error("quiet_until", "This is when they begin. To hear nothing at all, choose Never above.")
        return clean


def _readers(workspace: Workspace) -> list[dict[str, Any]]:
    """Everybody who could be told, and how they are."""
    users = list(workspace.people_who(Role.OPERATOR).order_by("email"))
    wishes = NoticeWish.objects.of(workspace.pk, users)
    return [{"user": user, "wish": wishes[user.pk], "awake_at": wishes[user.pk].awake_at()} for user in users]


@member()
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: MemberRequest) -> HttpResponse:
    """One's own wishes, for this workspace; the device's are kept on the device."""
    mine = NoticeWish.objects.filter(workspace=request.workspace, user=request.user).first()
    wish = mine or NoticeWish(workspace=request.workspace, user=request.user)
    form = NoticeWishForm(request.POST or None, instance=wish)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            person, fields = Person.member(request.user), ", ".join(form.changed_data)
            person.did(request.workspace, "notices.changed", request.workspace.slug, fields=fields)
            kept = {name: form.cleaned_data[name] for name in form.fields}
            NoticeWish.objects.update_or_create(kept, workspace=request.workspace, user=request.user)
        messages.success(request, "Saved.")
        return redirect(request.path)
    context = {
        "form": form,
        "readers": _readers(request.workspace),
        "drill": last_drill(request.workspace),
        "unheard": NoticeWish.objects.unheard(request.workspace),
        "mail_is_kept": settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"),
    }
    return render(request, "settings/notices.html", context, status=422 if form.errors else 200)
