"""The list of bots, one bot, its settings, and Run. What is done to scripts stands in `scripts.py`."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bots.forms import RunForm, SettingsForm
from bots.models import Bot, CannotStart, Execution
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person


def bot_of(request: MemberRequest, public_id: str, archived: bool = False) -> Bot:
    """The bot within the member's workspace, or 404; an archived one only where `archived` says so."""
    bots = Bot.objects.visible_to(request.user).filter(workspace=request.workspace)
    bots = bots if archived else bots.current()
    return get_object_or_404(bots.select_related("workspace"), public_id=public_id)


@member()
@require_safe
def bot_list(request: MemberRequest) -> HttpResponse:
    """Those in use; `?archived=1` shows the others."""
    archived = "archived" in request.GET
    all_bots = Bot.objects.visible_to(request.user).filter(workspace=request.workspace)
    bots = all_bots.filter(archived_at__isnull=not archived).select_related("workspace").with_latest()
    others = 0 if archived else all_bots.exclude(archived_at=None).count()
    return render(request, "bots/list.html", {"bots": bots, "archived": archived, "archived_bots": others})


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def bot_settings(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot)
    form = SettingsForm(request.POST or None, instance=row, workspace=request.workspace)
    if request.method == "POST" and form.is_valid():
        form.settle(Person.member(request.user))
        messages.success(request, f"The settings of {form.cleaned_data['name']} are saved.")
        return redirect(row)
    return render(request, "bots/settings.html", {"form": form, "bot": row}, status=422 if form.errors else 200)


@member()
@require_safe
def bot_page(request: MemberRequest, bot: str) -> HttpResponse:
    """`?values=` names an execution whose variables the form begins with; else those of the last one."""
    row = bot_of(request, bot, archived=True)
    before = row.executions.order_by("-pk")
    if wanted := request.GET.get("values", ""):
        before = before.filter(public_id=wanted) if wanted.isprintable() else before.none()
    last = before.first()
    form = RunForm(bot=row, last=last.variables if last else None)
    return _page(request, row, form, last if wanted else None)


def _page(request: HttpRequest, bot: Bot, form: RunForm, values_of: Execution | None = None) -> HttpResponse:
    """One bot; 422 where the form of its start is not filled in as it should be."""
    context = {
        "bot": bot,
        "executions": bot.executions.real().select_related("workspace", "bot", "version")[:10],
        "run_form": form,
        "values_of": values_of,
        "script": bot.script,
        "versions": bot.versions.all()[:5],
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
def duplicate_bot(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot, archived=True)
    copy = row.duplicate(Person.member(request.user), f"{row.name[:110]} (copy)", row.source)
    messages.success(request, f"This is a copy of {row.name}: the same script and settings, with a history of its own.")
    return redirect(copy)


@member(Role.ADMIN)
@require_POST
def archive_bot(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot)
    row.archive(Person.member(request.user))
    messages.success(request, f"{row.name} is off the list. Its executions are kept.")
    return redirect("bots", request.workspace.slug)


@member(Role.ADMIN)
@require_POST
def bring_back_bot(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot, archived=True)
    row.bring_back(Person.member(request.user))
    messages.success(request, f"{row.name} is on the list again.")
    return redirect(row)
