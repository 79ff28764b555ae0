from __future__ import annotations

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "otdel.automation"
    label = "automation"
