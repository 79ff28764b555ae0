"""The addresses of the wizard."""

from __future__ import annotations

from django.urls import path

from otdel.interfaces.files.wizard.columns import columns
from otdel.interfaces.files.wizard.first import index, open_import, upload
from otdel.interfaces.files.wizard.options import options
from otdel.interfaces.files.wizard.result import download_refused, drop, example, result, resume, start, stop, undo

urlpatterns = [
    path("import/", index, name="import"),
    path("import/upload/", upload, name="import_upload"),
    path("import/example/<slug:target>/", example, name="import_example"),
    path("import/<int:session_id>/", open_import, name="import_open"),
    path("import/<int:session_id>/columns/", columns, name="import_columns"),
    path("import/<int:session_id>/options/", options, name="import_options"),
    path("import/<int:session_id>/result/", result, name="import_result"),
    path("import/<int:session_id>/start/", start, name="import_start"),
    path("import/<int:session_id>/stop/", stop, name="import_stop"),
    path("import/<int:session_id>/resume/", resume, name="import_resume"),
    path("import/<int:session_id>/undo/", undo, name="import_undo"),
    path("import/<int:session_id>/drop/", drop, name="import_drop"),
    path("import/<int:session_id>/refused/", download_refused, name="import_refused"),
]
