"""The look-back's figures: each defined once, with the recount that checks it."""

from collections.abc import Callable
from typing import Any

from django.db.models import DateField, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from xiaohao.figures.queries import Kind, Metric, declare
from xiaohao.lookback.models import Recheck, Relapse

RECHECK, RELAPSE = "lookback.recheck", "lookback.relapse"
NO_DAY = Value(None, output_field=DateField())


def _rechecks(where: dict[str, Any], unit: str = "unit_id") -> Callable[[], QuerySet[Any, Any]]:
    def recount() -> QuerySet[Any, Any]:
        rows = Recheck.objects.filter(**where, **{f"{unit}__isnull": False}).order_by()
        return rows.values_list("id", unit, "category_id", "problem__channel", NO_DAY)

    return recount


def _relapses() -> QuerySet[Any, Any]:
    rows = Relapse.objects.order_by()
    return rows.values_list("id", "unit_id", "category_id", "earlier__channel", NO_DAY)


def _flow(key: str, name: Any, definition: Any, recount: Any, **more: Any) -> Metric:
    return Metric(
        key=f"lookback.{key}",
        name=name,
        definition=definition,
        kind=Kind.FLOW,
        thing=more.pop("thing", RECHECK),
        records_url=more.pop("records_url", "lookback_rechecks"),
        recount=recount,
        **more,
    )


def declare_all() -> None:
    """Put the room's metrics into the registry."""
    found = {"result__in": ["fixed", "not_fixed"]}
    false = {"result": "not_fixed"}
    declare(
        _flow("checked", _("checked again"),
              _("Closings that a post without part in them has checked again on site."),
              _rechecks(found)),
        _flow("false_closings", _("false closings"),
              _("Closings found not fixed when they were checked again, at the unit that was "
                "responsible."),
              _rechecks(false), smaller_is_better=True, warn=1, alarm=3),
        _flow("false_checks", _("false checks"),
              _("Closings found not fixed when they were checked again, at the unit whose post had "
                "verified them."),
              _rechecks(false, "verifier_unit_id"), smaller_is_better=True, warn=1, alarm=3),
        _flow("relapses", _("relapses"),
              _("Problems of the same category at the same place within 180 days of a closing, at "
                "the unit whose closing did not last. The same place: the same words, blanks and "
                "punctuation aside, in the same area or in one that holds the other; where one of "
                "them has no words, the same village, community, school or hospital."),
              _relapses, thing=RELAPSE, records_url="lookback_relapses", smaller_is_better=True),
        Metric(key="lookback.relapse_rate", name=_("relapse rate"), kind=Kind.RATIO,
               definition=_("Relapses over those closings of which one can be recognised: with a "
                            "category and a known place. At least so many: two wordings of one "
                            "place are not recognised, and of closings younger than 180 days some "
                            "may still relapse."),
               numerator="lookback.relapses", denominator="ledger.closed_placed",
               smaller_is_better=True, warn=0.05, alarm=0.1, records_url="ledger_list"),
    )  # fmt: skip
