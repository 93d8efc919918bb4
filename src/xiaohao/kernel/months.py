"""Tables that only grow are cut into months: partitions of PostgreSQL, made ahead of time.

Each room cuts its own tables, in a migration (`months_cut`, from those of the trail), and keeps
their months in a job.
"""

import datetime as dt

from django.db import connection, transaction

from xiaohao.kernel import clock

AHEAD = 100  # days: the month that runs and at least three more
_PATIENCE = "10s"  # for a table that is in use; whoever comes to write meanwhile waits no longer


def tables() -> list[str]:
    """Every table that is cut into months."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid"
            " WHERE c.relnamespace = current_schema()::regnamespace ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def keep(table: str, first: dt.date | None = None, last: dt.date | None = None) -> int:
    """Make the months of `table` from that of `first` to that of `last`, how many were missing.

    What was written in one of them before it was there, and lies in the rest, is taken into it.

    Args:
        table: one that is cut into months.
        first: today, when left out.
        last: `AHEAD` days from now, when left out.

    Raises:
        OperationalError: others held the table too long; nothing has changed.
    """
    today = clock.today()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
        until = last or today + dt.timedelta(days=AHEAD)
        cursor.execute("SELECT months_keep(%s, %s, %s)", [table, first or today, until])
        return int(cursor.fetchone()[0])


def rest(table: str) -> tuple[dt.date, dt.date] | None:
    """First and last day of what lies in no month of the table yet; None when nothing does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM months_in_rest(%s)", [table])
        first, last = cursor.fetchone()
        return (first, last) if first else None


def tend(table: str) -> int:
    """Make the months ahead and those of what lies in the rest; how many were missing."""
    made = keep(table)
    found = rest(table)
    return made + keep(table, *found) if found else made
