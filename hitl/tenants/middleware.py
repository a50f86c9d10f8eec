"""When a session was last used: written down every few minutes rather than with every request."""

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

EVERY = 5 * 60


class SessionsSeen(MiddlewareMixin):
    """For both sorts of views: one that is asynchronous must not be put into a thread on its account."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"session-seen:{key}", 1, EVERY):
            UserSession.objects.create_from_request(request)
        return response
