"""Extensions and the functions that search, sorting and history stand on."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

# Not COLLATE pg_c_utf8: that collation begins with PostgreSQL 17. The start-up check sees to it
# that the database's own character type knows Cyrillic.
FOLD = """
CREATE FUNCTION otdel_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(lower(value), 'ё', 'е')
"""

# ё sorts right after every е: the highest code point makes "е + it" follow any other "е…".
SORT = """
CREATE FUNCTION otdel_sort(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(lower(value), 'ё', 'е' || chr(1114109)) COLLATE "C"
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION otdel_fold(text)"),
        migrations.RunSQL(SORT, "DROP FUNCTION otdel_sort(text)"),
    ]
