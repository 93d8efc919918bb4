"""Millions of rows by one statement: no trigger fires, no index is kept up row by row."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i
WHERE i.indrelid = %s::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_FOREIGN = """
SELECT quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""


@contextmanager
def loading(table: str, *, rebuild: bool = True) -> Iterator[None]:
    """While it lasts, rows go into `table` as they are.

    The table is the measurement's own. Its triggers are off, its foreign keys away and put back
    unproven, its indexes built once at the end.

    Args:
        rebuild: build the indexes again; without it the table keeps only its keys.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [table])
        # The definition of an index of a partitioned table is of that table alone.
        indexes = [(name, made.replace(" ON ONLY ", " ON ")) for name, made in cursor.fetchall()]
        cursor.execute(_FOREIGN, [table])
        foreign = cursor.fetchall()
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for name, _made in foreign:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _made in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for name, made in foreign:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {made} NOT VALID")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for _name, made in indexes if rebuild else ():
            cursor.execute(made)
        cursor.execute(f"VACUUM ANALYZE {table}")
