"""Every change of a field of these tables is written down by the database itself."""

from django.db import migrations

from otdel.core.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("core", "0003_history")]
    operations = [
        keep_history(f"plans_{table}", f"plans.{table}")
        for table in ("plan", "planline")
    ]
