"""Addresses of the API: its calls, its document, the page to try it, and a problem for every other address."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

import alerts.api
import alerts.api_care
import bots.api
import hitl.api.me
from hitl.api.document import Api
from hitl.api.pages import reference
from hitl.api.problems import problem

api = Api()
alerts_routers = (alerts.api.router, bots.api.completing_router, alerts.api_care.router)
for router in (hitl.api.me.router, *bots.api.routers, *alerts_routers):
    api.add_router("", router)


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    return problem(404, "There is no such address. What there is: /api/v1/docs")


urlpatterns = [
    path("docs", reference, {"api": api}, name="api_docs"),
    path("", api.urls),
    re_path("^(?P<rest>.*)$", nothing_here),
]
