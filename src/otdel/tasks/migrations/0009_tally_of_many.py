"""Asked of most people, the counters are read in the order of days: what lies ahead is not walked around for each."""

from __future__ import annotations

from django.db import migrations, models

SUMS = """t.person_id,
        coalesce(sum(t.dated) FILTER (WHERE t.due < present AND t.since <= present), 0), sum(t.unopened),
        coalesce(sum(t.dated) FILTER (WHERE t.due >= present AND t.since <= present), 0), sum(t.returned),
        sum(t.accept), sum(t.declined), sum(t.ungraded), sum(t.mentions),
        sum(t.hot) + coalesce(sum(t.heats) FILTER (WHERE t.due < present AND t.since <= present), 0),
        sum(t.deals), sum(t.customers)
    FROM tasks_tally t"""
NARROW = f"""
    RETURN QUERY
    SELECT {SUMS}
    WHERE t.person_id = ANY (people) AND t.due < midnight AND t.seen_by IN (0, viewer)
    GROUP BY t.person_id;"""
WIDE = f"""
    -- a span of days of everybody is a hundred pages; a thousand spans of people's days are thousands of them
    IF cardinality(people) > 100 AND cardinality(people) * 4 > (SELECT count(*) FROM org_person) THEN
        RETURN QUERY
        WITH counted AS MATERIALIZED (
            SELECT {SUMS}
            WHERE t.due < midnight AND t.seen_by IN (0, viewer) GROUP BY t.person_id)
        SELECT c.* FROM counted c WHERE c.person_id IN (SELECT unnest(people));
    ELSE{NARROW}
    END IF;"""


def asking(numbers: str) -> str:
    return f"""
-- What waits for each of these people, of what the viewer may see; the rows of a person are to be added together.
CREATE OR REPLACE FUNCTION otdel_waiting(people bigint[], viewer bigint, present timestamptz, midnight timestamptz)
RETURNS TABLE (who bigint, overdue bigint, unopened bigint, today bigint, returned bigint, accept bigint,
    declined bigint, ungraded bigint, mentions bigint, attention bigint, deals bigint, customers bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN{numbers}
    IF EXISTS (SELECT FROM tasks_stepmark) THEN
        RETURN QUERY
        SELECT w.owner_id, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
            0::bigint, sum(w.deals), sum(w.customers)
        FROM otdel_steps_waiting(people) w WHERE w.owner_id = ANY (people) GROUP BY w.owner_id;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0008_late_answers")]

    operations = [
        migrations.AddIndex(
            model_name="tally", index=models.Index(fields=["seen_by", "due"], name="tally_day")
        ),
        migrations.RunSQL(asking(WIDE), asking(NARROW)),
    ]
