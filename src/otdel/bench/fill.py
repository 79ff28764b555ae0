"""Generated data: thousands to millions of deals by a few set-based statements, the same every time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from otdel.core.periods import Kind, Period
from otdel.org.rules import PRESETS

VERSION = 5
TASKS_VERSION = 1
MONTHS = 36
PEOPLE, IN_UNIT = 1000, 30
DIRECTOR = 1
BUSY, BUSY_TASKS = 32, 200  # heads nobody
# each choice about a task falls by a die of its own, so that they do not hang together
TASK_DICE = ("doer", "giver", "other", "state", "day", "hour", "made", "odd")
LINES_PER_SHIPMENT = 10
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission")
ROOMS = ("org", "customers", "deals", "activities", "billing", "plans", "tasks")
# what a column that must have a value gets when nobody gave one
DEFAULTS = {"text": "''", "character varying": "''", "jsonb": "'{}'", "ARRAY": "'{}'", "boolean": "false",
            "integer": "0", "smallint": "0", "bigint": "0", "numeric": "0"}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How much data: everything else follows from the number of deals."""

    name: str
    deals: int
    people: int = PEOPLE

    @property
    def customers(self) -> int:
        return max(self.deals // 10, 100)

    @property
    def database(self) -> str:
        return f"otdel_bench_{self.name}"


SIZES = {
    size.name: size
    for size in (Size("1k", 1_000, 60), Size("10k", 10_000), Size("100k", 100_000), Size("1m", 1_000_000))
}


class Fill:
    """Fills an empty, migrated database."""

    def __init__(self, size: Size, today: date) -> None:
        self.size = size
        self.today = today
        self.this_month = Period.of(Kind.MONTH, today)
        # data ends with the month before the current one ends
        self.start = self.this_month.plus(1 - MONTHS).start
        self.seconds = (today - self.start).days * 86400

    def run(self) -> None:
        with connection.cursor() as self.cursor:
            self._empty()
            self._go_fast()
            self.cursor.execute("select setseed(0.42)")
            for step in (self._organisation, self._lists, self._customers, self._deals, self._work, self._money,
                         self._shipments, self._plans, self._tasks):  # fmt: skip
                step()
            self._set_sequences()
            # filling fires no triggers: every day has to be counted
            self.cursor.execute("select otdel_mark_everything()")
            self._count_tasks()
        _sign(self.size, self.today)

    def _empty(self) -> None:
        """Take away what an older version of the bench, or of the tables, was filled with."""
        self.cursor.execute("drop table if exists bench_filled, bench_tasks")
        names = [name for name in connection.introspection.table_names(self.cursor) if name not in KEPT_TABLES]
        self.cursor.execute(f"truncate {', '.join(names)} restart identity")

    def _go_fast(self) -> None:
        """Check no references and write no history while filling, where the server lets us."""
        self.cursor.execute("select has_parameter_privilege('session_replication_role', 'SET')")
        if self.cursor.fetchone()[0]:
            self.cursor.execute("set local session_replication_role = replica")
        # elsewhere checks at once: an index cannot be built while checks wait for the end
        self.cursor.execute("set constraints all immediate")

    def insert(self, table: str, source: str, **values: str) -> None:
        """Insert a row for each row of `source`, values given as SQL; what must not be empty gets a default."""
        self.cursor.execute(
            "select column_name, data_type from information_schema.columns where table_name = %s "
            "and table_schema = 'public' and is_nullable = 'NO' and is_generated = 'NEVER' and column_name <> 'id'",
            [table],
        )
        needed = {name: DEFAULTS[kind] for name, kind in self.cursor.fetchall() if name not in values}
        columns = {**needed, **values}
        with self._without_indexes(table):
            self.cursor.execute(
                f"insert into {table} ({', '.join(columns)}) select {', '.join(columns.values())} from {source}"
            )

    def _without_indexes(self, table: str) -> _Indexes:
        return _Indexes(self.cursor, table)

    # what is filled

    def _organisation(self) -> None:
        people, now = self.size.people, f"timestamptz '{self.start}'"
        for number, (code, (name, rights)) in enumerate(PRESETS.items(), start=1):
            self.cursor.execute(
                "insert into org_role (id, code, name, rights, is_preset) values (%s, %s, %s, %s, true)",
                [number, code, name, json.dumps(rights)],
            )
        role = {code: number for number, code in enumerate(PRESETS, start=1)}
        self.insert(
            "org_person",
            f"generate_series(1, {people}) i",
            id="i",
            first_name="(array['Анна','Борис','Вера','Глеб','Дарья','Егор'])[1 + i % 6]",
            last_name="'Фамилия' || i",
            email="'p' || i || '@bench.example'",
            role_id=f"case when i = {DIRECTOR} then {role['director']} else {role['manager']} end",
            is_active="true",
            created_at=now,
            employed_from=f"date '{self.start}'",
        )
        units = people // IN_UNIT + 1
        self.insert(
            "org_unit",
            f"generate_series(1, {units + 1}) i",
            id="i",
            name="case when i = 1 then 'Компания' else 'Отдел ' || i end",
            parent_id="case when i > 1 then 1 end",
            head_id=f"case when i = 1 then {DIRECTOR} end",
            position="i",
        )
        self.insert(
            "org_membership",
            f"generate_series(1, {people}) i",
            id="i",
            person_id="i",
            unit_id=f"case when i = {DIRECTOR} then 1 else {unit_of('i')} end",
            starts_on="date '2015-01-01'",
        )
        self.insert("org_company", "generate_series(1, 1) i", id="1", name="'Бенч'", currency="'RUB'", country="'RU'",
                    time_zone="'Europe/Moscow'", language="'ru'", tolerance="0.2", active_days="90",
                    new_client_days="90", purchase="'payments'", work_starts="time '09:00'",
                    work_ends="time '18:00'", created_at=now)  # fmt: skip

    def _lists(self) -> None:
        for table, count in (
            ("customers_clientsegment", 6), ("customers_region", 8), ("customers_channel", 4),
            ("customers_source", 6), ("deals_lossreason", 6), ("billing_productgroup", 10), ("deals_pipeline", 1),
        ):  # fmt: skip
            self.insert(
                table, f"generate_series(1, {count}) i", id="i", name="'Строка ' || i", position="i", is_active="true"
            )
        self.insert(
            "deals_stage", "generate_series(1, 7) i", id="i", name="'Стадия ' || i", pipeline_id="1", position="i",
            outcome="case i when 6 then 'WON' when 7 then 'LOST' else 'OPEN' end", is_active="true",
        )  # fmt: skip
        self.insert(
            "billing_product", "generate_series(1, 500) i", id="i", name="'Товар ' || i", group_id="1 + i % 10",
            price="100 + i", is_active="true", **self._times(),
        )  # fmt: skip

    def _times(self, at: str = "") -> dict[str, str]:
        at = at or f"timestamptz '{self.start}'"
        return {"created_at": at, "updated_at": at}

    def _customers(self) -> None:
        self.insert(
            "customers_customer", f"generate_series(1, {self.size.customers}) i", id="i", kind="'COMPANY'",
            name="'Клиент ' || i || ' ' || (array['Монтаж','Сервис','Снаб','Строй','Дом'])[1 + i % 5]",
            segment_id="1 + i % 6", region_id="1 + i % 8", channel_id="1 + i % 4", owner_id=self._owner("i"),
            **self._times(f"timestamptz '{self.start}' + i * interval '1 second'"),
        )  # fmt: skip
        self.insert(
            "customers_contact", f"generate_series(1, {self.size.customers}) i", id="i", last_name="'Контакт' || i",
            first_name="'Пётр'", customer_id="i", owner_id=self._owner("i"), **self._times(),
        )  # fmt: skip

    def _owner(self, customer: str) -> str:
        return f"(2 + ({customer})::bigint * 7919 % {self.size.people - 1})"

    def _deals(self) -> None:
        count, customers = self.size.deals, self.size.customers
        self.insert(
            "deals_deal",
            f"""(select i, c, {self._owner("c")} as owner, at, at::date as day,
                    case when at > timestamptz '{self.today}' - interval '60 days' then 1 + i % 5
                         when i % 100 < 45 then 6 else 7 end as stage
                 from (select i, 1 + (random() * ({customers} - 1))::bigint as c,
                          timestamptz '{self.start}' + i::float8 / {count} * {self.seconds} * interval '1 second'
                              as at
                       from generate_series(1, {count}) i offset 0) a) b""",
            id="i", title="'Сделка ' || i || ' поставка оборудования'", customer_id="c", contact_id="c",
            owner_id="owner", unit_id=f"case when stage > 5 then {unit_of('owner')} end", stage_id="stage",
            amount="1000 + i::bigint * 7919 % 500000", opened_on="day", expected_on="day + 40",
            closed_on="case when stage > 5 then day + 30 end", stage_since="at",
            loss_reason_id="case when stage = 7 then 1 + i % 6 end", source_id="1 + i % 6", channel_id="1 + i % 4",
            **self._times("at"),
        )  # fmt: skip
        self.insert(
            "deals_stagechange",
            "deals_deal d, generate_series(1, least(d.stage_id, 4)) n",
            deal_id="d.id", before_id="case when n > 1 then n - 1 end",
            after_id="case when n = least(d.stage_id, 4) then d.stage_id else n end",
            at="d.created_at + n * interval '3 days'", by_id="d.owner_id",
        )  # fmt: skip
        self.insert(
            "billing_dealline",
            "deals_deal d, generate_series(1, 2) n",
            deal_id="d.id", product_id="1 + (d.id + n) % 500", name="'Товар'", quantity="1",
            price="d.amount / 2", amount="d.amount / 2", position="n",
        )  # fmt: skip

    def _work(self) -> None:
        self.insert(
            "activities_activity",
            "deals_deal d, generate_series(1, 3) n",
            kind="(array['CALL','MEETING','PROPOSAL'])[n]", direction="'OUT'",
            at="d.created_at + n * interval '2 days'", day="(d.created_at + n * interval '2 days')::date",
            is_done="true", subject="'Разговор о поставке'", owner_id="d.owner_id", unit_id=unit_of("d.owner_id"),
            customer_id="d.customer_id", deal_id="d.id", **self._times("d.created_at"),
        )  # fmt: skip

    def _money(self) -> None:
        won = "deals_deal d where d.stage_id = 6"
        self.insert(
            "billing_invoice", won, id="d.id", number="'С-' || d.id", issued_on="d.opened_on + 20",
            due_on="d.opened_on + 50", customer_id="d.customer_id", deal_id="d.id", owner_id="d.owner_id",
            amount="d.amount", paid="d.amount", **self._times("d.created_at"),
        )  # fmt: skip
        # every deal pays once, so that the thousand people all have facts
        self.insert(
            "billing_payment", "deals_deal d", id="d.id", number="d.id::text", paid_on="d.opened_on",
            amount="d.amount", customer_id="d.customer_id", deal_id="d.id", owner_id="d.owner_id",
            unit_id=unit_of("d.owner_id"), **self._times("d.created_at"),
        )  # fmt: skip
        self.insert("billing_allocation", "billing_invoice i", payment_id="i.id", invoice_id="i.id", amount="i.amount")

    def _shipments(self) -> None:
        self.insert(
            "billing_shipment", "deals_deal d", id="d.id", number="'УТ-' || d.id", shipped_on="d.opened_on",
            customer_id="d.customer_id", deal_id="d.id", owner_id="d.owner_id", unit_id=unit_of("d.owner_id"),
            amount=f"(100 + d.id % 97) * {LINES_PER_SHIPMENT}", **self._times("d.created_at"),
        )  # fmt: skip
        self.insert(
            "billing_shipmentline",
            f"generate_series(1, {self.size.deals}) s, generate_series(1, {LINES_PER_SHIPMENT}) n",
            shipment_id="s", product_id="1 + (s * 31 + n) % 500", name="'Товар'", quantity="1",
            price="100 + s % 97", amount="100 + s % 97", cost="80 + s % 70", position="n",
        )  # fmt: skip

    def _plans(self) -> None:
        """A year by months for every person and department: approved, effective."""
        year = Period.of(Kind.YEAR, self.today)
        self.insert(
            "plans_plan", "(select id as unit from org_unit where id > 1) u", id="u.unit", unit_id="u.unit",
            metric="'payments'",
            starts_on=f"date '{year.start}'", ends_on=f"date '{year.end}'", status="'APPROVED'", version="1",
            author_id="2", created_at=f"timestamptz '{self.start}'", approved_by_id=str(DIRECTOR),
            approved_at=f"timestamptz '{self.start}'", root_id="u.unit",
        )  # fmt: skip
        months = f"generate_series(date '{year.start}', date '{year.last}', interval '1 month') m"
        mean = self.size.deals * 251_000 / MONTHS / self.size.people
        usual = f"round(({mean} * (0.7 + random()))::numeric, -3) + 1000"
        self.insert(
            "plans_planline", f"org_membership b, {months} where b.unit_id > 1", plan_id="b.unit_id",
            metric="'payments'", unit_id="b.unit_id", person_id="b.person_id", starts_on="m::date",
            ends_on="(m + interval '1 month')::date", amount=usual, is_effective="true",
        )  # fmt: skip

    def _tasks(self) -> None:
        """As many open tasks as deals, and a tenth more done ones that nobody has graded.

        Of everybody, in every state, due in the two months around today; some private, shared, calling somebody in.
        One person has two hundred at every size, so that their pages are as full at the smallest as at the largest.
        """
        open_, full = self.size.deals, min(BUSY_TASKS, self.size.deals // 10)
        salted = {
            name: f"(hashint8(i * {len(TASK_DICE)} + {place})::bigint & 2147483647)"
            for place, name in enumerate(TASK_DICE)
        }
        die = salted.__getitem__
        hour = f"(array[18,18,18,18,12,15,10,17])[1 + {die('hour')} % 8]"
        day = f"date '{self.today}' + ({die('day')} % 60 - 20)::int"
        due = f"(({day}) + make_interval(hours => {hour}::int)) at time zone 'Europe/Moscow'"
        made = f"timestamptz '{self.today}' - ({die('made')} % 90) * interval '1 day'"
        doer = f"case when i <= {full} then {BUSY} else 1 + {die('doer')} % {self.size.people} end"
        states = (
            "NEW NEW NEW SEEN SEEN SEEN SEEN SEEN SEEN WORK WORK WORK WORK WORK WORK RETURNED REVIEW REVIEW DEFERRED"
        )
        listed = ",".join(f"'{each}'" for each in states.split())
        state = (
            f"case when i > {open_} then 'DONE' else (array[{listed}])[1 + {die('state')} % {len(states.split())}] end"
        )
        other = f"1 + {die('other')} % {self.size.people}"
        odd = die("odd")
        self.insert(
            "tasks_task", f"generate_series(1, {open_ + open_ // 10}) i", id="i",
            title="'Задача ' || i || ' позвонить клиенту'", text="''",
            creator_id=f"1 + {die('giver')} % {self.size.people}", assignee_id=doer,
            deal_id=f"case when i % 2 = 0 then 1 + i % {self.size.deals} end",
            customer_id=f"case when i % 3 > 0 then 1 + i % {self.size.customers} end",
            participants=f"case when {odd} % 50 < 3 then array[{other}] else '{{}}' end", is_shared=f"{odd} % 50 < 2",
            is_private=f"{odd} % 50 = 4", mentioned=f"case when {odd} % 50 = 0 then array[{other}] else '{{}}' end",
            priority="2", deadline=due, judged_by=due, first_deadline=due, reason_needed="true", state=state,
            deferred_until=f"case when {state} = 'DEFERRED' then {due} - interval '2 days' end", seen_at=made,
            **self._times(made),
        )  # fmt: skip

    def refill_tasks(self) -> None:
        """Pour the tasks anew and leave everything else as it is: the rest takes an hour at the largest size."""
        with connection.cursor() as self.cursor:
            self.cursor.execute("drop table if exists bench_tasks")
            self.cursor.execute("truncate tasks_task restart identity cascade")
            self._go_fast()
            self._tasks()
            self._set_sequences()
            self._count_tasks()

    def _count_tasks(self) -> None:
        """Filling fires no triggers."""
        self.cursor.execute("select otdel_recount_tally()")
        self.cursor.execute("create table bench_tasks as select %s::text as mark", [tasks_mark(self.size, self.today)])

    def _set_sequences(self) -> None:
        self.cursor.execute(
            "select table_name from information_schema.columns where table_schema = 'public' "
            "and column_name = 'id' and is_identity = 'YES'"
        )
        for (table,) in self.cursor.fetchall():
            self.cursor.execute(
                f"select setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) from {table}"
            )


class _Indexes:
    """Drops a table's plain indexes while it is filled, and builds them afterwards."""

    def __init__(self, cursor: Any, table: str) -> None:
        self.cursor, self.table = cursor, table

    def __enter__(self) -> None:
        self.cursor.execute(
            "select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename = %s "
            "and indexname not in (select conname from pg_constraint)",
            [self.table],
        )
        self.found = self.cursor.fetchall()
        for name, _definition in self.found:
            self.cursor.execute(f'drop index "{name}"')

    def __exit__(self, *_error: object) -> None:
        if _error[0] is None:
            for _name, definition in self.found:
                self.cursor.execute(definition)


def unit_of(person: str) -> str:
    return f"(2 + (({person}) - 1) / {IN_UNIT})"


def _sign(size: Size, today: date) -> None:
    """Leave a mark by which the next run knows this data."""
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


def tidy() -> None:
    """Give the planner its statistics; outside of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_stat_user_tables where n_mod_since_analyze > 1000 + n_live_tup / 20)"
        )
        if cursor.fetchone()[0]:
            cursor.execute("vacuum analyze")
