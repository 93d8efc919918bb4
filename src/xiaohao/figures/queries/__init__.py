"""Reading figures: the registry, values, splits, series, records, recounts."""

from xiaohao.figures.queries.addresses import (
    address,
    read_asof,
    records_address,
)
from xiaohao.figures.queries.asking import (
    Asked,
    Behind,
    Part,
    ask,
    behind,
    find_metric,
    read_day,
)
from xiaohao.figures.queries.checking import Difference, Report, check, named
from xiaohao.figures.queries.courses import Point, courses, series
from xiaohao.figures.queries.dimensions import (
    Dimension,
    declare_dimension,
    keys_of,
    part_names,
)
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
    by_category,
    by_channel,
    by_child,
    children,
    value,
)
from xiaohao.figures.rules import SMALL, Kind, Metric, Shown, hide

__all__ = [
    "SMALL",
    "Asked",
    "Behind",
    "By",
    "Category",
    "Child",
    "Difference",
    "Dimension",
    "Kind",
    "Metric",
    "Part",
    "Place",
    "Point",
    "Report",
    "Scope",
    "Shown",
    "Value",
    "address",
    "ask",
    "behind",
    "by_category",
    "by_channel",
    "by_child",
    "check",
    "children",
    "courses",
    "declare",
    "declare_dimension",
    "entries",
    "find",
    "find_metric",
    "hide",
    "kept",
    "keys_of",
    "named",
    "part_names",
    "read_asof",
    "read_day",
    "records",
    "records_address",
    "registry",
    "series",
    "split",
    "table",
    "thing_ids",
    "value",
]
