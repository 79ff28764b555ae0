"""The counters' kept sums. Whatever changes a task adds to them what it changed, in the same transaction.

One trigger per statement; bulk writes and plain SQL too. What a task counts for is said once, in `otdel_task_tally`:
the triggers, the recount and the nightly comparison all ask it.
"""

import django.db.models.functions.comparison
from django.db import migrations, models

COUNTS = ("dated", "heats", "hot", "unopened", "returned", "accept", "declined", "ungraded", "mentions")
STEPS = ("deals", "customers")
KEY = "person_id, seen_by, due, since"
OPEN = "'NEW', 'SEEN', 'WORK', 'RETURNED', 'DEFERRED'"
STEP = f"deleted_at IS NULL AND state IN ({OPEN}, 'REVIEW')"
# "tally" by the keys of a phone; whoever moves rows about holds it, whoever adds them does not
LOCK = 82559

names = ", ".join(COUNTS)
steps = ", ".join(STEPS)

TASK = f"""
CREATE FUNCTION otdel_task_tally(
    state text, grade text, creator bigint, doers bigint[], named bigint[], mentioned bigint[],
    deadline timestamptz, deferred_until timestamptz, private boolean)
RETURNS TABLE (person_id bigint, seen_by bigint, due timestamptz, since timestamptz,
    {", ".join(f"{name} integer" for name in COUNTS)})
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT w.person_id, v.seen_by, r.due, r.since, r.dated, r.heats, r.hot, r.unopened, r.returned, r.accept,
        r.declined, r.ungraded, r.mentions
    FROM (SELECT DISTINCT p AS person_id, p = ANY (doers) AS does, p = creator AS gave,
              p = ANY (mentioned) AND p = ANY (named) AS called FROM unnest(doers || creator || mentioned) AS u(p)) w
    CROSS JOIN LATERAL (SELECT
        w.does AND state = 'NEW' AS unopened, w.does AND state = 'RETURNED' AS returned,
        w.gave AND state = 'REVIEW' AS accept, w.gave AND state = 'DECLINED' AS declined,
        w.gave AND state = 'DONE' AND grade = '' AS ungraded,
        w.does AND state IN ({OPEN}) AND deadline IS NOT NULL AS dated) c
    CROSS JOIN LATERAL (SELECT c.unopened OR c.returned OR c.accept OR c.declined OR w.called AS hot) h
    CROSS JOIN LATERAL (
        SELECT timestamptz '-infinity' AS due, timestamptz '-infinity' AS since, 0 AS dated, 0 AS heats,
            h.hot::integer AS hot, c.unopened::integer AS unopened, c.returned::integer AS returned,
            c.accept::integer AS accept, c.declined::integer AS declined, c.ungraded::integer AS ungraded,
            w.called::integer AS mentions
        WHERE h.hot OR c.ungraded
        UNION ALL
        SELECT deadline, CASE WHEN state = 'DEFERRED' THEN coalesce(deferred_until, 'infinity') ELSE '-infinity' END,
            1, (NOT h.hot)::integer, 0, 0, 0, 0, 0, 0, 0
        WHERE c.dated) r
    CROSS JOIN LATERAL (
        SELECT 0::bigint AS seen_by WHERE NOT private
        UNION ALL
        SELECT DISTINCT n FROM unnest(named) AS u(n) WHERE private) v
$$;
"""


def of_tasks(rows: str, sign: str) -> str:
    """Return what the rows count for, to be added or taken away."""
    signed = ", ".join(f"{sign}c.{name} AS {name}" for name in COUNTS)
    return f"""SELECT c.person_id, c.seen_by, c.due, c.since, {signed} FROM {rows} t, LATERAL otdel_task_tally(
            t.state, t.grade, t.creator_id, t.doers, t.named, t.mentioned, t.deadline, t.deferred_until, t.is_private) c
        WHERE t.deleted_at IS NULL"""


def summed(source: str) -> str:
    """Return the sums of the source that are not nothing."""
    sums = [f"sum({name})" for name in COUNTS]
    return f"""SELECT {KEY}, {", ".join(sums)} FROM ({source}) counted GROUP BY {KEY}
        HAVING {" OR ".join(f"{each} <> 0" for each in sums)}"""


TALLY = f"""
CREATE FUNCTION otdel_tally_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO tasks_tally ({KEY}, {names})
        {summed(of_tasks("new_rows", ""))};
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO tasks_tally ({KEY}, {names})
        {summed(of_tasks("old_rows", "-"))};
    ELSE
        INSERT INTO tasks_tally ({KEY}, {names})
        {summed(of_tasks("new_rows", "") + " UNION ALL " + of_tasks("old_rows", "-"))};
    END IF;
    RETURN NULL;
END $$;
"""

# what makes, or is, a record to be looked at: (whatever tells a change of it, kind, record)
_tied = """SELECT t.id AS about, k.kind, k.record_id
    FROM {rows} t, LATERAL (VALUES (1, t.deal_id), (2, t.customer_id)) k(kind, record_id)
    WHERE k.record_id IS NOT NULL AND """
MARKED = {
    "tasks_task": _tied + STEP,
    "activities_activity": _tied + "NOT t.is_done AND t.deleted_at IS NULL",
    "deals_deal": "SELECT owner_id AS about, 1 AS kind, id AS record_id FROM {rows} "
    "WHERE closed_on IS NULL AND deleted_at IS NULL",
    "customers_customer": "SELECT owner_id AS about, 2 AS kind, id AS record_id FROM {rows} WHERE deleted_at IS NULL",
}


def marking(table: str) -> str:
    """Return the function that marks the deals and customers a change of the table concerns."""
    new, old = (MARKED[table].format(rows=rows) for rows in ("new_rows", "old_rows"))
    both = f"({new} EXCEPT {old}) UNION ALL ({old} EXCEPT {new})"
    insert = "INSERT INTO tasks_stepmark (kind, record_id) SELECT DISTINCT kind, record_id FROM ({}) marked"
    return f"""
CREATE FUNCTION otdel_mark_steps_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        {insert.format(new)};
    ELSIF TG_OP = 'DELETE' THEN
        {insert.format(old)};
    ELSE
        {insert.format(both)};
    END IF;
    RETURN NULL;
END $$;
"""


def without_step(deal: str, customer: str) -> str:
    """Return the deals and customers that have no next step, as queries/steps.py says it."""

    def none(column: str) -> str:
        return f"""NOT EXISTS (SELECT FROM tasks_task WHERE {column} AND {STEP})
        AND NOT EXISTS (SELECT FROM activities_activity WHERE {column} AND NOT is_done AND deleted_at IS NULL)"""

    return f"""
    SELECT 1 AS kind, d.id AS record_id, d.owner_id FROM deals_deal d
    WHERE {deal} AND d.owner_id IS NOT NULL AND d.closed_on IS NULL AND d.deleted_at IS NULL
        AND {none("deal_id = d.id")}
    UNION ALL
    SELECT 2, c.id, c.owner_id FROM customers_customer c
    WHERE {customer} AND c.owner_id IS NOT NULL AND c.deleted_at IS NULL
        AND {none("customer_id = c.id")}"""


IDLE = f"""
CREATE FUNCTION otdel_idle() RETURNS TABLE (kind integer, record_id bigint, owner_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $${without_step("true", "true")}
$$;

CREATE FUNCTION otdel_idle(wanted integer, wanted_id bigint)
RETURNS TABLE (kind integer, record_id bigint, owner_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $${without_step("wanted = 1 AND d.id = wanted_id", "wanted = 2 AND c.id = wanted_id")}
$$;

-- what the marks say of the kept numbers: so many more or fewer of each owner's
CREATE FUNCTION otdel_steps_waiting() RETURNS TABLE (owner_id bigint, deals integer, customers integer)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH marked AS MATERIALIZED (SELECT DISTINCT kind, record_id FROM tasks_stepmark)
    SELECT i.owner_id, -(i.kind = 1)::integer, -(i.kind = 2)::integer
    FROM marked m JOIN tasks_idle i ON i.record_id = m.record_id AND i.kind = m.kind
    UNION ALL
    SELECT i.owner_id, (i.kind = 1)::integer, (i.kind = 2)::integer
    FROM marked m, LATERAL otdel_idle(m.kind, m.record_id) i
$$;

CREATE FUNCTION otdel_settle_steps(most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE done bigint;
BEGIN
    -- one statement and so one snapshot: a change committed later has left a mark this cannot see, which stays
    WITH marks AS (
        DELETE FROM tasks_stepmark WHERE id IN (SELECT id FROM tasks_stepmark ORDER BY id LIMIT most)
        RETURNING kind, record_id),
    marked AS MATERIALIZED (SELECT DISTINCT kind, record_id FROM marks),
    was AS (
        DELETE FROM tasks_idle i USING marked m WHERE i.record_id = m.record_id AND i.kind = m.kind
        RETURNING i.kind, i.owner_id),
    found AS MATERIALIZED (
        SELECT i.kind, i.record_id, i.owner_id FROM marked m, LATERAL otdel_idle(m.kind, m.record_id) i),
    kept AS (INSERT INTO tasks_idle (kind, record_id, owner_id) SELECT kind, record_id, owner_id FROM found),
    moved AS (SELECT kind, owner_id, -1 AS n FROM was UNION ALL SELECT kind, owner_id, 1 FROM found),
    added AS (
        INSERT INTO tasks_tally (person_id, due, since, deals, customers)
        SELECT owner_id, '-infinity', '-infinity', coalesce(sum(n) FILTER (WHERE kind = 1), 0),
            coalesce(sum(n) FILTER (WHERE kind = 2), 0)
        FROM moved GROUP BY owner_id
        HAVING sum(n) FILTER (WHERE kind = 1) <> 0 OR sum(n) FILTER (WHERE kind = 2) <> 0)
    SELECT count(*) INTO done FROM marks;
    RETURN done;
END $$;
"""

sum_all = ", ".join(f"sum({name}) AS {name}" for name in COUNTS + STEPS)
any_all = " OR ".join(f"sum({name}) <> 0" for name in COUNTS + STEPS)

KEEPING = f"""
-- Adds up the rows of these people that are due before `until`; what came due before `past` needs no clock any more.
CREATE FUNCTION otdel_add_up(people bigint[], until timestamptz, past timestamptz) RETURNS void LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM tasks_tally WHERE person_id = ANY (people) AND due < until
        RETURNING person_id, seen_by, {names}, {steps},
            CASE WHEN greatest(due, since) < past THEN timestamptz '-infinity' ELSE due END AS due,
            CASE WHEN greatest(due, since) < past THEN timestamptz '-infinity' ELSE since END AS since)
    INSERT INTO tasks_tally ({KEY}, is_settled, {names}, {steps})
    SELECT {KEY}, greatest(due, since) = '-infinity', {sum_all} FROM gone GROUP BY {KEY} HAVING {any_all}
    ORDER BY {KEY}
$$;

CREATE FUNCTION otdel_recount_tally() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({LOCK});
    WITH gone AS (DELETE FROM tasks_tally), marks AS (DELETE FROM tasks_stepmark), was AS (DELETE FROM tasks_idle),
    found AS MATERIALIZED (SELECT * FROM otdel_idle()),
    kept AS (INSERT INTO tasks_idle (kind, record_id, owner_id) SELECT kind, record_id, owner_id FROM found),
    counted AS (
        SELECT {KEY}, {names}, 0 AS deals, 0 AS customers FROM ({of_tasks("tasks_task", "")}) t
        UNION ALL
        SELECT owner_id, 0, '-infinity', '-infinity', {", ".join("0" for _name in COUNTS)},
            (kind = 1)::integer, (kind = 2)::integer FROM found)
    INSERT INTO tasks_tally ({KEY}, is_settled, {names}, {steps})
    SELECT {KEY}, greatest(due, since) = '-infinity', {sum_all} FROM counted GROUP BY {KEY} ORDER BY {KEY};
END $$;

-- How many people's kept numbers are not what a recount says.
CREATE FUNCTION otdel_tally_wrong(present timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH compared AS (
        SELECT {KEY}, {names}, {steps} FROM tasks_tally
        UNION ALL
        SELECT owner_id, 0, '-infinity', '-infinity', {", ".join("0" for _name in COUNTS)}, deals, customers
        FROM otdel_steps_waiting()
        UNION ALL
        SELECT {KEY}, {", ".join(f"-{name}" for name in COUNTS)}, 0, 0 FROM ({of_tasks("tasks_task", "")}) t
        UNION ALL
        SELECT owner_id, 0, '-infinity', '-infinity', {", ".join("0" for _name in COUNTS)},
            -(kind = 1)::integer, -(kind = 2)::integer FROM otdel_idle()),
    folded AS (
        SELECT person_id, seen_by, {names}, {steps},
            CASE WHEN greatest(due, since) < present THEN timestamptz '-infinity' ELSE due END AS due,
            CASE WHEN greatest(due, since) < present THEN timestamptz '-infinity' ELSE since END AS since
        FROM compared),
    differing AS (SELECT {KEY} FROM folded GROUP BY {KEY} HAVING {any_all})
    SELECT count(DISTINCT person_id) FROM differing
$$;

-- What waits for each of these people, of what the viewer may see; the rows of a person are to be added together.
CREATE FUNCTION otdel_waiting(people bigint[], viewer bigint, present timestamptz, midnight timestamptz)
RETURNS TABLE (who bigint, overdue bigint, unopened bigint, today bigint, returned bigint, accept bigint,
    declined bigint, ungraded bigint, mentions bigint, attention bigint, deals bigint, customers bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT t.person_id,
        coalesce(sum(t.dated) FILTER (WHERE t.due < present AND t.since <= present), 0), sum(t.unopened),
        coalesce(sum(t.dated) FILTER (WHERE t.due >= present AND t.since <= present), 0), sum(t.returned), sum(t.accept),
        sum(t.declined), sum(t.ungraded), sum(t.mentions),
        sum(t.hot) + coalesce(sum(t.heats) FILTER (WHERE t.due < present AND t.since <= present), 0),
        sum(t.deals), sum(t.customers)
    FROM tasks_tally t
    WHERE t.person_id = ANY (people) AND t.due < midnight AND t.seen_by IN (0, viewer)
    GROUP BY t.person_id;
    IF EXISTS (SELECT FROM tasks_stepmark) THEN
        RETURN QUERY
        SELECT w.owner_id, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
            0::bigint, sum(w.deals), sum(w.customers)
        FROM otdel_steps_waiting() w WHERE w.owner_id = ANY (people) GROUP BY w.owner_id;
    END IF;
END $$;
"""

FUNCTIONS = (
    "otdel_waiting(bigint[], bigint, timestamptz, timestamptz)",
    "otdel_tally_wrong(timestamptz)",
    "otdel_recount_tally()",
    "otdel_add_up(bigint[], timestamptz, timestamptz)",
    "otdel_settle_steps(integer)",
    "otdel_steps_waiting()",
    "otdel_idle(integer, bigint)",
    "otdel_idle()",
    *(f"otdel_mark_steps_{table}()" for table in MARKED),
    "otdel_tally_tasks()",
    "otdel_task_tally(text, text, bigint, bigint[], bigint[], bigint[], timestamptz, timestamptz, boolean)",
)
EVENTS = (
    ("insert", "NEW TABLE AS new_rows"),
    ("update", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    ("delete", "OLD TABLE AS old_rows"),
)


def hang(table: str, name: str, function: str) -> migrations.RunSQL:
    """Return the operation that calls the function after every statement that changed the table."""
    create = "\n".join(
        f"CREATE TRIGGER {table}_{name}_{event} AFTER {event} ON {table} "
        f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
        for event, tables in EVENTS
    )
    drop = "\n".join(f"DROP TRIGGER {table}_{name}_{event} ON {table};" for event, _tables in EVENTS)
    return migrations.RunSQL(create, drop)


def counter() -> "models.IntegerField[int, int]":
    return models.IntegerField(db_default=0)


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0003_templates_and_links"),
        ("activities", "0003_activity_search"),
        ("customers", "0003_contact_index_folded_name"),
        ("deals", "0003_deal_index_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
                ("seen_by", models.BigIntegerField(db_default=0)),
                ("due", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("is_settled", models.BooleanField(db_default=False)),
                *((name, counter()) for name in COUNTS + STEPS),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person_id", "due"], name="tally_person"),
                    models.Index(
                        django.db.models.functions.comparison.Greatest("due", "since"),
                        condition=models.Q(("is_settled", False)),
                        name="tally_ripe",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Idle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.SmallIntegerField()),
                ("record_id", models.BigIntegerField()),
                ("owner_id", models.BigIntegerField()),
            ],
            options={"indexes": [models.Index(fields=["record_id", "kind"], name="idle_record")]},
        ),
        migrations.CreateModel(
            name="StepMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.SmallIntegerField()),
                ("record_id", models.BigIntegerField()),
            ],
        ),
        # rows come and go all day: what is gone is cleared away early
        migrations.RunSQL(
            "\n".join(
                f"ALTER TABLE tasks_{table} SET (autovacuum_vacuum_scale_factor = 0.05, "
                "autovacuum_analyze_scale_factor = 0.05);"
                for table in ("tally", "idle", "stepmark")
            ),
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "\n".join((TASK, TALLY, *map(marking, MARKED), IDLE, KEEPING)),
            "\n".join(f"DROP FUNCTION {name};" for name in FUNCTIONS),
        ),
        hang("tasks_task", "tally", "otdel_tally_tasks"),
        *(hang(table, "steps", f"otdel_mark_steps_{table}") for table in MARKED),
        migrations.RunSQL("SELECT otdel_recount_tally()", migrations.RunSQL.noop),
    ]
