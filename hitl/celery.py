"""Celery, the engine that runs executions and delivers notices on any number of machines."""

import os
import time
from typing import Any

from celery import Celery, Task
from celery.signals import before_task_publish, task_prerun
from kombu.exceptions import OperationalError

from hitl import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hitl.settings")
SLOW = 1  # seconds: a broker that is away says no at once, one that hangs makes everybody wait
REST = 5  # seconds after it has hung, in which nothing is told: the sweeper finds it all, and deadlines come first
_rests_until = 0.0


class Told(Task):
    """A task, published by `delay`. Where the broker hangs, the first who publishes waits for it, and not all after."""

    def apply_async(self, *args: Any, **options: Any) -> Any:
        global _rests_until
        begun = time.monotonic()
        if begun < _rests_until:
            raise OperationalError("The broker did not answer a moment ago.")
        try:
            return super().apply_async(*args, **options)
        except OperationalError:
            if time.monotonic() - begun > SLOW:
                _rests_until = time.monotonic() + REST
            raise


app = Celery("hitl", task_cls=Told)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@before_task_publish.connect
def name_the_request(headers: dict[str, Any], **_: object) -> None:
    """A task's lines carry the id of the request that has led to it."""
    if request := logs.known().get("request"):
        headers["hitl_request"] = request


@task_prerun.connect
def begin(task_id: str, task: Any, **_: object) -> None:
    request = getattr(task.request, "hitl_request", None)
    logs.begin(task=task_id, **({"request": request} if request else {}))
