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

from xiaohao.kernel import postgres, tenancy
from xiaohao.kernel.home import Trouble, is_divided
from xiaohao.kernel.tenancy import Tenant
from xiaohao.tenants import registry

SETTINGS: Final = "xiaohao.site.settings"
_LOCK: Final = int.from_bytes(hashlib.sha256(b"migrate").digest()[:8], "big", signed=True)


@contextlib.contextmanager
def ready(*, migrated: bool = True, whole: bool = False) -> Iterator[None]:
    """Have Django set up over an answering database inside the block.

    An own database that is down is started for the block. With `migrated`, migrations that are
    still to be applied are applied first. A command that is about the installation as a `whole`
    says so; any other needs to know the tenant where there are some.

    Raises:
        DatabaseTrouble: the database cannot be used.
        Trouble: the installation is divided, and no tenant is named or not one of its own.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    with postgres.running():
        django.setup()
        try:
            if not whole:
                _check_tenant()
            if migrated:
                migrate()
            yield
        finally:
            connections.close_all()


def tenants() -> list[Tenant | None]:
    """Whose tables there are: of the tenant that is named, else of all; [None] undivided."""
    named = tenancy.current()
    if named or not is_divided():
        return [named]
    with connections["default"].cursor() as cursor:
        return [entry.tenant for entry in registry.entries(cursor)]


def migrate() -> list[str]:
    """Apply what is unapplied, one process at a time, and name it; for every tenant."""
    done = []
    if is_divided():
        with connections["default"].cursor() as cursor:
            registry.furnish(cursor)
    for tenant in tenants():
        with tenancy.on(tenant):
            done += _migrate_one()
    return done


def unapplied() -> list[str]:
    """Migrations that the code has and the database has not, as `app.name`, in order.

    A tenant's are named `tenant: app.name`.
    """
    found = []
    for tenant in tenants():
        with tenancy.on(tenant):
            found += _unapplied_of_one()
    return found


def _check_tenant() -> None:
    if not is_divided():
        return
    with connections["default"].cursor() as cursor:
        known = [entry.slug for entry in registry.entries(cursor)]
    if tenancy.slug() not in known:
        asked = f"There is no tenant “{tenancy.slug()}”. " if tenancy.slug() else ""
        message = (
            f"{asked}This installation holds tenants: say which with XIAOHAO_TENANT=…, one of "
            f"{', '.join(known) or '(none yet: xiaohao tenants create)'}."
        )
        raise Trouble(message)


def _migrate_one() -> list[str]:
    todo = _unapplied_of_one()
    if not todo:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            todo = _unapplied_of_one()
            if todo:
                _forget_types()
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            _forget_types()
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return todo


def _unapplied_of_one() -> list[str]:
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    whose = f"{tenancy.slug()}: " if tenancy.slug() else ""
    return [f"{whose}{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _forget_types() -> None:
    """Django remembers the numbers of its content types; they are other ones in each schema."""
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415 (after setup)

    ContentType.objects.clear_cache()
