"""Forms of bots: settings that are checked when they are saved, and the variables of one start."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bots.models import Bot
from bots.script import ScriptError, parse, variables_of
from hitl.tenants.models import Role, Workspace


class BotForm(forms.ModelForm):
    response_window_minutes = forms.IntegerField(
        label="Response window (minutes)",
        min_value=1,
        max_value=7 * 24 * 60,
        required=False,
        help_text="How long a request waits for somebody. Empty: the installation's setting, usually 30.",
    )

    class Meta:
        model = Bot
        fields = ["name", "source", "human_intervention_mode", "ask_human_on_failure", "told"]
        widgets = {
            "source": forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "autocomplete": "off", "class": "code"}),
            "told": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, workspace: Workspace, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["told"].queryset = workspace.people_who(Role.OPERATOR)  # type: ignore[attr-defined]
        if seconds := self.instance.response_window_seconds:
            self.initial["response_window_minutes"] = max(1, seconds // 60)

    def clean_source(self) -> str:
        source = self.cleaned_data["source"]
        try:
            parse(source)
        except ScriptError as error:
            raise ValidationError([str(problem) for problem in error.problems[:20]]) from error
        return source

    def save(self, commit: bool = True) -> Bot:
        minutes = self.cleaned_data["response_window_minutes"]
        self.instance.response_window_seconds = minutes * 60 if minutes else None
        return super().save(commit)


class RunForm(forms.Form):
    """One text field for each variable that the script names."""

    def __init__(self, *args: Any, bot: Bot, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lacks = bot.lacks()
        for name in variables_of(bot.script):
            self.fields[name] = forms.CharField(label=name, max_length=10_000, strip=False)

    def clean(self) -> dict[str, Any]:
        if self.lacks:
            raise ValidationError(self.lacks)
        return self.cleaned_data
