"""Plan the comparison of old and new rows for each statement anew.

A trigger function keeps the plan it made for its first statement, with that statement's number of rows. After a few
changes of one row that plan is a loop within a loop, and a change of many rows took a time that grew with their square.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("otdel.core.migrations.0003_history").HISTORY.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")

HISTORY = """
CREATE OR REPLACE FUNCTION otdel_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    actor bigint := nullif(current_setting('otdel.person', true), '')::bigint;
    lot bigint := nullif(current_setting('otdel.batch', true), '')::bigint;
    ignored text[] := TG_ARGV[1:];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        EXECUTE $update$
            INSERT INTO core_fieldchange (operation, subject_type, subject_id, at, by_id, batch, diff)
            SELECT 'U', $1, after.id, now(), $2, $3, changed.diff
            FROM (SELECT id, to_jsonb(r) AS j FROM new_rows r) after
            JOIN (SELECT id, to_jsonb(r) AS j FROM old_rows r) before USING (id)
            CROSS JOIN LATERAL (
                SELECT jsonb_object_agg(e.key, jsonb_build_array(before.j -> e.key, e.value)) AS diff
                FROM jsonb_each(after.j) e
                WHERE e.value IS DISTINCT FROM before.j -> e.key AND e.key <> ALL ($4)
            ) changed
            WHERE changed.diff IS NOT NULL
        $update$ USING TG_ARGV[0], actor, lot, ignored;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO core_fieldchange (operation, subject_type, subject_id, at, by_id, batch, diff)
        SELECT 'D', TG_ARGV[0], r.id, now(), actor, lot, to_jsonb(r) - ignored FROM old_rows r;
    ELSIF lot IS NOT NULL THEN
        -- a created row needs no diff; it is listed only so that its batch can be undone
        INSERT INTO core_fieldchange (operation, subject_type, subject_id, at, by_id, batch, diff)
        SELECT 'I', TG_ARGV[0], r.id, now(), actor, lot, '{}'::jsonb FROM new_rows r;
    END IF;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_requiredfield")]
    operations = [migrations.RunSQL(HISTORY, BEFORE)]
