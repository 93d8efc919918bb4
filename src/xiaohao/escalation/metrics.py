"""This room's figures: roots put to a unit, and what departments make of joint calls."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from xiaohao.escalation.models import Root, Summons
from xiaohao.figures.queries import Kind, Metric, declare
from xiaohao.kernel import clock
from xiaohao.trail.models import Event

ROOT, SUMMONS = "escalation.root", "escalation.summons"
NO_CHANNEL = Value("", output_field=CharField())
NO_DAY = Value(None, output_field=DateField())


def _roots(kind: str) -> Callable[[], QuerySet[Any, Any]]:
    """One row per such entry of the trail, at the unit that the root was put to."""

    def recount() -> QuerySet[Any, Any]:
        root = Root.objects.filter(pk=OuterRef("thing_id")).order_by()
        rows = Event.objects.filter(label=ROOT, kind=kind).order_by()
        return rows.annotate(
            counted_at=Cast(KT("data__counted_at"), BigIntegerField()),
            category=Subquery(root.values("category_id")[:1]),
        ).values_list("thing_id", "counted_at", "category", NO_CHANNEL, NO_DAY)

    return recount


def _called(*where: Q) -> Callable[[], QuerySet[Any, Any]]:
    def recount() -> QuerySet[Any, Any]:
        rows = Summons.objects.filter(*where).order_by()
        return rows.values_list("pk", "unit_id", "call__problem__category_id", NO_CHANNEL, NO_DAY)

    return recount


def _borne(problem: int) -> list[tuple[int, int, dt.date]]:
    """Each department called about that problem, with the days on which something came of it."""
    rows = Summons.objects.filter(call__problem=problem).order_by()
    units = dict(rows.values_list("pk", "unit_id"))
    events = Event.objects.filter(label=SUMMONS, thing_id__in=list(units)).order_by()
    return [
        (key, units[key], clock.local_day(at)) for key, at in events.values_list("thing_id", "at")
    ]


def _flow(key: str, name: Any, definition: Any, recount: Any, **more: Any) -> Metric:
    is_root = key.startswith("roots_")
    return Metric(
        key=f"escalation.{key}",
        name=name,
        definition=definition,
        kind=Kind.FLOW,
        thing=ROOT if is_root else SUMMONS,
        records_url="escalation_roots" if is_root else "escalation_summonses",
        recount=recount,
        bears="" if is_root else "ledger.problem",
        borne=None if is_root else _borne,
        **more,
    )


def _rate(key: str, name: Any, definition: Any, numerator: str, denominator: str) -> Metric:
    return Metric(
        key=f"escalation.{key}",
        name=name,
        definition=definition,
        kind=Kind.RATIO,
        numerator=f"escalation.{numerator}",
        denominator=f"escalation.{denominator}",
        warn=0.9,
        alarm=0.7,
        thing=SUMMONS,
        records_url="escalation_summonses",
    )


def declare_all() -> None:
    """Put this room's metrics into the registry."""
    declare(*_about_roots(), *_about_calls(), *_rates())


def _about_roots() -> list[Metric]:
    return [
        _flow("roots_proposed", _("roots put to the unit"),
              _("Root causes put to the unit for its decision."), _roots("propose")),
        _flow("roots_claimed", _("roots claimed"), _("Root causes that the unit took on."),
              _roots("claim")),
        _flow("roots_declined", _("roots declined"),
              _("Root causes that the unit declined with a reason."), _roots("decline"),
              smaller_is_better=True),
    ]  # fmt: skip


def _about_calls() -> list[Metric]:
    in_time = Q(answered_at__lte=F("call__answer_by"))
    there = Q(arrived_at__lte=F("call__on_site_by"), absent_at=None)
    return [
        _flow("called", _("called"), _("Times the department was called to a place."), _called()),
        _flow("answered_in_time", _("answered in time"),
              _("Calls that the department answered within the hours given."), _called(in_time)),
        _flow("silent", _("silent"),
              _("Calls whose time to answer passed without a word; the superior was told."),
              _called(Q(silent_at__isnull=False)), smaller_is_better=True),
        _flow("answer_settled", _("calls answered or silent"),
              _("Calls answered in time, and those whose time passed without a word."),
              _called(in_time | Q(silent_at__isnull=False))),
        _flow("on_site_in_time", _("on site in time"),
              _("Calls to which the department was on site by the time set."), _called(there)),
        _flow("on_site_settled", _("calls attended or not"),
              _("Calls to which the department came in time, and those to which it did not."),
              _called(there | Q(absent_at__isnull=False))),
        _flow("graded", _("graded"), _("Calls for which the caller graded the department."),
              _called(Q(graded_at__isnull=False))),
        _flow("helped", _("graded: helped"), _("Calls for which the caller said that it helped."),
              _called(Q(grade="good"))),
    ]  # fmt: skip


def _rates() -> list[Metric]:
    return [
        _rate("answer_rate", _("answered in time"),
              _("Of the calls whose time to answer is over or that were answered, the share "
                "answered in time."), "answered_in_time", "answer_settled"),
        _rate("on_site_rate", _("on site in time"),
              _("Of the calls that are settled, the share to which the department was on site in "
                "time; who declines counts as not there."), "on_site_in_time", "on_site_settled"),
        _rate("helped_rate", _("helped"),
              _("Of the calls that were graded, the share of which the caller said that the "
                "department helped."), "helped", "graded"),
    ]  # fmt: skip
