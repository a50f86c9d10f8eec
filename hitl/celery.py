"""Celery, the engine that runs executions and delivers notices on any number of machines."""

import os
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, task_prerun

from hitl import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hitl.settings")

app = Celery("hitl")
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
