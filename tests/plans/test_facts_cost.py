"""The board reads kept days from indexes alone, however many people there are."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from django.db import connection

from otdel.core.periods import Period
from otdel.plans.queries import facts
from otdel.plans.queries.facts import Whose

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FILL = """
INSERT INTO plans_factday (metric, day, unit_id, person_id, amount)
SELECT 'payments', day::date, 1 + person %% %(units)s, person, 100
FROM generate_series('2024-01-01'::date, '2026-12-31', '1 day') day, generate_series(1, %(people)s) person
WHERE extract(isodow FROM day) < 6;
INSERT INTO plans_factunitday (metric, day, unit_id, amount)
SELECT metric, day, unit_id, sum(amount) FROM plans_factday GROUP BY 1, 2, 3;
INSERT INTO plans_factmonth (metric, month, cut, unit_id, person_id, segment_id, amount)
SELECT metric, date_trunc('month', day), 0, unit_id, person_id, 0, sum(amount) FROM plans_factday GROUP BY 1, 2, 4, 5
UNION ALL SELECT metric, date_trunc('month', day), 0, unit_id, 0, 0, sum(amount) FROM plans_factday GROUP BY 1, 2, 4;
ANALYZE plans_factday; ANALYZE plans_factunitday; ANALYZE plans_factmonth;"""


def fill(people: int, units: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"people": people, "units": units})


def nodes(plan: dict) -> list[dict]:
    return [plan, *(found for child in plan.get("Plans", ()) for found in nodes(child))]


@pytest.mark.parametrize(
    ("whose", "period"),
    [
        (Whose(range(1, 101)), "2026-11"),
        (Whose([7]), "2026-11"),
        (Whose([7], 6, anywhere=True), "2026-11"),
        (Whose(range(1, 101)), "2026-Q4"),
        (Whose(range(1, 101)), "2026-10-05..2026-12-17"),
    ],
)
def test_a_board_of_a_thousand_people_reads_indexes_only(whose, period, monkeypatch):
    fill(1000, 100)
    shown = Period.parse(period)
    history = Period.between(shown.plus(-12).start, shown.start)
    sql, parameters = caught(monkeypatch, whose, shown, history)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]

    kept = [node for node in nodes(plan) if str(node.get("Relation Name", "")).startswith("plans_fact")]
    assert kept
    assert {node["Node Type"] for node in kept} <= {"Index Only Scan", "Bitmap Heap Scan"}, kept


def caught(monkeypatch, whose, shown, history):
    """Return the statement and the values `read` sends."""
    said = {}

    def execute(execute, sql, params, many, context):
        said["sql"], said["params"] = sql, params
        return execute(sql, params, many, context)

    with connection.execute_wrapper(execute):
        facts.read("payments", whose, shown, history=history, past=shown.same_last_year, cut=None)
    return said["sql"], said["params"]


def test_marking_days_keeps_an_import_fast():
    """Fifty thousand payments in statements of five thousand, with their triggers, take seconds and not minutes."""
    from people import NOW, make_firm

    from otdel.billing.models import Payment
    from otdel.customers.models import Customer

    firm = make_firm()
    clients = Customer.objects.bulk_create(
        Customer(name=f"C{n}", owner=firm.anna, created_at=NOW, updated_at=NOW) for n in range(2000)
    )
    first = Period.parse("2024").start.toordinal()
    rows = [
        Payment(
            owner=firm.anna, unit=firm.north, amount=100, customer=clients[n * 7 % 2000],
            paid_on=date.fromordinal(first + n * 13 % 700),
            created_at=NOW, updated_at=NOW,
        )
        for n in range(50_000)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_payment DISABLE TRIGGER USER")
    started = time.perf_counter()
    Payment.objects.bulk_create(rows[:25_000], batch_size=5000)
    bare = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_payment ENABLE TRIGGER USER")
    started = time.perf_counter()
    Payment.objects.bulk_create(rows[25_000:], batch_size=5000)
    marked = time.perf_counter() - started
    print(f"bare {bare:.2f} marked {marked:.2f}")

    assert marked < 4 * bare + 1
