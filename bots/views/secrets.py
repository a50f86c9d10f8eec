"""The workspace's secrets: their names for operators, the rest for admins. No page shows a value."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bots.models import Secret
from bots.models.secret import LONGEST, NAME, SHORTEST
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person

HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:[1-9]\d{0,4})?")
MOST_SITES = 20


class ValueForm(forms.Form):
    """A value, which is never shown again, and where it may be typed."""

    value = forms.CharField(
        min_length=SHORTEST,
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
        help_text="It is encrypted at once. Nobody can read it again, you neither; it can be given another value.",
    )
    sites = forms.CharField(
        label="Only on these sites",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=SafeString(
            "Hosts, one on each line: <code>bank.example</code>, or <code>*.bank.example</code> for all its "
            "subdomains. A bot that would type the secret anywhere else stops with an error. Empty: no limit."
        ),
    )

    def clean_sites(self) -> list[str]:
        sites = [_host(written) for written in re.split(r"[\s,;]+", self.cleaned_data["sites"]) if written]
        if len(sites) > MOST_SITES:
            raise ValidationError(f"At most {MOST_SITES} sites; *.bank.example stands for all its subdomains.")
        return list(dict.fromkeys(sites))


def _host(written: str) -> str:
    """The host of what somebody wrote, which may be a whole address."""
    host = urlsplit(written).netloc.rpartition("@")[2] if "://" in written else written.rstrip("/")
    try:
        host = host.lower() if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        host = ""
    if not HOST.fullmatch(host):
        raise ValidationError(f"“{written[:80]}” is not a host. Write it like bank.example, or *.bank.example.")
    return host


class NewSecretForm(ValueForm):
    field_order = ("name", "value", "sites")
    name = forms.CharField(
        max_length=64,
        validators=[NAME],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        help_text=SafeString(
            "As scripts write it: <code>bank_password</code> becomes <code>{{secrets.bank_password}}</code>."
        ),
    )


class ChangeForm(ValueForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["value"].required = False
        self.fields["value"].label = "New value"
        self.fields["value"].help_text = "Empty: it keeps the value that it has."


def secret_of(request: MemberRequest, public_id: str) -> Secret:
    """The secret within the member's workspace, or 404."""
    secrets = Secret.objects.visible_to(request.user).filter(workspace=request.workspace)
    return get_object_or_404(secrets, public_id=public_id)


@member(Role.OPERATOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def secret_list(request: MemberRequest) -> HttpResponse:
    """Names, sites and uses; admins add."""
    if request.method == "POST" and not request.role.includes(Role.ADMIN):
        raise PermissionDenied("This needs the role admin or higher.")
    form = NewSecretForm(request.POST or None, initial={"name": request.GET.get("name", "")[:64]})
    if request.method == "POST" and form.is_valid() and _made(request, form):
        messages.success(request, f"{form.cleaned_data['name']} is kept.")
        return redirect(request.path)
    users = request.workspace.bots.current().by_secret()
    secrets = list(Secret.objects.visible_to(request.user).filter(workspace=request.workspace))
    known = {secret.name for secret in secrets}
    context = {
        "form": form,
        "secrets": [{"secret": secret, "bots": users.get(secret.name, [])} for secret in secrets],
        "lacking": [{"name": name, "bots": bots} for name, bots in users.items() if name not in known],
    }
    return render(request, "settings/secrets.html", context, status=422 if form.errors else 200)


def _made(request: MemberRequest, form: NewSecretForm) -> bool:
    try:
        Secret.make(request.workspace, Person.member(request.user), **form.cleaned_data)
    except IntegrityError:
        form.add_error("name", "There is a secret of this name. Open it below to give it another value.")
        return False
    return True


@member(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_secret(request: MemberRequest, secret: str) -> HttpResponse:
    row = secret_of(request, secret)
    form = ChangeForm(request.POST or None, initial={"sites": "\n".join(row.sites)})
    if request.method == "POST" and form.is_valid():
        row.change(Person.member(request.user), **form.cleaned_data)
        messages.success(request, f"{row.name} is saved.")
        return redirect("settings_secrets", request.workspace.slug)
    bots = request.workspace.bots.current().by_secret().get(row.name, [])
    context = {"form": form, "secret": row, "bots": bots}
    return render(request, "settings/secret.html", context, status=422 if form.errors else 200)


@member(Role.ADMIN)
@require_POST
def remove_secret(request: MemberRequest, secret: str) -> HttpResponse:
    row = secret_of(request, secret)
    row.remove(Person.member(request.user))
    messages.success(request, f"{row.name} is deleted.")
    return redirect("settings_secrets", request.workspace.slug)
