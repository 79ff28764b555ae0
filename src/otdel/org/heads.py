"""Who answers for whom, in SQL alone: for the process that tells open pages, which loads no models.

By the latest department of each person, as `access.people_of` has it, and every head above; nobody is their own head.
"""

HEADS = """
WITH RECURSIVE latest AS (
    SELECT DISTINCT ON (person_id) person_id, unit_id FROM org_membership ORDER BY person_id, starts_on DESC
), above AS (
    SELECT id AS unit_id, id, parent_id, head_id FROM org_unit
    UNION ALL
    SELECT above.unit_id, up.id, up.parent_id, up.head_id FROM above JOIN org_unit up ON up.id = above.parent_id
)
SELECT latest.person_id, array_agg(DISTINCT above.head_id)
FROM latest JOIN above USING (unit_id)
WHERE above.head_id IS NOT NULL AND above.head_id <> latest.person_id
GROUP BY latest.person_id
"""
