from __future__ import annotations

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "otdel.tasks"
    label = "tasks"

    def ready(self) -> None:
        """Say what people can be told of tasks before anybody asks."""
        from otdel.tasks import checkup, digest, kinds  # noqa: F401
        from otdel.tasks.actions import reminding, stepping  # noqa: F401
