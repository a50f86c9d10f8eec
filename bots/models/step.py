"""The attempts at an execution's steps."""

from __future__ import annotations

from django.db import models

from hitl import clock


class StepStatus(models.TextChoices):
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting for a person"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"
    INTERRUPTED = "interrupted", "Interrupted"


UNDER_WAY = (StepStatus.RUNNING, StepStatus.WAITING)


class StepRun(models.Model):
    """One attempt at one step."""

    execution = models.ForeignKey("bots.Execution", models.CASCADE, related_name="step_runs")
    index = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField(default=1)
    type = models.CharField(max_length=40)
    label = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=StepStatus, default=StepStatus.RUNNING)
    error = models.TextField(blank=True, help_text="Why it failed or was skipped, or what happened beside it")
    picture = models.CharField(max_length=200, blank=True, help_text="File below MEDIA_ROOT")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["index", "attempt"]
        constraints = [models.UniqueConstraint(fields=["execution", "index", "attempt"], name="one_run_per_attempt")]

    def __str__(self) -> str:
        return f"step {self.index + 1} of {self.execution.public_id}"

    def show(self, picture: str, epoch: int) -> None:
        """What the page looked like after this step, unless another runner has come since; whoever follows reads again.

        `epoch` is that of the runner's lease, which may have let go: the picture of a pause comes after it.
        """
        self.picture = picture  # `end` may come later
        mine = type(self).objects.filter(pk=self.pk, execution__lease_epoch=epoch)
        if mine.update(picture=picture):
            self.execution.announce()

    def end(self, status: str, error: str = "") -> None:
        self.status, self.error = status, error
        self.ended_at = None if status in UNDER_WAY else clock.now()
        self.save(update_fields=["status", "error", "ended_at", "picture"])
