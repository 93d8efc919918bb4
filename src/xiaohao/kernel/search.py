"""Looking into a stored tsvector with a query from `kernel.text`.

`Model.objects.filter(search__has=text.query("低保 审批"))`: the query's terms are taken as they
are, without a text-search configuration, because `kernel.text` has cut them already.
"""

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Lookup


@SearchVectorField.register_lookup
class Has(Lookup):
    """`column @@ '…'::tsquery`."""

    lookup_name = "has"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG002
        """The query as text."""
        return "%s", (value,)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQL and its parameters."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @@ {right}::tsquery", (*left_params, *right_params)
