"""Every change of a field of these tables is written down by the database itself."""

from django.db import migrations

from otdel.core.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial"), ("core", "0003_history")]
    operations = [
        keep_history(f"org_{table}", f"org.{table}")
        for table in ("company", "calendarday", "role", "person", "unit", "membership")
    ]
