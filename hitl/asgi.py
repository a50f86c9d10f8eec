"""The web process: pages by Django, sockets by Channels, behind an exact check of the Origin."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hitl.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from bots.consumers import InboxConsumer, LiveConsumer  # noqa: E402
from hitl.requests import Sockets  # noqa: E402

sockets = [
    path("ws/w/<slug:workspace>/", InboxConsumer.as_asgi()),
    path("ws/live/<str:execution>/", LiveConsumer.as_asgi()),
    path("ws/guest/<str:alert>/", LiveConsumer.as_asgi()),
]

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": Sockets(OriginValidator(AuthMiddlewareStack(URLRouter(sockets)), settings.ALLOWED_ORIGINS)),
    }
)
