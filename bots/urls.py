"""Addresses of bots, executions and the live browser."""

from django.urls import path

from bots.views import bots, executions, first_hour, live, manual, recordings, schedules, scripts, secrets, trials

urlpatterns = [
    path("w/<slug:workspace>/bots/", bots.bot_list, name="bots"),
    path("w/<slug:workspace>/bots/new/", scripts.new_bot, name="new_bot"),
    path("w/<slug:workspace>/bots/check/", scripts.check_script, name="check_script"),
    path("w/<slug:workspace>/bots/format/", scripts.format_script, name="format_script"),
    path("w/<slug:workspace>/bots/manual/", manual.manual, name="bot_manual"),
    path("w/<slug:workspace>/bots/import/", recordings.import_recording, name="import_recording"),
    path("w/<slug:workspace>/bots/examples/", first_hour.add_examples, name="add_examples"),
    path("w/<slug:workspace>/bots/<id:bot>/", bots.bot_page, name="bot"),
    path("w/<slug:workspace>/bots/<id:bot>/edit/", scripts.edit_script, name="edit_bot"),
    path("w/<slug:workspace>/bots/<id:bot>/settings/", bots.bot_settings, name="bot_settings"),
    path("w/<slug:workspace>/bots/<id:bot>/run/", bots.run_bot, name="run_bot"),
    path("w/<slug:workspace>/bots/<id:bot>/archive/", bots.archive_bot, name="archive_bot"),
    path("w/<slug:workspace>/bots/<id:bot>/bring-back/", bots.bring_back_bot, name="bring_back_bot"),
    path("w/<slug:workspace>/bots/<id:bot>/duplicate/", bots.duplicate_bot, name="duplicate_bot"),
    path("w/<slug:workspace>/bots/<id:bot>/export/", scripts.export_script, name="export_bot"),
    path("w/<slug:workspace>/bots/<id:bot>/versions/", scripts.versions, name="bot_versions"),
    path("w/<slug:workspace>/bots/<id:bot>/versions/<int:number>/", scripts.bot_version, name="bot_version"),
    path(
        "w/<slug:workspace>/bots/<id:bot>/versions/<int:number>/restore/", scripts.restore_version, name="restore_bot"
    ),
    path("w/<slug:workspace>/first-hour/", first_hour.steps, name="first_hour"),
    path("w/<slug:workspace>/first-hour/hide/", first_hour.hide, name="hide_first_hour"),
    path("w/<slug:workspace>/bots/<id:bot>/try/", trials.try_bot, name="try_bot"),
    path("w/<slug:workspace>/executions/<id:execution>/trial/", trials.trial, name="trial"),
    path("w/<slug:workspace>/executions/<id:execution>/trial/keep/", trials.keep, name="keep_trial"),
    path("w/<slug:workspace>/bots/<id:bot>/schedules/new/", schedules.new_schedule, name="new_schedule"),
    path("w/<slug:workspace>/schedules/preview/", schedules.preview, name="schedule_preview"),
    path("w/<slug:workspace>/schedules/<id:schedule>/", schedules.change_schedule, name="schedule"),
    path("w/<slug:workspace>/schedules/<id:schedule>/pause/", schedules.pause, name="pause_schedule"),
    path("w/<slug:workspace>/schedules/<id:schedule>/resume/", schedules.resume, name="resume_schedule"),
    path("w/<slug:workspace>/schedules/<id:schedule>/remove/", schedules.remove, name="remove_schedule"),
    path("w/<slug:workspace>/executions/", executions.execution_list, name="executions"),
    path("w/<slug:workspace>/executions/<id:execution>/", executions.execution_page, name="execution"),
    path("w/<slug:workspace>/executions/<id:execution>/progress/", executions.progress, name="progress"),
    path("w/<slug:workspace>/executions/<id:execution>/cancel/", executions.cancel, name="cancel_execution"),
    path("w/<slug:workspace>/executions/<id:execution>/take-over/", executions.take_over, name="take_over"),
    path("w/<slug:workspace>/executions/<id:execution>/steps/<int:run>.jpg", executions.picture, name="step_picture"),
    path("w/<slug:workspace>/executions/<id:execution>/ticket/", live.ticket, name="live_ticket"),
    path("w/<slug:workspace>/settings/secrets/", secrets.secret_list, name="settings_secrets"),
    path("w/<slug:workspace>/settings/secrets/<id:secret>/", secrets.change_secret, name="settings_secret"),
    path(
        "w/<slug:workspace>/settings/secrets/<id:secret>/remove/", secrets.remove_secret, name="settings_secret_remove"
    ),
    path("w/<slug:workspace>/alerts/<id:alert>/", live.alert_page, name="alert"),
    path("w/<slug:workspace>/alerts/<id:alert>/done/", live.done, name="alert_done"),
    path("w/<slug:workspace>/alerts/<id:alert>/decline/", live.decline, name="alert_decline"),
    path("g/<id:alert>/", live.guest_page, name="guest"),
    path("g/<id:alert>/ticket/", live.guest_ticket, name="guest_ticket"),
    path("g/<id:alert>/done/", live.guest_done, name="guest_done"),
    path("g/<id:alert>/decline/", live.guest_decline, name="guest_decline"),
]
