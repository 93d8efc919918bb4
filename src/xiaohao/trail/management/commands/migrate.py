"""Django's own `migrate`, after which no guard can be told to look away."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from xiaohao.kernel import tenancy
from xiaohao.kernel.home import is_divided
from xiaohao.trail.guards import never_ignore


class Command(migrate.Command):
    """Bring the tables up to date, and keep their guards shut."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; then write over the function that newly installed guards brought along.

        Raises `CommandError` where there are tenants and none is named: tables outside of theirs
        would be found by a tenant that lacks them.
        """
        if is_divided() and not tenancy.current():
            raise CommandError("Name the tenant (XIAOHAO_TENANT), or use `xiaohao migrate`.")
        super().handle(*args, **options)
        never_ignore(using=options["database"])
