from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "otdel.interfaces.files"
    label = "files"
