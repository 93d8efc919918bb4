"""Changes of fields as the API tells them: one shape, whatever room they are of."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ninja import Schema


class FieldChange(Schema):
    """One change of one field in words, and the event that holds it (`label/id#seq`)."""

    field: str
    label: str
    at: datetime
    by: str
    move: str
    before: str | None
    after: str | None
    entry: str


def told(rows: Iterable[Mapping[str, Any]], field: str = "") -> list[dict[str, Any]]:
    """Rows of `people.queries.field_rows` for a program, those of one field where it is named."""
    return [
        {**row, "before": _text(row["before"]), "after": _text(row["after"])}
        for row in rows
        if not field or row["field"] == field
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
