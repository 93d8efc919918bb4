"""A small tree and a few metrics, for tests of figures."""

from itertools import count

from xiaohao.figures.actions import Delta
from xiaohao.figures.models import Heavy
from xiaohao.figures.queries import Kind, Metric
from xiaohao.figures.queries.registry import _registry
from xiaohao.kernel.paths import step
from xiaohao.units.models import Level, Unit

FLOW, STOCK, DUE, OVERDUE, RATE = "test.flow", "test.stock", "test.due", "test.overdue", "test.rate"
PART, TOOK, HALF, MOST = "test.part", "test.took", "test.took_median", "test.took_p90"
_codes = count(1)
keep: set[str] = set()  # holds "cells" where every new unit is heavy from its beginning

METRICS = (
    Metric(key=FLOW, name="flow", definition="Flow.", kind=Kind.FLOW, thing="test.thing",
           sourced=True),
    Metric(key=PART, name="part", definition="Part.", kind=Kind.FLOW, thing="test.thing"),
    Metric(key=STOCK, name="stock", definition="Stock.", kind=Kind.STOCK, thing="test.thing",
           sourced=True),
    Metric(key=DUE, name="due", definition="Due.", kind=Kind.STOCK, dated=True, sourced=True),
    Metric(key=OVERDUE, name="overdue", definition="Overdue.", kind=Kind.WINDOW, of=DUE,
           window=(None, -1), smaller_is_better=True),
    Metric(key=RATE, name="rate", definition="Rate.", kind=Kind.RATIO, numerator=PART,
           denominator=FLOW),
    Metric(key=TOOK, name="took", definition="Took.", kind=Kind.SPREAD, thing="test.thing",
           sourced=True),
    Metric(key=HALF, name="median", definition="Median.", kind=Kind.QUANTILE, of=TOOK),
    Metric(key=MOST, name="p90", definition="P90.", kind=Kind.QUANTILE, of=TOOK, share=0.9),
)  # fmt: skip


def declared() -> None:
    """Have the test metrics in the registry."""
    _registry.update({metric.key: metric for metric in METRICS})


def unit(parent: Unit | None = None, name: str = "") -> Unit:
    """A unit below `parent`, its path as the tree's rules have it."""
    number = next(_codes)
    made = Unit.objects.create(
        code=f"T{number}",
        name=name or f"Unit {number}",
        level=Level.COUNTY,
        parent=parent,
        path="",
    )
    path = (parent.path if parent else "") + step(made.pk)
    if made.path != path:
        Unit.objects.filter(pk=made.pk).update(path=path)
    if "cells" in keep:
        Heavy.objects.create(unit_id=made.pk)
    made.refresh_from_db()
    return made


def move(moved: Unit, to: Unit | None) -> None:
    """Put a unit, with all below it, under another."""
    moved.refresh_from_db()
    old = moved.path
    new = (Unit.objects.get(pk=to.pk).path if to else "") + step(moved.pk)
    below = list(Unit.objects.under(old))
    for one in below:
        one.path = new + one.path[len(old) :]
        if one.pk == moved.pk:
            one.parent = to
    Unit.objects.bulk_update(below, ["path", "parent"])


def delta(metric: str, at: Unit, thing: int, amount: int = 1, **more: object) -> Delta:
    """A change at a unit, its path as the caller last knew it."""
    return Delta(metric=metric, path=at.path, thing_id=thing, amount=amount, **more)  # type: ignore[arg-type]
