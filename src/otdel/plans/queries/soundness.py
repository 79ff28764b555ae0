"""Whether the kept sums agree with one another: what the doctor asks."""

from __future__ import annotations

from datetime import date

from django.db import connection

from otdel.plans.metrics import MONTH_CUTS
from otdel.plans.models import FactMonth

# Every cut of a month, of its people and of its departments, adds up to the days: they are the same money.
UNSOUND = f"""
WITH days AS (
    SELECT metric, date_trunc('month', day)::date AS month, sum(amount) AS amount FROM plans_factunitday GROUP BY 1, 2),
wanted AS (
    SELECT days.*, cut, everybody FROM days
    CROSS JOIN generate_series({FactMonth.WHOLE}, {max(MONTH_CUTS.values())}) AS cut
    CROSS JOIN (VALUES (true), (false)) AS kind(everybody)),
found AS (
    SELECT metric, month, cut, person_id = {FactMonth.EVERYBODY} AS everybody, sum(amount) AS amount
    FROM plans_factmonth GROUP BY 1, 2, 3, 4)
SELECT DISTINCT metric, month FROM wanted FULL JOIN found USING (metric, month, cut, everybody)
WHERE coalesce(wanted.amount, 0) <> coalesce(found.amount, 0) ORDER BY 1, 2"""


def unsound_months() -> list[tuple[str, date]]:
    """Return metrics and months whose sums are not those of their days. One query."""
    with connection.cursor() as cursor:
        cursor.execute(UNSOUND)
        return list(cursor.fetchall())
