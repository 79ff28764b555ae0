"""What Otdel asks of a PostgreSQL server, and what to do where it is missing."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from django.db import DatabaseError, connection, transaction

OLDEST = 150000
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")


def unreachable(timeout: int = 10) -> str:
    """Return why the server does not let us in, or "". One try, outside the pool: that one would go on trying."""
    try:
        psycopg.connect(**{**connection.get_connection_params(), "connect_timeout": timeout}).close()
    except psycopg.Error as error:
        return " ".join(str(error).split())
    return ""


def bigints(numbers: Iterable[int]) -> str:
    """Return a list of numbers as PostgreSQL writes one, for `= ANY(%s::bigint[])`: made in a tenth of the time."""
    return "{" + ",".join(map(str, numbers)) + "}"


def problems() -> list[str]:
    """Return what is wrong with the server, each with what to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_encoding')")
        version, encoding = cursor.fetchone()
    if version < OLDEST:
        return [f"The database is PostgreSQL {version // 10000}. Otdel needs 15 or newer: upgrade the server."]
    if encoding != "UTF8":
        return [f"The database's encoding is {encoding}. Make one with UTF8: {_recipe()}"]
    return _extensions() or _cyrillic()


def _extensions() -> list[str]:
    """Make the extensions where we may; name those that are missing."""
    found = []
    for name in EXTENSIONS:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        except DatabaseError as error:
            found.append(
                f"The extension {name} cannot be made: {str(error).splitlines()[0]}. "
                "Install the server's contrib package (Debian: postgresql-contrib), "
                f"then let its administrator run: CREATE EXTENSION {name}"
            )
    return found


def _cyrillic() -> list[str]:
    """Try what a server with lc_ctype C fails at in silence: trigrams of Cyrillic words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT similarity('ромашка', 'ромашко') > 0, lower('Ё') = 'ё', 'Ромашка' ILIKE '%РОМ%'")
        if all(cursor.fetchone()):
            return []
        cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
        ctype = cursor.fetchone()[0]
    return [
        f"This database does not know Cyrillic letters (its lc_ctype is {ctype}): search for similar names would find "
        f"nothing. Make a database that does and move into it: {_recipe()}"
    ]


def _recipe() -> str:
    return "CREATE DATABASE otdel TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
