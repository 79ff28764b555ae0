"""Every change of a rule is written down by the database itself."""

from django.db import migrations

from otdel.core.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("automation", "0001_initial"), ("core", "0003_history")]
    operations = [keep_history("automation_rule", "automation.rule")]
