"""Days as people write them into a form, or anybody into an address."""

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

FIRST, LAST = date(1970, 1, 1), date(9000, 1, 1)


class DayField(forms.DateField):
    """A day near whose beginning and end there is a day more on every zone's clocks: the calendar's very edges are none
    that anybody means, and reckoning with them fails."""

    default_validators = [
        MinValueValidator(FIRST, "There is nothing from before 1970."),
        MaxValueValidator(LAST, "There is nothing from after the year 9000."),
    ]
