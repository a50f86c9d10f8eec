"""Trying out a script while it is written: start it, change it, go on from any step in the same browser, keep it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from bots.forms import RunForm
from bots.models import Bot, CannotStart, Execution, Overtaken
from bots.script import ScriptError, parse
from bots.views.bots import bot_of
from bots.views.scripts import known_to
from hitl.states import WrongState
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person

MOST_SHOWN = 20


class TrialForm(forms.Form):
    source = forms.CharField(
        label="Script",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "autocomplete": "off", "class": "code"}),
    )
    step = forms.IntegerField(label="From step", min_value=1, required=False, widget=forms.NumberInput)

    def clean_source(self) -> str:
        source = self.cleaned_data["source"].replace("\r\n", "\n")
        try:
            parse(source)
        except ScriptError as error:
            raise ValidationError([str(problem) for problem in error.problems[:MOST_SHOWN]]) from error
        return source


def _variables(request: MemberRequest, bot: Bot, form: TrialForm, **options: Any) -> RunForm:
    """The fields for the variables of the script as it is written, or as it was where it cannot be read."""
    written = form.cleaned_data.get("source") if form.is_valid() else None
    draft = bot.draft(written or bot.source)
    return RunForm(request.POST or None, bot=draft, prefix="variable", **options)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def try_bot(request: MemberRequest, bot: str) -> HttpResponse:
    """Start a trial, of the saved script or of one that was posted; what is missing for it is asked for here."""
    row = bot_of(request, bot)
    form = TrialForm(request.POST or None, initial={"source": row.source})
    last = row.executions.order_by("-pk").first()
    variables = _variables(request, row, form, last=last.variables if last else None)
    if request.method == "POST" and form.is_valid() and variables.is_valid():
        try:
            return redirect(
                row.try_out(Person.member(request.user), form.cleaned_data["source"], variables.cleaned_data)
            )
        except CannotStart as error:
            form.add_error(None, str(error))
    wrong = bool(form.errors or variables.errors)
    context = {"bot": row, "form": form, "run_form": variables, **known_to(request)}
    return render(request, "bots/try.html", context, status=422 if wrong else 200)


def trial_of(request: MemberRequest, public_id: str) -> Execution:
    """The trial within the member's workspace, or 404 (also for an execution that is none)."""
    trials = Execution.objects.visible_to(request.user).filter(workspace=request.workspace, trial=True)
    return get_object_or_404(trials.select_related("workspace", "bot__workspace", "tried_by"), public_id=public_id)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: MemberRequest, execution: str) -> HttpResponse:
    """The part of a trial's page where its script is changed: it says what is wrong, else the page is read anew."""
    row = trial_of(request, execution)
    draft = row.bot.draft(row.written)
    given = {"source": row.written, "step": min(row.cursor + 1, len(row.steps.steps))}
    form = TrialForm(request.POST or None, initial=given)
    variables = _variables(request, draft, form, initial=row.variables)
    filled_in = request.method == "POST" and form.is_valid() and variables.is_valid()
    if filled_in and _went_on(request, row, form, variables):
        return HttpResponseClientRefresh()
    return _part(request, row, form, variables)


def _part(request: MemberRequest, row: Execution, form: TrialForm, variables: RunForm) -> HttpResponse:
    context = {"execution": row, "alert": row.alert, "form": form, "run_form": variables, "bot": row.bot}
    context |= known_to(request)
    return render(request, "bots/_trial.html", context)


def _went_on(request: MemberRequest, row: Execution, form: TrialForm, variables: RunForm) -> bool:
    source, step = form.cleaned_data["source"], (form.cleaned_data["step"] or 1) - 1
    try:
        row.go_on_from(Person.member(request.user), source, parse(source), step, variables.cleaned_data)
    except WrongState as error:
        form.add_error("step", str(error))
        return False
    return True


@member(Role.ADMIN)
@require_POST
def keep(request: MemberRequest, execution: str) -> HttpResponse:
    """Save the script as the bot's next version; the trial goes on as it is."""
    row = trial_of(request, execution)
    form = TrialForm(request.POST)
    if form.is_valid():
        base = request.POST.get("base", "")
        try:
            row.bot.write(
                Person.member(request.user), form.cleaned_data["source"], int(base) if base.isdecimal() else 0
            )
            Execution.objects.filter(pk=row.pk).update(written=form.cleaned_data["source"])
            messages.success(request, "The script is saved as the bot's newest version.")
            return HttpResponseClientRefresh()
        except Overtaken as error:
            form.add_error("source", f"{error} Open the bot to see it; your text is kept here.")
    return _part(request, row, form, _variables(request, row.bot.draft(row.written), form, initial=row.variables))
