"""A mark made by a deal or customer itself says whose number it concerns: an import slows down nobody else.

A task or a call does not know for certain whose the record is at that moment: its mark concerns everybody (0).
"""

from __future__ import annotations

from django.db import migrations, models

RECORDS = {
    "deals_deal": (1, "closed_on IS NULL AND deleted_at IS NULL"),
    "customers_customer": (2, "deleted_at IS NULL"),
}


def marking(table: str, owned: bool) -> str:
    """Return the function that marks changed records of the table, with their owners or for everybody."""
    kind, counts = RECORDS[table]
    new, old = (f"SELECT owner_id, id FROM {rows} WHERE {counts}" for rows in ("new_rows", "old_rows"))
    columns, owner = ("kind, record_id, owner_id", ", owner_id") if owned else ("kind, record_id", "")
    insert = f"INSERT INTO tasks_stepmark ({columns}) SELECT {kind}, id{owner} FROM ({{}}) marked"
    both = f"({new} EXCEPT {old}) UNION ALL ({old} EXCEPT {new})"
    return f"""
CREATE OR REPLACE FUNCTION otdel_mark_steps_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        {insert.format(new)} WHERE owner_id IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        {insert.format(old)} WHERE owner_id IS NOT NULL;
    ELSE
        {insert.format(both)} WHERE owner_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
"""


WAITING = """
-- what the marks that concern these people say of the kept numbers
CREATE FUNCTION otdel_steps_waiting(people bigint[]) RETURNS TABLE (owner_id bigint, deals integer, customers integer)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH marked AS MATERIALIZED (
        SELECT DISTINCT kind, record_id FROM tasks_stepmark m WHERE m.owner_id = ANY (people || 0::bigint))
    SELECT i.owner_id, -(i.kind = 1)::integer, -(i.kind = 2)::integer
    FROM marked m JOIN tasks_idle i ON i.record_id = m.record_id AND i.kind = m.kind
    WHERE i.owner_id = ANY (people)
    UNION ALL
    SELECT i.owner_id, (i.kind = 1)::integer, (i.kind = 2)::integer
    FROM marked m, LATERAL otdel_idle(m.kind, m.record_id) i
    WHERE i.owner_id = ANY (people)
$$;
"""


def asking(source: str) -> str:
    return f"""
-- What waits for each of these people, of what the viewer may see; the rows of a person are to be added together.
CREATE OR REPLACE FUNCTION otdel_waiting(people bigint[], viewer bigint, present timestamptz, midnight timestamptz)
RETURNS TABLE (who bigint, overdue bigint, unopened bigint, today bigint, returned bigint, accept bigint,
    declined bigint, ungraded bigint, mentions bigint, attention bigint, deals bigint, customers bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT t.person_id,
        coalesce(sum(t.dated) FILTER (WHERE t.due < present AND t.since <= present), 0), sum(t.unopened),
        coalesce(sum(t.dated) FILTER (WHERE t.due >= present AND t.since <= present), 0), sum(t.returned),
        sum(t.accept), sum(t.declined), sum(t.ungraded), sum(t.mentions),
        sum(t.hot) + coalesce(sum(t.heats) FILTER (WHERE t.due < present AND t.since <= present), 0),
        sum(t.deals), sum(t.customers)
    FROM tasks_tally t
    WHERE t.person_id = ANY (people) AND t.due < midnight AND t.seen_by IN (0, viewer)
    GROUP BY t.person_id;
    IF EXISTS (SELECT FROM tasks_stepmark) THEN
        RETURN QUERY
        SELECT w.owner_id, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
            0::bigint, sum(w.deals), sum(w.customers)
        FROM {source} w WHERE w.owner_id = ANY (people) GROUP BY w.owner_id;
    END IF;
END $$;
"""


def functions(owned: bool) -> str:
    source = "otdel_steps_waiting(people)" if owned else "otdel_steps_waiting()"
    return "".join((*(marking(table, owned) for table in RECORDS), asking(source)))


class Migration(migrations.Migration):
    dependencies = [("tasks", "0005_tally_index")]

    operations = [
        migrations.AddField(
            model_name="stepmark", name="owner_id", field=models.BigIntegerField(db_default=0)
        ),
        migrations.AddIndex(
            model_name="stepmark", index=models.Index(fields=["owner_id"], name="stepmark_owner")
        ),
        migrations.RunSQL(WAITING, "DROP FUNCTION otdel_steps_waiting(bigint[])"),
        migrations.RunSQL(functions(owned=True), functions(owned=False)),
    ]
