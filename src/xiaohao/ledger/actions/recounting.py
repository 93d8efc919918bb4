"""What has happened to a problem counts under another programme or category, from now on."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Unpack

from django.db.models import BigIntegerField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from xiaohao.figures.actions import Under, recast
from xiaohao.figures.queries import registry
from xiaohao.kernel import clock
from xiaohao.ledger.models import Problem
from xiaohao.trail.models import Event

Counted = Iterable[tuple[int, int, dt.date]]  # a thing, its unit, and the day


def recount(problem: Problem, **under: Unpack[Under]) -> None:
    """Count the problem's past, and that of what bears its category, under these.

    Where and for the days it was counted; a reading as of an earlier moment stays as it was.
    """
    label = Problem.trail_label()
    kept = [m for m in registry() if m.is_kept and (m.sourced or "programme_id" not in under)]
    _recast([m.key for m in kept if m.thing == label], _counted(problem), **under)
    for borne in dict.fromkeys(m.borne for m in kept if m.bears == label and m.borne):
        keys = [metric.key for metric in kept if metric.borne is borne]
        _recast(keys, borne(problem.pk), **under)


def _counted(problem: Problem) -> Counted:
    events = Event.objects.filter(label=problem.trail_label(), thing_id=problem.pk).order_by()
    seen = events.annotate(where=Cast(KT("data__counted_at"), BigIntegerField()))
    rows = seen.values_list("where", "at")
    return [(problem.pk, where, clock.local_day(at)) for where, at in rows if where]


def _recast(metrics: Collection[str], counted: Counted, **under: Unpack[Under]) -> None:
    rows = list(counted)
    if not rows:
        return
    recast(
        metrics=metrics,
        things={thing for thing, _, _ in rows},
        units={unit for _, unit, _ in rows},
        days={day for _, _, day in rows},
        **under,
    )
