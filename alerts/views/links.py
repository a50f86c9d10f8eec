"""An alert's links, and the door through which an outsider comes in."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alerts import guests
from alerts.links import public_id_of
from alerts.models import AccessLink
from alerts.views.alert import OnItForm, alert_of, first_error
from hitl import clock, limits
from hitl.states import WrongState
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person

MOST_A_MINUTE = 30  # presses of one link's button by one client


class LinkForm(forms.Form):
    role = forms.ChoiceField(choices=AccessLink.Role)
    label = forms.CharField(max_length=120, label="Who is it for?")
    hours = forms.IntegerField(min_value=1, max_value=24 * 7, required=False, label="Valid for at most (hours)")
    picture_quality = forms.IntegerField(min_value=1, max_value=100, required=False, label="Quality of the picture")
    picture_kind = forms.ChoiceField(choices=[("", ""), *AccessLink.PictureKind.choices], required=False)


@member(Role.OPERATOR)
@require_POST
def make_link(request: MemberRequest, alert: str) -> HttpResponse:
    """A link for one named outsider."""
    row = alert_of(request, alert)
    form = LinkForm(request.POST)
    if not request.workspace.links_allowed:
        raise PermissionDenied("This workspace does not let links go outside.")
    if not form.is_valid():
        messages.error(request, first_error(form) if form.data.get("label") else "Say who the link is for.")
        return redirect(row)
    hours = form.cleaned_data["hours"]
    lifetime = timedelta(hours=hours) if hours else None
    person, role, label = Person.member(request.user), form.cleaned_data["role"], form.cleaned_data["label"]
    picture = {name: form.cleaned_data[name] for name in ("picture_quality", "picture_kind")}
    try:
        link = AccessLink.make(row, person, role, label, lifetime, **picture)
    except WrongState as error:
        messages.info(request, str(error))
        return redirect(row)
    return redirect(f"{row.get_absolute_url()}#{link.public_id}")  # where it can be copied


@member(Role.OPERATOR)
@require_POST
def revoke_link(request: MemberRequest, alert: str, link: str) -> HttpResponse:
    """The link and everyone who came in by it are out."""
    row = alert_of(request, alert)
    get_object_or_404(row.links, public_id=link).revoke(Person.member(request.user))
    return redirect(row)


def _link_of(token: str) -> AccessLink | None:
    """The living link of a genuine token; None alike for every other."""
    if not token.isprintable():
        return None  # nor would PostgreSQL look for it
    links = AccessLink.objects.select_related("alert__workspace", "alert__execution__bot")
    link = links.filter(public_id=public_id_of(token)).first()
    genuine = link is not None and link.has(token) and link.is_alive
    return link if genuine else None


def link_at(request: HttpRequest, token: str) -> AccessLink | HttpResponse:
    """The living link; 404 alike for every other, and 429 for whoever guesses."""
    link = _link_of(token)
    if link is None and limits.wrong_too_often(request, "link"):
        return limits.too_many(request)
    if link is None:
        raise Http404("This link does not open anything.")
    return link


def comes_too_often(request: HttpRequest, link: AccessLink) -> bool:
    """Count one more press of this link's button by this client: each that lets somebody in is written down."""
    client = get_adapter().get_client_ip(request)
    return limits.wait_after("link", f"{link.public_id}:{client}", MOST_A_MINUTE) > 0


def is_a_persons_press(request: HttpRequest) -> bool:
    """Mail scanners open links, run their scripts and even submit their forms: the button's script adds a field that
    only a person's own press fills."""
    same_site = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return same_site and request.POST.get("pressed") == "yes"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows what is asked and a button, and changes nothing but a counter; only the button's POST lets in.

    Being let in starts no clock and stops none. With `?on-it` it is asked for how long one is on it instead: no address
    of ours is to hold the token but this one.
    """
    link = link_at(request, token)
    if isinstance(link, HttpResponse):
        return link
    if request.method == "POST" and comes_too_often(request, link):
        return private(limits.too_many(request))
    if "on-it" in request.GET:
        return _on_it(request, link)
    if request.method != "POST":
        AccessLink.objects.filter(pk=link.pk).update(seen=F("seen") + 1)
        return private(render(request, "alerts/door.html", {"link": link, "alert": link.alert}))
    if not is_a_persons_press(request):
        said = {"link": link, "alert": link.alert, "again": True}
        return private(render(request, "alerts/door.html", said, status=400))
    response = HttpResponseRedirect(reverse("guest", args=[link.alert.public_id]), status=303)
    guest = guests.admit(response, link, request.COOKIES)
    guest.person.did(link.alert.workspace, "link.opened", link.public_id, alert=link.alert.public_id)
    return private(response)


def _on_it(request: HttpRequest, link: AccessLink) -> HttpResponseBase:
    """To be on it without a sign-in, by the link in the message; a link that may only watch has no such page."""
    if link.role != AccessLink.Role.CONTROL:
        raise Http404("This link does not open anything.")
    shown = {"link": link, "alert": link.alert, "now": clock.now()}
    if request.method == "POST" and not is_a_persons_press(request):
        return private(render(request, "alerts/on_it.html", shown | {"again": True}, status=400))
    form = OnItForm(request.POST or None)
    if form.is_valid():
        try:
            link.alert.say_on_it(guests.caller(link), form.cleaned_data["minutes"])
        except WrongState as error:
            return private(render(request, "alerts/on_it.html", shown | {"refused": error}, status=409))
        return private(HttpResponseRedirect(request.path, status=303))
    refused = first_error(form) if form.errors else ""
    return private(render(request, "alerts/on_it.html", shown | {"refused": refused}, status=422 if refused else 200))


def private(response: HttpResponseBase) -> HttpResponseBase:
    """No search engine learns the address; no other site does either (Referrer-Policy: same-origin on every page).

    Not `no-referrer`: browsers then send `Origin: null` with the form, which the CSRF check rightly refuses.
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
