"""The page behind the one-click sign-in link: a look changes nothing, its button signs in."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hitl.tenants.models import Workspace
from hitl.tenants.people import Person
from hitl.tenants.welcome import holder_of, spend


@require_http_methods(["GET", "POST"])
@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Browsers and scanners open links ahead of people; only the button's POST spends this one."""
    if request.method == "GET":
        user = holder_of(token)
        return render(request, "welcome.html", {"person": user}, status=200 if user else 410)
    user = spend(token)
    if user is None:
        return render(request, "welcome.html", {"person": None}, status=410)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    for workspace in Workspace.objects.visible_to(user):
        Person.member(user).did(workspace, "member.signed_in", workspace.slug, by="link")
    return redirect("home")
