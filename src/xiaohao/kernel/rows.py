"""Rows of several tables in one statement: one way to the database and back, one transaction.

For the few doors where speed counts. Everywhere else Django's own `save` says it plainer.
"""

import contextlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model

Statement = tuple[str, Sequence[Any]]


def insertion(row: Model) -> Statement:
    """The statement that inserts `row` as it stands; a key that is not set is left to the table."""
    fields = _columns(type(row), with_key=row.pk is not None)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    return _insert_sql(type(row), with_key=row.pk is not None), values


def write(*statements: Statement) -> None:
    """Run all statements as one; all of them take effect, or none.

    The last one may be a SELECT of a function that writes. Foreign keys among the new rows hold,
    because they are checked at the end.

    Raises:
        django.db.IntegrityError: a constraint refuses a row; nothing is written.
    """
    *first, (last, last_values) = statements
    parts = ", ".join(f"part{n} AS ({sql})" for n, (sql, _values) in enumerate(first))
    values = [value for _sql, given in first for value in given]
    nested = transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()
    with nested, connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} {last}" if first else last, [*values, *last_values])


@cache
def _columns(model: type[Model], *, with_key: bool) -> tuple["Field[Any, Any]", ...]:
    fields = model._meta.local_concrete_fields
    return tuple(f for f in fields if not f.generated and (with_key or not f.primary_key))


@cache
def _insert_sql(model: type[Model], *, with_key: bool) -> str:
    quote = connection.ops.quote_name
    fields = _columns(model, with_key=with_key)
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 (names, no values)
