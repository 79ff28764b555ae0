"""Fills the sums of months from the days that are kept already, month by month, saying how far it is."""

import sys
from typing import Any

from django.db import migrations, transaction

KEPT = "SELECT DISTINCT metric, date_trunc('month', day)::date FROM plans_factunitday ORDER BY 1, 2"
ADD_UP = """
WITH months AS (
    SELECT unit_id, person_id, product_group_id, client_segment_id, region_id, channel_id, is_new, sum(amount) AS amount
    FROM plans_factcell WHERE metric = %(metric)s AND day >= %(month)s AND day < %(month)s + interval '1 month'
    GROUP BY 1, 2, 3, 4, 5, 6, 7),
people AS MATERIALIZED (
    SELECT cut, unit_id, person_id, segment_id, sum(amount) AS amount
    FROM months CROSS JOIN LATERAL (VALUES (0, 0), (1, product_group_id), (2, client_segment_id), (3, region_id),
        (4, channel_id), (5, is_new)) AS by_cut(cut, segment_id)
    GROUP BY 1, 2, 3, 4),
sums AS (
    SELECT * FROM people
    UNION ALL SELECT cut, unit_id, 0, segment_id, sum(amount) FROM people GROUP BY cut, unit_id, segment_id)
INSERT INTO plans_factmonth (metric, month, cut, unit_id, person_id, segment_id, amount)
SELECT %(metric)s, %(month)s, * FROM sums WHERE amount <> 0 ORDER BY cut, unit_id, person_id, segment_id"""


def fill(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        months = cursor.fetchall()
        for done, (metric, month) in enumerate(months, start=1):
            with transaction.atomic(using=connection.alias):
                # broken off and begun again: what was written is written once more, not twice
                cursor.execute("DELETE FROM plans_factmonth WHERE metric = %s AND month = %s", [metric, month])
                cursor.execute(ADD_UP, {"metric": metric, "month": month})
            if done % 20 == 0 or done == len(months):
                print(f"  sums of months: {done} of {len(months)}", file=sys.stderr, flush=True)


class Migration(migrations.Migration):
    # a transaction for each month: years of a large company are gigabytes
    atomic = False
    dependencies = [
        ("plans", "0006_month_sums"),
    ]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
