"""Every change of a field of these tables is written down by the database itself."""

from django.db import migrations

from otdel.core.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_initial"), ("core", "0003_history")]
    operations = [
        keep_history(f"measures_{table}", f"measures.{table}")
        for table in ("norm", "manualcontrol", "dayplan", "daynorm", "dayaction")
    ]
