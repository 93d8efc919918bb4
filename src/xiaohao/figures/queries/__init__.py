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
from xiaohao.figures.queries.freezing import frozen_known, frozen_of, frozen_records
from xiaohao.figures.queries.reading import (
    By,
    Category,
    Place,
    Scope,
    Value,
    split,
    spreads,
    table,
)
from xiaohao.figures.queries.records import entries, records, thing_ids
from xiaohao.figures.queries.registry import declare, find, kept, registry
from xiaohao.figures.queries.spans import BOUNDS, Bin, distribution, percentiles
from xiaohao.figures.queries.values import (
    Child,
    by_category,
    by_channel,
    by_child,
    children,
    value,
)
from xiaohao.figures.queries.verifying import Later, Verified, told, verify
from xiaohao.figures.rules import (
    SMALL,
    Kind,
    Metric,
    Per,
    Shown,
    as_key,
    binned,
    hide,
    quantile,
)

__all__ = [
    "BOUNDS",
    "SMALL",
    "Asked",
    "Behind",
    "Bin",
    "By",
    "Category",
    "Child",
    "Difference",
    "Dimension",
    "Kind",
    "Later",
    "Metric",
    "Part",
    "Per",
    "Place",
    "Point",
    "Report",
    "Scope",
    "Shown",
    "Value",
    "Verified",
    "address",
    "as_key",
    "ask",
    "behind",
    "binned",
    "by_category",
    "by_channel",
    "by_child",
    "check",
    "children",
    "courses",
    "declare",
    "declare_dimension",
    "distribution",
    "entries",
    "find",
    "find_metric",
    "frozen_known",
    "frozen_of",
    "frozen_records",
    "hide",
    "kept",
    "keys_of",
    "named",
    "part_names",
    "percentiles",
    "quantile",
    "read_asof",
    "read_day",
    "records",
    "records_address",
    "registry",
    "series",
    "split",
    "spreads",
    "table",
    "thing_ids",
    "told",
    "value",
    "verify",
]
