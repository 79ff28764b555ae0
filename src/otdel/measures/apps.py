from __future__ import annotations

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "otdel.measures"
    label = "measures"

    def ready(self) -> None:
        """Say what people can be told of manual control before anybody asks."""
        from otdel.measures import kinds  # noqa: F401
