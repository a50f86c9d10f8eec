"""All addresses of the product."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, register_converter

from hitl.health import failed, healthz, readyz
from hitl.ids import PublicId
from hitl.metrics import metrics
from hitl.tenants import views as tenants

register_converter(PublicId, "id")

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", tenants.home, name="home"),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("welcome/", include("hitl.tenants.welcome_urls")),
    path("api/v1/", include("hitl.api.urls")),
    path("", include("alerts.urls")),
    path("", include("bots.urls")),
    path("", include("hitl.tenants.urls")),
]
if settings.PRACTICE:
    urlpatterns.append(path("practice/", include("practice.urls")))

handler400 = "hitl.tenants.views.not_understood"
handler404 = "hitl.tenants.views.not_found"
handler429 = "hitl.limits.too_many"  # asked for by allauth
handler403 = "hitl.tenants.views.not_allowed"
handler500 = failed
