"""What became of the calls for a service: counted over rows, each number with its `?which=`."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet

from xiaohao.figures.queries import is_small
from xiaohao.kernel import clock
from xiaohao.services.models import Call, State
from xiaohao.services.queries.calls import STANDS, WHICH
from xiaohao.services.rules import FEW, WAITING


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counts of calls, without those taken back.

    Attributes:
        in_time: delivered by the last day of the promise.
        late: not delivered although that day has passed, or delivered after it.
        ungraded: delivered, and the days for the caller's word have passed without one.
        failed: of which the caller said at least once that nothing was delivered.
        mean: of the grades; None for fewer than `FEW`.
    """

    calls: int = 0
    delivered: int = 0
    in_time: int = 0
    late: int = 0
    declined: int = 0
    graded: int = 0
    ungraded: int = 0
    failed: int = 0
    mean: float | None = None

    @property
    def share(self) -> float | None:
        """Of the delivered the share in time; None for fewer than `FEW`."""
        return self.in_time / self.delivered if self.delivered >= FEW else None


def _asked(today: dt.date) -> dict[str, Any]:
    in_time = WHICH["delivered"] & Q(delivered_on__lte=F("due"))
    late = Q(state__in=sorted(WAITING), due__lt=today) | Q(delivered_on__gt=F("due"))
    ungraded = Q(state=State.DELIVERED, grade_by__lt=today)
    counted = {
        "calls": STANDS,
        "delivered": WHICH["delivered"],
        "in_time": in_time,
        "late": late & STANDS,
        "declined": WHICH["declined"],
        "graded": WHICH["graded"],
        "ungraded": ungraded,
        "failed": WHICH["failed"],
    }
    return {name: Count("pk", filter=where) for name, where in counted.items()} | {
        "mean": Avg("grade")
    }


def _made(row: Any) -> Numbers:
    values = {name: row[name] for name in Numbers.__dataclass_fields__}
    if values["graded"] < FEW:
        values["mean"] = None
    return Numbers(**values)


def numbers_by_service(rows: QuerySet[Call], services: Iterable[int]) -> dict[int, Numbers]:
    """Numbers of each of these services, over the calls in `rows`; one query."""
    keys = list(services)
    found = rows.filter(service__in=keys).order_by().values("service_id")
    counted = {row["service_id"]: _made(row) for row in found.annotate(**_asked(clock.today()))}
    return {key: counted.get(key, Numbers()) for key in keys}


def numbers_by_list(rows: QuerySet[Call], lists: Iterable[int]) -> dict[int, Numbers]:
    """The same of each of these lists."""
    keys = list(lists)
    found = rows.filter(service__list__in=keys).order_by().values("service__list_id")
    counted = {
        row["service__list_id"]: _made(row) for row in found.annotate(**_asked(clock.today()))
    }
    return {key: counted.get(key, Numbers()) for key in keys}


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody may read of a service; small numbers are not told.

    Attributes:
        calls: `12`, or `<5`.
        share, mean: None where too few stand behind them.
    """

    calls: str
    share: float | None
    mean: float | None


def told(numbers: Numbers) -> Told:
    """The numbers of a service for everybody."""
    calls = f"<{FEW}" if is_small(numbers.calls) else str(numbers.calls)
    return Told(calls, numbers.share, numbers.mean)


def everybodys(services: Iterable[int]) -> dict[int, Told]:
    """What everybody may read of each of these services; one query."""
    found = numbers_by_service(Call.objects.all(), services)
    return {key: told(numbers) for key, numbers in found.items()}
