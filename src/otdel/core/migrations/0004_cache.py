"""The cache the web processes share: counts of sign-in attempts live in it.

Unlogged: losing it in a crash only forgives a few attempts, and writing it costs half.
"""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE core_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX core_cache_expires ON core_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_history")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE core_cache")]
