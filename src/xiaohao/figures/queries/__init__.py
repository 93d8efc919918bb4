"""Reading figures: the registry, values, splits, series, records, recounts."""

from xiaohao.figures.queries.checking import Difference, Report, check, named
from xiaohao.figures.queries.reading import (
    By,
    Category,
    Place,
    Scope,
    Value,
    split,
    table,
)
from xiaohao.figures.queries.records import entries, records, thing_ids
from xiaohao.figures.queries.registry import declare, find, kept, registry
from xiaohao.figures.queries.values import (
    Child,
    Point,
    by_category,
    by_channel,
    by_child,
    children,
    series,
    value,
)
from xiaohao.figures.rules import Kind, Metric

__all__ = [
    "By",
    "Category",
    "Child",
    "Difference",
    "Kind",
    "Metric",
    "Place",
    "Point",
    "Report",
    "Scope",
    "Value",
    "by_category",
    "by_channel",
    "by_child",
    "check",
    "children",
    "declare",
    "entries",
    "find",
    "kept",
    "named",
    "records",
    "registry",
    "series",
    "split",
    "table",
    "thing_ids",
    "value",
]
