"""By what the next run knows the data that is there."""

from __future__ import annotations

import json
from datetime import date, timedelta

from django.db import connection

from otdel.bench.fill.sizes import Size

VERSION = 5
TASKS_VERSION = 2
ROOMS = ("org", "customers", "deals", "activities", "billing", "plans", "tasks")


def sign(size: Size, today: date) -> None:
    """Leave a mark by which the next run knows the data of everything but tasks."""
    with connection.cursor() as cursor:
        cursor.execute("create table bench_filled (mark text, columns text[])")
        cursor.execute("insert into bench_filled values (%s, %s)", [mark(size, today), _columns()])


def mark(size: Size, today: date) -> str:
    """Return what the data depends on: our version, the size, the month."""
    return json.dumps([VERSION, size.deals, size.people, str(today - timedelta(days=today.day - 1))])


def _columns() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select concat_ws(' ', table_name, column_name, data_type, is_nullable) from information_schema.columns "
            "where table_schema = 'public' and table_name ~ %s",
            [f"^({'|'.join(ROOMS)})_"],
        )
        return [row[0] for row in cursor]


def is_filled(size: Size, today: date) -> bool:
    """Tell whether the data is that of this version, and every column that was filled is still there.

    Columns added since have their defaults, as in anybody's database: a million deals take too long to pour anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.bench_filled') is not null")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("select to_jsonb(f)::text from bench_filled f")
        kept = json.loads(cursor.fetchone()[0])
    return kept["mark"] == mark(size, today) and set(kept.get("columns") or ["?"]) <= set(_columns())


def tasks_mark(size: Size, today: date) -> str:
    return json.dumps([TASKS_VERSION, mark(size, today)])


def has_tasks(size: Size, today: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.bench_tasks') is not null")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("select mark from bench_tasks")
        return bool(cursor.fetchone()[0] == tasks_mark(size, today))


def sign_tasks(size: Size, today: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("create table bench_tasks as select %s::text as mark", [tasks_mark(size, today)])
