"""Django's own `migrate`, after which no guard can be told to look away."""

from typing import Any

from django.core.management.commands import migrate

from xiaohao.trail.guards import never_ignore


class Command(migrate.Command):
    """Bring the tables up to date, and keep their guards shut."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; then write over the function that newly installed guards brought along."""
        super().handle(*args, **options)
        never_ignore(using=options["database"])
