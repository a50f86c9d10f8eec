"""The order of a bank card: a design, the day on which it is collected, a picture for it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

DESIGNS = [
    ("Plain", [("chalk", "Chalk"), ("slate", "Slate")]),
    ("With a picture", [("heron", "Heron"), ("own", "Your own picture")]),
]
WITHIN = 60  # days
LARGEST = 5_000_000  # bytes


class CardForm(forms.Form):
    design = forms.ChoiceField(
        choices=[("", "Choose a design"), *DESIGNS], error_messages={"required": "Choose a design."}
    )
    day = forms.DateField(
        label="Day on which you collect it",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Choose a day.", "invalid": "That is no day. Choose one like 24 December."},
    )
    picture = forms.ImageField(
        error_messages={"required": "Choose a picture.", "invalid_image": "That is no picture. A PNG or a JPEG is."}
    )

    def clean_day(self) -> Any:
        day, today = self.cleaned_data["day"], timezone.localdate()
        if not today < day <= today + timedelta(days=WITHIN):
            raise ValidationError(f"The card can be collected from tomorrow on, for {WITHIN} days.")
        return day

    def clean_picture(self) -> Any:
        picture = self.cleaned_data["picture"]
        if picture.size > LARGEST:
            raise ValidationError("The picture may have at most 5 MB.")
        return picture

    def summary(self) -> dict[str, str]:
        """What is said of the order; the picture itself is not kept."""
        designs = {value: name for _, group in DESIGNS for value, name in group}
        picture, day = self.cleaned_data["picture"], self.cleaned_data["day"]
        size = f"{picture.image.width} × {picture.image.height}"
        return {"design": designs[self.cleaned_data["design"]], "day": f"{day:%-d %B %Y}", "picture": size}
