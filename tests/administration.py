"""Django's administration as an operator uses it: its pages, its forms and its actions."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse

from hitl.tenants.models import User
from tests.people import signed_in


def operator(user: User) -> Client:
    """A browser of theirs; from here on they host hitl."""
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return signed_in(User.objects.get(pk=user.pk))


def page(model: type[Model], what: str, *args: object) -> str:
    """`page(Bot, "change", bot.pk)`."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def does(staff: Client, row: Any, action: str) -> str:
    """Choose the row in its list, press the action; what the page says then."""
    chosen = {"action": action, "_selected_action": [row.pk]}
    return staff.post(page(type(row), "changelist"), chosen, follow=True).content.decode()


def as_it_stands(client: Client, url: str, form: str = "adminform") -> dict[str, Any]:
    """All fields of the page's form, as a browser sends them."""
    shown = client.get(url).context[form]
    fields = getattr(shown, "form", shown)
    values = {name: fields[name].value() for name in fields.fields}
    return {name: "on" if it is True else it for name, it in values.items() if it is not None and it is not False}


def account(user: User, **fields: str) -> dict[str, str]:
    """What the page of an account sends; without `is_active="on"` it closes the account."""
    inline = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    return {"email": user.email, "name": user.name, **inline, **fields}
