"""Relapses: the same category at the same place again within half a year of closing."""

import datetime as dt
from typing import Any

from django.db import connection, transaction

from xiaohao.figures.actions import Delta, add
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import SYSTEM
from xiaohao.kernel.paths import WIDTH
from xiaohao.ledger.models import DROPPED, NOWHERE, SMALL_KINDS, SMALL_LEVELS, Problem
from xiaohao.lookback.models import Relapse
from xiaohao.lookback.rules import RELAPSE_DAYS
from xiaohao.trail.actions import create_many

# The latest closing before each new problem of the same category and place (`_SAME_PLACE`). A
# problem without an area stands for the region of the unit that is responsible for it.
_FIND = """
WITH seen AS MATERIALIZED (
    SELECT p.id, p.category_id, p.state, p.closed_at, p.registered_at, p.place_unit_id,
           {words} AS words, coalesce(u.path, region.path) AS area,
           coalesce(u.level = ANY(%(levels)s) OR u.kind = ANY(%(kinds)s), false) AS is_small,
           {words} <> ALL(%(nowhere)s)
           AND (u.id IS NULL OR {words} NOT IN ({name}, {short})) AS says
    FROM ledger_problem p
    LEFT JOIN units_unit u ON u.id = p.place_unit_id
    LEFT JOIN LATERAL (
        SELECT r.path FROM units_unit r
        WHERE u.id IS NULL AND r.kind = 'region' AND r.path IN (
            SELECT left(p.path, n) FROM generate_series(%(width)s, length(p.path), %(width)s) n)
        ORDER BY r.path DESC LIMIT 1
    ) region ON true
    WHERE p.category_id IS NOT NULL
      AND (p.registered_at >= %(since)s OR p.state = 'closed' AND p.closed_at >= %(earliest)s)
), fresh AS (
    SELECT * FROM seen n
    WHERE n.registered_at >= %(since)s AND n.state NOT IN ('merged', 'withdrawn')
      AND NOT EXISTS (SELECT FROM lookback_relapse r WHERE r.later_id = n.id)
), pairs AS ({pairs})
SELECT DISTINCT ON (later) earlier, later, closed_at FROM pairs
WHERE registered_at > closed_at AND registered_at <= closed_at + %(days)s * interval '1 day'
ORDER BY later, closed_at DESC, earlier DESC
"""
# Both say where: the same words, in areas of which one lies in the other. Else both lie in the same
# area, and it is small enough to be a place by itself.
_SAME_PLACE = """
    SELECT o.id AS earlier, n.id AS later, o.closed_at, n.registered_at
    FROM fresh n JOIN seen o ON o.category_id = n.category_id AND o.words = n.words
    WHERE o.state = 'closed' AND o.id <> n.id AND n.says AND o.says
      AND (starts_with(o.area, n.area) OR starts_with(n.area, o.area))
    UNION ALL
    SELECT o.id, n.id, o.closed_at, n.registered_at
    FROM fresh n JOIN seen o
      ON o.category_id = n.category_id AND o.place_unit_id = n.place_unit_id
    WHERE o.state = 'closed' AND o.id <> n.id AND n.is_small AND NOT (n.says AND o.says)
"""
_BARE = "regexp_replace(lower(normalize({}, NFKC)), %(dropped)s, '', 'g')"


def _found() -> list[tuple[int, int, dt.datetime]]:
    """Each new problem that is a relapse and not down yet, with the closing before it."""
    since = clock.now() - dt.timedelta(days=RELAPSE_DAYS)
    columns = {"words": "p.place", "name": "u.name", "short": "u.short_name"}
    words = {key: _BARE.format(column) for key, column in columns.items()}
    values: dict[str, Any] = {
        "since": since,
        "earliest": since - dt.timedelta(days=RELAPSE_DAYS),
        "days": RELAPSE_DAYS,
        "dropped": DROPPED,
        "nowhere": sorted(NOWHERE),
        "levels": [str(level) for level in SMALL_LEVELS],
        "kinds": [str(kind) for kind in SMALL_KINDS],
        "width": WIDTH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(pairs=_SAME_PLACE, **words), values)
        found: list[tuple[int, int, dt.datetime]] = cursor.fetchall()
    return found


def find_relapses() -> int:
    """Put down every relapse that is not down yet; how many.

    Each counts once, at the unit whose closing did not last.
    """
    with transaction.atomic():
        locks.hold("lookback.relapses")
        found = _found()
        problems = Problem.objects.in_bulk([key for row in found for key in row[:2]])
        rows = [_relapse(problems[old], problems[new], at) for old, new, at in found]
        create_many(things=rows, by=SYSTEM, kind="found")
        add(
            Delta(
                metric="lookback.relapses",
                path=row.earlier.path,
                thing_id=row.pk,
                category_id=row.category_id,
                channel=row.earlier.channel,
            )
            for row in rows
        )
    return len(rows)


def _relapse(earlier: Problem, later: Problem, closed_at: dt.datetime) -> Relapse:
    if earlier.category_id is None:
        raise ValueError(f"{earlier.number} has no category to relapse in")
    return Relapse(
        earlier=earlier,
        later=later,
        closed_at=closed_at,
        days=(later.registered_at - closed_at).days,
        unit_id=earlier.unit_id or earlier.origin_unit_id,
        category_id=earlier.category_id,
        found_at=clock.now(),
    )
