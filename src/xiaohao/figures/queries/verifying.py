"""A second look at a frozen figure: does it hold, and what has been written since?"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from xiaohao.figures.models import Entry, Frozen
from xiaohao.figures.queries.freezing import as_text, lots, scope_of, short, value_of, worded
from xiaohao.figures.queries.reading import Scope, Value, put
from xiaohao.figures.queries.records import counted
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import Kind, Lot, Metric, as_days
from xiaohao.kernel import clock

TOLD = 200  # changes since that are told one by one


@dataclass(frozen=True, slots=True)
class Later:
    """One change since, which the figure as stated does not hold.

    Attributes:
        metric, thing_id, amount: what was counted.
        at: when it was written.
        why: `late` (entered after its day), `corrected` (taken back), `that_day` (later on the
            same day), `entered` or `left` (a stock moves on), `in_flight` (being written while the
            figure was stated).
    """

    metric: str
    thing_id: int
    amount: int
    at: dt.datetime
    why: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a second look found.

    Attributes:
        value, lots: as read again from the changes of that time.
        holds: value, counts and hashes are the ones that were stated.
        now: the figure for the same days by all that is known now; of a stock, as it stands now.
        came, went: how many records count now that did not, and the other way round.
        later: the changes between, the first `TOLD` of them.
        more: how many there are beyond these.
        redefined: the figure is defined in other words today.
    """

    frozen: Frozen
    value: str
    lots: Sequence[Lot]
    holds: bool
    now: Value
    came: int
    went: int
    later: Sequence[Later]
    more: int
    redefined: bool


def verify(frozen: Frozen) -> Verified:
    """Read a frozen figure again as of its moment, and say what has been written since.

    Reads every change below the unit, see `lots`.

    Raises:
        KeyError: the metric is no longer declared.
    """
    metric, scope = find(frozen.metric), scope_of(frozen)
    found = lots(metric.key, frozen.unit, scope, frozen.last_entry)
    read = as_text(value_of(metric.key, found))
    since = {base: _since(find(base), frozen, scope) for base in metric.bases}
    later, number = _told(since, frozen)
    came, went = _exchanged(since[metric.whole])
    return Verified(
        frozen=frozen,
        value=read,
        lots=found,
        holds=read == frozen.value and [short(lot) for lot in found] == frozen.lots,
        now=_now(metric, found, since),
        came=came,
        went=went,
        later=later,
        more=max(0, number - len(later)),
        redefined=_defined(frozen.words) != _defined(worded(metric.key, frozen.unit)),
    )


def _defined(words: dict[str, dict[str, str]]) -> dict[str, str]:
    return {language: said["definition"] for language, said in words.items()}


def told(verified: Verified) -> dict[str, Any]:
    """What was found, as plain values for programs."""
    now = verified.now
    return {
        "number": verified.frozen.number,
        "holds": verified.holds,
        "stated": verified.frozen.value,
        "value": verified.value,
        "now": now if now is None or isinstance(now, int) else float(now),
        "came": verified.came,
        "went": verified.went,
        "redefined": verified.redefined,
        "later": [
            {"metric": one.metric, "thing": one.thing_id, "amount": one.amount, "at": one.at,
             "why": one.why}
            for one in verified.later
        ],
        "more": verified.more,
    }  # fmt: skip


def _since(metric: Metric, frozen: Frozen, scope: Scope) -> QuerySet[Entry]:
    """Changes that would count in the same figure, had they been known when it was stated."""
    fresh = Q(at__gt=frozen.moment) | Q(pk__gt=frozen.last_entry)
    day = clock.local_day(frozen.moment)
    bound = replace(scope, until=min(scope.until or day, day))
    if metric.kind is not Kind.SPREAD:
        return counted(metric.key, frozen.unit, bound).filter(fresh).order_by("pk")
    # A time bears no day of its own: one taken back later counts if it had been counted.
    before = counted(metric.key, frozen.unit, bound).exclude(fresh).order_by()
    back = Q(written__gt=day, amount__lt=0, thing_id__in=before.values("thing_id"))
    open_end = counted(metric.key, frozen.unit, replace(scope, until=None)).filter(fresh)
    return open_end.filter(Q(written__lte=bound.until) | back).order_by("pk")


def _told(since: dict[str, QuerySet[Entry]], frozen: Frozen) -> tuple[list[Later], int]:
    later: list[Later] = []
    number = 0
    for key, rows in since.items():
        number += rows.count()
        later.extend(
            Later(key, row.thing_id, row.amount, row.at, _why(row, frozen))
            for row in rows[: TOLD - len(later)]
        )
    return sorted(later, key=lambda one: one.at), number


def _why(row: Entry, frozen: Frozen) -> str:
    if row.at <= frozen.moment:
        return "in_flight"
    if row.stock:
        return "entered" if row.amount > 0 else "left"
    if row.amount < 0:
        return "corrected"
    return "that_day" if row.written == clock.local_day(frozen.moment) else "late"


def _exchanged(rows: QuerySet[Entry]) -> tuple[int, int]:
    """How many records came, and how many went."""
    things = rows.order_by().values("thing_id").annotate(n=Sum("amount"))
    sums = things.aggregate(
        came=Count("thing_id", filter=Q(n__gt=0)), went=Count("thing_id", filter=Q(n__lt=0))
    )
    return sums["came"], sums["went"]


def _now(metric: Metric, found: Sequence[Lot], since: dict[str, QuerySet[Entry]]) -> Value:
    sums: dict[str, dict[int, int]] = {}
    for lot in found:
        sums[lot.metric] = dict(lot.spread)
        is_spread = find(lot.metric).kind is Kind.SPREAD
        for days, amount in _sizes(since[lot.metric], is_spread=is_spread):
            sums[lot.metric][days] = sums[lot.metric].get(days, 0) + amount
    return put([metric.key], sums)[metric.key]


def _sizes(rows: QuerySet[Entry], *, is_spread: bool) -> list[tuple[int, int]]:
    if not is_spread:
        total: dict[str, Any] = rows.order_by().aggregate(n=Sum("amount"))
        return [(0, total["n"] or 0)]
    sums = rows.order_by().values_list("day").annotate(n=Sum("amount"))
    return [(as_days(day), n) for day, n in sums]
