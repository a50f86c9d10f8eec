"""One alert, as far as no live browser is needed: its picture, whose turn it is, answering at once, its messages."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from alerts.models import Alert
from alerts.models.care import MOST_MINUTES
from hitl import clock
from hitl.states import WrongState
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role, User
from hitl.tenants.people import Person


class OnItForm(forms.Form):
    """For how long: one of the buttons, or a number of one's own."""

    minutes = forms.IntegerField(
        min_value=1,
        max_value=MOST_MINUTES,
        error_messages={"required": "Say for how many minutes."},
    )


class AssignForm(forms.Form):
    """To whom: a member who may act, or nobody. `instead_of` is the one whom the person saw there."""

    to = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        error_messages={"invalid_choice": "This person may not act in this workspace any more."},
    )
    instead_of = forms.IntegerField(required=False)

    def __init__(self, *args: Any, alert: Alert) -> None:
        super().__init__(*args)
        self.fields["to"].queryset = alert.workspace.people_who(Role.OPERATOR)  # type: ignore[attr-defined]


def alert_of(request: MemberRequest, public_id: str) -> Alert:
    """The alert within the member's workspace, or 404."""
    alerts = Alert.objects.visible_to(request.user).filter(workspace=request.workspace)
    return get_object_or_404(alerts.select_related("workspace", "execution__bot"), public_id=public_id)


def care_of(request: MemberRequest, alert: Alert) -> dict[str, Any]:
    """What the alert's page needs to say whose turn it is."""
    may_assign = request.role.includes(Role.OPERATOR)
    operators = alert.workspace.people_who(Role.OPERATOR).order_by("email") if may_assign else []
    return {"operators": operators, "me": request.user}


@member()
@require_safe
def picture(request: MemberRequest, alert: str) -> FileResponse:
    """The page as it stood when the bot asked."""
    return picture_response(alert_of(request, alert).picture)


def picture_response(name: str) -> FileResponse:
    """A stored picture, for those who may see the row that names it."""
    path = Path(settings.MEDIA_ROOT, name)
    if not name or not path.is_file():
        raise Http404("There is no picture.")
    return FileResponse(path.open("rb"), headers={"Cache-Control": "private, max-age=300"})


def first_error(form: forms.Form) -> str:
    """What is wrong with what was sent, as one sentence."""
    return next(str(sentences[0]) for sentences in form.errors.values())


def said(request: HttpRequest, alert: Alert, sentence: str, status: int = 200) -> HttpResponse:
    """What came of a press: a sentence for the page's live region; without scripts, on the alert's page."""
    htmx: HtmxDetails = getattr(request, "htmx")  # noqa: B009 - set by its middleware, unknown to the types
    if htmx:
        return render(request, "alerts/_said.html", {"sentence": sentence, "well": status == 200}, status=status)
    (messages.success if status == 200 else messages.error)(request, sentence)
    return redirect(alert)


@member(Role.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def on_it(request: MemberRequest, alert: str) -> HttpResponse:
    """GET asks for how long (a mail's link leads here, and mail scanners follow it); only POST says so."""
    row = alert_of(request, alert)
    if request.method != "POST":
        return render(request, "alerts/on_it.html", {"alert": row, "now": clock.now()})
    form = OnItForm(request.POST)
    if not form.is_valid():
        return said(request, row, first_error(form), 422)
    try:
        row.say_on_it(Person.member(request.user), form.cleaned_data["minutes"])
    except WrongState as error:
        return said(request, row, str(error), 409)
    return said(request, row, f"You are on it. Everybody sees it, for {form.cleaned_data['minutes']} minutes.")


@member(Role.OPERATOR)
@require_POST
def give_up(request: MemberRequest, alert: str) -> HttpResponse:
    row = alert_of(request, alert)
    try:
        row.give_up(Person.member(request.user))
    except WrongState as error:
        return said(request, row, str(error), 409)
    return said(request, row, "You are not on it any more. The others are told.")


@member(Role.OPERATOR)
@require_POST
def assign(request: MemberRequest, alert: str) -> HttpResponse:
    row = alert_of(request, alert)
    form = AssignForm(request.POST, alert=row)
    if not form.is_valid():
        return said(request, row, first_error(form), 422)
    to = form.cleaned_data["to"]
    try:
        row.assign(Person.member(request.user), to, form.cleaned_data["instead_of"])
    except WrongState as error:
        return said(request, row, str(error), 409)
    return said(request, row, f"Assigned to {to}." if to else "Assigned to nobody.")


@member()
@require_safe
@never_cache
def whose(request: MemberRequest, alert: str) -> HttpResponse:
    """Whose turn it is, read again on the alert's page, where everything else is heavier."""
    row = alert_of(request, alert)
    return render(request, "alerts/_whose.html", {"alert": row} | care_of(request, row))


@member(Role.OPERATOR)
@require_safe
@never_cache
def answer(request: MemberRequest, alert: str) -> HttpResponse:
    """What is asked, with its fields and the picture: all that is needed where nobody has to open the browser."""
    return render(request, "alerts/_answer.html", {"alert": alert_of(request, alert)})


@member(Role.OPERATOR)
@require_POST
def retry(request: MemberRequest, alert: str, delivery: int) -> HttpResponse:
    """Try a message again that did not arrive."""
    row = alert_of(request, alert)
    message = get_object_or_404(row.deliveries, pk=delivery)
    if not message.retry(Person.member(request.user)):
        return said(request, row, "This message needs no other try: it was sent, or is not needed any more.", 409)
    return said(request, row, f"The message to {message.user} is tried again.")
