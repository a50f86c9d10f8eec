"""Addresses of the inbox, pictures of alerts, and the outsider's door."""

from django.urls import path

from alerts import views

urlpatterns = [
    path("w/<slug:workspace>/alerts/", views.inbox, name="inbox"),
    path("w/<slug:workspace>/alerts/open/", views.open_alerts, name="open_alerts"),
    path("w/<slug:workspace>/alerts/rows/", views.inbox_rows, name="inbox_rows"),
    path("w/<slug:workspace>/alerts/<id:alert>/picture.jpg", views.picture, name="alert_picture"),
    path("w/<slug:workspace>/alerts/<id:alert>/links/", views.make_link, name="make_link"),
    path("w/<slug:workspace>/alerts/<id:alert>/links/<id:link>/revoke/", views.revoke_link, name="revoke_link"),
    path("t/<str:token>", views.door, name="door"),
]
