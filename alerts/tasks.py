"""What workers are asked to do about messages: thin, by primary key, harmless when asked twice."""

from celery import shared_task

from alerts.models import Delivery
from hitl import logs


@shared_task(name="alerts.deliver")
def deliver(delivery: int) -> None:
    """Send one message, unless that has happened or is happening already."""
    if row := Delivery.objects.select_related("alert").filter(pk=delivery).first():
        logs.note(**logs.ids_of(row))
        row.deliver()
