"""Every change of a field of these tables is written down by the database itself."""

from django.db import migrations

from otdel.core.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial"), ("core", "0003_history")]
    operations = [
        keep_history(f"activities_{table}", f"activities.{table}")
        for table in ("activity",)
    ]
