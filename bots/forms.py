"""Forms of bots: a script that is checked when it is saved, settings, and the variables of one start."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString

from bots.models import Bot
from bots.script import ScriptError, asked_for, parse
from bots.script.problems import listed
from bots.script.recorder import looks_secret
from bots.script.source import MOST_BYTES
from hitl.tenants.models import Role, Workspace
from hitl.tenants.people import Person

EDITOR = {"rows": 24, "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off", "class": "code"}
MOST_SHOWN = 20


def checked_source(form: Any) -> str:
    """The script as it was written, or everything that is wrong with it."""
    source = str(form.cleaned_data["source"]).replace("\r\n", "\n")  # as browsers send text fields
    try:
        parse(source)
    except ScriptError as error:
        raise ValidationError([str(problem) for problem in error.problems[:MOST_SHOWN]]) from error
    return source


class ScriptForm(forms.Form):
    """A script, and which version it was made from."""

    source = forms.CharField(label="Script", widget=forms.Textarea(attrs=EDITOR), strip=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    note = forms.CharField(
        label="What have you changed?",
        max_length=200,
        required=False,
        help_text="A few words for whoever looks at the versions later.",
    )
    clean_source = checked_source


class SettingsForm(forms.ModelForm):
    """A bot's settings; what somebody did not touch is not written, whatever it may be by now."""

    response_window_minutes = forms.IntegerField(
        label="Response window (minutes)",
        min_value=1,
        max_value=7 * 24 * 60,
        required=False,
        help_text="How long a request waits for somebody before the execution is timed out. The clock stops as soon as "
        "a person has done something in the browser. It never waits beyond the browser's own limit.",
    )

    class Meta:
        model = Bot
        fields = ["name", "human_intervention_mode", "ask_human_on_failure", "told"]
        labels = {"told": "Who is told", "ask_human_on_failure": "Ask a person when a step fails"}
        widgets = {"told": forms.CheckboxSelectMultiple}
        help_texts = {
            "human_intervention_mode": "On: where the script asks for a person, the bot stops, keeps its browser open "
            "and tells people; it goes on from the same page once somebody has pressed Done. Off: such steps are "
            "skipped at once, and the bot goes on without an answer.",
            "ask_human_on_failure": "On: when a step fails, a person looks at the page and chooses: try the step "
            "again, skip it, or let the execution fail. Off, or with Human Intervention Mode off: it fails at once.",
            "told": "They get a message for every request of this bot. Nobody chosen: every operator, admin and owner "
            "of the workspace.",
        }

    def __init__(self, *args: Any, workspace: Workspace, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["told"].queryset = workspace.people_who(Role.OPERATOR)  # type: ignore[attr-defined]
        usual = f"Empty: {settings.RESPONSE_WINDOW // 60}, as this installation has it."
        self.fields["response_window_minutes"].help_text += f" {usual}"
        if seconds := self.instance.response_window_seconds:
            self.initial["response_window_minutes"] = max(1, seconds // 60)
        for field in self.fields.values():
            field.show_hidden_initial = self.instance.pk is not None

    def told_before(self) -> SafeString:
        """What was ticked when the page was sent, for a template that writes the boxes one by one."""
        return self["told"].as_hidden(only_initial=True)

    def settings_given(self, names: list[str]) -> dict[str, Any]:
        """The columns behind these fields, with their new values."""
        columns = {name: self.cleaned_data[name] for name in names if name not in ("told", "response_window_minutes")}
        if "response_window_minutes" in names:
            minutes = self.cleaned_data["response_window_minutes"]
            columns["response_window_seconds"] = minutes * 60 if minutes else None
        return columns

    def settle(self, person: Person) -> None:
        """Write what was changed, and only that."""
        told = list(self.cleaned_data["told"]) if "told" in self.changed_data else None
        self.instance.settle(person, told, **self.settings_given(self.changed_data))


class NewBotForm(SettingsForm):
    """A whole new bot."""

    source = forms.CharField(label="Script", widget=forms.Textarea(attrs=EDITOR), strip=False)
    clean_source = checked_source

    def make(self, person: Person, workspace: Workspace) -> Bot:
        given = self.settings_given([name for name in self.fields if name not in ("name", "source")])
        name, source = self.cleaned_data["name"], self.cleaned_data["source"]
        bot = Bot.make(workspace, person, name, source, **given)
        bot.told.set(self.cleaned_data["told"])
        return bot


class RunForm(forms.Form):
    """One field for each variable that the script names, with what it was last time."""

    def __init__(self, *args: Any, bot: Bot, last: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        script = bot.script
        self.lacks, self.refusal = bot.lacks(), script.refusal
        for variable in asked_for(script):
            name, hidden = variable.name, looks_secret(variable.name)
            widget = forms.PasswordInput if hidden else forms.Textarea
            self.fields[name] = forms.CharField(
                label=variable.label or name,
                help_text=variable.help,
                required=variable.default != "",
                max_length=10_000,
                strip=False,
                initial=variable.default if hidden else (last or {}).get(name, variable.default),
                widget=widget(attrs={"autocomplete": "off"} | ({} if hidden else _lines(variable.multiline))),
            )

    def clean(self) -> dict[str, Any]:
        if self.lacks:
            raise ValidationError(self.lacks)
        return self.cleaned_data

    def missing_in_words(self) -> str:
        """What has to be filled in before the bot can be run, in a sentence; empty where nothing is missing."""
        given = self.data if self.is_bound else self.initials()
        missing = [str(field.label) for name, field in self.fields.items() if field.required and not given.get(name)]
        if not missing:
            return ""
        return f"{listed(missing, 'and')} {'has' if len(missing) == 1 else 'have'} no value yet."

    def initials(self) -> dict[str, Any]:
        return {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}


def _lines(many: bool) -> dict[str, object]:
    """A field that grows with what is typed into it."""
    return {"rows": 4 if many else 1, "class": "grows"}


class RecordingForm(forms.Form):
    """A recording, pasted or as a file."""

    recording = forms.CharField(
        label="Paste the recording",
        widget=forms.Textarea(attrs=EDITOR | {"rows": 10}),
        required=False,
        strip=False,
    )
    file = forms.FileField(label="or choose the file", required=False, allow_empty_file=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if file := given.get("file"):
            if file.size > MOST_BYTES:  # read, it would take several times as much memory of the web process
                raise ValidationError(f"The file has {file.size:,} bytes; a recording of at most {MOST_BYTES:,} fits.")
            try:
                given["recording"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise ValidationError("The file is not UTF-8 text. Export it again from Chrome's Recorder.") from None
        if not given.get("recording", "").strip():
            raise ValidationError("Paste a recording, or choose the file that Chrome's Recorder has exported.")
        try:
            given["script"] = parse(given["recording"])
        except ScriptError as error:
            raise ValidationError([str(problem) for problem in error.problems[:MOST_SHOWN]]) from error
        return given
