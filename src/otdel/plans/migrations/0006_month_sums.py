"""Sums by month beside the kept days: a year of a thousand people is too many days for every look at a board."""

from django.db import migrations, models

METRICS = [
    ("payments", "Payments received"), ("shipments", "Shipments"), ("won_amount", "Won amount"), ("margin", "Margin"),
    ("deals_won", "Deals won"), ("new_clients", "New clients"), ("active_clients", "Active clients"),
    ("calls", "Calls"), ("meetings", "Meetings"), ("proposals", "Proposals"),
]
# as for the days: rewritten all day long
VACUUM = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02"


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0005_fact_triggers"),
    ]
    operations = [
        migrations.CreateModel(
            name="FactMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("metric", models.CharField(choices=METRICS, max_length=20)),
                ("month", models.DateField()),
                ("cut", models.SmallIntegerField()),
                ("unit_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField()),
                ("segment_id", models.BigIntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=19)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("metric", "month", "cut", "unit_id", "person_id", "segment_id"),
                        include=("amount",),
                        name="fact_month",
                    )
                ],
            },
        ),
        migrations.RunSQL(f"ALTER TABLE plans_factmonth SET ({VACUUM})", migrations.RunSQL.noop),
    ]
