"""Statements that the database plans once for each connection, not each time.

A statement over months of changes takes longer to plan than to carry out. It must read alike
whatever its values are: PostgreSQL takes the plan it has kept only where one made for the values
would not be thought cheaper. So values that would mislead it are handed in by `(SELECT %s)`. Whose
tables are meant is part of a plan: another `search_path` makes it anew. A pooler of connections
between us and the database must know prepared statements (PgBouncer from 1.21 on does).
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What the statement finds, with named values; prepared the first time it is asked.

    Where somebody writes down what is asked (a test), it is asked with its values in its text.
    """
    with connection.cursor() as cursor:  # so that the connection is sound, and whose it should be
        if connection.queries_logged:
            return _found(cursor, statement, values)
        bare: psycopg.Connection[Any] = cursor.connection
    bare.prepare_threshold = 0
    bound: Any = ServerBindingCursor(bare)  # type: ignore[call-arg]  # (as psycopg's)
    with connection.make_cursor(bound) as cursor:
        return _found(cursor, statement, values)


def _found(cursor: Any, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(statement, values)
    return list(cursor.fetchall())
