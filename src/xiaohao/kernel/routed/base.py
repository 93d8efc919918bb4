"""A connection that looks where the tenant's tables are, used by divided installations alone.

Connections live longer than requests and serve whoever comes next. So each remembers for whom it
was set up last, and is set up anew before the first statement for somebody else.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import sql

from xiaohao.kernel import tenancy


class TenantMixup(RuntimeError):  # noqa: N818 (it says what was mixed up)
    """A transaction that was begun for one tenant was used for another."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Sets `search_path` whenever the work is another tenant's than before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._found: tuple[str, ...] | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """As Django's; also a connection of its own, as a job worker has, begins on the path."""
        params = super().get_connection_params()
        path = ",".join(tenancy.path(tenancy.current()))
        params["options"] = f"{params.get('options', '')} -c search_path={path}".strip()
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A new connection, set up for nobody yet."""
        self._found = None
        return super().get_new_connection(conn_params)

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 (Django's own way to call it)
        # What is set inside a transaction is undone with it: set it before.
        if not autocommit:
            self._look_there()
        super()._set_autocommit(autocommit)  # type: ignore[misc]

    def _cursor(self, name: str | None = None) -> Any:
        self.ensure_connection()
        self._look_there()
        return super()._cursor(name)  # type: ignore[misc]

    def _look_there(self) -> None:
        wanted = tenancy.path(tenancy.current())
        if wanted == self._found:
            return
        if self.in_atomic_block or not self.get_autocommit():
            message = f"This transaction was begun for {self._found}, not for {wanted}."
            raise TenantMixup(message)
        names = sql.SQL(", ").join(map(sql.Identifier, wanted))
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(sql.SQL("SET search_path TO {}").format(names))
        self._found = wanted
