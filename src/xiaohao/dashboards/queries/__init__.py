"""Reading across all rooms, for pages that show many things at once."""

from xiaohao.dashboards.queries.bench import Bench, Section, Task, bench
from xiaohao.dashboards.queries.publishing import Area, Headline, Published, published
from xiaohao.dashboards.queries.tree import (
    CHILD,
    FUNNEL,
    HEAD,
    ChildRow,
    Subject,
    TreeView,
    tree_view,
)

__all__ = [
    "CHILD",
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
    "bench",
    "published",
    "tree_view",
]
