"""History says of a change made by a rule of automation by which rule it was."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("otdel.core.migrations.0006_history_of_many").HISTORY
HISTORY = (
    BEFORE.replace("by_id, batch, diff)", "by_id, batch, rule_id, diff)")
    .replace("actor, lot,", "actor, lot, rule,")
    .replace("now(), $2, $3, changed.diff", "now(), $2, $3, $5, changed.diff")
    .replace("USING TG_ARGV[0], actor, lot, rule, ignored", "USING TG_ARGV[0], actor, lot, ignored, rule")
    .replace(
        "    ignored text[]",
        "    rule bigint := nullif(current_setting('otdel.rule', true), '')::bigint;\n    ignored text[]",
    )
)


class Migration(migrations.Migration):
    dependencies = [("core", "0007_heartbeat_note")]
    operations = [
        migrations.AddField("fieldchange", "rule_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(HISTORY, BEFORE),
    ]
