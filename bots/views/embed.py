"""The live browser in a frame on one of the workspace's own sites, and the module with which a page there shows it.

Browsers send no cookie into such a frame. The press of its button brings a pass, and its page shows that from then on.
"""

import hashlib
from pathlib import Path

from csp.decorators import csp_replace
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import etag, require_http_methods, require_safe

from alerts import guests
from alerts.models import AccessLink
from alerts.views.links import comes_too_often, is_a_persons_press, link_at, private
from bots.views.live import guest_stage
from hitl import limits, tickets

MODULE = Path(settings.BASE_DIR, "static", "live", "embed.js")
NOTHING = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["*"],
}
NOT_PRESSED = "The browser opens only when a person presses the button, with mouse, finger or keyboard."


@never_cache
@csrf_exempt  # the token's cookie does not reach a frame; the Origin is looked at instead
@require_http_methods(["GET", "HEAD", "POST"])
def embed(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows what is asked and a button, as the door does, or that the link opens nothing; only a person's press of
    the button gets a pass."""
    if request.method == "POST":
        return private(_press(request, token))
    try:
        link = _link_at(request, token)
    except Http404:
        return private(_nothing(request, status=404))
    return private(_nothing(request, status=429) if isinstance(link, HttpResponse) else _show(request, link))


def _link_at(request: HttpRequest, token: str) -> AccessLink | HttpResponse:
    link = link_at(request, token)
    if isinstance(link, AccessLink) and not link.alert.workspace.embed_origins:
        raise Http404("This link does not open anything.")
    return link


def _press(request: HttpRequest, token: str) -> HttpResponseBase:
    if not _is_from_here(request):
        raise PermissionDenied("The live browser is opened by the button in its own frame.")
    link = _link_at(request, token)
    if isinstance(link, HttpResponse):
        return link
    return limits.too_many(request) if comes_too_often(request, link) else _let_in(request, link)


def _nothing(request: HttpRequest, status: int) -> HttpResponseBase:
    """A sentence in place of an empty frame, alike for every link that opens nothing, and so for any site: it has
    nothing that could be pressed, run or read."""

    @xframe_options_exempt
    @csp_replace(NOTHING)
    def show(request: HttpRequest) -> HttpResponseBase:
        return render(request, "live/nothing.html", {"status": status}, status=status)

    return show(request)


def _is_from_here(request: HttpRequest) -> bool:
    """A browser names the Origin of every POST; another site's page cannot name ours, nor can a sandbox without it."""
    here = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") in (here, *settings.ALLOWED_ORIGINS)


def _show(request: HttpRequest, link: AccessLink) -> HttpResponseBase:
    """The one page with anything in it that may be framed, by those sites alone. No cookie is set: it has no token."""
    AccessLink.objects.filter(pk=link.pk).update(seen=F("seen") + 1)
    origins = link.alert.workspace.embed_origins
    context = guest_stage(guests.Guest(link, "")) | {"link": link, "origins": origins}
    context |= {"ticket": "", "csrf_token": "NOTPROVIDED"}

    @xframe_options_exempt
    @csp_replace({"frame-ancestors": origins})
    def show(request: HttpRequest) -> HttpResponseBase:
        return render(request, "live/embed.html", context)

    return show(request)


def _let_in(request: HttpRequest, link: AccessLink) -> JsonResponse:
    if not is_a_persons_press(request):
        return JsonResponse({"detail": NOT_PRESSED}, status=400)
    workspace = link.alert.workspace
    around = set(request.POST["around"].split()) if "around" in request.POST else workspace.embed_origins
    if not guests.may_stand(workspace, around):  # a site was taken off the list since the frame was loaded
        raise Http404("This link does not open anything.")
    guest, made = guests.give_pass(link, around)
    guest.person.did(workspace, "link.opened", link.public_id, alert=link.alert.public_id, embedded=True)
    return JsonResponse({"pass": made, "ticket": tickets.issue(link.alert.public_id, guest.person.key)})


def _fingerprint(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(MODULE.read_bytes()).hexdigest()[:32]}"'


@require_safe
@cache_control(public=True, max_age=3600)
@etag(_fingerprint)
def module(request: HttpRequest) -> HttpResponse:
    """What other sites import, at an address that stays: the file stands alone, and is nobody's secret."""
    headers = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(MODULE.read_bytes(), content_type="text/javascript; charset=utf-8", headers=headers)
