"""Generated data: thousands to millions of deals by a few set-based statements, the same every time."""

from __future__ import annotations

from datetime import date

from django.db import connection

from otdel.bench.fill.company import Company
from otdel.bench.fill.marks import has_tasks, is_filled, sign, sign_tasks
from otdel.bench.fill.pour import Pour
from otdel.bench.fill.sizes import BUSY, DIRECTOR, IN_UNIT, SIZES, Size
from otdel.bench.fill.tasks import Tasks
from otdel.bench.fill.trade import Trade

__all__ = [
    "BUSY", "DIRECTOR", "IN_UNIT", "SIZES", "Size", "has_tasks", "is_filled", "pour_everything", "pour_tasks", "tidy",
]  # fmt: skip

KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission")


def pour_everything(size: Size, today: date) -> None:
    """Fill a migrated database, taking away what an older version of the bench, or of the tables, left in it."""
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists bench_filled")
        names = [name for name in connection.introspection.table_names(cursor) if name not in KEPT_TABLES]
        cursor.execute(f"truncate {', '.join(names)} restart identity")
        cursor.execute("select setseed(0.42)")
        _pour(size, today, Company, Trade)
        # filling fires no triggers: every day has to be counted
        cursor.execute("select otdel_mark_everything()")
    pour_tasks(size, today)
    sign(size, today)


def pour_tasks(size: Size, today: date) -> None:
    """Pour the tasks anew and leave everything else as it is: the rest takes an hour at the largest size."""
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists bench_tasks")
        cursor.execute("truncate tasks_task restart identity cascade")
        _pour(size, today, Tasks)
        # filling fires no triggers: every counter has to be counted
        cursor.execute("select otdel_recount_tally()")
    sign_tasks(size, today)


def _pour(size: Size, today: date, *kinds: type[Pour]) -> None:
    with connection.cursor() as cursor:
        poured = [kind(cursor, size, today) for kind in kinds]
        poured[0].go_fast()
        for each in poured:
            each.run()
        poured[-1].set_sequences()


def tidy() -> None:
    """Give the planner its statistics; outside of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_stat_user_tables where n_mod_since_analyze > 1000 + n_live_tup / 20)"
        )
        if cursor.fetchone()[0]:
            cursor.execute("vacuum analyze")
