"""Forms about people and workspaces."""

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from hitl import zones
from hitl.origins import read_origin
from hitl.tenants.models import Role, User, Workspace
from hitl.tenants.models.invitation import addresses_in

AT_ONCE = 30
MOST_ORIGINS = 20


class WorkspaceForm(forms.ModelForm):
    zone = forms.ChoiceField(
        label="Time zone", choices=zones.choices, help_text="On whose clocks new schedules of bots are read."
    )

    class Meta:
        model = Workspace
        fields = ["name", "zone", "links_allowed", "pictures_days"]


class EmbeddingForm(forms.Form):
    """Origins, one a line, as people paste them."""

    origins = forms.CharField(
        label="Sites that may show live browsers",
        max_length=8000,
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "https://intranet.example.com",
            }
        ),
        help_text=f"One a line, {MOST_ORIGINS} at most: https:// and the host, with a port where it has one. "
        "Leave it empty, and no site may.",
    )

    def clean_origins(self) -> list[str]:
        origins, wrong = [], []
        for written in filter(None, re.split(r"[\s,]+", self.cleaned_data["origins"])):
            try:
                origins.append(read_origin(written))
            except ValueError as why:
                wrong.append(str(why))
        if wrong:
            raise ValidationError(wrong[:10])
        origins = list(dict.fromkeys(origins))
        if len(origins) > MOST_ORIGINS:
            raise ValidationError(f"These are {len(origins)} sites; {MOST_ORIGINS} are the most.")
        return origins


class NewWorkspaceForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=80, help_text="Of the team or the purpose; it can be changed later."
    )


class DeletionForm(forms.Form):
    """The name is typed, so that nobody deletes the wrong one."""

    name = forms.CharField(
        label="Type the workspace's name", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, workspace: Workspace, **options: Any) -> None:
        super().__init__(*args, **options)
        self.workspace = workspace

    def clean_name(self) -> str:
        if self.cleaned_data["name"].strip() != self.workspace.name.strip():
            raise ValidationError(f"This is not the name. It is “{self.workspace.name}”.")
        return self.cleaned_data["name"]


def roles_given_by(role: Role) -> list[tuple[str, str]]:
    """What this role may make others, as choices."""
    return [(each.value, each.label) for each in role.given]


class InviteForm(forms.Form):
    """Several addresses at once, as people paste them."""

    emails = forms.CharField(
        label="E-mail addresses",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=f"One or several, by commas or lines; {AT_ONCE} at once.",
    )
    role = forms.ChoiceField(label="They become", initial=Role.OPERATOR)

    def __init__(self, *args: Any, by: Role, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = roles_given_by(by)  # type: ignore[attr-defined]

    def clean_emails(self) -> list[str]:
        addresses = list(addresses_in(self.cleaned_data["emails"]))
        if not addresses:
            raise ValidationError("Give at least one e-mail address.")
        if len(addresses) > AT_ONCE:
            raise ValidationError(f"These are {len(addresses)} addresses; {AT_ONCE} at once are the most.")
        if wrong := [address for address in addresses if not _is_address(address)]:
            raise ValidationError(f"Not an e-mail address: {', '.join(wrong[:5])}. It looks like name@example.com.")
        return addresses


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role)


class JoinForm(forms.Form):
    """An account for somebody who was invited; the address is the invitation's."""

    name = forms.CharField(
        label="Your name", max_length=80, help_text="What colleagues read beside your actions.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    password = forms.CharField(
        label="Choose a password", max_length=128, strip=False, help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email = email

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], User(email=self.email))
        return self.cleaned_data["password"]
