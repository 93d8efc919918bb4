"""Relapses: the same category at the same place again within half a year of closing."""

import datetime as dt

from django.db import connection, transaction

from xiaohao.figures.actions import Delta, add
from xiaohao.kernel import clock, locks
from xiaohao.kernel.acting import SYSTEM
from xiaohao.ledger.models import Problem
from xiaohao.lookback.models import Relapse
from xiaohao.lookback.rules import RELAPSE_DAYS
from xiaohao.trail.actions import create_many

# The latest closing before each new problem of the same category and place. The place is the unit
# it lies in and the words for it without blanks; a problem that names no place has no relapse.
_FIND = r"""
SELECT DISTINCT ON (n.id) o.id, n.id, o.closed_at
FROM ledger_problem n JOIN ledger_problem o
  ON o.category_id = n.category_id AND o.place_unit_id IS NOT DISTINCT FROM n.place_unit_id
     AND regexp_replace(o.place, '\s', '', 'g') = regexp_replace(n.place, '\s', '', 'g')
     AND o.state = 'closed' AND o.id <> n.id
     AND n.registered_at > o.closed_at AND n.registered_at <= o.closed_at + %s * interval '1 day'
WHERE n.registered_at >= %s AND n.state NOT IN ('merged', 'withdrawn')
  AND regexp_replace(n.place, '\s', '', 'g') <> ''
  AND NOT EXISTS (SELECT FROM lookback_relapse r WHERE r.later_id = n.id)
ORDER BY n.id, o.closed_at DESC, o.id DESC
"""


def find_relapses() -> int:
    """Put down every relapse that is not down yet; how many.

    Each counts once, at the unit whose closing did not last.
    """
    since = clock.now() - dt.timedelta(days=RELAPSE_DAYS)
    with transaction.atomic():
        locks.hold("lookback.relapses")
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [RELAPSE_DAYS, since])
            found = cursor.fetchall()
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
