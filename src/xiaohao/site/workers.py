"""A job worker for each tenant of a divided installation."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Final

import psycopg

from xiaohao.kernel import postgres
from xiaohao.site.supervisor import WORKER, Keeper, Program, Service
from xiaohao.tenants.registry import Entry, entries

LOOK_EVERY: Final = 15.0  # seconds between two looks at which tenants there are


class Workers:
    """One worker a tenant, so that one tenant's long job never keeps another's waiting."""

    def __init__(self, started: list[Service], say: Callable[[str], None]) -> None:
        self.started, self.say = started, say
        self.keepers: dict[str, Keeper] = {}
        self.due = 0.0

    def look(self, now: float) -> None:
        """Look after each worker; now and then see which tenants came and went."""
        for keeper in self.keepers.values():
            keeper.look(now)
        if now >= self.due:
            self.due = now + LOOK_EVERY
            with contextlib.suppress(psycopg.Error):  # the database is on its way: next time
                self._follow({one.slug: one for one in tenants() if one.ready})

    def _follow(self, there: Mapping[str, Entry]) -> None:
        for slug in self.keepers.keys() - there.keys():
            gone = self.keepers.pop(slug).service
            self.started.remove(gone)
            gone.stop()
        for slug in sorted(there.keys() - self.keepers.keys()):
            self.keepers[slug] = Keeper(worker(there[slug]), self.say)
            self.started.append(self.keepers[slug].service)
            self.keepers[slug].start()


def worker(tenant: Entry) -> Program:
    """What does the jobs of that tenant."""
    environment = {"XIAOHAO_TENANT": tenant.slug, "XIAOHAO_URL": tenant.url}
    return Program(f"job worker of {tenant.slug}", list(WORKER), environment)


def tenants() -> list[Entry]:
    """Every tenant of the running database."""
    with psycopg.connect(postgres.database_url()) as connection, connection.cursor() as cursor:
        return entries(cursor)
