"""What a list that opens from a figure says above itself: the figure, and how its rows add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from xiaohao.figures.queries.asking import Asked, behind, find_metric
from xiaohao.figures.queries.reading import Value
from xiaohao.figures.queries.registry import find
from xiaohao.figures.rules import Kind, Metric, Per
from xiaohao.kernel.acting import Actor
from xiaohao.kernel.paging import count

MOST = 100_000  # changes; a list behind a larger figure tells the figure alone


@dataclass(frozen=True, slots=True)
class Part:
    """The numerator of a share, with the address of its records."""

    name: str
    value: Value
    records: str


@dataclass(frozen=True, slots=True)
class Tally:
    """A figure and its list.

    Attributes:
        metric: the figure that was opened.
        whole: the one whose records the list holds: of a share its denominator, of a quantile the
            times it was taken of, else the figure itself.
        times: how often the records count in all; None where that is an amount, or not known.
        records: how many records these are; None where they are too many to be told apart.
        rows: how many of them the list holds: fewer where it is narrowed, or some are out of sight.
        part: of a share, its numerator.
    """

    metric: Metric
    whole: Metric
    times: int | None
    records: int | None = None
    rows: int | None = None
    part: Part | None = None

    @property
    def repeats(self) -> bool:
        """Whether some record counts more than once."""
        return None not in {self.times, self.records} and self.times != self.records

    @property
    def lacks(self) -> bool:
        """Whether the list holds fewer than make up the figure."""
        return self.rows is not None and self.rows != self.records

    @property
    def noun(self) -> Any:
        """What one of them is."""
        return self.whole.noun or _("records")


def figure_name(get: Mapping[str, Any]) -> str:
    """What the figure is called that an address names; empty where it names none.

    Raises:
        NotFound: there is no such figure.
    """
    return str(find_metric(str(get["figure"])[:60]).name) if get.get("figure") else ""


def tally(actor: Actor, get: Mapping[str, Any], rows: QuerySet[Any]) -> Tally | None:
    """How the figure that an address names and its list go together; None where it names none.

    Costs a few queries, none of them for each row; a figure of more than `MOST` is not taken apart.

    Args:
        rows: all rows of the list, as its address narrows it.

    Raises:
        NotFound, Refused: as `behind`.
    """
    if not get.get("figure"):
        return None
    found = behind(actor, {name: str(get[name]) for name in get})
    asked, metric = found.asked, found.metric
    whole = find(metric.whole)
    part = _part(metric, asked)
    apart = bool(get.get("own") or get.get("took"))
    times = None if apart or whole.per is Per.FEN else int(asked.value(whole.key) or 0)
    if times is not None and times > MOST:
        return Tally(metric, whole, times, part=part)
    counted = found.netted.aggregate(records=Count("thing_id"), times=Sum("amount"))
    told = None if whole.per is Per.FEN else int(counted["times"] or 0)
    return Tally(metric, whole, told, counted["records"], count(rows, MOST).number, part)


def _part(metric: Metric, asked: Asked) -> Part | None:
    if metric.kind is not Kind.RATIO:
        return None
    key = metric.numerator
    return Part(str(find(key).name), asked.value(key), asked.records(key))
