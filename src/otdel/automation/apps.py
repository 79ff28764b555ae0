from __future__ import annotations

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "otdel.automation"
    label = "automation"

    def ready(self) -> None:
        """Say what people can be told of rules before anybody asks."""
        from otdel.automation import kinds  # noqa: F401
