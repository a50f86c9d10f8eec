"""The page behind an invitation: a look changes nothing, its button makes a member."""

from allauth.account.models import EmailAddress
from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hitl import limits
from hitl.tenants.forms import JoinForm
from hitl.tenants.holders import pass_on
from hitl.tenants.models import Invitation, NotInvited, User
from hitl.tenants.people import Person


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites, to what, as which role; POST accepts. Whoever is new gets an account by the same press."""
    row = Invitation.of(token)
    if row is None:
        if limits.wrong_too_often(request, "invitation"):
            return limits.too_many(request)
        raise Http404("There is no such invitation.")
    if request.method == "POST" and not row.why_not:
        return _accept(request, row)
    return _page(request, row)


def _accept(request: HttpRequest, row: Invitation) -> HttpResponse:
    if request.user.is_authenticated:
        return _accept_as(request, row, request.user)
    if User.objects.known_as(row.email).exists():
        return _page(request, row)  # it asks to sign in
    form = JoinForm(request.POST, email=row.email)
    return _join(request, row, form) if form.is_valid() else _page(request, row, form=form)


def _accept_as(request: HttpRequest, row: Invitation, user: User) -> HttpResponse:
    try:
        row.accept(Person.member(user))
    except NotInvited as why:
        return _page(request, row, refused=str(why))
    return redirect(row.workspace)


def _join(request: HttpRequest, row: Invitation, form: JoinForm) -> HttpResponse:
    """Account, membership and the used invitation, or none of them."""
    try:
        with transaction.atomic():
            user = _account(row, form)
            row.accept(Person.member(user))
    except (IntegrityError, NotInvited):  # somebody was faster, perhaps the same person by a second press
        row.refresh_from_db()
        return _page(request, row)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect(row.workspace)


def _account(row: Invitation, form: JoinForm) -> User:
    """A new one; or what somebody has made under this address and nobody has come into, without its maker."""
    made = User.objects.unclaimed().filter(email=row.email).select_for_update().first()
    user = made or User.objects.create_user(row.email)
    pass_on(user, row.email)
    user.name = form.cleaned_data["name"]
    user.set_password(form.cleaned_data["password"])
    user.save()
    shown = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=user, email=row.email, defaults=shown)
    return user


def _page(request: HttpRequest, row: Invitation, refused: str = "", form: JoinForm | None = None) -> HttpResponse:
    user = request.user
    context = {
        "invitation": row,
        "why_not": row.why_not,
        "refused": refused,
        "is_mine": user.is_authenticated and user.is_known_as(row.email),
        "is_in": user.is_authenticated and row.workspace.role_of(user) is not None,
        "has_account": User.objects.known_as(row.email).exists(),
        "form": form or JoinForm(email=row.email),
    }
    status = 410 if row.why_not else 422 if form and form.errors else 403 if refused else 200
    return render(request, "invitation.html", context, status=status)
