"""Import of what Chrome's Recorder has exported: looked over step by step, and not saved before somebody says so."""

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bots.forms import NewBotForm, RecordingForm, ScriptForm
from bots.models import Bot, Secret
from bots.models.secret import LONGEST, SHORTEST
from bots.script import Script, as_json, is_json, preview
from bots.script.kinds import NAME
from bots.script.recorder import Row, typed_values, with_placeholders
from bots.script.source import read
from bots.views import scripts
from bots.views.bots import bot_of
from hitl.tenants.access import MemberRequest, member
from hitl.tenants.models import Role
from hitl.tenants.people import Person

CHOICES = [
    ("asis", "Keep what was typed"),
    ("variable", "Ask for it at each start, as"),
    ("secret", "Keep it as a secret of the workspace, as"),
]
BOT_ID = re.compile(r"bot_[a-z0-9]{1,40}")


class Refused(ValueError):
    """What somebody chose for a value cannot be; says what would be right."""


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def import_recording(request: MemberRequest) -> HttpResponse:
    """First the recording, then what became of it with a choice for every typed value, then the script in the editor.

    `bot` names the bot whose script it will be; without it, it is a new one's. A page that asks for JSON gets pieces.
    """
    wanted = request.POST.get("bot", request.GET.get("bot", ""))
    bot = bot_of(request, wanted) if BOT_ID.fullmatch(wanted) else None
    form = RecordingForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, {"form": form, "bot": bot}, status=422 if form.errors else 200)
    script, text = form.cleaned_data["script"], form.cleaned_data["recording"]
    rows = preview(script)
    context = {"form": form, "bot": bot, "rows": [_offered(request, row) for row in rows], "script": script}
    context |= {"recording": text, "script_notes": [note for note in script.notes if not note.startswith("Step ")]}
    if "use" not in request.POST:
        return _shown(request, context)
    try:
        names = _names(request, rows, typed_values(script))
    except Refused as error:
        return _shown(request, context | {"wrong": str(error)}, status=422)
    source = as_json(with_placeholders(read(text), names)) if names or is_json(text) else text
    return _into_editor(request, bot, script, source)


def _shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The step that is next; a page that has the editor open takes the piece alone."""
    piece = _is_piece(request)
    template = "bots/_recording.html" if piece else "bots/import.html"
    return render(request, template, context | {"piece": piece}, status=status)


def _is_piece(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "editor"


def _offered(request: HttpRequest, row: Row) -> dict[str, Any]:
    """A row with what may be done with the value that it types; a password is not to stay in the script."""
    chosen = request.POST.get(f"keep-{row.number}", "secret" if row.is_secret else "asis")
    name = request.POST.get(f"name-{row.number}", row.suggested)
    return vars(row) | {"choices": CHOICES, "chosen": chosen, "name": name}


def _names(request: MemberRequest, rows: list[Row], values: dict[int, str]) -> dict[int, str]:
    """What stands in the place of each value that is not kept as it was typed, by the number of its step.

    Secrets are made here, all or none: that much is confirmed, and the script must not hold them.
    """
    chosen = {row.number: _choice(request, row.number) for row in rows if row.suggested}
    names = {number: name for number, name in chosen.items() if name}
    for number, name in names.items():
        if any(other == name and values[at] != values[number] for at, other in names.items()):
            raise Refused(f"Two different values have the name “{name}”. Give each its own.")
    secrets = {name.removeprefix("secrets."): values[number] for number, name in names.items() if "." in name}
    try:
        with transaction.atomic():
            for name, value in secrets.items():
                _keep_secret(request, name, value)
    except IntegrityError:
        raise Refused("Somebody has just made a secret of this name. Choose another one.") from None
    return names


def _choice(request: MemberRequest, number: int) -> str:
    """The name in the place of the value of this step; empty where the value stays."""
    kept, name = request.POST.get(f"keep-{number}"), request.POST.get(f"name-{number}", "").strip()
    if kept not in ("variable", "secret"):
        return ""
    if not NAME.fullmatch(name) or name in ("human", "secrets"):
        raise Refused(
            f"Step {number}: “{name[:64]}” cannot be a name. Use letters, digits, _ and -, beginning with a letter."
        )
    return f"secrets.{name}" if kept == "secret" else name


def _keep_secret(request: MemberRequest, name: str, value: str) -> None:
    """A new secret, or the one that the workspace has where its value is the same."""
    there = Secret.objects.filter(workspace=request.workspace, name=name).first()
    if there and there.value == value:
        return
    if there:
        raise Refused(f"The workspace has a secret “{name}” with another value. Choose another name for this one.")
    if not SHORTEST <= len(value) <= LONGEST:
        raise Refused(f"“{name}” is too short or too long for a secret: {SHORTEST} to {LONGEST:,} characters fit.")
    Secret.make(request.workspace, Person.member(request.user), name, value)


def _into_editor(request: MemberRequest, bot: Bot | None, script: Script, source: str) -> HttpResponse:
    """Not saved: whoever imported it looks at it once more, and saves."""
    if _is_piece(request):
        return JsonResponse({"source": source, "title": script.title})
    if bot:
        note = {"note": f"Recording “{script.title[:150]}” imported"}
        return scripts.editor(request, bot, ScriptForm(initial={"source": source, "version": bot.version} | note))
    initial = {"name": script.title[:120], "source": source}
    form = NewBotForm(instance=Bot(workspace=request.workspace), workspace=request.workspace, initial=initial)
    return scripts.new_page(request, form)
