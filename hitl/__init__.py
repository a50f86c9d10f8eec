"""The project: settings, urls, asgi and celery on top; leaves below."""

from hitl.celery import app as celery_app

__all__ = ["celery_app"]
