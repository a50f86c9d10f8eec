"""What an alert asks for, and how it stands: what its parts, and those who list it, all speak of."""

from django.db import models


class Kind(models.TextChoices):
    CAPTCHA = "captcha", "CAPTCHA"
    OTP = "otp", "One-time code"
    LOGIN = "login", "Sign-in"
    APPROVAL = "approval", "Approval"
    REVIEW = "review", "Review"
    DATA = "data", "Data needed"
    OTHER = "other", "Something else"
    STEP_FAILED = "step_failed", "A step failed"  # asked by the product, not by the script
    STEP_INTERRUPTED = "step_interrupted", "A step was interrupted"  # the worker died in the middle of it
    TAKEOVER = "takeover", "Taken over"  # a person stopped the running bot
    TRIAL = "trial", "Trial"  # a script that is being tried out has stopped; its author decides


class AlertStatus(models.TextChoices):
    OPEN = "open", "Open"  # nobody drives
    CLAIMED = "claimed", "In hand"  # someone drives
    COMPLETED = "completed", "Done"  # answered; the bot goes on
    DECLINED = "declined", "Declined"  # the person could not do it
    EXPIRED = "expired", "Expired"  # nobody came within the window
    CANCELLED = "cancelled", "Cancelled"  # the execution ended otherwise


ACTIVE = (AlertStatus.OPEN, AlertStatus.CLAIMED)
