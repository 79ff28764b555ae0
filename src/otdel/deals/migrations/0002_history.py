"""Every change of a field of these tables is written down by the database itself."""

from django.db import migrations

from otdel.core.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_initial"), ("core", "0003_history")]
    operations = [
        keep_history(f"deals_{table}", f"deals.{table}")
        for table in ("pipeline", "stage", "lossreason", "lead", "deal", "stagechange")
    ]
