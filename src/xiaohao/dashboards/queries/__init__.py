"""Reading across all rooms, for pages that show many things at once."""

from xiaohao.dashboards.queries.bench import Bench, bench
from xiaohao.dashboards.queries.publishing import Area, Headline, Published, base_words, published
from xiaohao.dashboards.queries.tree import (
    CHILD,
    COMPARED,
    DAYS,
    FUNNEL,
    HEAD,
    ChildRow,
    Subject,
    TreeView,
    compared,
    tree_view,
)
from xiaohao.dashboards.queries.work import Section, Task

__all__ = [
    "CHILD",
    "COMPARED",
    "DAYS",
    "FUNNEL",
    "HEAD",
    "Area",
    "Bench",
    "ChildRow",
    "Headline",
    "Published",
    "Section",
    "Subject",
    "Task",
    "TreeView",
    "base_words",
    "bench",
    "compared",
    "published",
    "tree_view",
]
