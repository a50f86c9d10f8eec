"""One page that leads to all that belongs to a person: name, address, password, second factor, devices."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from hitl.tenants.models import User


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        labels = {"name": "Your name"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=request.user.pk or 0)
    form = NameForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=user.pk).update(name=form.cleaned_data["name"])  # the name, and nothing else of the row
        messages.success(request, "Saved.")
        return redirect("account")
    keys = Authenticator.objects.filter(user=user)
    context = {
        "form": form,
        "has_app": keys.filter(type=Authenticator.Type.TOTP).exists(),
        "passkeys": keys.filter(type=Authenticator.Type.WEBAUTHN).count(),
        "sessions": UserSession.objects.filter(user=user).count() or 1,
        "connected": SocialAccount.objects.filter(user=user).count(),
        "memberships": user.memberships.select_related("workspace").order_by("workspace__name"),
    }
    return render(request, "account/account.html", context, status=422 if form.errors else 200)
