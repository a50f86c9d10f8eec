"""The settings page of the sites that may show this workspace's live browsers in a frame."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from hitl.tenants.access import MemberRequest, member
from hitl.tenants.forms import EmbeddingForm
from hitl.tenants.models import Role
from hitl.tenants.people import Person


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def embedding(request: MemberRequest) -> HttpResponse:
    form = EmbeddingForm(request.POST or None, initial={"origins": "\n".join(request.workspace.embed_origins)})
    if request.method == "POST" and form.is_valid():
        request.workspace.let_embed(Person.member(request.user), form.cleaned_data["origins"])
        messages.success(request, "Saved.")
        return redirect(request.path)
    context = {"form": form, "base_url": settings.BASE_URL}
    return render(request, "settings/embedding.html", context, status=422 if form.errors else 200)
