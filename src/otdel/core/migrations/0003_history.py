"""The history trigger: one statement, any number of rows, bulk writes included."""

from django.db import migrations

HISTORY = """
CREATE FUNCTION otdel_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    actor bigint := nullif(current_setting('otdel.person', true), '')::bigint;
    lot bigint := nullif(current_setting('otdel.batch', true), '')::bigint;
    ignored text[] := TG_ARGV[1:];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO core_fieldchange (operation, subject_type, subject_id, at, by_id, batch, diff)
        SELECT 'U', TG_ARGV[0], after.id, now(), actor, lot, changed.diff
        FROM (SELECT id, to_jsonb(r) AS j FROM new_rows r) after
        JOIN (SELECT id, to_jsonb(r) AS j FROM old_rows r) before USING (id)
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(e.key, jsonb_build_array(before.j -> e.key, e.value)) AS diff
            FROM jsonb_each(after.j) e
            WHERE e.value IS DISTINCT FROM before.j -> e.key AND e.key <> ALL (ignored)
        ) changed
        WHERE changed.diff IS NOT NULL;
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
    dependencies = [("core", "0002_initial")]
    operations = [migrations.RunSQL(HISTORY, "DROP FUNCTION otdel_history()")]
