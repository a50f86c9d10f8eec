"""Addresses of the inbox, pictures of alerts, and the outsider's door."""

from django.urls import path

from alerts.views import alert, inbox, links, notices

urlpatterns = [
    path("w/<slug:workspace>/alerts/", inbox.inbox, name="inbox"),
    path("w/<slug:workspace>/alerts/open/", inbox.open_alerts, name="open_alerts"),
    path("w/<slug:workspace>/alerts/rows/", inbox.inbox_rows, name="inbox_rows"),
    path("w/<slug:workspace>/alerts/<id:alert>/picture.jpg", alert.picture, name="alert_picture"),
    path("w/<slug:workspace>/alerts/<id:alert>/on-it/", alert.on_it, name="on_it"),
    path("w/<slug:workspace>/alerts/<id:alert>/give-up/", alert.give_up, name="give_up"),
    path("w/<slug:workspace>/alerts/<id:alert>/assign/", alert.assign, name="assign"),
    path("w/<slug:workspace>/alerts/<id:alert>/whose/", alert.whose, name="whose"),
    path("w/<slug:workspace>/alerts/<id:alert>/answer/", alert.answer, name="alert_answer"),
    path("w/<slug:workspace>/alerts/<id:alert>/notices/<int:delivery>/retry/", alert.retry, name="retry_notice"),
    path("w/<slug:workspace>/alerts/<id:alert>/links/", links.make_link, name="make_link"),
    path("w/<slug:workspace>/alerts/<id:alert>/links/<id:link>/revoke/", links.revoke_link, name="revoke_link"),
    path("w/<slug:workspace>/settings/notices/", notices.notices, name="settings_notices"),
    path("t/<str:token>", links.door, name="door"),
]
