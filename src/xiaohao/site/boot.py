"""Django, ready for a command: settings read, database answering, tables up to date."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from typing import Final

import django
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from xiaohao.kernel import postgres

SETTINGS: Final = "xiaohao.site.settings"
_LOCK: Final = int.from_bytes(hashlib.sha256(b"migrate").digest()[:8], "big", signed=True)


@contextlib.contextmanager
def ready(*, migrated: bool = True) -> Iterator[None]:
    """Have Django set up over an answering database inside the block.

    An own database that is down is started for the block. With `migrated`, migrations that are
    still to be applied are applied first. Raises `DatabaseTrouble`.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    with postgres.running():
        django.setup()
        try:
            if migrated:
                migrate()
            yield
        finally:
            connections.close_all()


def migrate() -> list[str]:
    """Apply what is unapplied, one process at a time, and name it."""
    if not unapplied():
        return []
    connection = connections["default"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            todo = unapplied()
            if todo:
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return todo


def unapplied() -> list[str]:
    """Migrations that the code has and the database has not, as `app.name`, in order."""
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
