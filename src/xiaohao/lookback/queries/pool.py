"""The pool: closed problems that are old enough, as the frame file of a round."""

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from xiaohao.kernel import clock
from xiaohao.kernel.acting import Permission
from xiaohao.ledger.models import Problem, State
from xiaohao.lookback.models import BEGINNING, Round
from xiaohao.lookback.rules import (
    MEMORY_DAYS,
    MOST_EARLIER,
    NEAR_DAYS,
    WAVES,
    ripe_through,
    weights,
)
from xiaohao.people.models import Post
from xiaohao.people.queries import roles_granting
from xiaohao.units.models import Unit

# The code of a problem's facts, as `rules.weights.Facts.code` makes it; a test holds them together.
_FRAME = """
COPY (
    WITH earlier AS (
        SELECT unit_id, least(count(*), %(most)s) AS n FROM lookback_recheck
        WHERE result = 'not_fixed' AND done_at >= %(since)s GROUP BY unit_id
    )
    SELECT p.id, (%(weights)s::int[])[1 + f.code], f.code
    FROM ledger_problem p
    LEFT JOIN earlier e ON e.unit_id = p.unit_id
    CROSS JOIN LATERAL (SELECT
        CASE p.closing WHEN 'no_answer' THEN 1 WHEN 'no_reporter' THEN 2 ELSE 0 END
        + CASE WHEN (p.reported_at AT TIME ZONE 'Asia/Shanghai')::date >= p.deadline - %(near)s
               THEN 4 ELSE 0 END
        + CASE WHEN p.round > 1 THEN 8 ELSE 0 END
        + CASE WHEN p.urgent THEN 16 ELSE 0 END
        + 32 * coalesce(e.n, 0) AS code) AS f
    WHERE p.state = 'closed' AND p.path >= %(path)s AND p.path < %(after)s
      AND p.closed_on >= %(first)s AND p.closed_on < %(end)s
    ORDER BY p.id
) TO STDOUT (DELIMITER ' ')
"""


@dataclass(frozen=True, slots=True)
class Ripe:
    """Closings of one age that no round of the unit holds yet.

    Attributes:
        wave: days after closing.
        closings: the days that the next round would hold; None while there are none.
        count: how many are still closed.
    """

    wave: int
    closings: DateRange | None
    count: int


def next_closings(unit: Unit, wave: int) -> DateRange | None:
    """The days of closing that the next round holds: from the last round's end up to `wave` ago."""
    last = Round.objects.filter(unit=unit, wave=wave).order_by("-closings").first()
    first = last.closings.upper if last else BEGINNING
    end = ripe_through(clock.today(), wave) + dt.timedelta(days=1)
    return DateRange(first, end) if first < end else None


def offices() -> list[Unit]:
    """The units at which rounds are laid by themselves: the highest that have a post that draws.

    Those below draw by hand if they want to: two rounds over one closing would send two visits.
    """
    able = roles_granting(Permission.LOOK_BACK)
    posts = Post.objects.filter(is_active=True, role__in=able)
    found: list[Unit] = []
    for unit in Unit.objects.filter(pk__in=posts.values("unit_id")).order_by("path"):
        if not found or not unit.path.startswith(found[-1].path):
            found.append(unit)
    return found


def ripe(unit: Unit, waves: Sequence[int] = WAVES) -> list[Ripe]:
    """What waits for a round at the unit, for each age."""
    found = []
    for wave in waves:
        days = next_closings(unit, wave)
        found.append(Ripe(wave, days, _count(unit, days) if days else 0))
    return found


def _count(unit: Unit, days: DateRange) -> int:
    rows = Problem.objects.at(unit.path).filter(state=State.CLOSED)
    return rows.filter(closed_on__gte=days.lower, closed_on__lt=days.upper).order_by().count()


def copied(unit: Unit, days: DateRange) -> bytes:
    """The frame file over the unit's closings of these days, straight from the database."""
    values = {
        "most": MOST_EARLIER,
        "since": clock.now() - dt.timedelta(days=MEMORY_DAYS),
        "weights": list(weights()),
        "near": NEAR_DAYS,
        "path": unit.path,
        "after": f"{unit.path}~",
        "first": days.lower,
        "end": days.upper,
    }
    with connection.cursor() as cursor, cursor.copy(_FRAME, values) as copy:
        return b"".join(bytes(part) for part in copy)


def frame_text(round_: Round) -> bytes:
    """The frame file of a round."""
    return zlib.decompress(bytes(round_.frame.content))
