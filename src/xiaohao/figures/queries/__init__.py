"""Reading figures: the registry, values, splits, series, records, recounts."""

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
    "Kind",
    "Metric",
    "Place",
    "Point",
    "Scope",
    "Value",
    "by_category",
    "by_channel",
    "by_child",
    "children",
    "declare",
    "entries",
    "find",
    "kept",
    "records",
    "registry",
    "series",
    "split",
    "table",
    "thing_ids",
    "value",
]
