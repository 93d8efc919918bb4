"""Lines of business: which of what stands under a place belongs to a line.

What is counted at a unit that bears the line, or anywhere below such a unit, belongs to it. So the
figure of a line is the sum over the topmost of its units under the place, and nothing is kept for
it: their own cells and changes are read. A unit that has stood elsewhere, too, is read through
those of its paths that lie under the place, change by change, because its cells hold all of them.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from django.db import connection


class Place(Protocol):
    """A unit, or anything with its id."""

    @property
    def pk(self) -> int:
        """The unit's id."""


def _paths(which: str) -> str:
    """Every path under which units stand or have stood."""
    return f"""SELECT id::int AS unit_id, path FROM units_unit WHERE id {which}
    UNION SELECT unit_id, path FROM figures_formerpath WHERE unit_id {which}"""  # noqa: S608 (our own words)


_OWN = _paths("= ANY(ARRAY(SELECT unnest(%(units)s::int[])))")
_BEARERS = _paths("IN (SELECT unit_id FROM units_unit_lines WHERE line_id = %(line)s)")
# `segments`: for each place asked for, the paths under which what counts for it was written. Where
# that is everything ever written under `unit_id` it is `wholly`, and may be read from its cells.
WHOLE = f"""segments AS (
    SELECT unit_id AS id, unit_id, path, true AS wholly FROM ({_OWN}) AS own
)"""  # noqa: S608 (our own words)
ALONG = f"""own AS MATERIALIZED (
    {_OWN}
), bearers AS MATERIALIZED (
    {_BEARERS}
), lying AS MATERIALIZED (
    SELECT o.unit_id AS id, b.unit_id, b.path
    FROM (SELECT unit_id, path, left(path, 5 * step) AS above
          FROM bearers, generate_series(1, length(path) / 5) AS step) AS b
    JOIN own o ON o.path = b.above
    UNION
    SELECT o.unit_id, o.unit_id, o.path
    FROM (SELECT unit_id, path, left(path, 5 * step) AS above
          FROM own, generate_series(1, length(path) / 5) AS step) AS o
    JOIN bearers b ON b.path = o.above
), topmost AS (
    SELECT id, unit_id, path FROM lying
    EXCEPT
    SELECT l.id, l.unit_id, l.path
    FROM (SELECT id, unit_id, path, left(path, 5 * step) AS above
          FROM lying, generate_series(1, length(path) / 5 - 1) AS step) AS l
    JOIN lying a ON a.id = l.id AND a.path = l.above
), counted AS (
    SELECT unit_id, count(*) AS paths
    FROM (SELECT * FROM own UNION SELECT * FROM bearers) AS known GROUP BY 1
), segments AS (
    SELECT t.id, t.unit_id, t.path,
           count(*) OVER (PARTITION BY t.id, t.unit_id) = c.paths AS wholly
    FROM topmost t JOIN counted c USING (unit_id)
)"""  # noqa: S608 (our own words)


def segments(places: Sequence[Place], line: int | None) -> dict[int, list[str]]:
    """The paths under which what counts for each place was written; none may lie below another.

    Args:
        line: id of a line, to which what counts is narrowed.
    """
    found: dict[int, list[str]] = {place.pk: [] for place in places}
    values: dict[str, Any] = {"units": list(found), "line": line}
    with connection.cursor() as cursor:
        along = WHOLE if line is None else ALONG
        cursor.execute(f"WITH {along} SELECT id, path FROM segments ORDER BY id, path", values)  # noqa: S608 (our own words)
        for unit, path in cursor.fetchall():
            found[unit].append(path)
    return found
