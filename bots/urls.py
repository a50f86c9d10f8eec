"""Addresses of bots, executions and the live browser."""

from django.urls import path

from bots.views import bots, executions, live

urlpatterns = [
    path("w/<slug:workspace>/bots/", bots.bot_list, name="bots"),
    path("w/<slug:workspace>/bots/new/", bots.new_bot, name="new_bot"),
    path("w/<slug:workspace>/bots/<str:bot>/", bots.bot_page, name="bot"),
    path("w/<slug:workspace>/bots/<str:bot>/edit/", bots.edit_bot, name="edit_bot"),
    path("w/<slug:workspace>/bots/<str:bot>/run/", bots.run_bot, name="run_bot"),
    path("w/<slug:workspace>/bots/<str:bot>/archive/", bots.archive_bot, name="archive_bot"),
    path("w/<slug:workspace>/executions/", executions.execution_list, name="executions"),
    path("w/<slug:workspace>/executions/<str:execution>/", executions.execution_page, name="execution"),
    path("w/<slug:workspace>/executions/<str:execution>/progress/", executions.progress, name="progress"),
    path("w/<slug:workspace>/executions/<str:execution>/cancel/", executions.cancel, name="cancel_execution"),
    path("w/<slug:workspace>/executions/<str:execution>/take-over/", executions.take_over, name="take_over"),
    path("w/<slug:workspace>/executions/<str:execution>/steps/<int:run>.jpg", executions.picture, name="step_picture"),
    path("w/<slug:workspace>/executions/<str:execution>/ticket/", live.ticket, name="live_ticket"),
    path("w/<slug:workspace>/alerts/<str:alert>/", live.alert_page, name="alert"),
    path("w/<slug:workspace>/alerts/<str:alert>/done/", live.done, name="alert_done"),
    path("w/<slug:workspace>/alerts/<str:alert>/decline/", live.decline, name="alert_decline"),
    path("g/<str:alert>/", live.guest_page, name="guest"),
    path("g/<str:alert>/ticket/", live.guest_ticket, name="guest_ticket"),
    path("g/<str:alert>/done/", live.guest_done, name="guest_done"),
    path("g/<str:alert>/decline/", live.guest_decline, name="guest_decline"),
]
