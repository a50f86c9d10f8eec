"""Writing a bot's script: the editor, its check and its good order, and the versions that were saved."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bots import examples
from bots.forms import NewBotForm, ScriptForm
from bots.models import Bot, Overtaken, Secret, Version
from bots.script import ScriptError, as_json, as_kept, as_yaml, checked, export, is_json, language, parse, reformatted
from bots.script.comparing import merged, side_by_side
from bots.script.source import read
from bots.views.bots import bot_of
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person

UNREAD = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}  # as JSON may say them, for a page to leave alone


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def new_bot(request: MemberRequest) -> HttpResponse:
    """`?example=` begins with one of those that work on the practice site."""
    example = examples.sources().get(request.GET.get("example", "")) if settings.PRACTICE else None
    begun = {"name": examples.title_of(example), "source": example} if example else {}
    row = Bot(workspace=request.workspace)
    form = NewBotForm(request.POST or None, instance=row, workspace=request.workspace, initial=begun)
    if request.method == "POST" and form.is_valid():
        bot = form.make(Person.member(request.user), request.workspace)
        messages.success(request, f"{bot.name} is saved. Try it out with Run.")
        return redirect(bot)
    return new_page(request, form)


def new_page(request: MemberRequest, form: NewBotForm) -> HttpResponse:
    is_begun = form.is_bound or form["source"].value()
    offered = examples.sources() if settings.PRACTICE and not is_begun else {}
    titles = {name: examples.title_of(source) for name, source in offered.items()}
    context = {"form": form, "examples": titles, **known_to(request)}
    return render(request, "bots/new.html", context, status=422 if form.errors else 200)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_script(request: MemberRequest, bot: str) -> HttpResponse:
    """Saving makes the next version, unless somebody was faster: then both are shown, and nothing is lost."""
    row = bot_of(request, bot)
    if request.method != "POST":
        return editor(request, row, ScriptForm(initial={"source": row.source, "version": row.version}))
    form = ScriptForm(request.POST)
    if "merge" in request.POST:
        return _merge(request, row)
    if not form.is_valid():
        return editor(request, row, form, status=422)
    if "as_new" in request.POST:
        return redirect(
            row.duplicate(Person.member(request.user), f"{row.name[:110]} (mine)", form.cleaned_data["source"])
        )
    return _save(request, row, form.cleaned_data)


def _save(request: MemberRequest, bot: Bot, given: dict[str, Any]) -> HttpResponse:
    try:
        version = bot.write(Person.member(request.user), given["source"], given["version"], given["note"])
    except Overtaken as overtaken:
        return _overtaken(request, bot, given, overtaken.current)
    messages.success(request, f"Version {version.number} is saved. The next execution runs it.")
    return redirect(bot)


def _overtaken(request: MemberRequest, bot: Bot, given: dict[str, Any], theirs: Version) -> HttpResponse:
    """Their version beside this one, which is still in the editor and based on theirs from now on."""
    form = ScriptForm(initial=given | {"version": theirs.number})
    rows = side_by_side(theirs.source, given["source"])
    return editor(request, bot, form, status=409, theirs=theirs, base=given["version"], rows=rows)


def _merge(request: MemberRequest, bot: Bot) -> HttpResponse:
    """Both people's changes in the editor, not saved yet."""
    number = request.POST["merge"]
    base = get_object_or_404(bot.versions, number=number if number.isdecimal() else 0)
    theirs = bot.kept()
    source, conflicts = merged(base.source, _sent(request), theirs.source)
    form = ScriptForm(initial={"source": source, "version": theirs.number, "note": request.POST.get("note", "")})
    return editor(request, bot, form, merged_with=theirs, conflicts=conflicts)


def editor(request: MemberRequest, bot: Bot, form: ScriptForm, status: int = 200, **more: Any) -> HttpResponse:
    """The page on which a script is written."""
    newest = bot.versions.first()
    context = {"bot": bot, "form": form, "newest": newest, **known_to(request), **more}
    return render(request, "bots/script.html", context, status=status)


def known_to(request: MemberRequest) -> dict[str, Any]:
    """What the editor completes from, for whoever writes here."""
    secrets = Secret.objects.visible_to(request.user).filter(workspace=request.workspace)
    known = {"language": language(), "secrets": list(secrets.values_list("name", flat=True))}
    return {"known": known, "known_as_json": SafeString(json.dumps(known).translate(UNREAD))}


def _sent(request: HttpRequest) -> str:
    """The script in a form, with the ends of lines as they were before the browser wrote them its own way."""
    return request.POST.get("source", "").replace("\r\n", "\n")


@member(Role.ADMIN)
@require_POST
def check_script(request: MemberRequest) -> HttpResponse:
    """What is wrong with a script, and where; changes nothing."""
    return JsonResponse(checked(_sent(request)))


@member(Role.ADMIN)
@require_POST
def format_script(request: MemberRequest) -> HttpResponse:
    """The script in good order, as `form` (json or yaml) or as it is; changes nothing."""
    source = _sent(request)
    try:
        return JsonResponse({"source": reformatted(source, read(source), request.POST.get("form", ""))})
    except ScriptError as error:
        return JsonResponse({"problem": str(error.problems[0])})


@member()
@require_safe
def versions(request: MemberRequest, bot: str) -> HttpResponse:
    row = bot_of(request, bot, archived=True)
    return render(request, "bots/versions.html", {"bot": row, "versions": row.versions.all()[:200]})


@member()
@require_safe
def bot_version(request: MemberRequest, bot: str, number: int) -> HttpResponse:
    """One version beside another: the one before it, or `?with=`."""
    row = bot_of(request, bot, archived=True)
    version = get_object_or_404(row.versions, number=number)
    wanted = request.GET.get("with", "")
    others = row.versions.exclude(pk=version.pk)
    other = others.filter(number=wanted).first() if wanted.isdecimal() and len(wanted) < 9 else None
    other = other or others.filter(number__lt=number).first()
    older, newer = sorted([version, other], key=lambda v: v.number) if other else (None, version)
    rows = side_by_side(older.source, newer.source) if older else []
    context = {"bot": row, "version": version, "other": other, "older": older, "newer": newer, "rows": rows}
    return render(request, "bots/version.html", context | {"others": others, "script": as_kept(version.source)})


@member(Role.ADMIN)
@require_POST
def restore_version(request: MemberRequest, bot: str, number: int) -> HttpResponse:
    """An old script becomes the newest version; those between stay in the list."""
    row = bot_of(request, bot)
    version = get_object_or_404(row.versions, number=number)
    try:
        saved = row.write(Person.member(request.user), version.source, row.version, f"Version {number} restored")
    except Overtaken as overtaken:
        messages.info(request, f"{overtaken} Have a look at it first.")
        return redirect("bot_versions", request.workspace.slug, row.public_id)
    messages.success(request, f"The script of version {number} is back, as version {saved.number}.")
    return redirect(row)


WRITE: dict[str, tuple[str, Callable[[str], str]]] = {
    "recorder": ("json", lambda source: as_json(export(parse(source)))),
    "json": ("json", lambda source: source if is_json(source) else as_json(read(source))),
    "yaml": ("yaml", lambda source: as_yaml(read(source)) if is_json(source) else source),
}


@member()
@require_safe
def export_script(request: MemberRequest, bot: str) -> HttpResponse:
    """The script as a file: `?as=` recorder (for Chrome), json or yaml; `?version=` an older one."""
    row = bot_of(request, bot, archived=True)
    number = request.GET.get("version", "")
    source = (
        get_object_or_404(row.versions, number=number).source if number.isdecimal() and len(number) < 9 else row.source
    )
    ending, write = WRITE.get(request.GET.get("as", ""), WRITE["recorder"])
    try:
        text = write(source)
    except ScriptError as error:
        messages.error(request, f"Chrome's Recorder cannot have this script. {error.problems[0]}")
        return redirect(row)
    answer = HttpResponse(text, content_type=f"application/{ending}; charset=utf-8")
    name = slugify(row.name)[:60] or "bot"
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer
