"""Writing changes of figures, and folding them into cells."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from xiaohao.figures.models import Frozen
from xiaohao.figures.queries import Asked, kept
from xiaohao.figures.queries.freezing import as_text, lots, short, value_of, worded
from xiaohao.figures.rules import (
    EVER,
    HEAVY,
    Delta,
    Kind,
    Metric,
    as_key,
    columns,
    finest,
    levels,
)
from xiaohao.kernel import clock
from xiaohao.kernel.acting import Actor, Nobody
from xiaohao.kernel.copying import array
from xiaohao.kernel.errors import Refused
from xiaohao.kernel.text import clean
from xiaohao.trail.actions import create

__all__ = ["Delta", "add", "fold", "fold_all", "freeze", "promote", "recast", "statement"]

LONGEST = 200  # characters that say where a figure is stated

_WIDTH = 11
_RECAST = "SELECT figures_recast(%s, %s, %s, %s, %s, %s, %s)"
_ADD = f"SELECT figures_add(%s, %s{', %s' * _WIDTH})"


def add(deltas: Iterable[Delta]) -> None:
    """Write all changes of one action, in its transaction and in one statement.

    The path written is the one at which the unit stands now, also when it has just been moved.

    Raises:
        KeyError: a metric that is not declared, or is not kept (a ratio, a window).
        ValueError: a dated stock without its day, a spread without its number of days.
        InternalError: from the database, when a unit does not exist.
    """
    found = statement(deltas)
    if found is None:
        return
    # An action is a transaction already: no savepoint of its own, which would be two more trips.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(*found)


def recast(
    *,
    metrics: Collection[str],
    things: Collection[int],
    units: Collection[int],
    days: Collection[dt.date],
    programme_id: int | None,
) -> None:
    """Count what has happened to records under another programme, from now on.

    Taken back under the programme it was counted under, and counted under this one, at the same
    place and for the same day. Stocks are not touched: they change with what stands.

    Args:
        metrics: flows and spreads.
        things: the records.
        units: where they were counted.
        days: on which they were counted.
    """
    now = clock.now()
    given: list[Any] = [list(metrics), list(things), list(units), list(days), programme_id or 0]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_RECAST, [now, clock.local_day(now), *given])


def statement(deltas: Iterable[Delta]) -> tuple[str, list[Any]] | None:
    """What `add` runs, for an action that writes everything at once; None without changes.

    Raises:
        KeyError, ValueError: as `add`.
    """
    moment = clock.now()
    today = clock.local_day(moment)
    rows = []
    known: dict[str, Metric] = {}
    for delta in deltas:
        metric = known.get(delta.metric) or known.setdefault(delta.metric, kept(delta.metric))
        if metric.dated and delta.day is None:
            raise ValueError(f"{delta.metric} is kept by a day of its own; none was given")
        if metric.kind is Kind.SPREAD and delta.days is None:
            raise ValueError(f"{delta.metric} is kept by a number of days; none was given")
        rows.append((
            delta.metric,
            delta.unit_id,
            delta.thing_id,
            delta.amount,
            delta.day or today if delta.days is None else as_key(delta.days),
            delta.category_id or 0,
            delta.channel,
            delta.source if metric.sourced else "",
            (delta.programme_id or 0) if metric.sourced else 0,
            metric.kind is Kind.STOCK,
            metric.keeps_day,
        ))  # fmt: skip
    return (_ADD, [moment, today, *map(array, columns(rows, _WIDTH))]) if rows else None


# How one change becomes cells: with and without detail, of its day and of all days.
_GRAINS = """
    SELECT metric, unit_id, grain,
           CASE WHEN detail THEN category_id ELSE 0 END, CASE WHEN detail THEN channel ELSE '' END,
           CASE WHEN detail THEN source ELSE '' END, CASE WHEN detail THEN programme_id ELSE 0 END,
           CASE WHEN daily THEN written ELSE %(ever)s END,
           CASE WHEN daily OR dated THEN day ELSE %(ever)s END,
           sum(amount)
    FROM spread
    CROSS JOIN (VALUES (0, false, false), (1, true, false), (2, false, true), (3, true, true))
         AS g(grain, detail, daily)
    WHERE g.grain BETWEEN coarsest AND finest
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(amount) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
_INTO = """
    INSERT INTO figures_cell AS c
        (metric, unit_id, grain, category_id, channel, source, programme_id, written, day, value)
"""
# One statement, hence one transaction: what leaves the queue is in the cells, or neither happened.
# Cells are written in the order of their key, so that folders running at once cannot deadlock.
_FOLD = f"""
WITH taken AS (
    DELETE FROM figures_pending WHERE entry_id IN (
        SELECT entry_id FROM figures_pending ORDER BY entry_id LIMIT %(most)s
        FOR UPDATE SKIP LOCKED
    ) RETURNING metric, path, written, day, category_id, channel, source, programme_id, dated,
                amount
), summed AS MATERIALIZED (
    SELECT metric, path, written, day, category_id, channel, source, programme_id, dated,
           sum(amount) AS amount
    FROM taken GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(amount) <> 0
), counted AS MATERIALIZED (
    SELECT p.path, p.n, h.unit_id, h.finest
    FROM (SELECT path, count(*) AS n FROM taken GROUP BY 1) AS p
    CROSS JOIN LATERAL generate_series(0, length(p.path) / 5 - 1) AS step
    JOIN figures_heavy h ON h.unit_id = figures_unit(substr(p.path, 5 * step + 1, 5))
), spread AS MATERIALIZED (
    SELECT s.metric, n.unit_id, s.written, s.day, s.category_id, s.channel, s.source,
           s.programme_id, s.dated, 0 AS coarsest, n.finest, sum(s.amount) AS amount
    FROM summed s JOIN counted n USING (path)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 HAVING sum(s.amount) <> 0
), grown AS (
    INSERT INTO figures_heavy AS h (unit_id, finest, changes)
    SELECT unit_id, min(finest), sum(n) FROM counted GROUP BY 1 ORDER BY 1
    ON CONFLICT (unit_id) DO UPDATE SET changes = h.changes + excluded.changes
), put AS (
    {_INTO} {_GRAINS}
    ON CONFLICT (metric, unit_id, grain, category_id, channel, source, programme_id, written, day)
    DO UPDATE SET value = c.value + excluded.value
)
SELECT count(*) FROM taken
"""  # noqa: S608 (our own words)


def fold(most: int = 50_000) -> int:
    """Move up to `most` pending changes into the cells of heavy units; how many.

    Readers see each change exactly once, before, during and after.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SELECT pg_advisory_xact_lock_shared(figures_folding_lock())")
        cursor.execute(_FOLD, {"most": most, "ever": EVER})
        return int(cursor.fetchone()[0])


def fold_all(most: int = 50_000) -> int:
    """Fold until nothing is pending; how many changes were folded."""
    total = 0
    while folded := fold(most):
        total += folded
    return total


# Units without cells right below one that has them (or below none), grown heavy.
_GROWN = """
WITH candidates AS MATERIALIZED (
    SELECT u.id, u.path FROM units_unit u
    LEFT JOIN figures_heavy h ON h.unit_id = u.id
    LEFT JOIN figures_heavy above ON above.unit_id = u.parent_id
    WHERE h.unit_id IS NULL AND (u.parent_id IS NULL OR above.unit_id IS NOT NULL)
)
SELECT c.id FROM candidates c
WHERE (SELECT count(*) FROM (SELECT FROM figures_entry e
                             WHERE e.path >= c.path AND e.path < c.path || '~'
                             ORDER BY e.path LIMIT %(heavy)s) AS enough) >= %(heavy)s
ORDER BY c.id
"""  # in the order of the index, else the planner reads the table for so wide a range
_FINER = """
SELECT unit_id, finest FROM figures_heavy WHERE finest < %(finest)s AND changes >= %(most)s
ORDER BY unit_id
"""
_SIZE = """
SELECT count(*) FROM units_unit u JOIN figures_entry e
    ON e.path >= u.path AND e.path < u.path || '~'
WHERE u.id = %s
"""
_PROMOTE = f"""
WITH fresh AS (
    INSERT INTO figures_heavy AS h (unit_id, finest, changes)
    VALUES (%(unit)s, %(finest)s, %(size)s)
    ON CONFLICT (unit_id) DO UPDATE SET finest = excluded.finest WHERE h.finest = %(before)s
    RETURNING unit_id
), places AS (
    SELECT f.unit_id, u.path FROM fresh f JOIN units_unit u ON u.id = f.unit_id
    UNION
    SELECT f.unit_id, p.path FROM fresh f JOIN figures_formerpath p USING (unit_id)
), spread AS (
    SELECT e.metric, p.unit_id, e.written, e.day, e.category_id, e.channel, e.source,
           e.programme_id, e.dated, %(before)s + 1 AS coarsest, %(finest)s AS finest,
           sum(e.amount) AS amount
    FROM places p
    JOIN figures_entry e ON e.path >= p.path AND e.path < p.path || '~'
    WHERE NOT EXISTS (SELECT FROM figures_pending q WHERE q.entry_id = e.id)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(e.amount) <> 0
)
{_INTO} {_GRAINS}
"""  # noqa: S608 (our own words)


def promote(heavy: int = HEAVY) -> int:
    """Keep cells from now on, or finer ones, for units that have grown; how many did.

    With `heavy` changes at and below it a unit has cells of all days, with more also of each day
    (`rules.finest`). They begin with all that is folded already, in one transaction, while nobody
    folds.
    """
    promoted = 0
    while grown := _rows(_GROWN, {"heavy": heavy}):
        for (unit,) in grown:
            size = _rows(_SIZE, [unit])[0][0]
            _promote(unit, size, finest(max(size, heavy), heavy), before=-1)
        promoted += len(grown)
    for grain, most in reversed(levels(heavy)):
        for unit, before in _rows(_FINER, {"finest": grain, "most": most}):
            _promote(unit, most, grain, before)
            promoted += 1
    return promoted


def _promote(unit: int, size: int, grain: int, before: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(figures_folding_lock())")
        cursor.execute(
            _PROMOTE,
            {"unit": unit, "size": size, "finest": grain, "before": before, "ever": EVER},
        )


def _rows(statement: str, values: Any) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[int, ...]] = cursor.fetchall()
        return rows


def freeze(*, metric: str, asked: Asked, stated: str, by: Actor | Nobody) -> Frozen:
    """Write a figure down as it is stated: definition, moment, value, records; for good.

    Args:
        asked: the unit and the scope, see `queries.ask`; without a moment, the present.
        stated: where it is stated, e.g. the number of a circular.

    Raises:
        KeyError: the metric is not declared.
        Refused: `where_missing`, `too_long`, `along_a_line`.
    """
    if asked.scope.line is not None:
        text = _("A figure along a line is not frozen: which units belong to a line may change "
                 "without a date. State the figures of the units themselves.")  # fmt: skip
        raise Refused.because("along_a_line", text, "line")
    place = clean(stated)
    if not place:
        text = _("Say where this figure is stated, e.g. “Circular 3, page 2”.")
        raise Refused.because("where_missing", text, "stated")
    if len(place) > LONGEST:
        text = _("This is too long: at most %(most)s characters.") % {"most": LONGEST}
        raise Refused.because("too_long", text, "stated")
    # Whoever writes now has committed before the set is closed, or gets a higher number.
    last, moment = _settled(), asked.scope.asof or clock.now()
    scope = replace(asked.scope, asof=moment)
    found = lots(metric, asked.unit, scope, last)
    frozen = Frozen(
        metric=metric,
        unit=asked.unit,
        moment=moment,
        since=scope.since,
        until=scope.until,
        category=asked.words.get("category") or "",
        channel=asked.words.get("channel") or "",
        source=asked.words.get("source") or "",
        programme=asked.words.get("programme") or "",
        value=as_text(value_of(metric, found)),
        lots=[short(lot) for lot in found],
        words=worded(metric, asked.unit),
        stated=place,
        last_entry=last,
        frozen_at=clock.now(),
        post_id=by.post_id if isinstance(by, Actor) else None,
        account=by.account_id if isinstance(by, Actor) else None,
    )
    data = {name: getattr(frozen, name) for name in ("metric", "moment", "value", "lots", "stated")}
    create(thing=frozen, by=by, kind="freeze", data={**data, "unit": asked.unit.code})
    return frozen


def _settled() -> int:
    """The number of the last change below which no transaction is still writing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(figures_lock())")
        cursor.execute("SELECT coalesce(max(id), 0) FROM figures_entry")
        return int(cursor.fetchone()[0])
