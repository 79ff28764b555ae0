"""Every change of a field of these tables is written down by the database itself."""

from django.db import migrations

from otdel.core.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial"), ("core", "0003_history")]
    operations = [
        keep_history(f"tasks_{table}", f"tasks.{table}")
        for table in ("task", "checklistitem", "taskcomment", "timespent")
    ]
