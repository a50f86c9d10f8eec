"""The list of bots, one bot, its settings, and Run."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bots.forms import BotForm, RunForm
from bots.models import ALIVE, Bot, CannotStart, Execution
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person


def bot_of(request: MemberRequest, public_id: str) -> Bot:
    """The bot within the member's workspace, or 404."""
    bots = Bot.objects.visible_to(request.user).current().filter(workspace=request.workspace)
    return get_object_or_404(bots.select_related("workspace"), public_id=public_id)


@member()
@require_safe
def bot_list(request: MemberRequest) -> HttpResponse:
    latest = Prefetch("executions", Execution.objects.order_by("-pk")[:1], to_attr="latest")
    bots = Bot.objects.visible_to(request.user).current().filter(workspace=request.workspace)
    bots = bots.select_related("workspace").prefetch_related(latest)
    bots = bots.annotate(under_way=Count("executions", filter=Q(executions__status__in=ALIVE)))
    return render(request, "bots/list.html", {"bots": bots})


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def new_bot(request: MemberRequest) -> HttpResponse:
    bot = Bot(workspace=request.workspace)
    form = BotForm(request.POST or None, instance=bot, workspace=request.workspace)
    return _saved(request, form, "bot.made") or _form(request, form)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_bot(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot)
    form = BotForm(request.POST or None, instance=row, workspace=request.workspace)
    return _saved(request, form, "bot.changed") or _form(request, form)


def _saved(request: MemberRequest, form: BotForm, verb: str) -> HttpResponse | None:
    if request.method != "POST" or not form.is_valid():
        return None
    bot = form.instance
    Person.member(request.user).did(request.workspace, verb, bot.public_id, fields=form.changed_data)
    form.save()
    messages.success(request, f"{bot.name} is saved.")
    return redirect(bot)


def _form(request: HttpRequest, form: BotForm) -> HttpResponse:
    return render(request, "bots/form.html", {"form": form, "bot": form.instance}, status=422 if form.errors else 200)


@member()
@require_safe
def bot_page(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot)
    return _page(request, row, RunForm(bot=row))


def _page(request: HttpRequest, bot: Bot, form: RunForm) -> HttpResponse:
    """One bot; 422 where the form of its start is not filled in as it should be."""
    context = {
        "bot": bot,
        "executions": bot.executions.select_related("workspace", "bot")[:20],
        "run_form": form,
        "told": bot.people_to_tell(),
        "window_seconds": bot.response_window_seconds or settings.RESPONSE_WINDOW,
    }
    return render(request, "bots/bot.html", context, status=422 if form.errors else 200)


@member(Role.OPERATOR)
@require_POST
def run_bot(request: MemberRequest, bot: str) -> HttpResponse:
    """Start an execution and go to the page that follows it."""
    row = bot_of(request, bot)
    form = RunForm(request.POST, bot=row)
    if not form.is_valid():
        return _page(request, row, form)
    try:
        return redirect(row.start(Person.member(request.user), form.cleaned_data))
    except CannotStart as error:
        form.add_error(None, str(error))
        return _page(request, row, form)


@member(Role.ADMIN)
@require_POST
def archive_bot(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot)
    row.archive(Person.member(request.user))
    messages.success(request, f"{row.name} is off the list. Its executions are kept.")
    return redirect("bots", request.workspace.slug)
