"""The addresses of these settings."""

from __future__ import annotations

from django.urls import path

from otdel.interfaces.web.record_settings.fields import add_field, change_field, fields, first_fields, require_fields
from otdel.interfaces.web.record_settings.lists import add_entry, change_entry, first_list, short_list
from otdel.interfaces.web.record_settings.pipelines import (
    add_pipeline,
    add_stage,
    change_pipeline,
    change_stage,
    pipelines,
)

urlpatterns = [
    path("settings/lists/", first_list, name="short_lists"),
    path("settings/fields/", first_fields, name="all_fields"),
    path("settings/lists/<str:code>/", short_list, name="short_list"),
    path("settings/lists/<str:code>/add/", add_entry, name="entry_add"),
    path("settings/lists/<str:code>/<int:entry_id>/", change_entry, name="entry_change"),
    path("settings/pipelines/", pipelines, name="pipelines"),
    path("settings/pipelines/add/", add_pipeline, name="pipeline_add"),
    path("settings/pipelines/<int:pipeline_id>/", change_pipeline, name="pipeline_change"),
    path("settings/pipelines/<int:pipeline_id>/stages/add/", add_stage, name="stage_add"),
    path("settings/stages/<int:stage_id>/", change_stage, name="stage_change"),
    path("settings/fields/<str:record>/", fields, name="fields"),
    path("settings/fields/<str:record>/add/", add_field, name="field_add"),
    path("settings/fields/<str:record>/required/", require_fields, name="fields_required"),
    path("settings/fields/<str:record>/<int:field_id>/", change_field, name="field_change"),
]
