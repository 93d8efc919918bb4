"""The figures of the public's door: each defined once, with the recount that checks it."""

from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, DateField, F, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiaohao.figures.queries import Kind, Metric, declare
from xiaohao.intake.models import LABEL, Message, State
from xiaohao.kernel import clock

CATEGORY = F("category_id")
NO_DAY = Value(None, output_field=DateField())


def _messages(
    narrowed: Callable[[QuerySet[Message]], QuerySet[Message]], category: Any = CATEGORY
) -> Callable[[], QuerySet[Any, Any]]:
    """One row per message, at the unit under which it counts."""

    def recount() -> QuerySet[Any, Any]:
        rows = narrowed(Message.objects.order_by())
        return rows.annotate(counted=category).values_list(
            "id", "home_id", "counted", "channel", NO_DAY
        )

    return recount


def _same_day(rows: QuerySet[Message]) -> QuerySet[Message]:
    day = TruncDate("triaged_at", tzinfo=clock.ZONE)
    return rows.annotate(triage_day=day).filter(triage_day__lte=F("triage_due"))


def _flow(key: str, name: Any, definition: Any, recount: Callable[[], Any]) -> Metric:
    return Metric(
        key=f"intake.{key}",
        name=name,
        definition=definition,
        kind=Kind.FLOW,
        noun=pgettext_lazy("counted", "messages"),
        thing=LABEL,
        records_url="intake_messages",
        recount=recount,
        public=True,
    )


def declare_all() -> None:
    """Put the metrics of this room into the registry."""
    uncounted = Value(None, output_field=BigIntegerField())
    declare(
        _flow("received", _("received"), _("Messages that arrived by any channel, once each."),
              _messages(lambda rows: rows, uncounted)),
        _flow("triaged", _("triaged"),
              _("Messages that the office has put on the ledger, joined, or set apart."),
              _messages(lambda rows: rows.filter(triaged_at__isnull=False))),
        _flow("triaged_same_day", _("triaged the same day"),
              _("Messages triaged on the working day on which they arrived."),
              _messages(_same_day)),
        _flow("suggestions", _("suggestions"),
              _("Messages that ask for something new; they are studied and reported up."),
              _messages(lambda rows: rows.filter(state=State.SUGGESTION))),
        Metric(key="intake.same_day_rate", name=_("triaged the same day"), kind=Kind.RATIO,
               noun=pgettext_lazy("counted", "messages"),
               definition=_("Of the messages triaged, the share triaged the working day they "
                            "arrived."),
               numerator="intake.triaged_same_day", denominator="intake.triaged",
               warn=0.95, alarm=0.9, records_url="intake_messages", public=True),
    )  # fmt: skip
