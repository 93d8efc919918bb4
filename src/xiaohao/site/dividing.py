"""Making, looking at and taking away tenants: what the command `xiaohao tenants` does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from xiaohao.kernel import postgres, tenancy
from xiaohao.kernel.home import PRIVATE_FOLDER, TENANTS, home
from xiaohao.kernel.tenancy import Tenant
from xiaohao.tenants import registry


def create(
    slug: str, *, name: str, url: str, hosts: Sequence[str]
) -> tuple[registry.Entry, int, bool]:
    """A new tenant, its number of migrations, and whether Citus has given it a node.

    What an attempt before left unfinished is finished. It is served only when its tables are made.

    Raises:
        Refused: see `registry.enter`.
    """
    with postgres.running():
        with _cursor() as cursor:
            entry = registry.enter(cursor, slug=slug, name=name, url=url, hosts=hosts)
        with _cursor() as cursor:
            spread = registry.spread(cursor, entry.tenant)
        make_place(entry.tenant)
        from xiaohao.site import boot  # noqa: PLC0415 (settings are read only now that it is divided)

        with tenancy.on(entry.tenant), boot.ready(migrated=False):
            applied = boot.migrate()
        with _cursor() as cursor:
            registry.open_up(cursor, slug)
            return registry.entry(cursor, slug), len(applied), spread


def make_place(tenant: Tenant) -> None:
    """The tenant's folder. The first one is what tells every process that there are tenants."""
    for place in (home() / TENANTS, home() / TENANTS / tenant.slug):
        place.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def entries() -> list[registry.Entry]:
    """Every tenant."""
    with postgres.running(), _cursor() as cursor:
        return registry.entries(cursor)


def look(slug: str) -> tuple[registry.Entry, int, list[str]]:
    """A tenant, its size in bytes, and its migrations that are to be applied. Raises `Refused`."""
    with postgres.running():
        with _cursor() as cursor:
            entry = registry.entry(cursor, slug)
            size = registry.size(cursor, entry.tenant)
        from xiaohao.site import boot  # noqa: PLC0415 (a wrong name needs no Django)

        with tenancy.on(entry.tenant), boot.ready(migrated=False):
            return entry, size, boot.unapplied()


def appoint(slug: str, *, oversees: bool) -> registry.Entry:
    """Let a tenant's top see what all publish, or no longer. Raises `Refused`."""
    with postgres.running(), _cursor() as cursor:
        registry.furnish(cursor)
        return registry.appoint(cursor, slug, oversees=oversees)


def drop(slug: str) -> Path:
    """Take its schema and its entry away; gives its folder, which is still there."""
    with postgres.running(), _cursor() as cursor:
        registry.remove(cursor, slug)
    return home() / TENANTS / slug


@contextmanager
def _cursor() -> Iterator[psycopg.Cursor[Any]]:
    with psycopg.connect(postgres.database_url()) as connection, connection.cursor() as cursor:
        yield cursor
