"""`{% include "first_hour.html" %}` stands on any page of a workspace; this tag asks what it shows."""

from typing import Any

from django import template

from bots import first_hour as hours

register = template.Library()


@register.simple_tag(takes_context=True)
def first_hour(context: dict[str, Any]) -> hours.FirstHour | None:
    """The steps for the member who reads the page, or None."""
    return hours.first_hour(context["workspace"], context["request"].user, context["role"])
